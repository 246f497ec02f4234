/**
 * The tables. Identities are composed and UNIQUE here: the database, not an `if`, is what makes twice
 * impossible. Row ids are time-ordered texts, so that new rows land at the end of their index; times are epoch
 * ms; ids from shops are TEXT. No index stands here that no query uses.
 */
import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { customers } from './schema-people.ts';

export { audit, job_findings, job_parts, jobs } from './schema-jobs.ts';
export { accounts, customers, order_buyers, privacy_requests, redactions } from './schema-people.ts';

/** Every verified delivery, once. The body lies apart, so that a change of state rewrites a short row. */
export const events = sqliteTable(
  'events',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    key: text().notNull(),
    account: text().notNull(),
    type: text().notNull(),
    mode: text(),
    created_at: integer(),
    received_at: integer().notNull(),
    headers: text().notNull(),
    /** NOT NULL is the guard of a settle: writing NULL here, because the lease is gone, fails its batch. */
    state: text().notNull(),
    problem: text(),
    attempts: integer().notNull(),
    /** Claims that ended with their worker: an event that kills is parked before it does so for ever. */
    deaths: integer().notNull(),
    /** When it may be claimed (again); a claim moves it to the end of its lease. */
    due_at: integer().notNull(),
    lease: text(),
    refresh: integer().notNull(),
    order_id: text(),
  },
  (t) => [
    uniqueIndex('events_key').on(t.source, t.key),
    index('events_due').on(t.due_at).where(sql`state in ('received', 'waiting')`),
    // Lists by any of these: each group of them runs by time.
    index('events_look').on(t.source, t.state, t.type, t.id),
    index('events_order').on(t.order_id).where(sql`order_id is not null`),
  ],
);

export const event_bodies = sqliteTable(
  'event_bodies',
  { event_id: text().notNull(), part: integer().notNull(), bytes: blob({ mode: 'buffer' }).notNull() },
  (t) => [primaryKey({ columns: [t.event_id, t.part] })],
);

/** What the shop answered when it was asked about an event; a long answer in several parts, as a body is. */
export const event_answers = sqliteTable(
  'event_answers',
  {
    id: text().notNull(),
    part: integer().notNull(),
    event_id: text().notNull(),
    refresh: integer().notNull(),
    asked: text().notNull(),
    stamp: integer().notNull(),
    body: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.id, t.part] }), index('event_answers_event').on(t.event_id)],
);

/** The names that an event waits for. The batch that inserts such a name into sale_refs wakes it. */
export const event_awaits = sqliteTable(
  'event_awaits',
  {
    source: text().notNull(),
    account: text().notNull(),
    ref: text().notNull(),
    event_id: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.source, t.account, t.ref, t.event_id] }),
    // Every end of an event looks here.
    index('event_awaits_event').on(t.event_id),
  ],
);

/** What the shop says was bought, and what plan reads besides licenses: one document, replaced whole; a long one in parts. */
export const sales = sqliteTable(
  'sales',
  { order_id: text().notNull(), part: integer().notNull(), doc: text().notNull() },
  (t) => [primaryKey({ columns: [t.order_id, t.part] })],
);

/** One row for each change of a sale: its UNIQUE key keeps two settles from interleaving; its content is the order's timeline. */
export const sale_versions = sqliteTable(
  'sale_versions',
  {
    order_id: text().notNull(),
    version: integer().notNull(),
    at: integer().notNull(),
    cause: text().notNull(),
    revision_id: text().notNull(),
    changes: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.order_id, t.version] })],
);

/**
 * The names of sales. An order's own name, its external id, is the first of them: this key is what makes an order unique,
 * and a settle writes into its order the name that it finds here.
 */
export const sale_refs = sqliteTable(
  'sale_refs',
  {
    source: text().notNull(),
    account: text().notNull(),
    ref: text().notNull(),
    order_id: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.account, t.ref] })],
);

export const orders = sqliteTable(
  'orders',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    account: text().notNull(),
    external_id: text().notNull(),
    label: text(),
    version: integer().notNull(),
    state: text().notNull(),
    test: integer().notNull(),
    flags: text().notNull(),
    refs: text().notNull(),
    customer_id: text().references(() => customers.id),
    currency: text(),
    total: text(),
    bought_at: integer(),
    revision_id: text().notNull(),
    /** When time alone will change what is owed. */
    next_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [
    index('orders_next').on(t.next_at).where(sql`next_at is not null`),
    index('orders_customer').on(t.customer_id, t.id).where(sql`customer_id is not null`),
    // As that of events.
    index('orders_look').on(t.source, t.state, t.test, t.id),
  ],
);

/** One row for each line and product, as the API shows it. */
export const order_items = sqliteTable(
  'order_items',
  {
    order_id: text()
      .notNull()
      .references(() => orders.id),
    ordinal: integer().notNull(),
    line_id: text().notNull(),
    title: text().notNull(),
    quantity: integer(),
    state: text().notNull(),
    rule: text(),
    product: text(),
    policy: text(),
    part: text(),
    refs: text().notNull(),
    /** Why it is parked or ignored. */
    problem: text(),
    reason: text(),
    source: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.order_id, t.ordinal] }),
    index('order_items_parked').on(t.source, t.order_id).where(sql`state = 'parked'`),
  ],
);

