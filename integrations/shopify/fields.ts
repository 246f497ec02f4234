/**
 * Small readers of single JSON fields, shared by all readers of this shop. `undefined` in, or of the wrong type:
 * null out. What must never happen here: a default that no payload said.
 */
import type { Json } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { isObject, type JsonObject } from './lossless.ts';

/** Text, trimmed; '' is null. Numbers give their digits, for the ids of other writers. */
export function text(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** An id of this shop: digits, however many. */
export function digits(value: Json | undefined): string | null {
  const written = text(value);
  return written !== null && /^\d{1,40}$/.test(written) ? written : null;
}

const OFFSET = /(?:z|[+-]\d{2}:?\d{2})$/i;

/** An ISO time with its offset as epoch ms; without one it would mean another moment in each time zone. What lies outside of what shops write is none: nothing is computed with it. */
export function time(value: Json | undefined): number | null {
  const ms = typeof value === 'string' && OFFSET.test(value) ? Date.parse(value) : Number.NaN;
  return ms >= 0 && ms <= LIMITS.latest_time_ms ? ms : null;
}

/** A count of units, a number: 0, 1, 2… also written as `2.0`, which stays text. `"2"` is none. */
export function count(value: Json | undefined): number | null {
  if (typeof value === 'string') return /^\d{1,15}\.0{1,15}$/.test(value) ? Number(value) : null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function object(value: Json | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

/** The objects of a list; null when it is no list. */
export function objects(value: Json | undefined): readonly JsonObject[] | null {
  return Array.isArray(value) ? value.filter(isObject) : null;
}

/** The first that is not null. */
export function first<T>(...candidates: readonly (T | null)[]): T | null {
  return candidates.find((it) => it !== null) ?? null;
}
