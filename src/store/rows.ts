/**
 * Database rows as the records that the API reads. They were written by settle and by the inbox from the very
 * types they become here, which is why JSON columns are trusted.
 */
import type { AccountRecord, CustomerRecord } from '../core/people.ts';
import {
  EVENT_STATES,
  type EventRecord,
  type LicenseRecord,
  type NotedProblem,
  type OrderRecord,
  REVIEW_STATES,
  type ReviewRecord,
} from '../core/records.ts';
import type { RefusalRecord } from '../core/refusals.ts';
import type { OrderItem } from '../core/store.ts';
import type { ParkedRecord } from '../core/whole-records.ts';
import type { Row } from './database.ts';

export const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);
export const integer = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);

/** A JSON column; null where it is null. */
export function parsed<T>(value: unknown): T {
  // Nobody else writes these columns, and they were written from a T.
  return (value === null || value === undefined ? null : JSON.parse(String(value))) as T;
}

export function readOrder(row: Row): Omit<OrderRecord, 'items'> {
  return {
    id: String(row.id),
    source: String(row.source),
    account: String(row.account),
    external_id: String(row.external_id),
    version: Number(row.version),
    label: text(row.label),
    refs: parsed(row.refs),
    // A column that settle writes from this very type.
    state: row.state as OrderRecord['state'],
    test: row.test === 1,
    flags: parsed(row.flags),
    customer: row.customer_id === null ? null : readCustomer(customerColumns(row)),
    revision_id: String(row.revision_id),
    currency: text(row.currency),
    total: text(row.total),
    bought_at: integer(row.bought_at),
    created_at: Number(row.created_at),
    updated_at: Number(row.updated_at),
  };
}

/** The columns of the customer that stands beside an order, as `c_…`. */
function customerColumns(row: Row): Row {
  const own = Object.entries(row).flatMap(([name, value]) =>
    name.startsWith('c_') ? [[name.slice(2), value]] : [],
  );
  return { id: row.customer_id, ...Object.fromEntries(own) };
}

export function readAccount(row: Row): AccountRecord {
  return { id: String(row.id), name: String(row.name), created_at: Number(row.created_at) };
}

/** @param row with its account's name beside it, as `account_name` */
export function readCustomer(row: Row): CustomerRecord {
  const account =
    row.account_id === null ? null : { id: String(row.account_id), name: String(row.account_name) };
  return {
    id: String(row.id),
    account,
    email: text(row.email),
    name: text(row.name),
    company: text(row.company),
    phone: text(row.phone),
    reference: text(row.reference),
    created_at: Number(row.created_at),
  };
}

export function readLicenseRecord(row: Row): LicenseRecord {
  return {
    id: String(row.id),
    order_id: String(row.order_id),
    line_id: String(row.line_id),
    unit: Number(row.unit),
    part: String(row.part),
    generation: Number(row.generation),
    replaced: row.replaced === 1,
    key: String(row.key),
    product: String(row.product),
    policy: String(row.policy),
    license_type: String(row.license_type),
    // A column that settle writes from this very type.
    state: row.state as LicenseRecord['state'],
    reasons: parsed(row.reasons),
    fields: parsed(row.fields),
    starts_at: Number(row.starts_at),
    valid_until: integer(row.valid_until),
    issuer: String(row.issuer),
    created_at: Number(row.created_at),
    updated_at: Number(row.updated_at),
  };
}

export function readEvent(row: Row): EventRecord {
  return {
    id: String(row.id),
    source: String(row.source),
    account: String(row.account),
    type: String(row.type),
    key: String(row.key),
    state: EVENT_STATES.find((it) => it === row.state) ?? 'received',
    mode: row.mode === 'live' || row.mode === 'test' ? row.mode : null,
    problem: parsed(row.problem),
    // Those that failed, and the one that did not.
    attempts: Number(row.attempts) + (row.state === 'done' || row.state === 'ignored' ? 1 : 0),
    created_at: integer(row.created_at),
    received_at: Number(row.received_at),
    due_at: Number(row.due_at),
    order_id: text(row.order_id),
  };
}

export function readParked(row: Row): ParkedRecord {
  const { line_id, title, quantity, refs, problem } = readItem(row);
  return {
    order_id: String(row.order_id),
    external_id: String(row.external_id),
    source: String(row.source),
    line_id,
    title,
    quantity,
    refs,
    problem,
    since: Number(row.since),
  };
}

export function readReview(row: Row): ReviewRecord {
  const { count = 0, first = [] }: { count?: number; first?: ReviewRecord['changes'] } = parsed(row.changes);
  return {
    order_id: String(row.order_id),
    external_id: String(row.external_id),
    source: String(row.source),
    account: String(row.account),
    name: String(row.name),
    state: REVIEW_STATES.find((it) => it === row.state) ?? 'open',
    cause: causeOf(row),
    line_id: text(row.line_id),
    act: String(row.act),
    title: String(row.title),
    changes: first,
    change_count: count,
    since: Number(row.created_at),
    decided_at: integer(row.decided_at),
    decided_by: text(row.decided_by),
  };
}

/** A review is named by its cause, its line where it has one, and its act. */
function causeOf({ name, line_id, act }: Row): string {
  const cause = String(name).slice(0, -`:${act}`.length);
  const line = `/${line_id}`;
  return cause.endsWith(line) ? cause.slice(0, -line.length) : cause;
}

export function readRefusal(row: Row): RefusalRecord {
  return {
    id: String(row.id),
    source: String(row.source),
    known: row.list !== '',
    at: Number(row.at),
    problem: parsed(row.problem),
    diagnosis: parsed(row.diagnosis),
  };
}

export function readNoted(row: Row): NotedProblem {
  return {
    problem: parsed(row.problem),
    at: Number(row.at),
    event_id: text(row.event_id),
    order_id: text(row.order_id),
  };
}

/** An item as settle wrote it. */
export function readItem(row: Row): OrderItem {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    line_id: String(row.line_id),
    title: String(row.title),
    quantity: row.quantity === null ? null : Number(row.quantity),
    // Written from this very type.
    state: row.state as OrderItem['state'],
    rule: text(row.rule),
    product: text(row.product),
    policy: text(row.policy),
    part: text(row.part),
    refs: JSON.parse(String(row.refs)),
    problem: row.problem === null ? null : JSON.parse(String(row.problem)),
    reason: text(row.reason),
  };
}
