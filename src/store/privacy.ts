/**
 * Requests by law, and whose orders they are about. Beside the river; a request that a shop passes on is written with
 * the end of its event. What must never happen here: a request that two processes make of one event.
 */
import { type AuditEntry, HOUSE } from '../core/audit.ts';
import { buyerNames, customerIdentity, emailIdentity } from '../core/customer.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { NewRequest, Progress, RequestRecord, Sought } from '../core/privacy.ts';
import type { PrivacyStore } from '../core/privacy-records.ts';
import { problem } from '../core/problem.ts';
import { audited } from './audit.ts';
import { type Database, jsonRows, type Row, type SqlValue, type Statement, statement } from './database.ts';
import type { Fresh } from './fresh.ts';
import { endEvent, forgetAwaits } from './inbox.ts';
import { idKey } from './list-pages.ts';
import { pageOf, term, when } from './lists.ts';
import { after, CUSTOMERS } from './record-queries.ts';
import { makeRedactEvents } from './redact-events.ts';
import { makeRedactPeople } from './redact-people.ts';
import { integer, parsed, readCustomer, text } from './rows.ts';

/** As it is stored: the request's own words, and those of this house beside them. */
interface StoredSubject {
  readonly orders: readonly string[];
  readonly customer: string | null;
  readonly email: string | null;
  readonly by: string | null;
  readonly progress: Progress | null;
}

const COLUMNS = 'id, source, account, kind, subject, event_id, created_at, due_at';
const ADD = `INSERT INTO privacy_requests (${COLUMNS}) VALUES (?, ?, ?, ?, ?, NULL, ?, ?)`;
const TAKE = `INSERT INTO privacy_requests (${COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
  WHERE EXISTS (SELECT 1 FROM events WHERE id = ?6 AND lease = ?9) ON CONFLICT DO NOTHING`;
const THERE = 'SELECT 1 FROM privacy_requests WHERE id = ?';
const EXPORT_ASKED = problem('export_requested').code;
/** Only for a request that was written just now: its id is new. */
const ALARM = `INSERT INTO alarms (source, code, count, first_at, last_at, detail)
  SELECT ?1, '${EXPORT_ASKED}', 1, ?2, ?2, ?3 WHERE EXISTS (SELECT 1 FROM privacy_requests WHERE id = ?4)
  ON CONFLICT (source, code) DO UPDATE SET count = count + 1, last_at = ?2, detail = ?3`;
/** Once nothing of its kind is open at the source. */
const SILENCE = `DELETE FROM alarms WHERE source = ?1 AND code = ?2 AND NOT EXISTS (SELECT 1 FROM privacy_requests
  WHERE done_at IS NULL AND source = ?1 AND (kind = 'export') = (?2 = '${EXPORT_ASKED}'))`;
const WAITS = problem('redaction_waits').code;
const OPEN_REDACTION = `SELECT * FROM privacy_requests WHERE done_at IS NULL
  AND kind IN ('redact_customer', 'redact_shop') AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT 1`;
/** Other requests about the same person, itself included: source, account, id, kind, email and customer. */
const ALIKE = `source = ?1 AND account = ?2 AND (id = ?3 OR ?4 = 'redact_shop' OR subject->>'email' = ?5
  OR subject->>'customer' = ?6)`;
/** Customers by their identities, or by the shop's id, which other shops may use for somebody else: see `ordersOf`. */
const CUSTOMER_IDS = `SELECT id FROM customers WHERE identity IN (SELECT value FROM json_each(?))
  UNION SELECT id FROM customers WHERE reference = ?`;
const ORDERS_OF = `SELECT id, max(told) AS told FROM (
  SELECT b.order_id AS id, 1 AS told FROM json_each(?) j
    CROSS JOIN order_buyers b ON b.kind = j.value->>'kind' AND b.name = j.value->>'name'
    WHERE coalesce(?, b.source) = b.source AND coalesce(?, b.account) = b.account
  UNION SELECT r.order_id, 0 FROM json_each(?) j CROSS JOIN sale_refs r ON r.source = ? AND r.account = ? AND r.ref = j.value
  UNION SELECT id, 0 FROM orders WHERE id IN (SELECT value FROM json_each(?))
  UNION SELECT id, 0 FROM orders WHERE customer_id IN (${CUSTOMER_IDS})
    AND coalesce(?, source) = source AND coalesce(?, account) = account)
  WHERE id > ? GROUP BY id ORDER BY id LIMIT ?`;
