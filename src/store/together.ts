/**
 * Questions to the database that are asked in the same breath become one. Walk two takes up many events at once,
 * and each asks the same about its own sale: one read for all costs little more than one for each, and over a
 * network it is one way instead of many. What must never happen here: one asker's answer given to another.
 */

import { isUnavailable } from '../core/store.ts';
import { jsonRows, storable } from './database.ts';

/** What one sale is called. */
export interface Names {
  readonly source: string;
  readonly account: string;
  readonly refs: readonly string[];
}

/** A row for each name as it is stored: `[asker, source, account, ref]`, the asker by its place. */
export function namesJson(sales: readonly Names[]): string {
  return jsonRows(
    sales.flatMap(({ source, account, refs }, asker) =>
      [...new Set(refs.map(storable))].map((ref) => [asker, source, account, ref]),
    ),
  );
}

/** Keys of one question. */
const KEYS_AT_ONCE = 64;

interface Asked<K, V> {
  readonly key: K;
  resolve(value: V): void;
  reject(error: unknown): void;
}

/**
 * @param load answers each key, in their order
 * @returns asks for one key; those asked before the next turn of the microtasks go together
 */
export function makeTogether<K, V>(
  load: (keys: readonly K[]) => Promise<readonly V[]>,
): (key: K) => Promise<V> {
  let waiting: Asked<K, V>[] = [];

  async function answer(asked: readonly Asked<K, V>[]): Promise<void> {
    try {
      const values = await load(asked.map(({ key }) => key));
      if (values.length !== asked.length) throw new Error(`${values.length} answers to ${asked.length} keys`);
      for (const [n, value] of values.entries()) asked[n]?.resolve(value);
    } catch (error) {
      // The fault of one of them is none of the others': each goes on alone.
      if (asked.length > 1 && !isUnavailable(error)) for (const it of asked) await answer([it]);
      else for (const it of asked) it.reject(error);
    }
  }

  return (key) =>
    new Promise<V>((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (waiting.length > 1) return;
      queueMicrotask(() => {
        const all = waiting;
        waiting = [];
        for (let at = 0; at < all.length; at += KEYS_AT_ONCE) void answer(all.slice(at, at + KEYS_AT_ONCE));
      });
    });
}
