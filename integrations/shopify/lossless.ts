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
  const quoted = quoteNumbers(text);
  if (quoted === text) return JSON.parse(text);
  try {
    return JSON.parse(quoted);
  } catch {
    // Throws with the place in the text as it came.
    JSON.parse(text);
    throw new Error('numbers were quoted in what they should not have been');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const COLON = 0x3a;
const COMMA = 0x2c;
const END_OF_LIST = 0x5d;
const END_OF_OBJECT = 0x7d;
/** A number of JSON, at lastIndex. */
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What JavaScript writes back as it was, seen without making a number of it. */
const EXACT = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * The text with quotes around each number that must stay text. One walk over the characters: JSON.parse that tells
 * the source of each number to a function takes five times as long. What is not JSON does not become JSON by it:
 * a number is quoted as a value only.
 */
function quoteNumbers(text: string): string {
  let made = '';
  let copied = 0;
  /** The last string, and whether a colon came after it: then it names what follows. */
  let string = '';
  let named = false;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      string = text.slice(at, end);
      named = false;
      at = end;
    } else if (code === MINUS || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = at;
      const source = NUMBER.exec(text)?.[0];
      if (source === undefined) return text;
      const end = at + source.length;
      if ((named && isId(string)) || !(EXACT.test(source) || String(Number(source)) === source)) {
        if (!isValue(text, end)) return text;
        made += `${text.slice(copied, at)}"${source}"`;
        copied = end;
      }
      named = false;
      at = end;
    } else {
      if (code === COLON) named = true;
      else if (code > 0x20) named = false;
      at++;
    }
  }
  return copied === 0 ? text : made + text.slice(copied);
}

/** Behind the closing quote of the string that begins there; the text's end when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
}

/** @param string with its quotes */
function isId(string: string): boolean {
  if (string.includes('\\')) {
    try {
      const key: unknown = JSON.parse(string);
      return key === 'id' || String(key).endsWith('_id');
    } catch {
      return false;
    }
  }
  return string === '"id"' || string.endsWith('_id"');
}

/** What ends there is a whole value: it names no member. */
function isValue(text: string, end: number): boolean {
  for (let at = end; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x20) return code === COMMA || code === END_OF_LIST || code === END_OF_OBJECT;
  }
  return true;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
