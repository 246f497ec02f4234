/**
 * Every answer of the house is made here: JSON, or a problem as application/problem+json (RFC 9457). What must
 * never happen here: an answer that a cache may keep, or the inside of a bug shown to the outside.
 */
import type { Context } from 'hono';
import type { Problem } from '../core/problem.ts';
import { PROBLEMS } from '../core/problems.ts';
import type { HttpEnv } from './ports.ts';

/** What passes by itself, in seconds: for those who ask when to come back. */
const RETRY_AFTER = '5';
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

const JSON_HEADERS = { 'content-type': 'application/json', ...ALWAYS } as const;

export function answer(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const it = reply(value, status);
  return responseOf({ ...it, headers: { ...it.headers, ...headers } });
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
  return responseOf(problemReply(path, it, extras));
}

/** An answer before it is any runtime's. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function responseOf({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers });
}

export function reply(value: unknown, status = 200): Reply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

/** @param path of the request */
export function problemReply(path: string, it: Problem, extras: ProblemExtras = {}): Reply {
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
  return {
    status: body.status,
    headers: {
      'content-type': 'application/problem+json',
      ...ALWAYS,
      ...(body.status === 503 ? { 'retry-after': RETRY_AFTER } : {}),
      ...extras.headers,
    },
    body: JSON.stringify(body),
  };
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
