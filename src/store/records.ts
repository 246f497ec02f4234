/**
 * Everything the API reads, over any Database. It stands beside the river and writes nothing. Plain SQL: the
 * shapes are few, a test looks at their plans, and importing a query builder would cost the start more than all
 * of this. What must never happen here: a query for each row of a page.
 */
import { emailIdentity } from '../core/customer.ts';
import { keysMeant } from '../core/keys.ts';
import { own } from '../core/own.ts';
import { slotName } from '../core/plan.ts';
import {
  type IdKey,
  itemsWithLicenses,
  type NotedProblem,
  type OrderRecord,
  type Records,
  type Slice,
  type Sliced,
} from '../core/records.ts';
import type { SaleDoc } from '../core/store.ts';
import { readAnswers } from './answers.ts';
import { BODY_BYTES, readBodies } from './bytes.ts';
import { type Database, jsonRows, type Row, statement } from './database.ts';
import { readPulse } from './pulse.ts';
import {
  after,
  afterLine,
  CUSTOMERS,
  DOC,
  eventsIn,
  eventTerms,
  firstIdAt,
  ITEMS_OF,
  KNOWN_BY,
  LAST_EVENTS,
  LAST_PROBLEMS,
  LICENSES_OF,
  LINE,
  licenseStateTerm,
  NEXT_DUE,
  ORDERS,
  orderStateTerm,
  PARKED,
  REVIEWS,
  reviewsIn,
  type Term,
  term,
  WHOLE_LICENSE,
  when,
} from './record-queries.ts';
import {
  integer,
  parsed,
  readAccount,
  readCustomer,
  readEvent,
  readItem,
  readLicenseRecord,
  readNoted,
  readOrder,
  readParked,
  readRefusal,
  readReview,
} from './rows.ts';
import { makeTimelines } from './timelines.ts';

