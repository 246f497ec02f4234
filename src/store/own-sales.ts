/**
 * What a reconciliation reads of the sales that are here. It stands beside the river and writes nothing. What must never
 * happen here: a list that reads all orders of all years for a range of one day.
 */
import type { Looked, OwnSales } from '../core/reconcile.ts';
import { type Database, jsonRows } from './database.ts';
import { firstIdAt } from './record-queries.ts';
import { integer, parsed } from './rows.ts';

/** Nobody's order is here before it was bought; but clocks differ. */
const SKEW_MS = 24 * 3_600_000;

/** Ids are time-ordered, so the primary key leads to the first that may be of the range. */
const BOUGHT = `SELECT id, external_id, bought_at FROM orders
  WHERE id > ? AND +source = ? AND account = ?
  AND coalesce(bought_at, created_at) >= ? AND coalesce(bought_at, created_at) < ? ORDER BY id LIMIT ?`;

/** A version names the events that it came of. */
const CHANGED_BY = `SELECT e.key, v.order_id, o.external_id, v.version, v.changes
  FROM events e JOIN orders o ON o.id = e.order_id JOIN sale_versions v ON v.order_id = e.order_id
  WHERE e.source = ? AND e.key IN (SELECT value FROM json_each(?)) AND v.cause LIKE '%"' || e.id || '"%'
  ORDER BY v.version`;

export function makeOwnSales(db: Database): OwnSales {
  return {
    bought: async ({ source, account, from, to }, after, limit) => {
      const first = firstIdAt(Math.max(0, from - SKEW_MS), 'ord');
      const rows = await db.read(BOUGHT, [after ?? first, source, account, from, to, limit]);
      return rows.map(({ id, external_id, bought_at }) => ({
        id: String(id),
        external_id: String(external_id),
        bought_at: integer(bought_at),
      }));
    },

    changedBy: async (source, keys) => {
      if (keys.length === 0) return new Map();
      const rows = await db.read(CHANGED_BY, [source, jsonRows(keys)]);
      const found = new Map<string, Looked>();
      for (const { key, order_id, external_id, version, changes } of rows) {
        const before = found.get(String(key));
        found.set(String(key), {
          order_id: String(order_id),
          external_id: String(external_id),
          made: before?.made === true || Number(version) === 1,
          changes: [...(before?.changes ?? []), ...parsed<Looked['changes']>(changes)],
        });
      }
      return found;
    },
  };
}
