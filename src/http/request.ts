/**
 * What a management request asks for, checked: query and body at once, every error with its place. What must
 * never happen here: a filter that is misspelled and therefore lets everything through.
 */
import type { Context } from 'hono';
import * as z from 'zod';
import { faultsOf, pathText } from '../core/faults.ts';
import { changedInReading, isDeep } from '../core/json.ts';
import { LIMITS } from '../core/limits.ts';
import { fail, invalid, ok, type PlacedError, type Result } from '../core/problem.ts';
import { readBody } from './body.ts';
import type { HttpEnv } from './ports.ts';

/** A request without query and body of its own takes none. */
export const nothing = z.strictObject({});

/** Of a request whose body is read otherwise. */
export function readQuery<Q extends z.ZodType>(c: Context<HttpEnv>, query: Q): Result<z.output<Q>> {
  const read = check('query', query, queryOf(c));
  return 'errors' in read ? invalid(read.errors) : ok(read.value);
}

/** @returns query and body, or `request_unreadable`, `request_invalid`, `body_too_large`. An empty body counts as {}. */
export async function readRequest<Q extends z.ZodType, B extends z.ZodType>(
  c: Context<HttpEnv>,
  schemas: { readonly query: Q; readonly body: B },
): Promise<Result<{ readonly query: z.output<Q>; readonly body: z.output<B> }>> {
  const raw = await readJson(c);
  if (!raw.ok) return raw;
  const query = check('query', schemas.query, queryOf(c));
  const body = check('body', schemas.body, raw.value.parsed);
  const { changed } = raw.value;
  if ('value' in query && 'value' in body && changed.length === 0)
    return ok({ query: query.value, body: body.value });
  return invalid([...changed, ...[query, body].flatMap((it) => ('errors' in it ? it.errors : []))]);
}

type Checked<T> = { readonly value: T } | { readonly errors: readonly PlacedError[] };

function check<S extends z.ZodType>(part: string, schema: S, raw: unknown): Checked<z.output<S>> {
  const read = schema.safeParse(raw);
  if (read.success) return { value: read.data };
  const errors = faultsOf(schema, read.error.issues, raw).map(({ path, message, remedy }) => ({
    file: 'request',
    path: pathText([part, ...path]),
    message,
    remedy,
  }));
  return { errors };
}

/** A name that is given twice becomes a list, which no schema takes. */
function queryOf(c: Context<HttpEnv>): Record<string, string | string[]> {
  const params = new URL(c.req.url).searchParams;
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const all = params.getAll(name);
      return [name, all.length === 1 ? (all[0] ?? '') : all];
    }),
  );
}

/** A body as it was read, and where that is not what was sent. */
interface ReadJson {
  readonly parsed: unknown;
  readonly changed: readonly PlacedError[];
}

async function readJson(c: Context<HttpEnv>): Promise<Result<ReadJson>> {
  const bytes = await readBody(c, LIMITS.api_body_bytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0) return ok({ parsed: {}, changed: [] });
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.value);
    const parsed: unknown = JSON.parse(text);
    // Deeper JSON is nobody's mapping; walking it would cost the stack.
    if (isDeep(parsed, LIMITS.data_depth))
      return fail('request_unreadable', `nested deeper than ${LIMITS.data_depth}`);
    const changed = changedInReading(parsed, ['body'])
      .slice(0, LIMITS.faults_told)
      .map(({ path, ...it }): PlacedError => ({ file: 'request', path: pathText(path), ...it }));
    return ok({ parsed, changed });
  } catch (error) {
    return fail('request_unreadable', error instanceof SyntaxError ? error.message : 'not UTF-8');
  }
}

/** A filter's text. */
export const word = z.string().min(1).max(500);
/** A name that people read: of a key, an account, a person. */
export const name = z
  .string()
  // Nothing that turns the text around it over, or is half a letter.
  .regex(/^(?=.*\S)[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]{1,200}$/u, {
    error: 'is not a name of 1 to 200 letters',
  })
  .meta({ examples: ['shop console'] });
export const yesNo = z
  .enum(['true', 'false'])
  .transform((it) => it === 'true')
  .meta({ type: 'boolean', enum: undefined });

/** An ISO 8601 time, or a day, which begins at midnight UTC. Becomes epoch ms. */
export const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'is not a time' })
  .transform((it) => Date.parse(it))
  .meta({ examples: ['2026-11-30', '2026-11-30T08:00:00Z'] });
