/**
 * What the bridge hands to a store, written out for tests: events, ends, settlements, and a picture of every
 * table. Each has a plain default; a test names only what it is about.
 */

import type { VerifiedEvent } from '../../src/core/integration.ts';
import type { Problem } from '../../src/core/problem.ts';
import type { AppliedChange, ClaimedEvent, EventEnd, OrderItem, Settlement } from '../../src/core/store.ts';
import type { Database } from '../../src/store/database.ts';

export const NOON = Date.UTC(2026, 10, 2, 12, 0, 0);

export function eventOf(key: string, over: Partial<Omit<VerifiedEvent, never>> = {}): VerifiedEvent {
  const event = {
    key,
    type: 'order.paid',
    account: '',
    mode: null,
    created_at: NOON - 1_000,
    headers: {},
    body: new TextEncoder().encode(`{"id":"${key}"}`),
    ...over,
  };
  // A store sees what is behind verify; here no shop stands before it.
  return event as VerifiedEvent;
}

export function endOf(event: Pick<ClaimedEvent, 'id' | 'lease'>, over: Partial<EventEnd> = {}): EventEnd {
  return {
    event_id: event.id,
    lease: event.lease,
    state: 'done',
    problem: null,
    order_id: null,
    due_at: null,
    ...over,
  };
}

/** Version 1 of an order without lines. Its id is the name with `ord_` before it. */
export function settlementOf(externalId: string, over: Partial<Settlement> = {}): Settlement {
  return {
    order_id: `ord_${externalId}`,
    source: 'shop',
    account: '',
    external_id: externalId,
    version: 1,
    at: NOON,
    cause: { by: 'events', event_ids: [] },
    revision_id: 'rev_1',
    revision_number: 1,
    issuer: 'embedded',
    doc: { things: {}, refs: [externalId], pins: {}, decisions: {}, overrides: [] },
    new_refs: [externalId],
    new_buyers: [],
    state: 'issued',
    label: null,
    test: false,
    flags: [],
    currency: 'eur',
    total: '49.00',
    bought_at: NOON - 5_000,
    next_at: null,
    buyer: null,
    items: [],
    reviews: [],
    changes: [],
    ends: [],
    ...over,
  };
}

const NOTHING_NEW = { new_refs: [], new_buyers: [], changes: [], ends: [] };

/** The next version of a settlement: the names are known by now. */
export function nextOf(it: Settlement, over: Partial<Settlement> = {}): Settlement {
  return { ...it, version: it.version + 1, at: it.at + 1_000, ...NOTHING_NEW, ...over };
}

export function itemOf(lineId: string, over: Partial<OrderItem> = {}): OrderItem {
  return {
    line_id: lineId,
    title: 'Acme Pro',
    quantity: 1,
    state: 'issued',
    rule: 'pro',
    product: 'acmepro',
    policy: 'perpetual',
    part: 'acmepro',
    refs: { sku: 'ACME-PRO' },
    problem: null,
    reason: null,
    ...over,
  };
}

type Issue = Extract<AppliedChange, { change: 'issue' }>;

/** A license for unit `unit` of a line; id and key follow from `name`. */
export function issueOf(name: string, over: Partial<Issue> = {}): AppliedChange {
  return {
    change: 'issue',
    line_id: 'line-1',
    unit: 0,
    part: 'acmepro',
    generation: 0,
    product: 'acmepro',
    policy: 'perpetual',
    fields: { license_type: 'perpetual', max_activations: 2 },
    reasons: [],
    starts_at: NOON,
    valid_until: null,
    license_id: `lic_${name}`,
    key: `KEY-${name}`,
    ...over,
  };
}

export function suspensionOf(
  name: string,
  over: { readonly unit?: number; readonly replaced?: boolean } = {},
): AppliedChange {
  const { unit = 0, replaced = false } = over;
  return {
    change: replaced ? 'revoke' : 'suspend',
    line_id: 'line-1',
    unit,
    part: 'acmepro',
    license_id: `lic_${name}`,
    reasons: [
      { name: replaced ? 'replaced' : 'hold', act: replaced ? 'revoke' : 'suspend', cause: 'a test' },
    ],
    replaced,
  };
}

export function problemOf(code: Problem['code'], detail = ''): Problem {
  return { code, detail };
}

const TABLES = [
  'events', 'event_bodies', 'event_answers', 'event_awaits', 'sales', 'sale_versions', 'sale_refs', 'orders',
  'order_items', 'order_buyers', 'licenses', 'customers', 'mapping_revisions', 'alarms', 'reviews', 'given_keys',
] as const; // biome-ignore format: one list, one glance

/** Everything that is stored, as text that can be compared and searched. */
export async function everything(db: Database): Promise<string> {
  const parts: string[] = [];
  for (const table of TABLES) {
    const rows = (await db.read(`SELECT * FROM ${table}`)).map((row) => JSON.stringify(row)).sort();
    parts.push(`${table}\n${rows.join('\n')}`);
  }
  return parts.join('\n\n');
}

export async function count(db: Database, from: string): Promise<number> {
  const [row] = await db.read(`SELECT count(*) AS n FROM ${from}`);
  return Number(row?.n);
}

/** Texts as buyers and attackers write them: what is meant, the text. */
export const HOSTILE: readonly (readonly [string, string])[] = [
  ['that ends SQL statements', `'"; DROP TABLE events; --`],
  ['of several lines, with escapes written out', 'line\nbreak\tand \\u0000 and \\ud800'],
  ['of emoji', '🗝️🧑‍💻'],
  ['with a NUL', 'a\0b'],
  ['with half a surrogate pair', 'a\ud800b'],
  ['that is JSON', '{"json":[true]}'],
  ['that looks like a number', '9007199254740993'],
  ['of 100 KB', 'ж'.repeat(50_000)],
];

/** What is kept of a text: neither NUL nor half a surrogate pair can be stored. */
export const kept = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');