export const licenses = sqliteTable(
  'licenses',
  {
    id: text().primaryKey(),
    order_id: text()
      .notNull()
      .references(() => orders.id),
    line_id: text().notNull(),
    unit: integer().notNull(),
    part: text().notNull(),
    generation: integer().notNull(),
    replaced: integer().notNull(),
    key: text().notNull(),
    product: text().notNull(),
    policy: text().notNull(),
    license_type: text().notNull(),
    /** active, suspended or revoked; `expired` follows from valid_until and the clock. */
    state: text().notNull(),
    reasons: text().notNull(),
    fields: text().notNull(),
    starts_at: integer().notNull(),
    valid_until: integer(),
    issuer: text().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [
    uniqueIndex('licenses_key').on(t.key),
    uniqueIndex('licenses_slot').on(t.order_id, t.line_id, t.unit, t.part, t.generation),
    uniqueIndex('licenses_live_slot').on(t.order_id, t.line_id, t.unit, t.part).where(sql`replaced = 0`),
    // Whether a product or one of its policies was ever issued. An expression, so that no list is led by it.
    index('licenses_sold').on(sql`(product || '/' || policy)`),
    // As that of events.
    index('licenses_look').on(t.product, t.state, t.id),
    // What has run out, by when.
    index('licenses_end')
      .on(t.product, t.valid_until, t.id)
      .where(sql`state = 'active' and valid_until is not null`),
  ],
);

/** Mapping and catalog together. The highest number of a source is the one that runs. */
export const mapping_revisions = sqliteTable(
  'mapping_revisions',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    number: integer().notNull(),
    /** `file` or `api`: who wrote its mapping; `catalog`: it came along with a change of the catalog. */
    origin: text().notNull(),
    mapping: text().notNull(),
    catalog: text().notNull(),
    created_at: integer().notNull(),
    created_by: text().notNull(),
  },
  (t) => [uniqueIndex('mapping_revisions_number').on(t.source, t.number)],
);

/** What a person should know of a source, counted, one row for each kind. */
export const alarms = sqliteTable(
  'alarms',
  {
    source: text().notNull(),
    code: text().notNull(),
    count: integer().notNull(),
    first_at: integer().notNull(),
    last_at: integer().notNull(),
    detail: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.code] })],
);

/** How a source spoke on each of the last days: tells whether its silence is unusual. A day is a number of days since 1970, in UTC. */
export const source_days = sqliteTable(
  'source_days',
  {
    source: text().notNull(),
    day: integer().notNull(),
    first_at: integer().notNull(),
    last_at: integer().notNull(),
    gaps: integer().notNull(),
    longest_ms: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.day] })],
);

/** Refused deliveries, the newest of each list; without their bodies. */
export const refusals = sqliteTable(
  'refusals',
  {
    id: text().primaryKey(),
    /** The source, or empty for all paths that name none: what is bounded together. */
    list: text().notNull(),
    source: text().notNull(),
    at: integer().notNull(),
    problem: text().notNull(),
    diagnosis: text().notNull(),
  },
  (t) => [index('refusals_list').on(t.list, t.id)],
);

export const reviews = sqliteTable(
  'reviews',
  {
    order_id: text().notNull(),
    name: text().notNull(),
    state: text().notNull(),
    line_id: text(),
    act: text().notNull(),
    title: text().notNull(),
    /** What accepting it would change, as of the sale's newest version. */
    changes: text().notNull().default('[]'),
    created_at: integer().notNull(),
    decided_at: integer(),
    decided_by: text(),
  },
  (t) => [
    primaryKey({ columns: [t.order_id, t.name] }),
    index('reviews_open').on(t.created_at).where(sql`state = 'open'`),
  ],
);

/** Keys of the management API, hashed; a key itself is shown once and stored nowhere. */
export const api_keys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    hash: text().notNull(),
    scopes: text().notNull(),
    created_at: integer().notNull(),
    expires_at: integer(),
    last_used_at: integer(),
    revoked_at: integer(),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash)],
);

/** Keys that were given out before Keyferry: the sale that bears the name gets these, and no new ones. */
export const given_keys = sqliteTable(
  'given_keys',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    account: text().notNull(),
    /** The external id of the sale, or any ref of it. */
    name: text().notNull(),
    line: text(),
    product: text(),
    key: text().notNull(),
    created_at: integer().notNull(),
    created_by: text().notNull(),
    /** Set with the settle that used it. */
    license_id: text(),
  },
  (t) => [
    uniqueIndex('given_keys_key').on(t.key),
    // Those that wait for their sale: who has used one asks no more.
    index('given_keys_name').on(t.source, t.account, t.name).where(sql`license_id is null`),
    // Whether some wait for a sale of a product that is to go.
    index('given_keys_product').on(t.product).where(sql`license_id is null and product is not null`),
  ],
);
