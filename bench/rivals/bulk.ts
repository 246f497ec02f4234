/**
 * The script that a drained backlog is held against: it inserts the very rows that Keyferry wrote, in one thread, with
 * prepared statements, hundreds of orders in a commit, and brings the events to their end. It knows every row before;
 * nothing is read, decided, drawn or guarded. As durable as Keyferry, with more memory for its cache.
 */
import { setImmediate as breath } from 'node:timers/promises';
import Libsql from 'libsql';
import { insertInto, openReader, type TableRows } from '../databases.ts';

const ORDERS_AT_ONCE = 500;

export interface Inserted {
  readonly ms: number;
  readonly cpuMs: number;
  readonly rows: number;
}

/**
 * @param into a database with the events, not drained
 * @param from the same database, drained
 * @returns ms from each transaction's begin to its commit, all together, and the processor time in it
 */
export async function insertSameRows(into: string, from: string): Promise<Inserted> {
  const db = new Libsql(into);
  db.pragma('journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA foreign_keys = ON');
  db.exec('PRAGMA cache_size = -65536');
  const reader = openReader(from);
  const prepared = new Map<string, Libsql.Statement>();
  const write = (it: TableRows) => {
    const isEvents = it.table === 'events';
    const statement = prepared.get(it.table) ?? db.prepare(isEvents ? END_OF_EVENT : insertInto(it));
    prepared.set(it.table, statement);
    for (const row of it.rows) statement.run(isEvents ? endOf(it.columns, row) : [...row]);
  };
  let ms = 0;
  let cpuMs = 0;
  let rows = 0;
  const orders = reader.orders(reader.count);
  for (let at = 0; at < orders.length; at += ORDERS_AT_ONCE) {
    const tables = reader.rowsOf(orders.slice(at, at + ORDERS_AT_ONCE));
    const begun = performance.now();
    const cpu = process.cpuUsage();
    db.exec('BEGIN IMMEDIATE');
    for (const it of tables) write(it);
    db.exec('COMMIT');
    ms += performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    cpuMs += (user + system) / 1000;
    rows += tables.reduce((all, it) => all + it.rows.length, 0);
    await breath();
  }
  reader.close();
  db.close();
  return { ms, cpuMs, rows };
}

const ENDED = ['state', 'problem', 'attempts', 'deaths', 'due_at', 'lease', 'order_id', 'id'];
const END_OF_EVENT = `UPDATE events SET ${ENDED.slice(0, -1)
  .map((column) => `${column} = ?`)
  .join(', ')} WHERE id = ?`;

function endOf(columns: readonly string[], row: readonly unknown[]): unknown[] {
  return ENDED.map((column) => row[columns.indexOf(column)]);
}
