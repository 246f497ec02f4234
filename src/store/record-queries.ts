/**
 * The texts that records.ts reads with: plain SQL, its filters put together from fixed texts with `?` for every
 * value. What must never happen here: a value inside a text, or a text that reads a large table from end to end
 * where an index could lead.
 */
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { IdKey, ReviewKey, ReviewState, Slice } from '../core/records.ts';
import { EVENTS_LOOK, firstOf, groupsOf, type Page, type Term, term } from './lists.ts';

export const ORDERS = `SELECT o.*, c.account_id AS c_account_id, a.name AS c_account_name, c.email AS c_email, c.name AS c_name,
  c.company AS c_company, c.phone AS c_phone, c.reference AS c_reference, c.created_at AS c_created_at,
  c.version AS c_version
  FROM orders o LEFT JOIN customers c ON c.id = o.customer_id LEFT JOIN accounts a ON a.id = c.account_id`;
export const LOOKED_ORDERS = 'SELECT o.id, o.source, o.state, o.test FROM orders o';
export const CUSTOMERS = `SELECT c.*, a.name AS account_name FROM customers c LEFT JOIN accounts a ON a.id = c.account_id`;
export const ITEMS_OF = `SELECT * FROM order_items WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, ordinal`;
export const LICENSES_OF = `SELECT * FROM licenses WHERE order_id IN (SELECT value FROM json_each(?))
  ORDER BY order_id, line_id, part, unit, generation`;
export const NEXT_DUE = `SELECT min(at) AS at FROM (
  SELECT min(due_at) AS at FROM events WHERE state IN ('received', 'waiting') AND lease IS NULL
  UNION ALL SELECT min(next_at) FROM orders WHERE next_at IS NOT NULL
  UNION ALL SELECT min(due_at) FROM jobs WHERE due_at IS NOT NULL AND lease IS NULL)`;
export const PARKED = `SELECT i.*, o.external_id, o.created_at AS since FROM order_items i JOIN orders o ON o.id = i.order_id`;
export const LINE = `SELECT i.*, o.external_id, o.created_at AS since, o.version FROM order_items i JOIN orders o ON o.id = i.order_id
  WHERE i.order_id = ? AND i.line_id = ? ORDER BY i.ordinal LIMIT 1`;
export const WHOLE_LICENSE = `SELECT l.*, o.version FROM licenses l JOIN orders o ON o.id = l.order_id WHERE l.id = ?`;
export const DOC = 'SELECT doc FROM sales WHERE order_id = ? ORDER BY part';
export const REVIEWS = `SELECT r.*, o.external_id, o.source, o.account FROM reviews r JOIN orders o ON o.id = r.order_id`;

/**
 * A ref is stored under (source, account, ref). The few pairs there are get found by leaping from one to the
 * next, so that a name is looked up in each without an index of its own.
 */
export const KNOWN_BY = `o.id IN (
  WITH RECURSIVE pairs (source, account) AS (
    SELECT * FROM (SELECT source, account FROM sale_refs ORDER BY source, account LIMIT 1)
    UNION ALL
    SELECT next.source, next.account FROM pairs p JOIN sale_refs next ON next.rowid = coalesce(
      (SELECT rowid FROM sale_refs WHERE source = p.source AND account > p.account ORDER BY account LIMIT 1),
      (SELECT rowid FROM sale_refs WHERE source > p.source ORDER BY source, account LIMIT 1)))
  SELECT r.order_id FROM pairs p CROSS JOIN sale_refs r ON r.source = p.source AND r.account = p.account AND r.ref = ?)`;

/**
 * When the newest event of each source came: found among the newest of all, or else, for a source that sleeps,
 * by what is written of its pace, to the minute. Only for one that never spoke since there is a pace, its own events
 * are looked through.
 */
export const LAST_EVENTS = `WITH recent AS MATERIALIZED (SELECT source, received_at FROM events ORDER BY id DESC LIMIT 2000)
  SELECT value AS source, coalesce(
    (SELECT max(received_at) FROM recent WHERE recent.source = value),
    (SELECT max(last_at) FROM source_days WHERE source = value),
    (SELECT received_at FROM events WHERE rowid =
      (SELECT max(rowid) FROM events INDEXED BY events_key WHERE source = value))) AS at
  FROM json_each(?)`;

/** Of events that wait or are parked the newest of each group; of them all, and of parked lines, the newest is told. */
export const LAST_PROBLEMS = `SELECT e.source, e.problem, e.received_at AS at, e.id AS event_id, e.order_id
  FROM (${groupsOf(EVENTS_LOOK)}
    SELECT (${firstOf(EVENTS_LOOK, [], '1')}) AS id FROM groups g
    WHERE g.state IN ('parked', 'waiting') AND g.source IN (SELECT value FROM json_each(?))) newest
  CROSS JOIN events e ON e.id = newest.id WHERE e.problem IS NOT NULL
  UNION ALL
  SELECT i.source, i.problem, o.created_at, NULL, i.order_id FROM json_each(?) j
  JOIN order_items i ON i.rowid = (SELECT rowid FROM order_items WHERE state = 'parked' AND source = j.value
    AND problem IS NOT NULL ORDER BY order_id DESC LIMIT 1)
  JOIN orders o ON o.id = i.order_id`;

/** Few are open, and an index lists them by their time; of the others the newest are those of the newest orders. */
export function reviewsIn(
  state: ReviewState,
  last: ReviewKey | null,
): Pick<Page<unknown, ReviewKey>, 'terms' | 'by'> & { readonly rest: readonly Term[] } {
  // The words of the partial index must stand in the query for it to be used.
  if (state === 'open') {
    const more = last ? [term('(r.created_at, r.order_id, r.name) < (?, ?, ?)', ...last)] : [];
    return {
      terms: [term(`r.state = 'open'`), ...more],
      by: 'r.created_at DESC, r.order_id DESC, r.name DESC',
      rest: [],
    };
  }
  const more = last ? [term('(r.order_id, r.name) < (?, ?)', last[1], last[2])] : [];
  return { terms: more, by: 'r.order_id DESC, r.name DESC', rest: [term('state = ?', state)] };
}

export function after(column: string, slice: Slice<IdKey>): Term[] {
  return slice.after ? [term(`${column} < ?`, slice.after[0])] : [];
}

/** Orders run newest first, the lines of one order in their own order. */
export function afterLine(order: string, ordinal: number): Term {
  return term('order_id <= ? AND (order_id < ? OR ordinal > ?)', order, order, ordinal);
}

/** Ids begin with the time of their making: a time is a place in their index. */
export function firstIdAt(at: number, prefix: 'evt' | 'ref' | 'job' | 'ord' | 'aud' = 'evt'): string {
  return timeOrderedId(prefix, Math.max(0, at), new Uint8Array(ID_BYTES));
}
