/**
 * The ledger: orders and licenses as they are read, and the settle that changes them. The far end of walk two.
 * What must never happen here: a conflict taken for a success, or a bug of ours for a conflict.
 */
import type { RandomBytes } from '../core/ports.ts';
import { inParts } from '../core/settlement.ts';
import type { Ledger, LoadedSale, OrderItem, Settlement } from '../core/store.ts';
import { BatchError, type Database, type Row, statement, storable } from './database.ts';
import { givenKeysOf, sawAll } from './given-settle.ts';
import { NEXT_AT, nextAt, settleStatements } from './settle.ts';
import { makeTogether, type Names, namesJson } from './together.ts';

type Outcome = Awaited<ReturnType<Ledger['settle']>>;

/** Of one answer: libSQL servers refuse to send more than ten megabytes, and a sale that cannot be read ends for good. */
const LICENSES_AT_ONCE = 2_000;
const LICENSES = `SELECT * FROM licenses WHERE order_id = ? ORDER BY line_id, part, unit, generation
  LIMIT ${LICENSES_AT_ONCE} OFFSET ?`;
const OPEN_REVIEWS = `SELECT name FROM reviews WHERE order_id = ? AND state = 'open' ORDER BY name`;

/** The names lead: the planner must not read the table for each of them. */
const ORDERS = `SELECT j.value->>0 AS asker, r.ref, r.order_id FROM json_each(?) j CROSS JOIN sale_refs r
  ON r.source = j.value->>1 AND r.account = j.value->>2 AND r.ref = j.value->>3`;

export function makeLedger(db: Database, random: RandomBytes): Ledger {
  const ordersOf = makeTogether(async (sales: readonly Names[]) => {
    const rows = Map.groupBy(await db.read(ORDERS, [namesJson(sales)]), ({ asker }) => asker);
    return sales.map(
      (_, n) => new Map((rows.get(n) ?? []).map((row) => [String(row.ref), String(row.order_id)])),
    );
  });
  const givenKeys = makeTogether((sales: readonly Names[]) => givenKeysOf(db, sales));

  async function settleOne(it: Settlement): Promise<Outcome> {
    try {
      await db.batch(settleStatements(it, random, db.limits));
      return 'settled';
    } catch (error) {
      if (!(error instanceof BatchError) || error.kind !== 'conflict') throw error;
      if (error.message.includes('events.state')) return 'lease_lost';
      if (error.message.includes('sale_versions.cause')) return 'buried';
      // Only a UNIQUE key says that someone else was first; any other constraint is a bug of ours.
      if (error.message.includes('UNIQUE')) return 'conflict';
      throw error;
    }
  }

  /** Whoever writes between two answers takes the next version, and what was read is of no use. */
  async function licenseRows(orderId: string): Promise<Row[]> {
    const all: Row[] = [];
    for (let more = true; more; ) {
      const rows = await db.read(LICENSES, [orderId, all.length]);
      all.push(...rows);
      more = rows.length === LICENSES_AT_ONCE;
    }
    return all;
  }

  return {
    findOrders: async (source, account, names) => {
      const found = await ordersOf({ source, account, refs: names });
      // By the names as they were asked for.
      return new Map(
        names.flatMap((name) => {
          const orderId = found.get(storable(name));
          return orderId === undefined ? [] : [[name, orderId] as const];
        }),
      );
    },

    loadSale: async (orderId) => {
      const parts = await db.read(
        `SELECT o.source, o.account, o.external_id, o.version, o.revision_id, o.next_at, o.state, o.flags, s.doc
         FROM orders o JOIN sales s ON s.order_id = o.id WHERE o.id = ? ORDER BY s.part`,
        [orderId],
      );
      const [row] = parts;
      if (!row) return null;
      const licenses = await licenseRows(orderId);
      const items = await db.read('SELECT * FROM order_items WHERE order_id = ? ORDER BY ordinal', [orderId]);
      const reviews = await db.read(OPEN_REVIEWS, [orderId]);
      // The document and the license columns were written by `settle` below from these very types.
      return {
        order_id: orderId,
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
    },

    givenKeys: (source, account, refs) => givenKeys({ source, account, refs }),

    settle: async (it) => {
      for (const part of inParts(it, db.limits.value_bytes)) {
        const outcome = await settleOne(part);
        // What was written before is whole for its slots; whoever reads again plans the rest.
        if (outcome !== 'settled') return outcome;
      }
      return 'settled';
    },

    reschedule: async (it) => {
      const all = sawAll(it);
      await db.batch([
        statement(
          `UPDATE orders SET next_at = ${NEXT_AT} WHERE id = ? AND version = ? ${all.sql}`,
          ...nextAt(it, true),
          it.order_id,
          it.version,
          ...all.params,
        ),
      ]);
    },

    postpone: async (orderId, nextAt) => {
      await db.batch([statement('UPDATE orders SET next_at = ? WHERE id = ?', nextAt, orderId)]);
    },

    dueOrders: async (now, limit) => {
      const rows = await db.read(
        'SELECT id FROM orders WHERE next_at IS NOT NULL AND next_at <= ? ORDER BY next_at LIMIT ?',
        [now, limit],
      );
      return rows.map((row) => String(row.id));
    },
  };
}

/** An item as `itemStatements` wrote it. */
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
