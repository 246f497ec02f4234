/**
 * Mapping revisions: mapping and catalog together, append-only. The highest number of a source runs.
 */
import type { AuditEntry } from '../core/audit.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { NewRevision, RevisionKey, Revisions, StoredRevision } from '../core/store.ts';
import { audited } from './audit.ts';
import { BatchError, batchOnce, type Database, type Row, statement } from './database.ts';
import { pageOf, term } from './lists.ts';

export function makeRevisions(db: Database, random: RandomBytes): Revisions {
  return {
    current: async () => {
      const rows = await db.read(
        `SELECT * FROM mapping_revisions r WHERE number =
           (SELECT max(number) FROM mapping_revisions WHERE source = r.source) ORDER BY source`,
      );
      return rows.map(read);
    },
    byId: async (id) => {
      const [row] = await db.read('SELECT * FROM mapping_revisions WHERE id = ?', [id]);
      return row ? read(row) : null;
    },
    of: async (source) => {
      const rows = await db.read('SELECT * FROM mapping_revisions WHERE source = ? ORDER BY number DESC', [
        source,
      ]);
      return rows.map(read);
    },
    page: (source, slice) =>
      pageOf(
        db,
        {
          select: 'SELECT * FROM mapping_revisions',
          terms: [term('source = ?', source), ...(slice.after ? [term('number < ?', slice.after[0])] : [])],
          by: 'number DESC',
          read,
          key: (row): RevisionKey => [Number(row.number)],
        },
        slice,
      ),
    add: async (it, after, now) => {
      const id = timeOrderedId('rev', now, random(ID_BYTES));
      const number = after + 1;
      try {
        const added = [
          statement(
            `INSERT INTO mapping_revisions (id, source, number, origin, mapping, catalog, created_at, created_by)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
            id,
            it.source,
            number,
            it.origin,
            JSON.stringify(it.mapping),
            JSON.stringify(it.catalog),
            now,
            it.created_by,
          ),
          audited(deedOf(it, { id, number }), now, random),
          // Parked lines are looked at again under the new rules, by the same clock that wakes all else.
          statement(
            `UPDATE orders SET next_at = ? WHERE id IN
               (SELECT order_id FROM order_items WHERE state = 'parked' AND source = ?)`,
            now,
            it.source,
          ),
        ];
        await batchOnce(db, added, statement('SELECT 1 FROM mapping_revisions WHERE id = ?', id));
      } catch (error) {
        if (error instanceof BatchError && error.kind === 'conflict') return 'conflict';
        throw error;
      }
      const { why: _told, ...stored } = it;
      return { ...stored, id, number, created_at: now };
    },
    stamp: async () => {
      const [row] = await db.read('SELECT max(rowid) AS stamp FROM mapping_revisions');
      return Number(row?.stamp ?? 0);
    },
  };
}

/** What the mapping says stands in its revisions: the log names them. */
function deedOf(
  { source, origin, created_by, why }: NewRevision,
  { id, number }: Pick<StoredRevision, 'id' | 'number'>,
): AuditEntry {
  return {
    actor: created_by,
    action: why?.action ?? (origin === 'file' ? 'mapping.file' : 'mapping.put'),
    subject: source,
    before: number === 1 ? null : { revision: number - 1 },
    after: { revision: number, revision_id: id, ...why?.after },
    note: why?.note,
  };
}

function read(row: Row): StoredRevision {
  return {
    id: String(row.id),
    source: String(row.source),
    number: Number(row.number),
    origin: row.origin === 'file' ? 'file' : 'api',
    mapping: JSON.parse(String(row.mapping)),
    catalog: JSON.parse(String(row.catalog)),
    created_at: Number(row.created_at),
    created_by: String(row.created_by),
  };
}
