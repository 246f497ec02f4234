/**
 * Everything the API reads, over any Database. It stands beside the river and writes nothing. Plain SQL: the
 * shapes are few, a test looks at their plans, and importing a query builder would cost the start more than all
 * of this. What must never happen here: a query for each row of a page.
 */
import { emailIdentity } from '../core/customer.ts';
import { itemsWithLicenses } from '../core/order-items.ts';
import { own } from '../core/own.ts';
import { slotName } from '../core/plan.ts';
import type { NotedProblem, OrderRecord, Records, ReviewKey } from '../core/records.ts';
import type { SaleDoc } from '../core/store.ts';
import type { ParkedKey } from '../core/whole-records.ts';
import { readAnswers } from './answers.ts';
import { auditPage } from './audit.ts';
import { BODY_BYTES, readBodies } from './bytes.ts';
import { type Database, jsonRows, type Row, statement } from './database.ts';
import { eventsPage, idKey, licensesPage } from './list-pages.ts';
import { grouped, ORDERS_LOOK, PARKED_LOOK, pageOf, type Term, term, when } from './lists.ts';
import { readPulse } from './pulse.ts';
import {
  after,
  afterLine,
  CUSTOMERS,
  DOC,
  firstIdAt,
  ITEMS_OF,
  KNOWN_BY,
  LAST_EVENTS,
  LAST_PROBLEMS,
  LICENSES_OF,
  LINE,
  LOOKED_ORDERS,
  NEXT_DUE,
  ORDERS,
  PARKED,
  REVIEWS,
  reviewsIn,
  WHOLE_LICENSE,
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
    orders: async ({ external_id, customer, source, state, test }, slice) => {
      const groups = [
        ...when(source, (it) => term('g.source = ?', it)),
        ...when(state, (it) => term('g.state = ?', it)),
        ...when(test, (it) => term('g.test = ?', it ? 1 : 0)),
      ];
      const page = await pageOf(
        db,
        {
          select: ORDERS,
          looks: LOOKED_ORDERS,
          by: 'o.id DESC',
          read: (row) => row,
          key: idKey,
          ...leading(),
        },
        slice,
      );
      return { items: await withItems(page.items), next: page.next };

      function leading(): { readonly terms: readonly Term[]; readonly rest?: readonly Term[] } {
        const own = groups.map(({ sql, params }) => term(sql.replace('g.', ''), ...params));
        if (external_id !== undefined || customer !== undefined)
          return {
            terms: [
              ...when(external_id, (it) => term(KNOWN_BY, it)),
              // A sale has few orders of its name; a customer may have very many.
              ...when(customer, (it) => customerTerm(it, external_id === undefined ? '' : '+')),
              ...after('o.id', slice),
            ],
            rest: own,
          };
        if (groups.length === 0) return { terms: after('o.id', slice) };
        return { terms: [grouped(ORDERS_LOOK, 'o.id', groups, after('id', slice), slice.limit)] };
      }
    },

    order: async (id) => {
      const [order] = await withItems(await db.read(`${ORDERS} WHERE o.id = ?`, [id]));
      return order ? { ...order, timeline: await timelines.ofOrder(id) } : null;
    },

    orderHeads: async (ids) => {
      const rows = await db.read(`${ORDERS} WHERE o.id IN (SELECT value FROM json_each(?))`, [jsonRows(ids)]);
      return new Map(rows.map((row) => [String(row.id), readOrder(row)]));
    },

    licenses: (filter, slice, now) => pageOf(db, licensesPage(filter, slice, now), slice),

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

    events: (filter, slice) => pageOf(db, eventsPage(filter, slice), slice),

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
        ...when(filter.account, (it) => term('c.account_id = ?', it)),
        ...when(filter.reference, (it) => term('c.reference = ?', it)),
        ...after('c.id', slice),
      ];
      return pageOf(db, { select: CUSTOMERS, terms, by: 'c.id DESC', read: readCustomer, key: idKey }, slice);
    },

    customer: async (id) => {
      const [row] = await db.read(`${CUSTOMERS} WHERE c.id = ?`, [id]);
      return row ? readCustomer(row) : null;
    },

    accounts: async (slice) => {
      const select = 'SELECT * FROM accounts';
      const terms = after('id', slice);
      return pageOf(db, { select, terms, by: 'id DESC', read: readAccount, key: idKey }, slice);
    },

    account: async (id) => {
      const [row] = await db.read('SELECT * FROM accounts WHERE id = ?', [id]);
      return row ? readAccount(row) : null;
    },

    parked: async ({ source }, slice) => {
      const groups = when(source, (it) => term('g.source = ?', it));
      const rows = slice.after ? [afterLine(...slice.after)] : [];
      const terms = [grouped(PARKED_LOOK, 'i.rowid', groups, rows, slice.limit)];
      const key = (row: Row): ParkedKey => [String(row.order_id), Number(row.ordinal)];
      const by = 'i.order_id DESC, i.ordinal';
      return pageOf(db, { select: PARKED, terms, by, read: readParked, key }, slice);
    },

    line: async (orderId, lineId) => {
      const [[row], doc] = await Promise.all([db.read(LINE, [orderId, lineId]), docOf(orderId)]);
      if (!row) return null;
      const { state, rule, reason } = readItem(row);
      const choice = own(doc?.choices ?? {}, lineId) ?? null;
      return { ...readParked(row), state, rule, reason, version: Number(row.version), choice };
    },

    reviews: async ({ state = 'open', source, order }, slice) => {
      const { terms, by, rest } = reviewsIn(state, slice.after);
      const page = {
        select: REVIEWS,
        by,
        terms: [...terms, ...when(order, (it) => term('r.order_id = ?', it))],
        rest: [...rest, ...when(source, (it) => term('source = ?', it))],
        read: readReview,
        key: (row: Row): ReviewKey => [Number(row.created_at), String(row.order_id), String(row.name)],
      };
      return pageOf(db, page, slice);
    },

    review: async (orderId, name) => {
      const [row] = await db.read(`${REVIEWS} WHERE r.order_id = ? AND r.name = ?`, [orderId, name]);
      return row ? readReview(row) : null;
    },

    audit: (filter, slice) => pageOf(db, auditPage(filter, slice), slice),

    refusals: async (filter, slice) => {
      const terms = [
        // A source of this name, and paths of this name while there was none.
        ...when(filter.source, (it) => term(`list IN (?, '') AND source = ?`, it, it)),
        ...when(filter.from, (it) => term('id >= ?', firstIdAt(it, 'ref'))),
        ...after('id', slice),
      ];
      const select = 'SELECT * FROM refusals';
      return pageOf(db, { select, terms, by: 'id DESC', read: readRefusal, key: idKey }, slice);
    },

    notes: async (sources) => {
      const names = jsonRows(sources);
      const [last, problems, alarms] = await Promise.all([
        db.read(LAST_EVENTS, [names]),
        db.read(LAST_PROBLEMS, [names, names]),
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

function customerTerm(it: string, aside: '' | '+'): Term {
  return it.includes('@')
    ? term(`${aside}o.customer_id = (SELECT id FROM customers WHERE identity = ?)`, emailIdentity(it))
    : term(`${aside}o.customer_id = ?`, it);
}
