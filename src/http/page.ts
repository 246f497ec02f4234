/**
 * Pages of a list: `?limit=&cursor=` and the answer's `next_cursor`. A cursor holds the key of the last row
 * that was shown, so rows that are added meanwhile move nothing. It is opaque: its inside may change.
 */
import * as z from 'zod';
import { LIMITS } from '../core/limits.ts';
import type { Slice, Sliced } from '../core/records.ts';
import { answer } from './answers.ts';
import { decodeText, encodeText } from './base64url.ts';

/** What a list's rows are ordered by; the name keeps cursors of different lists apart. */
export interface Listing<Key> {
  readonly name: string;
  readonly key: z.ZodType<Key>;
}

export function byId(name: string): Listing<readonly [string]> {
  return { name, key: z.tuple([z.string()]) };
}

const limit = z
  .string()
  .regex(/^[0-9]{1,9}$/, { error: 'is not a whole number' })
  .transform(Number)
  .refine((it) => it >= 1, { error: 'is less than 1' })
  .transform((it) => Math.min(it, LIMITS.page_max))
  .default(LIMITS.page_default)
  // Counted in the address as text; for whoever asks it is a number.
  .meta({ type: 'integer', pattern: undefined, minimum: 1, examples: [50] })
  .describe(`Rows on a page; more than ${LIMITS.page_max} are ${LIMITS.page_max}.`);

/** The fields of a list's query. */
export function pageFields<Key>(list: Listing<Key>) {
  const cursor = z
    .string()
    .max(4_000)
    .transform((text, context) => {
      const key = list.key.safeParse(decode(list.name, text));
      if (key.success) return key.data;
      const params = { remedy: 'Send `next_cursor` of the page before, as it came.' };
      context.addIssue({ code: 'custom', message: 'is not a cursor of this list', params });
      return z.NEVER;
    })
    .optional()
    .describe('`next_cursor` of the page before.');
  return { limit, cursor };
}

export function sliceOf<Key>(query: {
  readonly limit: number;
  readonly cursor?: Key | undefined;
}): Slice<Key> {
  return { limit: query.limit, after: query.cursor ?? null };
}

export function answerPage<Row, Key>(
  list: Listing<Key>,
  page: Sliced<Row, Key>,
  view: (row: Row) => unknown,
): Response {
  return answer({
    items: page.items.map(view),
    next_cursor: page.next === null ? null : encode(list.name, page.next),
  });
}

/** What `answerPage` answers. */
export function pageOf(shown: z.ZodType) {
  const next = z
    .string()
    .nullable()
    .describe('Send it as `cursor` for the next page; null: this was the last.');
  return z.object({ items: z.array(shown), next_cursor: next });
}

/** A page of a short list that is in memory, in its own order. */
export function sliceList<Row, Key>(
  rows: readonly Row[],
  slice: Slice<Key>,
  keyOf: (row: Row) => Key,
  isAfter: (row: Row, key: Key) => boolean,
): Sliced<Row, Key> {
  const { after } = slice;
  const rest = after === null ? rows : rows.filter((row) => isAfter(row, after));
  const items = rest.slice(0, slice.limit);
  const last = items.at(-1);
  return { items, next: last && rest.length > slice.limit ? keyOf(last) : null };
}

/** For an answer that is no list of rows. */
export function encodeCursor<Key>(list: Listing<Key>, key: Key): string {
  return encode(list.name, key);
}

function encode(list: string, key: unknown): string {
  return encodeText(JSON.stringify([list, key]));
}

/** Whatever was sent: a key of this list, or undefined. */
function decode(list: string, text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(decodeText(text));
    return Array.isArray(parsed) && parsed[0] === list ? parsed[1] : undefined;
  } catch {
    return undefined;
  }
}