const BESIDE = `SELECT event_id FROM event_awaits WHERE source = ?1 AND account = ?2 AND ref IN (SELECT value FROM json_each(?7))
  UNION SELECT event_id FROM privacy_requests WHERE event_id IS NOT NULL AND ${ALIKE}`;

/** Each by its own name, which is one of the names of sales. Source and account are its parameters. */
const OF_SHOP = `FROM sale_refs r CROSS JOIN orders o ON o.id = r.order_id AND o.external_id = r.ref
  WHERE r.source = ?1 AND r.account = ?2`;
const ORDERS_OF_SHOP = `SELECT o.id, o.external_id ${OF_SHOP} AND r.ref > ?3 ORDER BY r.ref LIMIT ?4`;

export function makePrivacyStore(db: Database, random: RandomBytes, fresh: Fresh): PrivacyStore {
  const newId = (at: number) => timeOrderedId('req', at, random(ID_BYTES));

  async function one(sql: string, params: readonly SqlValue[]): Promise<RequestRecord | null> {
    const [row] = await db.read(sql, params);
    return row ? readRequest(row) : null;
  }

  return {
    ...makeRedactPeople(db, random),
    ...makeRedactEvents(db, fresh),

    takeRequest: async (end, it) => {
      const id = newId(it.at);
      const due = it.at + LIMITS.privacy_due_ms;
      const due_day = new Date(due).toISOString().slice(0, 10);
      const detail = `${id}, to be answered by ${due_day}`;
      const { source, account, kind } = it;
      const rows = await db.batch([
        statement(TAKE, id, source, account, kind, subjectOf(it), end.event_id, it.at, due, end.lease),
        ...(kind === 'export' ? [statement(ALARM, source, it.at, detail, id)] : []),
        audited(deedOf(id, it, it.source), it.at, random, { where: term(`EXISTS (${THERE})`, id) }),
        endEvent(end, 'if held'),
        forgetAwaits(end),
      ]);
      return (rows.at(-2) ?? []).length > 0;
    },

    addRequest: async (it) => {
      const id = newId(it.at);
      const { source, account, kind, at } = it;
      await db.batch([
        statement(ADD, id, source, account, kind, subjectOf(it), at, at + LIMITS.privacy_due_ms),
        audited(deedOf(id, it, it.by ?? HOUSE), at, random),
      ]);
      return id;
    },

    privacyRequest: (id) => one('SELECT * FROM privacy_requests WHERE id = ?', [id]),

    privacyRequests: ({ source, open }, slice) => {
      const page = {
        select: 'SELECT * FROM privacy_requests',
        // Those that are open have an index of their own.
        terms: [...(open === true ? [term('done_at IS NULL')] : []), ...after('id', slice)],
        rest: [
          ...when(source, (it) => term('source = ?', it)),
          ...(open === false ? [term('done_at IS NOT NULL')] : []),
        ],
        by: 'id DESC',
        read: readRequest,
        key: idKey,
      };
      return pageOf(db, page, slice);
    },

    openRedaction: (except) => one(OPEN_REDACTION, [jsonRows(except)]),

    saveProgress: async (id, progress) => {
      const save = `UPDATE privacy_requests SET subject = json_set(subject, '$.progress', json(?)) WHERE id = ?`;
      await db.batch([statement(save, JSON.stringify(progress), id)]);
    },

    finishRequest: async (it, by, now) => {
      const done = `UPDATE privacy_requests SET done_at = ?, done_by = ? WHERE id = ? AND done_at IS NULL`;
      const deed = {
        actor: by,
        action: 'privacy.done',
        subject: it.id,
        before: null,
        after: { kind: it.kind },
      };
      await db.batch([
        audited(deed, now, random, { where: term(`EXISTS (${THERE} AND done_at IS NULL)`, it.id) }),
        statement(done, now, by, it.id),
        statement(SILENCE, it.source, it.kind === 'export' ? EXPORT_ASKED : WAITS),
        ...(it.kind === 'export' ? [] : [forgetSubjects(it)]),
      ]);
    },

    ordersOf: async (it, last, limit) => {
      const rows = await db.read(ORDERS_OF, [
        jsonRows(buyerNames([{ reference: it.customer, email: it.email }])),
        it.source,
        it.account,
        jsonRows(it.orders),
        it.source ?? '',
        it.account ?? '',
        jsonRows(it.orders),
        jsonRows(identitiesOf(it)),
        it.customer,
        it.source,
        it.account,
        last,
        limit,
      ]);
      return rows.map(({ id, told }) => ({ id: String(id), told: told === 1 }));
    },

    ordersOfShop: async (source, account, last, limit) => {
      const rows = await db.read(ORDERS_OF_SHOP, [source, account, last, limit]);
      return rows.map(({ id, external_id }) => ({ id: String(id), external_id: String(external_id) }));
    },

    eventsOfOrder: async (orderId, last, limit) => {
      const rows = await db.read('SELECT id FROM events WHERE order_id = ? AND id > ? ORDER BY id LIMIT ?', [
        orderId,
        last,
        limit,
      ]);
      return rows.map(({ id }) => String(id));
    },

    eventsOfShop: async (source, account, last, limit) => {
      const rows = await db.read(
        'SELECT id, key FROM events WHERE source = ? AND key > ? AND account = ? ORDER BY key LIMIT ?',
        [source, last, account, limit],
      );
      return rows.map(({ id, key }) => ({ id: String(id), key: String(key) }));
    },

    eventsBeside: async (it) => {
      const rows = await db.read(BESIDE, [...alike(it), jsonRows(it.subject.orders)]);
      return rows.map(({ event_id }) => String(event_id));
    },

    requestsOf: async ({ email, customer, source }) => {
      const rows = await db.read(
        `SELECT * FROM privacy_requests WHERE coalesce(?, source) = source
           AND (subject->>'email' = ? OR subject->>'customer' = ?) ORDER BY id DESC LIMIT ?`,
        [source, email === null ? null : email.toLowerCase(), customer, LIMITS.page_max],
      );
      return rows.map(readRequest);
    },

    customersOf: async (it) => {
      const rows = await db.read(
        `${CUSTOMERS} WHERE c.identity IN (SELECT value FROM json_each(?)) OR c.id = ? ORDER BY c.id`,
        [jsonRows(identitiesOf(it)), it.customer],
      );
      return rows.map(readCustomer);
    },

    countEvents: async (orderIds) => {
      const count = 'SELECT count(*) AS n FROM events WHERE order_id IN (SELECT value FROM json_each(?))';
      const [row] = await db.read(count, [jsonRows(orderIds)]);
      return Number(row?.n);
    },

    countOfShop: async (source, account) => {
      const [row] = await db.read(
        `SELECT (SELECT count(*) ${OF_SHOP}) AS orders,
           (SELECT count(*) FROM events WHERE source = ?1 AND account = ?2) AS events`,
        [source, account],
      );
      return { orders: Number(row?.orders), events: Number(row?.events) };
    },
  };
}

