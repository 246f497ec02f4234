/**
 * Events by a filter, oldest first, page by page: what a replay walks through. Beside the river. What must never happen
 * here: an event that is walked past because its state changed, or a query that begins at the first event each time.
 */
import type { EventWalk, WalkFilter } from '../core/replays.ts';
import { type Database, jsonRows } from './database.ts';
import { EVENTS_LOOK, grouped, groupsOf, type Term, term, when } from './lists.ts';
import { firstIdAt } from './record-queries.ts';
import { text } from './rows.ts';

const OLDEST_FIRST = { ...EVENTS_LOOK, by: 'id' };

export function makeEventWalk(db: Database): EventWalk {
  return {
    newest: async () => {
      const [row] = await db.read('SELECT id FROM events ORDER BY id DESC LIMIT 1');
      return text(row?.id);
    },

    count: async (filter, until, most) => {
      const rows = [...between(filter, 'e.id'), term('e.id <= ?', until)];
      const led = ledBy(filter);
      const terms = [...(led ?? groupsIn(filter, 'g.')), ...(led ? groupsIn(filter, '+e.') : []), ...rows];
      const all = led
        ? `SELECT 1 FROM events e WHERE ${where(terms)} LIMIT ?`
        : `${groupsOf(EVENTS_LOOK)} SELECT 1 FROM groups g CROSS JOIN events e INDEXED BY events_look
           ON e.source = g.source AND e.state = g.state AND e.type = g.type WHERE ${where(terms)} LIMIT ?`;
      const [row] = await db.read(`SELECT count(*) AS count FROM (${all})`, [...paramsOf(terms), most]);
      return Number(row?.count);
    },

    page: async (filter, { after, until }, limit, again) => {
      const inside = (column: string) => [
        ...between(filter, column),
        term(`${column} > ? AND ${column} <= ?`, after, until),
      ];
      const led = ledBy(filter);
      const terms = led
        ? [...led, ...groupsIn(filter, '+e.'), ...inside('e.id')]
        : [grouped(OLDEST_FIRST, 'e.id', groupsIn(filter, 'g.'), inside('id'), limit)];
      const earlier = again
        ? [...groupsIn(filter, '+p.'), ...between(filter, 'p.id'), ...(ledBy(filter, '+p.') ?? [])]
        : [];
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

/** What leads to few events by itself; null where all are walked, or groups of them. */
function ledBy({ ids, order, ...filter }: WalkFilter, of = 'e.'): readonly Term[] | null {
  const led = [
    ...when(ids, (it) => term(`${of}id IN (SELECT value FROM json_each(?))`, jsonRows(it))),
    ...when(order, (it) => term(`${of}order_id = ?`, it)),
  ];
  return led.length > 0 || groupsIn(filter, '').length === 0 ? led : null;
}

function groupsIn({ source, state, type }: WalkFilter, of: string): readonly Term[] {
  return [
    ...when(source, (it) => term(`${of}source = ?`, it)),
    ...when(state, (it) => term(`${of}state = ?`, it)),
    ...when(type, (it) => term(`${of}type = ?`, it)),
  ];
}

function between({ from, to }: WalkFilter, column: string): readonly Term[] {
  return [
    ...when(from, (it) => term(`${column} >= ?`, firstIdAt(it))),
    ...when(to, (it) => term(`${column} < ?`, firstIdAt(it))),
  ];
}

function where(terms: readonly Term[]): string {
  return terms.length === 0 ? 'true' : terms.map(({ sql }) => `(${sql})`).join(' AND ');
}

function paramsOf(terms: readonly Term[]) {
  return terms.flatMap(({ params }) => params);
}
