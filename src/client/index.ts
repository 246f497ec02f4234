/**
 * The typed client of the management API: `import { keyferry } from 'keyferry/client'`. What each operation takes and
 * answers comes from openapi.json. It stands outside of the house, and runs wherever there is `fetch`. What must never
 * happen here: an expected failure that is thrown where it could be a value.
 * @example
 * const api = keyferry({ url: 'http://localhost:3000', key });
 * const order = await api.GET('/v1/orders/{id}', { path: { id: 'ord_1' } });
 * if (order.ok) console.log(order.value.items);
 * else console.error(order.problem.code, order.problem.hint);
 */
import createClient from 'openapi-fetch';
import type { Paths, Problem } from './paths.ts';

export type * from './paths.ts';

/** What failed, also where no Keyferry was reached: `unreachable`, or `not_keyferry` for an answer of something else. */
export type Failed = Omit<Problem, 'code'> & {
  readonly code: Problem['code'] | 'unreachable' | 'not_keyferry';
};

export type Answer<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly status: number;
      /** Its version, where it has one: send it as `ifMatch` with a change. */
      readonly etag: string | null;
    }
  | {
      readonly ok: false;
      readonly problem: Failed;
      /** How long it asks to be left alone, in ms. */
      readonly retryAfterMs: number | null;
    };

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = {
  [P in keyof Paths]: M extends keyof Paths[P] ? P : never;
}[keyof Paths];
type Of<P extends keyof Paths, M extends Method> = Paths[P] extends Readonly<Record<M, infer O>> ? O : never;
type AnswerOf<O> = O extends { answer: infer T } ? T : never;

export interface Options {
  /** A change is refused with `edited_meanwhile` if another version is there by now. */
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
type Init<O> = Omit<O, 'answer'> & Options;
/** Left out where nothing is needed. */
type Rest<I> = Record<never, never> extends I ? [init?: I] : [init: I];

type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...rest: Rest<Init<Of<P, M>>>
) => Promise<Answer<AnswerOf<Of<P, M>>>>;

export interface Keyferry {
  readonly GET: Call<'get'>;
  readonly POST: Call<'post'>;
  readonly PUT: Call<'put'>;
  readonly PATCH: Call<'patch'>;
  readonly DELETE: Call<'delete'>;
}

export interface Access {
  /** Where Keyferry answers: `https://keys.example.com`. */
  readonly url: string;
  readonly key: string;
  /** Instead of the global one. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

interface Asked extends Options {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** A client with this key; nothing is asked yet. */
export function keyferry({ url, key, fetch: own }: Access): Keyferry {
  const client = createClient<AnyPaths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${key}` },
    ...(own ? { fetch: own } : {}),
  });

  async function ask(method: Method, at: string, asked: Asked = {}): Promise<Answer<unknown>> {
    const { path = {}, query = {}, body, ifMatch, signal } = asked;
    try {
      const { data, error, response } = await client.request(method, at, {
        params: { path, query },
        parseAs: 'text',
        headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      return response.ok ? readGood(response, data, at) : readBad(response, error, at);
    } catch (error) {
      if (signal?.aborted) throw error;
      const why = error instanceof Error && error.cause ? error.cause : error;
      return { ok: false, problem: foreign('unreachable', 0, String(why), at), retryAfterMs: null };
    }
  }

  const call = (method: Method) => (path: string, init?: Asked) => ask(method, path, init);
  const methods = {
    GET: call('get'),
    POST: call('post'),
    PUT: call('put'),
    PATCH: call('patch'),
    DELETE: call('delete'),
  };
  // One function for all paths: what each of them takes and answers, only the types know.
  return methods as Keyferry;
}

/** For openapi-fetch, which is told of no path: ours are typed in `Call`. */
type AnyPaths = Record<string, Record<Method, AnyOperation>>;
interface AnyOperation {
  readonly parameters: { readonly path: object; readonly query: object };
  readonly requestBody?: { readonly content: { readonly 'application/json': unknown } };
  readonly responses: { readonly 200: { readonly content: { readonly 'text/plain': string } } };
}

function readGood(response: Response, text: unknown, path: string): Answer<unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    return { ok: true, value, status: response.status, etag: response.headers.get('etag') };
  } catch {
    return readBad(response, text, path);
  }
}

function readBad(response: Response, said: unknown, path: string): Answer<never> {
  const { status, headers } = response;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return {
    ok: false,
    problem: isProblem(said) ? said : foreign('not_keyferry', status, String(said).slice(0, 300), path),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  };
}

function isProblem(it: unknown): it is Problem {
  return typeof it === 'object' && it !== null && 'code' in it && 'hint' in it;
}

/** In place of an answer that Keyferry would give. */
function foreign(code: 'unreachable' | 'not_keyferry', status: number, detail: string, path: string): Failed {
  const [title, hint] =
    code === 'unreachable'
      ? ['Keyferry cannot be reached', 'Look whether it runs, and whether the address is right.']
      : ['The answer is none of Keyferry', 'Look at the address, and at what stands in front of Keyferry.'];
  return { type: `urn:keyferry:problem:${code}`, title, status, code, detail, hint, instance: path };
}

/** Lists: paths whose answers come in pages. */
type ListPath = {
  [P in PathsWith<'get'>]: AnswerOf<Of<P, 'get'>> extends {
    readonly next_cursor: unknown;
    readonly items: unknown;
  }
    ? P
    : never;
}[PathsWith<'get'>];
type RowOf<T> = T extends { readonly items: readonly (infer Row)[] } ? Row : never;
type QueryOf<O> = O extends { query: infer Q } ? Q : O extends { query?: infer Q } ? Q : never;
type NamesOf<O> = O extends { path: infer N } ? N : Readonly<Record<string, string>>;

/**
 * All rows of a list, page after page. Where it asks too often, it waits as it is told and goes on.
 * @param names what varies in the path
 * @throws ProblemError
 * @example
 * for await (const order of all(api, '/v1/orders', { state: 'parked' })) console.log(order.external_id);
 */
export async function* all<P extends ListPath>(
  api: Keyferry,
  path: P,
  query?: Omit<NonNullable<QueryOf<Of<P, 'get'>>>, 'cursor'>,
  names?: NamesOf<Of<P, 'get'>>,
): AsyncGenerator<RowOf<AnswerOf<Of<P, 'get'>>>, void, undefined> {
  // What every list answers; the types of its rows stand in the signature.
  const get = api.GET as unknown as (path: P, init: object) => Promise<Answer<Page<P>>>;
  let cursor: string | null = null;
  do {
    const after = cursor === null ? {} : { cursor };
    const page: Page<P> = await patiently(() =>
      get(path, { query: { limit: 200, ...query, ...after }, path: names ?? {} }),
    );
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

interface Page<P extends ListPath> {
  readonly items: readonly RowOf<AnswerOf<Of<P, 'get'>>>[];
  readonly next_cursor: string | null;
}

/** So often in a row it waits. */
const MOST_WAITS = 10;

async function patiently<T>(ask: () => Promise<Answer<T>>): Promise<T> {
  for (let waits = 0; ; waits++) {
    const answer = await ask();
    if (answer.ok) return answer.value;
    const { problem, retryAfterMs } = answer;
    if (problem.code !== 'rate_limited' || waits >= MOST_WAITS) throw new ProblemError(problem);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs ?? 1_000));
  }
}

/** A problem where there is no place for it as a value. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Failed;
  constructor(problem: Failed) {
    super(problem.detail === '' ? problem.title : `${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}
