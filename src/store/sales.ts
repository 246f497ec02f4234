/**
 * Sales as they are read to be changed: the document, licenses, items and open reviews of an order, of many orders at
 * once where many ask together. The near end of settle. What must never happen here: parts of two versions taken for
 * one; the version is read first, and whoever writes in between makes the settle fail.
 */
import type { License } from '../core/plan.ts';
import type { LoadedSale, OrderItem } from '../core/store.ts';
import { type Database, jsonRows, type Row } from './database.ts';
import { makeTogether } from './together.ts';

/** Of one answer: libSQL servers refuse to send more than ten megabytes, and a sale that cannot be read ends for good. */
const LICENSES_AT_ONCE = 2_000;
// The ids lead: the planner must not read a table for each of them. A row comes as one JSON text, for a driver makes a
// value of each column at several times the cost.
const SALES = `SELECT o.id, s.doc, json_array(o.source, o.account, o.external_id, o.version, o.revision_id, o.next_at,
    o.state, json(o.flags)) AS told
  FROM json_each(?) j CROSS JOIN orders o ON o.id = j.value JOIN sales s ON s.order_id = o.id ORDER BY o.id, s.part`;
const LICENSES = `SELECT l.order_id, json_array(l.id, l.line_id, l.unit, l.part, l.generation, l.replaced, l.product,
    l.policy, json(l.fields), json(l.reasons), l.starts_at, l.created_at, l.valid_until) AS told
  FROM json_each(?) j CROSS JOIN licenses l ON l.order_id = j.value
  ORDER BY l.order_id, l.line_id, l.part, l.unit, l.generation LIMIT ${LICENSES_AT_ONCE} OFFSET ?`;
const ITEMS = `SELECT i.order_id, json_array(i.line_id, i.title, i.quantity, i.state, i.rule, i.product, i.policy, i.part,
    json(i.refs), json(i.problem), i.reason) AS told
  FROM json_each(?) j CROSS JOIN order_items i ON i.order_id = j.value ORDER BY i.order_id, i.ordinal`;
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
    // Each once: who asks twice would have its rows twice.
    const ids = jsonRows([...new Set(orderIds)]);
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

/** All of these were written by settle from these very types, and told in the order of the queries above. */
function readSale(
  parts: readonly Row[],
  licenses: readonly Row[],
  items: readonly Row[],
  reviews: readonly Row[],
): LoadedSale | null {
  const [row] = parts;
  if (!row) return null;
  const [source, account, external_id, version, revision_id, next_at, state, flags] = told<SaleTold>(row);
  return {
    order_id: String(row.id),
    source,
    account,
    external_id,
    version,
    revision_id,
    next_at,
    state,
    doc: JSON.parse(parts.map(({ doc }) => String(doc)).join('')),
    licenses: licenses.map((it): License => {
      const [id, line_id, unit, part, generation, replaced, product, policy, fields, reasons, ...times] =
        told<LicenseTold>(it);
      const [starts_at, issued_at, valid_until] = times;
      return {
        id, line_id, unit, part, generation, replaced: replaced === 1, product, policy, fields, reasons,
        starts_at, issued_at, valid_until,
      }; // biome-ignore format: in the order of the query
    }),
    items: items.map((it): OrderItem => {
      const [line_id, title, quantity, state, rule, product, policy, part, refs, problem, reason] =
        told<ItemTold>(it);
      return { line_id, title, quantity, state, rule, product, policy, part, refs, problem, reason };
    }),
    flags,
    reviews: reviews.map((it) => String(it.name)),
  };
}

function told<T>(row: Row): T {
  return JSON.parse(String(row.told));
}

type SaleTold = [
  source: string,
  account: string,
  external_id: string,
  version: number,
  revision_id: string,
  next_at: number | null,
  state: LoadedSale['state'],
  flags: readonly string[],
];
type LicenseTold = [
  id: string,
  line_id: string,
  unit: number,
  part: string,
  generation: number,
  replaced: 0 | 1,
  product: string,
  policy: string,
  fields: License['fields'],
  reasons: License['reasons'],
  starts_at: number,
  issued_at: number,
  valid_until: number | null,
];
type ItemTold = [
  line_id: string,
  title: string,
  quantity: number | null,
  state: OrderItem['state'],
  rule: string | null,
  product: string | null,
  policy: string | null,
  part: string | null,
  refs: OrderItem['refs'],
  problem: OrderItem['problem'],
  reason: string | null,
];
