/**
 * How a command ends: an exit code, a document for programs, a text for people. It stands between the commands
 * and the terminal, so that a command computes and only the program prints. What must never happen here: a
 * stack trace shown to somebody who only mistyped a path.
 */
import { describe, type PlacedError, type Problem } from '../core/problem.ts';

/** 0: it worked. 1: it failed, or it found problems. 2: wrong usage or configuration. Above 128: a signal ended it. */
export type Exit = number;

export interface Outcome {
  readonly exit: Exit;
  /** One JSON document, printed with `--json`; null when the command printed by itself. */
  readonly document: unknown;
  /** For people; empty when the command told its story by itself. */
  readonly text: string;
  readonly trouble?: Trouble;
}

/** An expected failure as a person reads it. Failures of the river come from its table; those of the command line are written where they arise. */
export interface Trouble {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly errors?: readonly PlacedError[];
}

export function done(document: unknown, text: string, exit: Exit = 0): Outcome {
  return { exit, document, text };
}

/** @param exit 2 when the caller must change the call or the configuration before it can work */
export function failed(it: Trouble, exit: Exit = 1): Outcome {
  return { exit, document: { error: it }, text: '', trouble: it };
}

/** A problem of the river that ends a command. Wrong configuration is wrong usage. */
export function failedBy(it: Problem): Outcome {
  return failed(troubleOf(it), it.code === 'config_invalid' ? 2 : 1);
}

export function troubleOf(it: Problem): Trouble {
  const { code, title, detail, hint, errors } = describe(it);
  return errors ? { code, title, detail, hint, errors } : { code, title, detail, hint };
}

/** The system's word for what failed (`ENOENT`, `EADDRINUSE`), wherever it is hidden. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? systemCode(error.cause) : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
