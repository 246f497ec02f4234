/**
 * Keys that were given out before Keyferry, until the licenses of their sales have taken them. It stands beside the
 * inbox; what settle does with them is in given-settle.ts. What must never happen here: a key taken in beside a sale
 * that issued in the meantime.
 */
import type { GivenKeyRecord, GivenKeys } from '../core/given-keys.ts';
import type { Around } from '../core/given-rows.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { RandomBytes } from '../core/ports.ts';
import { audited } from './audit.ts';
import { type Database, jsonChunks, jsonRows, type Row, statement } from './database.ts';
import { readKey } from './given-settle.ts';
import { sliced, term } from './lists.ts';
import { parsed, text } from './rows.ts';

const SAME_KEYS = 'SELECT * FROM given_keys WHERE key IN (SELECT value FROM json_each(?))';
const LICENSES_BY_KEY =
  'SELECT id, key, order_id FROM licenses WHERE key IN (SELECT value FROM json_each(?))';
const SALES = `SELECT r.ref, o.id, o.version FROM sale_refs r JOIN orders o ON o.id = r.order_id
  WHERE r.source = ? AND r.account = ? AND r.ref IN (SELECT value FROM json_each(?))`;
const ITEMS = `SELECT order_id, line_id, refs, product, state FROM order_items
  WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, ordinal`;
const LICENSED = `SELECT DISTINCT order_id, line_id, product FROM licenses
  WHERE order_id IN (SELECT value FROM json_each(?))`;
/** Only beside what its row was judged by: a sale that came, or changed, since then is looked at again. */
const ADD = `INSERT INTO given_keys (id, source, account, name, line, product, key, created_at, created_by)
  SELECT j.value->>'id', ?1, ?2, j.value->>'name', j.value->>'line', j.value->>'product', j.value->>'key', ?3, ?4
  FROM json_each(?5) j
  WHERE NOT EXISTS (SELECT 1 FROM licenses l WHERE l.key = j.value->>'key')
    AND CASE WHEN j.value->>'order_id' IS NULL
      THEN NOT EXISTS (SELECT 1 FROM sale_refs r
        WHERE r.source = ?1 AND r.account = ?2 AND r.ref = j.value->>'name')
      ELSE EXISTS (SELECT 1 FROM orders o
        WHERE o.id = j.value->>'order_id' AND o.version = j.value->>'version') END
  ORDER BY j.key
  ON CONFLICT (key) DO NOTHING RETURNING key`;
/** The sales that wait for them are taken up by the clock. */
const WAKE = `UPDATE orders SET next_at = ?1 WHERE id IN (
  SELECT j.value->>'order_id' FROM json_each(?2) j JOIN given_keys g ON g.key = j.value->>'key'
  WHERE g.id = j.value->>'id')`;
const FREE = `SELECT rowid AS place, * FROM given_keys
  WHERE source = ? AND license_id IS NULL AND (account, name, rowid) > (?, ?, ?)
  ORDER BY account, name, rowid LIMIT ?`;
const FREE_KEY = 'SELECT 1 FROM given_keys WHERE id = ? AND license_id IS NULL';
const TAKEN = 'SELECT 1 FROM given_keys WHERE id IN (SELECT value FROM json_each(?))';
/** How many, and of which sales: never the keys. */
const TOLD = `SELECT json_object('account', ?, 'given_keys', count(*), 'names', json_group_array(name))
  FROM (SELECT name FROM given_keys WHERE id IN (SELECT value FROM json_each(?)))`;
const DROP = 'DELETE FROM given_keys WHERE id = ? AND license_id IS NULL RETURNING id';

export function makeGivenKeys(db: Database, random: RandomBytes): GivenKeys {
  return {
    around: async ({ source, account }, rows) => {
      const keys = jsonRows(rows.map(({ key }) => key));
      const [taken, licenses, sales] = await Promise.all([
        db.read(SAME_KEYS, [keys]),
        db.read(LICENSES_BY_KEY, [keys]),
        db.read(SALES, [source, account, jsonRows([...new Set(rows.map(({ name }) => name))])]),
      ]);
      // After their versions: whoever changes a sale in between makes its rows be judged again.
      const orders = jsonRows([...new Set(sales.map((row) => row.id))]);
      const [items, licensed] =
        sales.length === 0
          ? [[], []]
          : await Promise.all([db.read(ITEMS, [orders]), db.read(LICENSED, [orders])]);
      const itemsBy = Map.groupBy(items, (row) => row.order_id);
      const licensedBy = Map.groupBy(licensed, (row) => row.order_id);
      const saleOf = (row: Row): Around['sale'] => ({
        order_id: String(row.id),
        version: Number(row.version),
        items: (itemsBy.get(row.id) ?? []).map((it) => ({
          line_id: String(it.line_id),
          refs: parsed(it.refs),
          product: text(it.product),
          // A column that settle writes from this very type.
          state: it.state as NonNullable<Around['sale']>['items'][number]['state'],
        })),
        licensed: (licensedBy.get(row.id) ?? []).map((it) => ({
          line_id: String(it.line_id),
          product: String(it.product),
        })),
      });
      const takenBy = new Map(
        taken.map((row) => [row.key, { ...readRecord(row), used: row.license_id !== null }]),
      );
      const licenseBy = new Map(
        licenses.map((row) => [row.key, { id: String(row.id), order_id: String(row.order_id) }]),
      );
      const saleBy = new Map(sales.map((row) => [row.ref, saleOf(row)]));
      return rows.map(({ name, key }) => ({
        taken: takenBy.get(key) ?? null,
        license: licenseBy.get(key) ?? null,
        sale: saleBy.get(name) ?? null,
      }));
    },

    add: async ({ source, account }, rows, by, now) => {
      const made = rows.map((row) => ({ ...row, id: timeOrderedId('giv', now, random(ID_BYTES)) }));
      const chunks = jsonChunks(made, db.limits.value_bytes);
      const added = chunks.map((json) => statement(ADD, source, account, now, by, json));
      const ids = jsonRows(made.map(({ id }) => id));
      const deed = { actor: by, action: 'adoption.take_in', subject: source, before: null, after: null };
      const results = await db.batch([
        ...added,
        ...chunks.map((json) => statement(WAKE, now, json)),
        audited(deed, now, random, {
          where: term(`EXISTS (${TAKEN})`, ids),
          after: term(TOLD, account, ids),
        }),
      ]);
      return new Set(results.slice(0, added.length).flatMap((it) => it.map((row) => String(row.key))));
    },

    free: async (source, slice) => {
      const after = slice.after ?? ['', '', 0];
      const rows = await db.read(FREE, [source, ...after, slice.limit + 1]);
      return sliced(rows, slice, readRecord, (row) => [
        String(row.account),
        String(row.name),
        Number(row.place),
      ]);
    },

    drop: async (id, by, now) => {
      const [row] = await db.read('SELECT * FROM given_keys WHERE id = ? AND license_id IS NULL', [id]);
      if (!row) return false;
      const { source, account, name, line, product } = readRecord(row);
      const before = { source, account, name, line, product };
      const deed = { actor: by, action: 'adoption.drop', subject: id, before, after: null };
      const [, rows] = await db.batch([
        audited(deed, now, random, { where: term(`EXISTS (${FREE_KEY})`, id) }),
        statement(DROP, id),
      ]);
      return rows?.length === 1;
    },
  };
}

function readRecord(row: Row): GivenKeyRecord {
  return {
    ...readKey(row),
    source: String(row.source),
    account: String(row.account),
    name: String(row.name),
    created_at: Number(row.created_at),
  };
}
