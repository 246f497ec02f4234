/**
 * Mapping revisions: mapping and catalog together, append-only. The highest number of a source runs. What must never
 * happen here: of several that belong together, some.
 */
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { Origin, Revisions, Sold, StoredRevision } from '../core/revisions.ts';
import { audited, mustHold } from './audit.ts';
import {
  BatchError,
  batchOnce,
  type Database,
  jsonRows,
  type Row,
  type Statement,
  statement,
} from './database.ts';
import { sliced } from './lists.ts';

const ORIGINS: readonly Origin[] = ['file', 'api', 'catalog'];
const INSERT = `INSERT INTO mapping_revisions (id, source, number, origin, mapping, catalog, created_at, created_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
/** Parked lines are looked at again under the new rules, by the same clock that wakes all else. */
const WAKE = `UPDATE orders SET next_at = ? WHERE id IN
  (SELECT order_id FROM order_items WHERE state = 'parked' AND source = ?)`;
/** The words of the index `licenses_sold`. No code has a slash in it: what is between two texts is one product's. */
const ISSUED = `licenses WHERE product || '/' || policy >= ? AND product || '/' || policy < ?`;
const GIVEN = 'given_keys WHERE license_id IS NULL AND product IS NOT NULL AND product = ?';
/** Where a product's licenses stand in the index, or those of one policy. */
function range({ product, policy }: Sold): [from: string, to: string] {
  // The next letter after the slash is 0; between a text and itself with \u0001 behind it stands nothing else.
  return policy === undefined
    ? [`${product}/`, `${product}0`]
    : [`${product}/${policy}`, `${product}/${policy}\u0001`];
}

function untouched(it: Sold): Statement[] {
  const unissued = mustHold(`NOT EXISTS (SELECT 1 FROM ${ISSUED})`, ...range(it));
  if (it.policy !== undefined) return [unissued];
  return [unissued, mustHold(`NOT EXISTS (SELECT 1 FROM ${GIVEN})`, it.product)];
}

export function makeRevisions(db: Database, random: RandomBytes): Revisions {
  const one = async (where: string, ...params: (string | number)[]): Promise<StoredRevision | null> => {
    const [row] = await db.read(`SELECT * FROM mapping_revisions WHERE ${where}`, params);
    return row ? read(row) : null;
  };

  return {
    current: async () => {
      const rows = await db.read(
        `SELECT * FROM mapping_revisions r WHERE number =
           (SELECT max(number) FROM mapping_revisions WHERE source = r.source) ORDER BY source`,
      );
      return rows.map(read);
    },

    byId: (id) => one('id = ?', id),
    newest: (source, origins = ORIGINS) =>
      one(
        'source = ? AND origin IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT 1',
        source,
        jsonRows(origins),
      ),
    numbered: (source, number) => one('source = ? AND number = ?', source, number),

    of: async (source, slice) => {
      const below = slice.after?.[0] ?? Number.MAX_SAFE_INTEGER;
      const rows = await db.read(
        'SELECT * FROM mapping_revisions WHERE source = ? AND number < ? ORDER BY number DESC LIMIT ?',
        [source, below, slice.limit + 1],
      );
      return sliced(rows, slice, read, (row) => [Number(row.number)] as const);
    },

    add: async (all, now, audit, unsold) => {
      const added = all.map(({ after, ...it }): StoredRevision => {
        const id = timeOrderedId('rev', now, random(ID_BYTES));
        return { ...it, id, number: after + 1, created_at: now };
      });
      const statements = [
        ...(unsold ? untouched(unsold) : []),
        ...added.flatMap(({ id, source, number, origin, mapping, catalog, created_by }) => [
          statement(
            INSERT,
            id,
            source,
            number,
            origin,
            JSON.stringify(mapping),
            JSON.stringify(catalog),
            now,
            created_by,
          ),
          statement(WAKE, now, source),
        ]),
        ...audit.map((it) => audited(it, now, random)),
      ];
      const there = statement('SELECT 1 FROM mapping_revisions WHERE id = ?', added[0]?.id ?? '');
      try {
        await batchOnce(db, statements, there);
      } catch (error) {
        if (error instanceof BatchError && error.kind === 'conflict') return 'conflict';
        throw error;
      }
      return added;
    },

    sold: async (it) => {
      const most = LIMITS.counted_references;
      const [licenses, given] = await Promise.all([
        db.read(`SELECT id FROM ${ISSUED} LIMIT ${most}`, range(it)),
        it.policy === undefined ? db.read(`SELECT id FROM ${GIVEN} LIMIT ${most}`, [it.product]) : [],
      ]);
      const ids = licenses.slice(0, LIMITS.named_references).map(({ id }) => String(id));
      return { licenses: licenses.length, license_ids: ids, given_keys: given.length };
    },

    stamp: async () => {
      const [row] = await db.read('SELECT max(rowid) AS stamp FROM mapping_revisions');
      return Number(row?.stamp ?? 0);
    },
  };
}

function read(row: Row): StoredRevision {
  return {
    id: String(row.id),
    source: String(row.source),
    number: Number(row.number),
    origin: ORIGINS.find((it) => it === row.origin) ?? 'api',
    mapping: JSON.parse(String(row.mapping)),
    catalog: JSON.parse(String(row.catalog)),
    created_at: Number(row.created_at),
    created_by: String(row.created_by),
  };
}
