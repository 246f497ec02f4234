/**
 * One route of the management API: what it asks, what it answers, and the words of its page. From here come the
 * checks of each request, openapi.json and the typed client alike. What must never happen here: a query or a body
 * that a route reads without its schema.
 */
import type { Context } from 'hono';
import type * as z from 'zod';
import { ok, type Problem, type ProblemCode, problem } from '../../core/problem.ts';
import type { KeyHolder, Scope } from '../../core/records.ts';
import { answerProblem, type ProblemExtras } from '../answers.ts';
import type { AppPorts, HttpEnv } from '../ports.ts';
import { nothing, readQuery, readRequest } from '../request.ts';

/** An answer, or a file that is sent, in CSV: its columns. */
export interface CsvAnswer {
  readonly csv: readonly string[];
}

/** A problem that answers here with another status than the table's. */
interface Answered {
  readonly code: ProblemCode;
  readonly status: number;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under the origin, with `:name` for what varies. */
  readonly path: string;
  /** What a key must be allowed to do. */
  readonly scope: Scope;
  /** A few words, as a heading: `List orders`. */
  readonly summary: string;
  /** In openapi.json and the client, where method and path do not say it: `issueOrder`. */
  readonly name?: string;
  /** What a reader of the reference should know besides. Markdown. */
  readonly description?: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The body is a file in CSV, of these columns; it is not read before it is handled. */
  readonly upload?: CsvAnswer;
  /** By status: what a good answer holds. */
  readonly answers: Readonly<Record<number, z.ZodType | CsvAnswer>>;
  /** Problems of its own; those that any request may meet are told once for all. */
  readonly problems?: readonly (ProblemCode | Answered)[];
  readonly handle: (c: Context<HttpEnv>, ports: AppPorts) => Promise<Response>;
}

/** The names of what varies in a path: `/v1/orders/:id` → `id`. */
type ParamsOf<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

/** A request whose parts fit their schemas. */
export interface Asked<Path extends string, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: Readonly<Record<ParamsOf<Path>, string>>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly holder: KeyHolder;
  /** Of `If-Match`: one of these must be the version that is changed. Null: any may be. */
  readonly versions: readonly number[] | null;
  /** Of a route with an upload: the file. */
  readonly upload: ReadableStream<Uint8Array> | null;
  /** Answers with a problem of the table. */
  readonly refuse: (it: Problem, extras?: ProblemExtras) => Response;
}

type Nothing = typeof nothing;

/** A route that has its request read and checked before it is handled. */
export function route<
  const Path extends string,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>(
  it: Omit<Route, 'handle' | 'path' | 'query' | 'body'> & {
    readonly path: Path;
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (asked: Asked<Path, Query, Body>, ports: AppPorts) => Promise<Response>;
  },
): Route {
  const { query = nothing, body = nothing } = it;
  return {
    ...it,
    handle: async (c, ports) => {
      const refuse = (problem: Problem, extras?: ProblemExtras) => answerProblem(c, problem, extras);
      const read = it.upload ? readQueryAlone(c, query) : await readRequest(c, { query, body });
      if (!read.ok) return refuse(read.problem);
      return it.handle(
        {
          // The router has matched the path, so each of its names is there.
          params: c.req.param() as Asked<Path, Query, Body>['params'],
          // Where a route has no schema of its own, its type is that of `nothing`, which was taken.
          query: read.value.query as z.output<Query>,
          // As with the query.
          body: read.value.body as z.output<Body>,
          holder: c.get('holder'),
          versions: versionsOf(c.req.header('if-match')),
          upload: it.upload ? c.req.raw.body : null,
          refuse,
        },
        ports,
      );
    },
  };
}

function readQueryAlone<Q extends z.ZodType>(c: Context<HttpEnv>, query: Q) {
  const read = readQuery(c, query);
  return read.ok ? ok({ query: read.value, body: {} }) : read;
}

/** `"7"`, or several; what is no version of ours fits none. */
function versionsOf(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return [...header.matchAll(/(?:^|,)\s*"(\d{1,15})"\s*(?=,|$)/g)].map(([, digits]) => Number(digits));
}

/** The header of a representation that carries its version: what `If-Match` is compared with. */
export function etag(version: number): { readonly etag: string } {
  return { etag: `"${version}"` };
}

/** @param what as a sentence: `no order of this id` */
export function gone(what: string): Problem {
  return problem('not_found', what);
}
