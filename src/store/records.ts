/**
 * Everything the API reads, over any Database. It stands beside the river and writes nothing. Plain SQL, its
 * filters put together from fixed texts with `?` for every value: the shapes are few, the plans are looked at by
 * a test, and importing a query builder would cost the start more than all of this.
 * What must never happen here: a value inside a text, or a query for each row of a page.
 */
import { ID_BYTES, readLicenseKey, timeOrderedId } from '../core/keys.ts';
import {
  type IdKey,
  itemsWithLicenses,
  type NotedProblem,
  type OrderRecord,
  type Records,
  type ShownLicenseState,
  type Slice,
  type Sliced,
} from '../core/records.ts';
import { type Database, type Row, type SqlValue, statement } from './database.ts';
import { readItem } from './ledger.ts';
import {
  integer,
  parsed,
  readBody,
  readCustomer,
  readEvent,
  readLicenseRecord,
  readNoted,
  readOrder,
  readParked,
  readReview,
  readVersion,
} from './rows.ts';

/** One condition of a WHERE, with its values. */
interface Term {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

const term = (sql: string, ...params: SqlValue[]): Term => ({ sql, params });

/** A condition for a filter that is set, none for one that is not. */
function when<T>(value: T | undefined, make: (value: T) => Term): Term[] {
  return value === undefined ? [] : [make(value)];
}

export function makeRecords(db: Database): Records {
  /** Rows of a page and one more, which tells whether another page follows. */
  async function rowsOf<Key>(select: string, terms: readonly Term[], order: string, { limit }: Slice<Key>): Promise<Row[]> {
    const where = terms.length > 0 ? `WHERE ${terms.map(({ sql }) => `(${sql})`).join(' AND ')}` : '';
    const params = terms.flatMap((it) => it.params);
    return db.read(`${select} ${where} ORDER BY ${order} LIMIT ?`, [...params, limit + 1]);
  }

  async function withItems(rows: readonly Row[]): Promise<OrderRecord[]> {
    const ids = JSON.stringify(rows.map((row) => row.id));
    const [items, licenses] = await Promise.all([db.read(ITEMS_OF, [ids]), db.read(LICENSES_OF, [ids])]);
    const itemsBy = Map.groupBy(items, (row) => row.order_id);
    const licensesBy = Map.groupBy(licenses, (row) => row.order_id);
    return rows.map((row) => ({
      ...readOrder(row),
      items: itemsWithLicenses((itemsBy.get(row.id) ?? []).map(readItem), (licensesBy.get(row.id) ?? []).map(readLicenseRecord)),
    }));
  }

  return {
    orders: async (filter, slice) => {
      const terms = [
        ...when(filter.source, (it) => term('+o.source = ?', it)),
        ...when(filter.external_id, (it) => term(KNOWN_BY, it)),
        ...when(filter.customer, (it) =>
          it.includes('@')
            ? term('o.customer_id = (SELECT id FROM customers WHERE identity = ?)', identityOf(it))
            : term('o.customer_id = ?', it),
        ),
        ...when(filter.state, (it) => stateTerm('o', it, ['pending', 'parked', 'partly_parked'])),
        ...when(filter.test, (it) => term('o.test = ?', it ? 1 : 0)),
        ...after('o.id', slice),
      ];
      const page = sliced(await rowsOf(ORDERS, terms, 'o.id DESC', slice), slice, (row) => row, idKey);
      return { items: await withItems(page.items), next: page.next };
    },

    order: async (id) => {
      const [order] = await withItems(await db.read(`${ORDERS} WHERE o.id = ?`, [id]));
      if (!order) return null;
      const versions = await db.read('SELECT * FROM sale_versions WHERE order_id = ? ORDER BY version', [id]);
      return { ...order, timeline: versions.map(readVersion) };
    },

    licenses: async (filter, slice, now) => {
      const terms = [
        ...when(filter.key, (it) => term('l.key = ?', readLicenseKey(it))),
        ...when(filter.order, (it) => term('l.order_id = ?', it)),
        ...when(filter.product, (it) => term('l.product = ?', it)),
        ...when(filter.state, (it) => licenseStateTerm(it, now)),
        ...after('l.id', slice),
      ];
      return sliced(await rowsOf('SELECT l.* FROM licenses l', terms, 'l.id DESC', slice), slice, readLicenseRecord, idKey);
    },

    license: async (id) => {
      const [row] = await db.read('SELECT * FROM licenses WHERE id = ?', [id]);
      return row ? readLicenseRecord(row) : null;
    },

    events: async (filter, slice) => {
      const terms = [
        ...when(filter.source, (it) => term('+e.source = ?', it)),
        ...when(filter.state, (it) => stateTerm('e', it, ['waiting', 'parked'])),
        ...when(filter.type, (it) => term('e.type = ?', it)),
        ...when(filter.from, (it) => term('e.id >= ?', firstIdAt(it))),
        ...when(filter.to, (it) => term('e.id < ?', firstIdAt(it))),
        ...when(filter.order, (it) => term('e.order_id = ?', it)),
        ...after('e.id', slice),
      ];
      return sliced(await rowsOf('SELECT e.* FROM events e', terms, 'e.id DESC', slice), slice, readEvent, idKey);
    },

    event: async (id) => {
      const [row] = await db.read('SELECT * FROM events WHERE id = ?', [id]);
      if (!row) return null;
      const [parts, answers] = await Promise.all([
        db.read('SELECT bytes FROM event_bodies WHERE event_id = ? ORDER BY part', [id]),
        db.read('SELECT * FROM event_answers WHERE event_id = ? ORDER BY refresh, id', [id]),
      ]);
      return {
        ...readEvent(row),
        headers: parsed(row.headers),
        body: readBody(parts),
        answers: answers.map((it) => ({
          id: String(it.id),
          refresh: Number(it.refresh),
          asked: String(it.asked),
          stamp: Number(it.stamp),
          body: parsed(it.body),
        })),
      };
    },

    customers: async (filter, slice) => {
      const terms = [...when(filter.email, (it) => term('c.identity = ?', identityOf(it))), ...after('c.id', slice)];
      return sliced(await rowsOf('SELECT c.* FROM customers c', terms, 'c.id DESC', slice), slice, readCustomer, idKey);
    },

    customer: async (id) => {
      const [row] = await db.read('SELECT * FROM customers WHERE id = ?', [id]);
      return row ? readCustomer(row) : null;
    },

    parked: async (filter, slice) => {
      const terms = [
        term(`i.state = 'parked'`),
        ...when(filter.source, (it) => term('i.source = ?', it)),
        ...(slice.after ? [afterLine(...slice.after)] : []),
      ];
      const rows = await rowsOf(PARKED, terms, 'i.order_id DESC, i.ordinal', slice);
      return sliced(rows, slice, readParked, (row) => [String(row.order_id), Number(row.ordinal)] as const);
    },

    reviews: async (filter, slice) => {
      const terms = [
        term(`r.state = 'open'`),
        ...when(filter.source, (it) => term('o.source = ?', it)),
        ...(slice.after ? [term('(r.created_at, r.order_id, r.name) < (?, ?, ?)', ...slice.after)] : []),
      ];
      const rows = await rowsOf(REVIEWS, terms, 'r.created_at DESC, r.order_id DESC, r.name DESC', slice);
      return sliced(rows, slice, readReview, (row) => [Number(row.created_at), String(row.order_id), String(row.name)] as const);
    },

    notes: async (sources) => {
      const names = JSON.stringify(sources);
      const [last, problems, alarms] = await Promise.all([
        db.read(LAST_EVENTS, [names]),
        db.read(LAST_PROBLEMS, [names, names, names]),
        db.read('SELECT * FROM alarms WHERE source IN (SELECT value FROM json_each(?)) ORDER BY last_at DESC, code', [names]),
      ]);
      const lastBy = new Map(last.map((row) => [String(row.source), integer(row.at)]));
      const problemsBy = Map.groupBy(problems, (row) => String(row.source));
      const alarmsBy = Map.groupBy(alarms, (row) => String(row.source));
      return new Map(
        sources.map((name) => [
          name,
          {
            last_event_at: lastBy.get(name) ?? null,
            last_problem: newest((problemsBy.get(name) ?? []).map(readNoted)),
            alarms: (alarmsBy.get(name) ?? []).map((row) => ({
              code: String(row.code),
              count: Number(row.count),
              last_at: Number(row.last_at),
              detail: String(row.detail),
            })),
          },
        ]),
      );
    },

    oldestDue: async (now) => {
      const [row] = await db.read(`SELECT min(due_at) AS at FROM events WHERE state IN ('received', 'waiting') AND due_at <= ?`, [now]);
      return integer(row?.at);
    },

    probe: async () => {
      await db.batch([statement('UPDATE alarms SET count = count WHERE source IS NULL')]);
    },
  };
}

const ORDERS = `SELECT o.*, c.account_id AS c_account_id, c.email AS c_email, c.name AS c_name, c.company AS c_company,
  c.phone AS c_phone, c.reference AS c_reference, c.created_at AS c_created_at
  FROM orders o LEFT JOIN customers c ON c.id = o.customer_id`;
const ITEMS_OF = `SELECT * FROM order_items WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, ordinal`;
const LICENSES_OF = `SELECT * FROM licenses WHERE order_id IN (SELECT value FROM json_each(?))
  ORDER BY order_id, line_id, part, unit, generation`;
const PARKED = `SELECT i.*, o.external_id, o.created_at AS since FROM order_items i JOIN orders o ON o.id = i.order_id`;
const REVIEWS = `SELECT r.*, o.external_id, o.source FROM reviews r JOIN orders o ON o.id = r.order_id`;

/**
 * A ref is stored under (source, account, ref). The few pairs there are get found by leaping from one to the
 * next, so that a name is looked up in each without an index of its own.
 */
const KNOWN_BY = `o.id IN (
  WITH RECURSIVE pairs (source, account) AS (
    SELECT * FROM (SELECT source, account FROM sale_refs ORDER BY source, account LIMIT 1)
    UNION ALL
    SELECT next.source, next.account FROM pairs p JOIN sale_refs next ON next.rowid = (
      SELECT rowid FROM sale_refs WHERE (source, account) > (p.source, p.account) ORDER BY source, account LIMIT 1))
  SELECT r.order_id FROM pairs p CROSS JOIN sale_refs r ON r.source = p.source AND r.account = p.account AND r.ref = ?)`;

/** The newest event of a source by id. The first look keeps a source without any from reading the whole table. */
const LAST_EVENTS = `SELECT value AS source, CASE WHEN EXISTS (SELECT 1 FROM events WHERE source = value) THEN
    (SELECT received_at FROM events WHERE +source = value ORDER BY id DESC LIMIT 1) END AS at
  FROM json_each(?)`;

const lastProblem = (state: 'parked' | 'waiting') => `SELECT e.source, e.problem, e.received_at AS at, e.id AS event_id, e.order_id
  FROM json_each(?) j JOIN events e ON e.id = (SELECT id FROM events WHERE state IN ('waiting', 'parked')
    AND state = '${state}' AND +source = j.value AND problem IS NOT NULL ORDER BY id DESC LIMIT 1)`;
const LAST_PROBLEMS = `${lastProblem('parked')} UNION ALL ${lastProblem('waiting')} UNION ALL
  SELECT i.source, i.problem, o.created_at, NULL, i.order_id FROM json_each(?) j
  JOIN order_items i ON i.rowid = (SELECT rowid FROM order_items WHERE state = 'parked' AND source = j.value
    AND problem IS NOT NULL ORDER BY order_id DESC LIMIT 1)
  JOIN orders o ON o.id = i.order_id`;

/** Where a partial index holds the state, its own words must stand in the query for it to be used. */
function stateTerm(table: string, state: string, indexed: readonly string[]): Term {
  const words = indexed.includes(state) ? ` AND ${table}.state IN (${indexed.map((it) => `'${it}'`).join(', ')})` : '';
  return term(`${table}.state = ?${words}`, state);
}

function licenseStateTerm(state: ShownLicenseState, now: number): Term {
  if (state === 'revoked') return term(`l.state = 'revoked'`);
  if (state === 'expired') return term(`l.state <> 'revoked' AND l.valid_until <= ?`, now);
  return term('l.state = ? AND (l.valid_until IS NULL OR l.valid_until > ?)', state, now);
}

function after(column: string, slice: Slice<IdKey>): Term[] {
  return slice.after ? [term(`${column} < ?`, slice.after[0])] : [];
}

/** Orders run newest first, the lines of one order in their own order. */
function afterLine(order: string, ordinal: number): Term {
  return term('i.order_id <= ? AND (i.order_id < ? OR i.ordinal > ?)', order, order, ordinal);
}

function newest(all: readonly NotedProblem[]): NotedProblem | null {
  return all.reduce<NotedProblem | null>((last, it) => (last && last.at >= it.at ? last : it), null);
}

/** Event ids begin with the time of receipt: a time is a place in their index. */
function firstIdAt(at: number): string {
  return timeOrderedId('evt', Math.max(0, at), new Uint8Array(ID_BYTES));
}

function identityOf(email: string): string {
  return `email:${email.toLowerCase()}`;
}

function idKey(row: Row): IdKey {
  return [String(row.id)];
}

export function sliced<R, Key>(
  rows: readonly Row[],
  { limit }: Slice<Key>,
  read: (row: Row) => R,
  keyOf: (row: Row) => Key,
): Sliced<R, Key> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(read), next: rows.length > limit && last ? keyOf(last) : null };
}
