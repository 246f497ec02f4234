/**
 * What may be read of the house: rows as the management API and the console show them, and the keys that open
 * it. It stands beside the river. What must never happen here: a list that skips or repeats a row because
 * others were added while somebody turned its pages.
 */
import type { OrderState } from './entitlement.ts';
import type { Json } from './json.ts';
import type { Noted } from './noted.ts';
import type { AccountRecord, CustomerRecord } from './people.ts';
import type { Change, License, LicenseState } from './plan.ts';
import type { Problem, Result } from './problem.ts';
import type { RefusalRecord } from './refusals.ts';
import type { OrderItem } from './store.ts';
import type { Timeline } from './timeline.ts';
import type { LineRecord, ParkedKey, ParkedRecord, WithLicense } from './whole-records.ts';

/** One page of a list: rows after the row named `after`, newest first. */
export interface Slice<Key> {
  readonly limit: number;
  readonly after: Key | null;
}

export interface Sliced<Row, Key> {
  readonly items: readonly Row[];
  /** The last row's key when more rows follow. */
  readonly next: Key | null;
}

/** The key of lists that run by id. Ids are time-ordered, so the greatest is the newest. */
export type IdKey = readonly [id: string];

export const ORDER_STATES = ['pending', 'issued', 'partly_parked', 'parked', 'cancelled'] as const;
export const EVENT_STATES = ['received', 'done', 'ignored', 'waiting', 'parked'] as const;
export const REVIEW_STATES = ['open', 'accepted', 'declined'] as const;
export const SHOWN_LICENSE_STATES = ['active', 'suspended', 'revoked', 'expired'] as const;

export type EventState = (typeof EVENT_STATES)[number];
export type ReviewState = (typeof REVIEW_STATES)[number];
/** As it is shown: `expired` follows from the license's end and the clock. */
export type ShownLicenseState = (typeof SHOWN_LICENSE_STATES)[number];

/** A revoked or suspended license is shown as what was done to it; an active one that has run out is expired. */
export function shownState(state: LicenseState, validUntil: number | null, now: number): ShownLicenseState {
  return state === 'active' && validUntil !== null && validUntil <= now ? 'expired' : state;
}

/** Times are epoch ms throughout. */
export interface LicenseRecord extends License {
  readonly order_id: string;
  readonly key: string;
  /** As stored, without the clock: see `shownState`. */
  readonly state: LicenseState;
  readonly license_type: string;
  readonly issuer: string;
  readonly created_at: number;
  readonly updated_at: number;
}

export type WholeLicense = LicenseRecord & WithLicense;

export interface ItemRecord extends OrderItem {
  readonly licenses: readonly LicenseRecord[];
}

