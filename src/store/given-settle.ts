/**
 * What a settle has to do with keys that were given out before: it reads those of its sale, fails where it did not see
 * all of them, and marks those that it used, all in its own batch. What must never happen here: a license with a new
 * key beside one that was taken in meanwhile.
 */
import type { GivenKey } from '../core/adoption.ts';
import type { Settlement } from '../core/store.ts';
import {
  type Database,
  jsonChunks,
  jsonRows,
  type Row,
  type SqlValue,
  type Statement,
  statement,
} from './database.ts';
import { type Names, namesJson } from './together.ts';

/** In the order in which they were taken in. */
const OF_SALES = `SELECT j.value->>0 AS asker, g.id, g.line, g.product, g.key, g.created_by
  FROM json_each(?) j CROSS JOIN given_keys g
    ON g.source = j.value->>1 AND g.account = j.value->>2 AND g.name = j.value->>3
  WHERE g.license_id IS NULL ORDER BY g.rowid`;

/** Those of each sale that no license has. */
export async function givenKeysOf(db: Database, sales: readonly Names[]): Promise<readonly GivenKey[][]> {
  const rows = Map.groupBy(await db.read(OF_SALES, [namesJson(sales)]), ({ asker }) => asker);
  return sales.map((_, n) => (rows.get(n) ?? []).map(readKey));
}

export function readKey(row: Row): GivenKey {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    id: String(row.id),
    line: text(row.line),
    product: text(row.product),
    key: String(row.key),
    created_by: String(row.created_by),
  };
}

/** There are keys of this sale that it does not know of. */
export const UNSEEN = `EXISTS (SELECT 1 FROM given_keys WHERE source = ? AND account = ?
  AND name IN (SELECT value FROM json_each(?)) AND license_id IS NULL
  AND id NOT IN (SELECT value FROM json_each(?)))`;

type Seeing = Pick<Settlement, 'source' | 'account' | 'doc' | 'keys_seen'>;

/** The values of UNSEEN; none for a settlement that need not see any. */
export function seenParams(it: Seeing): SqlValue[] {
  return it.keys_seen ? [it.source, it.account, jsonRows(it.doc.refs), jsonRows(it.keys_seen)] : [];
}

/** What holds while a settlement has seen all the keys there are: for the end of a WHERE, with its values. */
export function sawAll(it: Seeing): { readonly sql: string; readonly params: readonly SqlValue[] } {
  return { sql: it.keys_seen ? `AND NOT ${UNSEEN}` : '', params: seenParams(it) };
}

/**
 * Of a settle, behind its version: the same version once more, which no database takes, where a key that it uses is
 * free no longer; and the licenses of those that it used.
 */
export function givenStatements(it: Settlement, valueBytes: number): Statement[] {
  if (!it.keys_seen) return [];
  const used = it.changes.flatMap((change) =>
    'given' in change && change.given ? [{ key: change.key, license_id: change.license_id }] : [],
  );
  const chunks = jsonChunks(used, valueBytes);
  return [
    ...chunks.map((json) => statement(STILL_FREE, json, it.order_id, it.version)),
    ...chunks.map((json) => statement(USE, json)),
  ];
}

const STILL_FREE = `INSERT INTO sale_versions SELECT * FROM sale_versions WHERE order_id = ?2 AND version = ?3
  AND EXISTS (SELECT 1 FROM json_each(?1) j WHERE NOT EXISTS (
    SELECT 1 FROM given_keys WHERE key = j.value->>'key' AND license_id IS NULL))`;
const USE = `UPDATE given_keys SET license_id = j.value->>'license_id'
  FROM json_each(?1) j WHERE given_keys.key = j.value->>'key'`;
