/**
 * Every answer of the house is made here: JSON, or a problem as application/problem+json (RFC 9457). What must
 * never happen here: an answer that a cache may keep, or the inside of a bug shown to the outside.
 */
import type { Context } from 'hono';
import type { Problem } from '../core/problem.ts';
import { PROBLEMS } from '../core/problems.ts';
import type { HttpEnv } from './ports.ts';

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export function answer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', ...ALWAYS },
  });
}

export interface ProblemExtras {
  /** Where the table's status is not the one of this answer. */
  readonly status?: number;
  /** What to quote when reporting it; the request's path if left out. */
  readonly instance?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function answerProblem(c: Context<HttpEnv>, it: Problem, extras: ProblemExtras = {}): Response {
  return problemAt(c.req.path, it, extras);
}

/** For a door that has no app to answer with. */
export function problemAt(path: string, it: Problem, extras: ProblemExtras = {}): Response {
  const { title, hint, status } = PROBLEMS[it.code];
  const body = {
    type: `urn:keyferry:problem:${it.code}`,
    title,
    status: extras.status ?? status,
    code: it.code,
    detail: it.detail,
    hint,
    instance: extras.instance ?? path,
    ...(it.errors ? { errors: it.errors } : {}),
  };
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': 'application/problem+json', ...ALWAYS, ...extras.headers },
  });
}

/** A problem inside an answer: the table's words and what was special this time. */
export function viewProblem(it: Problem | null) {
  if (it === null) return null;
  // A stored problem may come from another version, whose table had a code that this one has not.
  const entry = Object.hasOwn(PROBLEMS, it.code) ? PROBLEMS[it.code] : null;
  return {
    code: it.code,
    title: entry?.title ?? it.code,
    hint: entry?.hint ?? '',
    detail: it.detail,
    retry: entry?.retry ?? 'after-change',
    stage: entry?.stage ?? null,
    ...(it.errors ? { errors: it.errors } : {}),
  };
}

const LATEST = 8.64e15;

/** Epoch ms as ISO 8601 in UTC. */
export function iso(at: number): string;
export function iso(at: number | null): string | null;
export function iso(at: number | null): string | null {
  // A duration of thousands of years may lead past the last day that can be written.
  return at === null ? null : new Date(Math.max(-LATEST, Math.min(LATEST, at))).toISOString();
}