export function makeRecords(db: Database): Records {
  const timelines = makeTimelines(db);

  /** Rows of a page and one more, which tells whether another page follows. */
  async function rowsOf<Key>(
    select: string,
    terms: readonly Term[],
    order: string,
    { limit }: Slice<Key>,
  ): Promise<Row[]> {
    const where = terms.length > 0 ? `WHERE ${terms.map(({ sql }) => `(${sql})`).join(' AND ')}` : '';
    const params = terms.flatMap((it) => it.params);
    return db.read(`${select} ${where} ORDER BY ${order} LIMIT ?`, [...params, limit + 1]);
  }

  async function withItems(rows: readonly Row[]): Promise<OrderRecord[]> {
    const ids = jsonRows(rows.map((row) => row.id));
    const [items, licenses] = await Promise.all([db.read(ITEMS_OF, [ids]), db.read(LICENSES_OF, [ids])]);
    const itemsBy = Map.groupBy(items, (row) => row.order_id);
    const licensesBy = Map.groupBy(licenses, (row) => row.order_id);
    return rows.map((row) => ({
      ...readOrder(row),
      items: itemsWithLicenses(
        (itemsBy.get(row.id) ?? []).map(readItem),
        (licensesBy.get(row.id) ?? []).map(readLicenseRecord),
      ),
    }));
  }

  /** What persons said of a sale stands in its document. */
  async function docOf(orderId: string): Promise<SaleDoc | null> {
    const parts = await db.read(DOC, [orderId]);
    return parts.length === 0 ? null : JSON.parse(parts.map(({ doc }) => String(doc)).join(''));
  }

  return {
    orders: async (filter, slice) => {
      const terms = [
        ...when(filter.source, (it) => term('+o.source = ?', it)),
        ...when(filter.external_id, (it) => term(KNOWN_BY, it)),
        ...when(filter.customer, (it) =>
          it.includes('@')
            ? term('o.customer_id = (SELECT id FROM customers WHERE identity = ?)', emailIdentity(it))
            : term('o.customer_id = ?', it),
        ),
        ...when(filter.state, orderStateTerm),
        ...when(filter.test, (it) => term('o.test = ?', it ? 1 : 0)),
        ...after('o.id', slice),
      ];
      const page = sliced(await rowsOf(ORDERS, terms, 'o.id DESC', slice), slice, (row) => row, idKey);
      return { items: await withItems(page.items), next: page.next };
    },

    order: async (id) => {
      const [order] = await withItems(await db.read(`${ORDERS} WHERE o.id = ?`, [id]));
      return order ? { ...order, timeline: await timelines.ofOrder(id) } : null;
    },

    licenses: async (filter, slice, now) => {
      const terms = [
        ...when(filter.key, (it) =>
          term('l.key IN (SELECT value FROM json_each(?))', jsonRows(keysMeant(it))),
        ),
        ...when(filter.order, (it) => term('l.order_id = ?', it)),
        ...when(filter.product, (it) => term('l.product = ?', it)),
        ...when(filter.state, (it) => licenseStateTerm(it, now)),
        ...after('l.id', slice),
      ];
      return sliced(
        await rowsOf('SELECT l.* FROM licenses l', terms, 'l.id DESC', slice),
        slice,
        readLicenseRecord,
        idKey,
      );
    },

    license: async (id) => {
      const [row] = await db.read(WHOLE_LICENSE, [id]);
      if (!row) return null;
      const license = readLicenseRecord(row);
      const [doc, timeline] = await Promise.all([
        docOf(license.order_id),
        timelines.ofLicense(license.order_id, id),
      ]);
      const slot = slotName(license);
      // Of one that was replaced nothing can be taken back: it is the next one's.
      const given = license.replaced ? undefined : doc?.overrides.find((it) => slotName(it) === slot);
      const override = given ?? null;
      return { ...license, timeline, version: Number(row.version), override };
    },

    events: async (filter, slice) => {
      const terms = [...eventTerms(filter), ...after('e.id', slice)];
      return sliced(await rowsOf(eventsIn(filter.state), terms, 'e.id DESC', slice), slice, readEvent, idKey);
    },

    event: async (id) => {
      const [row] = await db.read(`SELECT *, ${BODY_BYTES} FROM events WHERE id = ?`, [id]);
      if (!row) return null;
      const [bodies, answers] = await Promise.all([
        readBodies(db, [row]),
        db.read('SELECT * FROM event_answers WHERE event_id = ? ORDER BY refresh, id, part', [id]),
      ]);
      return {
        ...readEvent(row),
        headers: parsed(row.headers),
        // Without a row it was pruned; without a byte it was empty.
        body: row.body_bytes === null ? null : (bodies.get(id) ?? new Uint8Array()),
        answers: readAnswers(answers),
      };
    },

    customers: async (filter, slice) => {
      const terms = [
        ...when(filter.email, (it) => term('c.identity = ?', emailIdentity(it))),
        ...after('c.id', slice),
      ];
      return sliced(await rowsOf(CUSTOMERS, terms, 'c.id DESC', slice), slice, readCustomer, idKey);
    },

    customer: async (id) => {
      const [row] = await db.read(`${CUSTOMERS} WHERE c.id = ?`, [id]);
      return row ? readCustomer(row) : null;
    },

    accounts: async (slice) => {
      const rows = await rowsOf('SELECT * FROM accounts', after('id', slice), 'id DESC', slice);
      return sliced(rows, slice, readAccount, idKey);
    },

    account: async (id) => {
      const [row] = await db.read('SELECT * FROM accounts WHERE id = ?', [id]);
      return row ? readAccount(row) : null;
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

    line: async (orderId, lineId) => {
      const [[row], doc] = await Promise.all([db.read(LINE, [orderId, lineId]), docOf(orderId)]);
      if (!row) return null;
      const { state, rule, reason } = readItem(row);
      const choice = own(doc?.choices ?? {}, lineId) ?? null;
      return { ...readParked(row), state, rule, reason, version: Number(row.version), choice };
    },

    reviews: async ({ state = 'open', source, order }, slice) => {
      const { terms, by } = reviewsIn(state, slice.after);
      const of = [
        ...when(source, (it) => term('+o.source = ?', it)),
        ...when(order, (it) => term('r.order_id = ?', it)),
      ];
      const rows = await rowsOf(REVIEWS, [...terms, ...of], by, slice);
      return sliced(
        rows,
        slice,
        readReview,
        (row) => [Number(row.created_at), String(row.order_id), String(row.name)] as const,
      );
    },

    review: async (orderId, name) => {
      const [row] = await db.read(`${REVIEWS} WHERE r.order_id = ? AND r.name = ?`, [orderId, name]);
      return row ? readReview(row) : null;
    },

    refusals: async (filter, slice) => {
      const terms = [
        // A source of this name, and paths of this name while there was none.
        ...when(filter.source, (it) => term(`list IN (?, '') AND source = ?`, it, it)),
        ...when(filter.from, (it) => term('id >= ?', firstIdAt(it, 'ref'))),
        ...after('id', slice),
      ];
      const rows = await rowsOf('SELECT * FROM refusals', terms, 'id DESC', slice);
      return sliced(rows, slice, readRefusal, idKey);
    },

    notes: async (sources) => {
      const names = jsonRows(sources);
      const [last, problems, alarms] = await Promise.all([
        db.read(LAST_EVENTS, [names]),
        db.read(LAST_PROBLEMS, [names, names, names]),
        db.read(
          'SELECT * FROM alarms WHERE source IN (SELECT value FROM json_each(?)) ORDER BY last_at DESC, code',
          [names],
        ),
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
      const [row] = await db.read(
        `SELECT min(due_at) AS at FROM events WHERE state IN ('received', 'waiting') AND due_at <= ?`,
        [now],
      );
      return integer(row?.at);
    },

    pulse: (sources, now) => readPulse(db, sources, now),

    nextDue: async () => {
      const [row] = await db.read(NEXT_DUE);
      return integer(row?.at);
    },

    probe: async () => {
      await db.batch([statement('UPDATE alarms SET count = count WHERE source IS NULL')]);
    },
  };
}

function newest(all: readonly NotedProblem[]): NotedProblem | null {
  return all.reduce<NotedProblem | null>((last, it) => (last && last.at >= it.at ? last : it), null);
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
