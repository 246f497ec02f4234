/**
 * Expected failures as values. An expected outcome is a `Result`; only bugs throw. The words of each code stand
 * in problems.ts.
 */
import type { Entry } from './problem-entry.ts';
import { PROBLEMS } from './problems.ts';

export type ProblemCode = keyof typeof PROBLEMS;

/** An expected failure as data: the table's words for its code, and what was special this time. */
export interface Problem {
  readonly code: ProblemCode;
  /** What exactly failed this time, in one sentence; empty when the title says it all. */
  readonly detail: string;
  /** Single errors with their places, when there are several. */
  readonly errors?: readonly PlacedError[];
}

/** One error with its place: a file (or "request"), a path inside it, what is wrong, how to mend it. */
export interface PlacedError {
  readonly file: string;
  /** Dotted, for example `rules[2].grant.product`. */
  readonly path: string;
  readonly line?: number;
  readonly message: string;
  readonly remedy: string;
}

/** As it stands in a line of the log, which has a message of its own. */
export function loggedError({ message, ...place }: PlacedError): Readonly<Record<string, unknown>> {
  return { ...place, error: message };
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** @example fail('unmapped', 'price price_1X') */
export function problem(code: ProblemCode, detail = '', errors?: readonly PlacedError[]): Problem {
  return errors ? { code, detail, errors } : { code, detail };
}

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: ProblemCode, detail = '', errors?: readonly PlacedError[]): Result<never> {
  return { ok: false, problem: problem(code, detail, errors) };
}

/** What does not fit in a request, each with its place. */
export function invalid(errors: readonly PlacedError[]): Result<never> {
  return fail('request_invalid', errors.map((it) => `${it.path} ${it.message}`).join('; '), errors);
}

/** The source is there, and its settings keep it closed: it goes on by itself once they are mended. */
export function isClosed({ code }: Problem): boolean {
  return code === 'source_closed' || code === 'secret_white_space';
}

/** The whole of what a reader needs to know of a problem: the table's entry and this occurrence. */
export function describe(it: Problem): Problem & Entry {
  return { ...PROBLEMS[it.code], ...it };
}
