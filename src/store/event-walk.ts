/**
 * Events by a filter, oldest first, page by page: what a replay walks through. Beside the river. What must never happen
 * here: an event that is walked past because its state changed, or a query that begins at the first event each time.
 */
import type { EventWalk, WalkFilter } from '../core/replays.ts';
import { type Database, jsonRows } from './database.ts';
import { eventTerms, type Term, term, when } from './record-queries.ts';
import { text } from './rows.ts';

export function makeEventWalk(db: Database): EventWalk {
  return {
    newest: async () => {
      const [row] = await db.read('SELECT id FROM events ORDER BY id DESC LIMIT 1');
      return text(row?.id);
    },

    count: async (filter, until, most) => {
      const terms = [...termsOf(filter, 'e'), term('e.id <= ?', until)];
      const rows = `SELECT 1 FROM events e WHERE ${where(terms)} LIMIT ?`;
      const [row] = await db.read(`SELECT count(*) AS count FROM (${rows})`, [...paramsOf(terms), most]);
      return Number(row?.count);
    },

    page: async (filter, { after, until }, limit, again) => {
      const terms = [...termsOf(filter, 'e'), term('e.id > ? AND e.id <= ?', after, until)];
      const earlier = again ? termsOf(filter, 'p') : [];
      const before = `EXISTS (SELECT 1 FROM events p WHERE p.order_id = e.order_id AND p.id < e.id
        AND p.state = 'done' AND EXISTS (SELECT 1 FROM event_bodies WHERE event_id = p.id) AND ${where(earlier)})`;
      const rows = await db.read(
        `SELECT e.id, e.order_id, ${again ? `e.state = 'done' AND ${before}` : '0'} AS again
         FROM events e WHERE ${where(terms)} ORDER BY e.id LIMIT ?`,
        [...paramsOf(earlier), ...paramsOf(terms), limit],
      );
      return rows.map((row) => ({
        id: String(row.id),
        order_id: text(row.order_id),
        again: row.again === 1,
      }));
    },

    missing: async (ids) => {
      const rows = await db.read('SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?))', [
        jsonRows(ids),
      ]);
      const found = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !found.has(id));
    },
  };
}

function termsOf({ ids, ...filter }: WalkFilter, table: string): readonly Term[] {
  const named = when(ids, (it) => term(`${table}.id IN (SELECT value FROM json_each(?))`, jsonRows(it)));
  return [...eventTerms(filter, table), ...named];
}

function where(terms: readonly Term[]): string {
  return terms.length === 0 ? 'true' : terms.map(({ sql }) => `(${sql})`).join(' AND ');
}

function paramsOf(terms: readonly Term[]) {
  return terms.flatMap(({ params }) => params);
}
