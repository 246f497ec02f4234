/**
 * JSON of this shop, read without losing a digit. It stands before everything that looks into a body.
 * What must never happen here: a 64-bit id passing through a JavaScript number, where
 * 866550311766439020 and 866550311766439000 become equal.
 */
import type { Json } from '../../src/core/json.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';

export type JsonObject = { readonly [key: string]: Json };

/**
 * Parses UTF-8 JSON. Ids (`id`, `*_id`) always become text, and so does any number that JavaScript would write
 * back differently (`199.0`, integers beyond 2^53). A byte order mark is allowed.
 * @returns `body_unparsable` for bytes that are not UTF-8, not JSON, or not a JSON object
 */
export function parseObject(bytes: Uint8Array): Result<JsonObject> {
  let value: Json;
  try {
    value = parseText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail('body_unparsable', failureOf(error));
  }
  return isObject(value) ? ok(value) : fail('body_unparsable', 'the body is not a JSON object');
}

/** Never the error's own text: it quotes the body, and with it whoever buys. The place at its end is ours to tell. */
function failureOf(error: unknown): string {
  if (error instanceof TypeError) return 'the body is not UTF-8';
  if (!(error instanceof SyntaxError)) return 'the body cannot be read as JSON';
  const place = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(error.message)?.[1];
  return place === undefined ? 'the body is not JSON' : `the body is not JSON from position ${place} on`;
}

/** As `parseObject`, for text and for any JSON value. Throws a SyntaxError as JSON.parse does. */
export function parseText(text: string): Json {
  return JSON.parse(text, (key: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source;
    // Node before 22 does not tell the source. Going on would corrupt ids silently.
    if (source === undefined)
      throw new Error('JSON.parse of this engine does not tell the source text of numbers');
    return key === 'id' || key.endsWith('_id') || String(value) !== source ? source : value;
  });
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
