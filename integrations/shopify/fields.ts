/**
 * Small readers of single JSON fields, shared by all readers of this shop. `undefined` in, or of the wrong type:
 * null out. What must never happen here: a default that no payload said.
 */
import type { Json } from '../../src/core/json.ts';
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

/** An ISO time with its offset as epoch ms. */
export function time(value: Json | undefined): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** A count of units: 0, 1, 2… also written as `2.0`. */
export function count(value: Json | undefined): number | null {
  const written = text(value);
  return written !== null && /^\d{1,15}(\.0+)?$/.test(written) ? Number(written) : null;
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
