/**
 * How a page of a long list is found, whatever is asked for: group by group in an index that runs by time within each,
 * or by a look at so many rows and no more. Beside records.ts. What must never happen here: a page whose cost grows
 * with the rows that it does not show.
 */
import { LIMITS } from '../core/limits.ts';
import type { Slice, Sliced } from '../core/records.ts';
import type { Database, Row, SqlValue } from './database.ts';

/** One condition of a WHERE, with its values. */
export interface Term {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export const term = (sql: string, ...params: SqlValue[]): Term => ({ sql, params });

/** A condition for a filter that is set, none for one that is not. */
export function when<T>(value: T | undefined, make: (value: T) => Term): Term[] {
  return value === undefined ? [] : [make(value)];
}

/** An index whose first columns make few groups, and whose rows run by what follows in each of them. */
export interface Look {
  readonly table: string;
  readonly index: string;
  readonly columns: readonly string[];
  /** Where the index is partial: its own words. */
  readonly where?: string;
  /** What names a row: `id` if left out. */
  readonly name?: string;
  /** How rows run within a group; by `id`, the newest first, if left out. */
  readonly by?: string;
}

export const ORDERS_LOOK: Look = {
  table: 'orders',
  index: 'orders_look',
  columns: ['source', 'state', 'test'],
};
export const EVENTS_LOOK: Look = {
  table: 'events',
  index: 'events_look',
  columns: ['source', 'state', 'type'],
};
export const LICENSES_LOOK: Look = {
  table: 'licenses',
  index: 'licenses_look',
  columns: ['product', 'state'],
};
/** What may run out, the latest end first. */
export const LICENSES_END: Look = {
  table: 'licenses',
  index: 'licenses_end',
  columns: ['product'],
  where: `state = 'active' AND valid_until IS NOT NULL`,
  by: 'valid_until DESC, id DESC',
};
/** Lines of one order in their own order. */
export const PARKED_LOOK: Look = {
  table: 'order_items',
  index: 'order_items_parked',
  columns: ['source'],
  where: `state = 'parked'`,
  name: 'rowid',
  by: 'order_id DESC, ordinal',
};

/**
 * The groups there are, found by leaping from one to the next: as many steps as there are groups, however many rows.
 * It ends where a query may follow that reads `groups`.
 */
export function groupsOf({ table, index, columns, where = 'true' }: Look): string {
  const [list, from] = [columns.join(', '), `FROM ${table} INDEXED BY ${index} WHERE ${where}`];
  // The next value of the last column, else of the one before it: compared as a row, all of the group would be passed over.
  const nexts = columns.map((column, n) => {
    const same = columns.slice(0, n).map((it) => `${it} = g.${it} AND `);
    return `(SELECT rowid FROM ${table} WHERE ${where} AND ${same.join('')}${column} > g.${column} ORDER BY ${list} LIMIT 1)`;
  });
  return `WITH RECURSIVE groups (${list}) AS (
    SELECT * FROM (SELECT ${list} ${from} ORDER BY ${list} LIMIT 1)
    UNION ALL
    SELECT ${columns.map((it) => `n.${it}`).join(', ')} FROM groups g
      CROSS JOIN ${table} n ON n.rowid = coalesce(${[...nexts.reverse(), 'NULL'].join(', ')}))`;
}

/** The rows of group `g` that are first in its order: a query for the names of as many as its parameter says. */
export function firstOf(look: Look, terms: readonly Term[] = [], limit = '?'): string {
  const { table, index, columns, where = 'true', name = 'id', by = 'id DESC' } = look;
  const of = columns.map((it) => `${it} = g.${it}`).join(' AND ');
  const more = terms.map(({ sql }) => ` AND ${sql}`).join('');
  return `SELECT ${name} FROM ${table} INDEXED BY ${index} WHERE ${where} AND ${of}${more} ORDER BY ${by} LIMIT ${limit}`;
}

/**
 * The rows of a page: of each group that fits, as many as the page may show.
 * @param column of the query that is to be led
 * @param groups conditions on columns of the group `g`; @param rows on those of its rows
 * @returns a condition that leaves so many rows, of each group at least; the query orders and limits them
 */
export function grouped(
  look: Look,
  column: string,
  groups: readonly Term[],
  rows: readonly Term[],
  limit: number,
): Term {
  const { table, name = 'id' } = look;
  const which = groups.map(({ sql }) => ` AND ${sql}`).join('');
  // Where they run by id, those of all groups are few again.
  const most = look.by === undefined ? ` ORDER BY x.id DESC LIMIT ?` : '';
  const params = [...paramsOf(rows), limit + 1, ...paramsOf(groups), ...(most ? [limit + 1] : [])];
  return term(
    `${column} IN (${groupsOf(look)}
      SELECT x.${name} FROM groups g CROSS JOIN ${table} x ON x.${name} IN (${firstOf(look, rows)})
      WHERE true${which}${most})`,
    ...params,
  );
}

export interface Page<R, Key> {
  /** From SELECT to the last JOIN. */
  readonly select: string;
  /** What an index leads by. */
  readonly terms: readonly Term[];
  readonly by: string;
  /**
   * What no index leads by, on the columns that `select` gives: a page looks at LIMITS.looked_rows rows for them. It may
   * be short then, or empty, and its cursor leads on.
   */
  readonly rest?: readonly Term[];
  /** Of pages that run by id: from SELECT to FROM, without joins, `id` and what `rest` asks for. No more is looked at then. */
  readonly looks?: string;
  readonly read: (row: Row) => R;
  readonly key: (row: Row) => Key;
}

export async function pageOf<R, Key>(
  db: Pick<Database, 'read'>,
  { select, terms, by, rest = [], looks, read, key }: Page<R, Key>,
  { limit }: Pick<Slice<Key>, 'limit'>,
): Promise<Sliced<R, Key>> {
  const from = `${select}${whereOf(terms)} ORDER BY ${by}`;
  const params = paramsOf(terms);
  if (rest.length === 0) {
    const rows = await db.read(`${from} LIMIT ?`, [...params, limit + 1]);
    return sliced(rows, { limit }, read, key);
  }
  const lean = looks === undefined ? from : `${looks}${whereOf(terms)} ORDER BY ${by}`;
  // The rows come as the inner query orders them, and it ends with the last one that is taken.
  const fitting = (columns: string) =>
    `SELECT ${columns} FROM (${lean} LIMIT ${LIMITS.looked_rows}) AS looked${whereOf(rest)} LIMIT ?`;
  const [id] = by.split(' ');
  const all =
    looks === undefined ? fitting('*') : `${select} WHERE ${id} IN (${fitting('id')}) ORDER BY ${by}`;
  const rows = await db.read(all, [...params, ...paramsOf(rest), limit + 1]);
  const page = sliced(rows, { limit }, read, key);
  if (page.next !== null) return page;
  const [last] = await db.read(`${lean} LIMIT 1 OFFSET ${LIMITS.looked_rows - 1}`, params);
  return last ? { items: page.items, next: key(last) } : page;
}

export function sliced<R, Key>(
  rows: readonly Row[],
  { limit }: Pick<Slice<Key>, 'limit'>,
  read: (row: Row) => R,
  keyOf: (row: Row) => Key,
): Sliced<R, Key> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(read), next: rows.length > limit && last ? keyOf(last) : null };
}

function whereOf(terms: readonly Term[]): string {
  return terms.length > 0 ? ` WHERE ${terms.map(({ sql }) => `(${sql})`).join(' AND ')}` : '';
}

function paramsOf(terms: readonly Term[]): SqlValue[] {
  return terms.flatMap((it) => it.params);
}
