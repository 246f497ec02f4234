/**
 * Every answer of the house is made here: JSON, or a problem as application/problem+json (RFC 9457). What must
 * never happen here: an answer that a cache may keep, or the inside of a bug shown to the outside.
 */
import type { Context } from 'hono';
import * as z from 'zod';
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

const placedError = z
  .object({
    file: z.string().describe('A file, or `request`.'),
    path: z.string().meta({ examples: ['body.items[0].quantity'] }),
    line: z.int().optional(),
    message: z.string().describe('What is wrong there.'),
    remedy: z.string().describe('How to mend it.'),
  })
  .meta({ id: 'PlacedError', description: 'One error with its place.' });

/** What `problemReply` writes. */
export const problemSchema = z
  .object({
    type: z.string().meta({ examples: ['urn:keyferry:problem:not_found'] }),
    title: z.string(),
    status: z.int(),
    code: z
      .enum(Object.keys(PROBLEMS))
      .meta({ id: 'ProblemCode', description: 'What programs decide by: docs/problems.md lists all.' }),
    detail: z.string().describe('What exactly was wrong this time; empty when the title says it all.'),
    hint: z.string().describe('What can be done about it.'),
    instance: z.string().describe("The request's path, or what to quote when reporting it."),
    errors: z.array(placedError).optional().describe('Single errors with their places.'),
  })
  .meta({ id: 'Problem', description: 'What failed (RFC 9457).' });

/** What `viewProblem` shows. */
export const shownProblem = z
  .object({
    code: z.string().meta({ examples: ['unmapped'] }),
    title: z.string(),
    hint: z.string().describe('What can be done about it.'),
    detail: z.string().describe('What exactly was wrong this time; empty when the title says it all.'),
    retry: z
      .enum(['never', 'later', 'after-change'])
      .describe('Whether it goes on by itself (`later`), or once somebody changed something.'),
    stage: z.string().nullable().describe('Where in the river it arose.'),
    errors: z.array(placedError).optional(),
  })
  .meta({ id: 'NotedProblem', description: 'Why something waits, is parked or is closed.' });

/** A time as `iso` writes it. */
export const moment = z.string().meta({ format: 'date-time', examples: ['2026-11-30T08:00:00.000Z'] });

const LATEST = 8.64e15;

/** Epoch ms as ISO 8601 in UTC. */
export function iso(at: number): string;
export function iso(at: number | null): string | null;
export function iso(at: number | null): string | null {
  // A duration of thousands of years may lead past the last day that can be written.
  return at === null ? null : new Date(Math.max(-LATEST, Math.min(LATEST, at))).toISOString();
}
