/**
 * The tables of people: who buys, and whose traces must go. A part of schema.ts. What must never happen here: a
 * tombstone that can be taken back.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const accounts = sqliteTable('accounts', {
  id: text().primaryKey(),
  name: text().notNull(),
  created_at: integer().notNull(),
  /** Counts the changes by hand: whoever changes it says which one was read. */
  version: integer().notNull().default(1),
});

/** Identity is `email:<lower case>`, or the shop's own id where there is no email. */
export const customers = sqliteTable(
  'customers',
  {
    id: text().primaryKey(),
    identity: text().notNull(),
    account_id: text().references(() => accounts.id),
    email: text(),
    name: text(),
    company: text(),
    phone: text(),
    reference: text(),
    created_at: integer().notNull(),
    /** As an account's. */
    version: integer().notNull().default(1),
  },
  (t) => [
    uniqueIndex('customers_identity').on(t.identity),
    // Those of an account; and whether it has any, before it goes.
    index('customers_account').on(t.account_id, t.id).where(sql`account_id is not null`),
    // A shop asks to forget a customer by its own id.
    index('customers_reference').on(t.reference, t.id).where(sql`reference is not null`),
    index('customers_account').on(t.account_id, t.id).where(sql`account_id is not null`),
  ],
);

/**
 * Under what its shop ever named an order's buyer: a customer keeps one address and one id, of all that there were.
 * Nothing of an order that is redacted.
 */
export const order_buyers = sqliteTable(
  'order_buyers',
  {
    source: text().notNull(),
    account: text().notNull(),
    /** reference: the shop's own id of the customer; or email, in lower case. */
    kind: text().notNull(),
    name: text().notNull(),
    order_id: text().notNull(),
  },
  (t) => [
    // The name first: an export may ask for it at every source.
    primaryKey({ columns: [t.kind, t.name, t.source, t.account, t.order_id] }),
    index('order_buyers_order').on(t.order_id),
  ],
);

/** Whose personal fields are unknown for good: it holds for sales that are not known yet, too, and is never taken back. */
export const redactions = sqliteTable(
  'redactions',
  {
    source: text().notNull(),
    account: text().notNull(),
    /** order, customer, or shop: all of the source. And one row, email_key: what addresses are hashed with. */
    kind: text().notNull(),
    /** The order's external id; the customer's id at the shop, or `email:` and the hash of an address. */
    name: text().notNull(),
    at: integer().notNull(),
    cause: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.account, t.kind, t.name] })],
);

/** What a person asked by law: their records, or to be forgotten. */
export const privacy_requests = sqliteTable(
  'privacy_requests',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    account: text().notNull(),
    /** export, redact_customer, redact_shop. */
    kind: text().notNull(),
    subject: text().notNull(),
    event_id: text(),
    created_at: integer().notNull(),
    due_at: integer().notNull(),
    done_at: integer(),
    done_by: text(),
  },
  (t) => [
    uniqueIndex('privacy_requests_event').on(t.event_id).where(sql`event_id is not null`),
    index('privacy_requests_open').on(t.id).where(sql`done_at is null`),
  ],
);
