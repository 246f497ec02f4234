/**
 * Sales as they are read to be changed: the document, licenses, items and open reviews of an order, of many orders at
 * once where many ask together. The near end of settle. What must never happen here: parts of two versions taken for
 * one; the version is read first, and whoever writes in between makes the settle fail.
 */
import type { LoadedSale, OrderItem } from '../core/store.ts';
import { type Database, jsonRows, type Row } from './database.ts';
import { makeTogether } from './together.ts';

/** Of one answer: libSQL servers refuse to send more than ten megabytes, and a sale that cannot be read ends for good. */
const LICENSES_AT_ONCE = 2_000;
// The ids lead: the planner must not read a table for each of them.
const SALES = `SELECT o.id, o.source, o.account, o.external_id, o.version, o.revision_id, o.next_at, o.state, o.flags, s.doc
  FROM json_each(?) j CROSS JOIN orders o ON o.id = j.value JOIN sales s ON s.order_id = o.id ORDER BY o.id, s.part`;
const LICENSES = `SELECT l.* FROM json_each(?) j CROSS JOIN licenses l ON l.order_id = j.value
  ORDER BY l.order_id, l.line_id, l.part, l.unit, l.generation LIMIT ${LICENSES_AT_ONCE} OFFSET ?`;
const ITEMS = `SELECT i.* FROM json_each(?) j CROSS JOIN order_items i ON i.order_id = j.value
  ORDER BY i.order_id, i.ordinal`;
const OPEN_REVIEWS = `SELECT r.order_id, r.name FROM json_each(?) j CROSS JOIN reviews r ON r.order_id = j.value
  WHERE r.state = 'open' ORDER BY r.name`;

/** @returns reads one sale; null when there is none of this order id */
export function makeLoadSale(db: Database): (orderId: string) => Promise<LoadedSale | null> {
  async function licenseRows(ids: string): Promise<Row[]> {
    const all: Row[] = [];
    for (let more = true; more; ) {
      const rows = await db.read(LICENSES, [ids, all.length]);
      all.push(...rows);
      more = rows.length === LICENSES_AT_ONCE;
    }
    return all;
  }

  async function load(orderIds: readonly string[]): Promise<(LoadedSale | null)[]> {
    const ids = jsonRows(orderIds);
    const sales = Map.groupBy(await db.read(SALES, [ids]), ({ id }) => id);
    if (sales.size === 0) return orderIds.map(() => null);
    const licenses = Map.groupBy(await licenseRows(ids), ({ order_id }) => order_id);
    const items = Map.groupBy(await db.read(ITEMS, [ids]), ({ order_id }) => order_id);
    const reviews = Map.groupBy(await db.read(OPEN_REVIEWS, [ids]), ({ order_id }) => order_id);
    return orderIds.map((id) => {
      const parts = sales.get(id) ?? [];
      return readSale(parts, licenses.get(id) ?? [], items.get(id) ?? [], reviews.get(id) ?? []);
    });
  }

  return makeTogether(async (orderIds: readonly string[]) => {
    try {
      return await load(orderIds);
    } catch (error) {
      // Together they may be more than a server puts into one answer.
      if (orderIds.length <= 1) throw error;
      const all: (LoadedSale | null)[] = [];
      for (const id of orderIds) all.push(...(await load([id])));
      return all;
    }
  });
}

/** The document and the license columns were written by settle from these very types. */
function readSale(
  parts: readonly Row[],
  licenses: readonly Row[],
  items: readonly Row[],
  reviews: readonly Row[],
): LoadedSale | null {
  const [row] = parts;
  if (!row) return null;
  return {
    order_id: String(row.id),
    source: String(row.source),
    account: String(row.account),
    external_id: String(row.external_id),
    version: Number(row.version),
    revision_id: String(row.revision_id),
    next_at: row.next_at === null ? null : Number(row.next_at),
    // As all of these.
    state: row.state as LoadedSale['state'],
    doc: JSON.parse(parts.map(({ doc }) => String(doc)).join('')),
    licenses: licenses.map((it) => ({
      id: String(it.id),
      line_id: String(it.line_id),
      unit: Number(it.unit),
      part: String(it.part),
      generation: Number(it.generation),
      replaced: it.replaced === 1,
      product: String(it.product),
      policy: String(it.policy),
      fields: JSON.parse(String(it.fields)),
      reasons: JSON.parse(String(it.reasons)),
      starts_at: Number(it.starts_at),
      issued_at: Number(it.created_at),
      valid_until: it.valid_until === null ? null : Number(it.valid_until),
    })),
    items: items.map(readItem),
    flags: JSON.parse(String(row.flags)),
    reviews: reviews.map((it) => String(it.name)),
  };
}

/** An item as settle wrote it. */
export function readItem(row: Row): OrderItem {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    line_id: String(row.line_id),
    title: String(row.title),
    quantity: row.quantity === null ? null : Number(row.quantity),
    // Written from this very type.
    state: row.state as OrderItem['state'],
    rule: text(row.rule),
    product: text(row.product),
    policy: text(row.policy),
    part: text(row.part),
    refs: JSON.parse(String(row.refs)),
    problem: row.problem === null ? null : JSON.parse(String(row.problem)),
    reason: text(row.reason),
  };
}