export interface OrderRecord {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly external_id: string;
  /** Each change counts one further. */
  readonly version: number;
  readonly label: string | null;
  readonly refs: readonly string[];
  readonly state: OrderState;
  readonly test: boolean;
  readonly flags: readonly string[];
  readonly customer: CustomerRecord | null;
  readonly items: readonly ItemRecord[];
  readonly revision_id: string;
  readonly currency: string | null;
  readonly total: string | null;
  readonly bought_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface EventRecord {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly type: string;
  readonly key: string;
  readonly state: EventState;
  readonly mode: 'live' | 'test' | null;
  readonly problem: Problem | null;
  readonly attempts: number;
  readonly created_at: number | null;
  readonly received_at: number;
  readonly due_at: number;
  readonly order_id: string | null;
}

export interface WholeEvent extends EventRecord {
  readonly headers: Readonly<Record<string, string>>;
  /** Null once it was pruned. */
  readonly body: Uint8Array | null;
  readonly answers: readonly {
    readonly id: string;
    readonly refresh: number;
    readonly asked: string;
    readonly stamp: number;
    readonly body: Json;
  }[];
}

export interface ReviewRecord {
  readonly order_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly account: string;
  readonly name: string;
  readonly state: ReviewState;
  readonly cause: string;
  readonly line_id: string | null;
  readonly act: string;
  readonly title: string;
  /** What accepting it would change, or did; of one declined, what it would have. Of very many the first. */
  readonly changes: readonly (Change & Noted)[];
  readonly change_count: number;
  readonly since: number;
  readonly decided_at: number | null;
  readonly decided_by: string | null;
}
export type ReviewKey = readonly [created_at: number, order_id: string, name: string];

export interface AlarmRecord {
  readonly code: string;
  readonly count: number;
  readonly last_at: number;
  readonly detail: string;
}

export interface NotedProblem {
  readonly problem: Problem;
  readonly at: number;
  readonly event_id: string | null;
  readonly order_id: string | null;
}

/** What happened at a source lately. */
export interface SourceNotes {
  readonly last_event_at: number | null;
  /** Of the newest event that is parked or waits, or of the newest parked line, whichever is younger. */
  readonly last_problem: NotedProblem | null;
  readonly alarms: readonly AlarmRecord[];
}

export interface OrderFilter {
  readonly source?: string | undefined;
  /** The order's name or any ref of it. */
  readonly external_id?: string | undefined;
  /** A customer's id or email. */
  readonly customer?: string | undefined;
  readonly state?: OrderState | undefined;
  readonly test?: boolean | undefined;
}

export interface LicenseFilter {
  readonly key?: string | undefined;
  readonly order?: string | undefined;
  readonly state?: ShownLicenseState | undefined;
  readonly product?: string | undefined;
}

export interface EventFilter {
  readonly source?: string | undefined;
  readonly state?: EventState | undefined;
  readonly type?: string | undefined;
  /** Received at this time or later, epoch ms. */
  readonly from?: number | undefined;
  /** Received before this time, epoch ms. */
  readonly to?: number | undefined;
  readonly order?: string | undefined;
}

export interface ReviewFilter {
  readonly source?: string | undefined;
  readonly order?: string | undefined;
  /** Open ones if left out. */
  readonly state?: ReviewState | undefined;
}

export interface RefusalFilter {
  /** As it stood in the path. */
  readonly source?: string | undefined;
  /** Refused at this time or later, epoch ms. */
  readonly from?: number | undefined;
}

export interface Pulse {
  /** Since when the oldest event that is due waits for a worker, epoch ms; null when none does. */
  readonly oldest_due_at: number | null;
  /** Events that wait for a worker, and those whose time comes later. */
  readonly due: number;
  readonly later: number;
  readonly parked_events: number;
  readonly open_reviews: number;
  readonly queued_jobs: number;
  readonly running_jobs: number;
  /** Of those that were asked for within LIMITS.failed_jobs_ms. */
  readonly failed_jobs: number;
  /** By source. */
  readonly parked_lines: ReadonlyMap<string, number>;
}

/** Every read sees what was committed before it. */
export interface Records {
  orders(filter: OrderFilter, slice: Slice<IdKey>): Promise<Sliced<OrderRecord, IdKey>>;
  order(id: string): Promise<(OrderRecord & { readonly timeline: Timeline }) | null>;
  licenses(filter: LicenseFilter, slice: Slice<IdKey>, now: number): Promise<Sliced<LicenseRecord, IdKey>>;
  license(id: string): Promise<WholeLicense | null>;
  events(filter: EventFilter, slice: Slice<IdKey>): Promise<Sliced<EventRecord, IdKey>>;
  event(id: string): Promise<WholeEvent | null>;
  customers(
    filter: { readonly email?: string | undefined },
    slice: Slice<IdKey>,
  ): Promise<Sliced<CustomerRecord, IdKey>>;
  customer(id: string): Promise<CustomerRecord | null>;
  accounts(slice: Slice<IdKey>): Promise<Sliced<AccountRecord, IdKey>>;
  account(id: string): Promise<AccountRecord | null>;
  parked(
    filter: { readonly source?: string | undefined },
    slice: Slice<ParkedKey>,
  ): Promise<Sliced<ParkedRecord, ParkedKey>>;
  /** A line in whatever state. */
  line(orderId: string, lineId: string): Promise<LineRecord | null>;
  /** Open ones newest first; decided ones those of the newest order first. */
  reviews(filter: ReviewFilter, slice: Slice<ReviewKey>): Promise<Sliced<ReviewRecord, ReviewKey>>;
  review(orderId: string, name: string): Promise<ReviewRecord | null>;
  refusals(filter: RefusalFilter, slice: Slice<IdKey>): Promise<Sliced<RefusalRecord, IdKey>>;
  /** One entry for every name that is asked for. */
  notes(sources: readonly string[]): Promise<ReadonlyMap<string, SourceNotes>>;
  /** Since when the oldest event that is due waits for a worker; null when none does. */
  oldestDue(now: number): Promise<number | null>;
  /** How things stand: counts go up to LIMITS.counted_rows, which then means at least so many. */
  pulse(sources: readonly string[], now: number): Promise<Pulse>;
  /** When the next event or job that nobody holds, or the next order, is due; null when none ever will be. */
  nextDue(): Promise<number | null>;
  /** Takes the write lock and writes nothing. @throws when the database cannot be written */
  probe(): Promise<void>;
}

/** Each license under the item it belongs to: by line and part, else by line; what is left becomes an item that ended. */
export function itemsWithLicenses(
  items: readonly OrderItem[],
  licenses: readonly LicenseRecord[],
): readonly ItemRecord[] {
  const groups: { readonly item: OrderItem; readonly licenses: LicenseRecord[] }[] = items.map((item) => ({
    item,
    licenses: [],
  }));
  for (const it of licenses) {
    const group =
      groups.find(({ item }) => item.line_id === it.line_id && item.part === it.part) ??
      groups.find(({ item }) => item.line_id === it.line_id && item.part === null);
    if (group) group.licenses.push(it);
    else groups.push({ item: leftOver(it), licenses: [it] });
  }
  return groups.map(({ item, licenses: own }) => ({ ...item, licenses: own }));
}

/** The line left the order, or it gives another product now; its licenses are still there to be seen. */
function leftOver(it: LicenseRecord): OrderItem {
  const { line_id, product, policy, part } = it;
  const reason = 'no longer part of the order';
  return {
    line_id,
    title: product,
    quantity: 0,
    state: 'ended',
    rule: null,
    product,
    policy,
    part,
    refs: {},
    problem: null,
    reason,
  };
}

/** Each includes those before it. */
export const SCOPES = ['read', 'issue', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export function includesScope(held: readonly Scope[], needed: Scope): boolean {
  return held.some((it) => SCOPES.indexOf(it) >= SCOPES.indexOf(needed));
}

/** Who a request comes from. */
/** The id of the key that the environment brings. */
export const ENVIRONMENT_KEY = 'environment';

export interface KeyHolder {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface ApiKeyRecord extends KeyHolder {
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires_at: number | null;
}

export interface ApiKeys {
  /** Whose key it is; null for one that is unknown, expired or revoked. */
  holder(key: string): Promise<KeyHolder | null>;
  /** `key` is shown this once and stored nowhere. */
  create(it: NewApiKey): Promise<{ readonly record: ApiKeyRecord; readonly key: string }>;
  list(slice: Slice<IdKey>): Promise<Sliced<ApiKeyRecord, IdKey>>;
  /** Revoking twice keeps the first time. Null when there is none of this id. */
  revoke(id: string): Promise<ApiKeyRecord | null>;
  /**
   * Called at start. A given key is accepted from now on and stored nowhere; without one, an admin key is made
   * the first time and returned once.
   * @returns the key that was made, else null; `config_invalid` for a given key that is too short
   */
  ensureAdmin(given: string | null | undefined): Promise<Result<string | null>>;
  /** Makes a new admin key; the one made before opens nothing any more. */
  resetAdmin(): Promise<string>;
}
