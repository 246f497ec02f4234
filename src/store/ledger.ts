/**
 * The ledger: orders and licenses as they are read, and the settle that changes them. The far end of walk two.
 * What must never happen here: a conflict taken for a success, or a bug of ours for a conflict.
 */
import type { RandomBytes } from '../core/ports.ts';
import { inParts } from '../core/settlement.ts';
import type { Ledger, Settlement } from '../core/store.ts';
import { BatchError, type Database, statement, storable } from './database.ts';
import { givenKeysOf, sawAll } from './given-settle.ts';
import { makeLoadSale } from './sales.ts';
import { changesText, NEXT_AT, nextAt, settleStatements } from './settle.ts';
import { makeTogether, type Names, namesJson } from './together.ts';

type Outcome = Awaited<ReturnType<Ledger['settle']>>;

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

  async function settleOne(it: Settlement, told: string): Promise<Outcome> {
    try {
      await db.batch(settleStatements(it, told, random, db.limits));
      return 'settled';
    } catch (error) {
      if (!(error instanceof BatchError) || error.kind !== 'conflict') throw error;
      if (error.message.includes('events.state')) return 'lease_lost';
      if (error.message.includes('sale_versions.cause')) return 'buried';
      // A key came or went since they were looked at.
      if (error.message.includes('sale_versions.at')) return 'conflict';
      // Only a UNIQUE key says that someone else was first; any other constraint is a bug of ours.
      if (error.message.includes('UNIQUE')) return 'conflict';
      throw error;
    }
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

    loadSale: makeLoadSale(db),

    givenKeys: (source, account, refs) => givenKeys({ source, account, refs }),

    settle: async (it) => {
      const told = changesText(it);
      for (const part of inParts(it, db.limits.value_bytes, told.length)) {
        const outcome = await settleOne(part, part === it ? told : changesText(part));
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