/** Whom it is about stands in the request alone. */
function deedOf(id: string, { source, account, kind }: NewRequest, actor: string): AuditEntry {
  return { actor, action: `privacy.${kind}`, subject: id, before: null, after: { source, account } };
}

function subjectOf({ subject, by }: NewRequest): string {
  const { orders, customer, email } = subject;
  // Addresses are compared, never written to.
  const lower = email === null ? null : email.trim().toLowerCase();
  const stored: StoredSubject = { orders, customer, email: lower, by, progress: null };
  return jsonRows([stored]).slice(1, -1);
}

/** Parameters of ALIKE. */
function alike({ source, account, id, kind, subject }: RequestRecord): SqlValue[] {
  return [source, account, id, kind, subject.email, subject.customer];
}

function forgetSubjects(it: RequestRecord): Statement {
  return statement(
    // A redaction that is still open must know whom it is about; it forgets that itself.
    `UPDATE privacy_requests SET subject = json_set(subject, '$.email', NULL)
     WHERE ${ALIKE} AND (kind = 'export' OR done_at IS NOT NULL)`,
    ...alike(it),
  );
}

function identitiesOf({ email, customer, source, account }: Sought): readonly string[] {
  const nobody = { email: null, name: null, company: null, phone: null, reference: customer };
  const byShop = source === null ? null : customerIdentity(nobody, source, account ?? '');
  return [...(email === null ? [] : [emailIdentity(email)]), ...(byShop === null ? [] : [byShop])];
}

function readRequest(row: Row): RequestRecord {
  const { by, progress, ...subject }: StoredSubject = parsed(row.subject);
  return {
    id: String(row.id),
    source: String(row.source),
    account: String(row.account),
    // A column that is written from this very type.
    kind: row.kind as RequestRecord['kind'],
    subject,
    by,
    progress,
    event_id: text(row.event_id),
    created_at: Number(row.created_at),
    due_at: Number(row.due_at),
    done_at: integer(row.done_at),
    done_by: text(row.done_by),
  };
}
