/**
 * Makes a database large: rows of orders that Keyferry settled, again and again with ids of their own, as scattered as
 * a shop's. Bodies are left out, as if they were pruned. What must never happen here: two orders that share a name.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import Libsql from 'libsql';
import { ID_BYTES, makeLicenseKeys, timeOrderedId } from '../src/core/keys.ts';
import { insertInto, openReader, putInOneFile, type TableRows } from './databases.ts';
import { makeDigits, orderIdOf } from './deliveries.ts';

/** Orders that are copied from. */
const ORIGINALS = 100;
const ORDERS_AT_ONCE = 2_000;
/** The copies are older than what is there: a second between two. */
const APART_MS = 1_000;
/** Drawn as Keyferry draws them: 256 share a group. */
const licenseKey = makeLicenseKeys(randomBytes, { now: () => 0 });

/** @param path of a closed database with some settled orders, @param count of orders that it is to have */
export async function multiply(path: string, count: number): Promise<void> {
  const reader = openReader(path);
  const missing = count - reader.count;
  const originals = reader.orders(ORIGINALS).map((order) => patternOf(reader.rowsOf([order]), order));
  reader.close();
  const db = new Libsql(path);
  // Whoever pulls the plug now makes it anew.
  db.exec('PRAGMA synchronous = OFF');
  db.exec('PRAGMA cache_size = -1048576');
  for (const { name } of indexesOf(db)) db.exec(`DROP INDEX ${name}`);
  const prepared = new Map<string, Libsql.Statement>();
  const nextDigits = makeDigits();
  const begun = Date.now() - missing * APART_MS;
  for (let at = 0; at < missing; at++) {
    if (at % ORDERS_AT_ONCE === 0) db.exec('BEGIN');
    const original = originals[at % originals.length];
    for (const it of original?.(nextDigits(), begun + at * APART_MS) ?? []) {
      const statement = prepared.get(it.table) ?? db.prepare(insertInto(it));
      prepared.set(it.table, statement);
      for (const row of it.rows) statement.run([...row]);
    }
    if (at % ORDERS_AT_ONCE < ORDERS_AT_ONCE - 1 && at < missing - 1) continue;
    db.exec('COMMIT');
    // Whoever wants to stop the bench is heard.
    await breath();
  }
  db.close();
  putInOneFile(path);
}

function indexesOf(db: Libsql.Database): { readonly name: string }[] {
  // libSQL answers rows as plain objects by column name.
  return db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'bench_%'")
    .all([]) as {
    name: string;
  }[];
}

type Copy = (digits: string, at: number) => TableRows[];

/** Of one order: all its rows as one text, cut at every id, and how each id is made anew. */
function patternOf(tables: readonly TableRows[], order: string): Copy {
  const { columns = [], rows = [] } = tables.find(({ table }) => table === 'orders') ?? {};
  const externalId = String(rows[0]?.[columns.indexOf('external_id')]);
  const digits = externalId.slice(1);
  if (orderIdOf(digits) !== externalId) throw new Error(`${order} is no order of the bench: ${externalId}`);
  const ids = new RegExp(
    `${digits}|(?:ord|evt|lic|cus)_[0-9a-hjkmnp-tv-z]{26}|[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}|[0-9a-f]{64}`,
    'g',
  );
  const text = JSON.stringify(tables);
  const pieces = text.split(ids);
  const found = text.match(ids) ?? [];
  return (newDigits, at) => {
    const made = new Map([[digits, newDigits]]);
    const copy = pieces.map((piece, i) => {
      const id = found[i];
      if (id === undefined) return piece;
      const other = made.get(id) ?? anew(id, at);
      made.set(id, other);
      return piece + other;
    });
    // The same shape as the text that it was made of.
    return JSON.parse(copy.join('')) as TableRows[];
  };
}

function anew(id: string, at: number): string {
  if (id.includes('_')) return timeOrderedId(id.slice(0, 3), at, randomBytes(ID_BYTES));
  return id.includes('-') ? licenseKey() : randomBytes(32).toString('hex');
}
