/**
 * What the bridge asks of storage: the inbox of walk one, and the guarded settle of walk two. Implementations
 * lie in src/store; one contract suite runs on all of them. What must never happen behind it: an answer before
 * the commit is durable, or half a settle.
 */
import type { GivenKey } from './adoption.ts';
import type { BuyerName } from './customer.ts';
import type { Choices, Decisions, OrderState, Pins, Policies, Review } from './entitlement.ts';
import type { Answer, StoredEvent, VerifiedEvent } from './integration.ts';
import type { Noted } from './noted.ts';
import type { Change, License, Override } from './plan.ts';
import type { NewRequest } from './privacy.ts';
import type { Problem } from './problem.ts';
import type { Refusals } from './refusals.ts';
import type { Things } from './sale.ts';
import type { Buyer } from './things.ts';
import type { BuriedName } from './tombstones.ts';

export interface Stored {
  readonly id: string;
  /** It was there before: nothing was written. */
  readonly duplicate: boolean;
}

/** An event held by a worker. Only while its `lease` token is still in the row can its end be written. */
export interface ClaimedEvent extends StoredEvent {
  readonly mode: 'live' | 'test' | null;
  readonly lease: string;
  /** Attempts that failed so far. */
  readonly attempts: number;
  /** Claims that ended with the death of their worker. */
  readonly deaths: number;
  /** Counts the times that the shop was asked anew. */
  readonly refresh: number;
}

/** An event as it is found, in whoever's hands it may be. */
export interface FoundEvent extends ClaimedEvent {
  /** How it ended, while nobody works on it; null before that. */
  readonly ended: Pick<EventEnd, 'state' | 'problem' | 'order_id'> | null;
}

/** How an event leaves a worker's hands. */
export interface EventEnd {
  readonly event_id: string;
  readonly lease: string;
  readonly state: 'done' | 'ignored' | 'parked' | 'waiting';
  readonly problem: Problem | null;
  readonly order_id: string | null;
  /** When `waiting`: when it comes back by itself, epoch ms. */
  readonly due_at: number | null;
  /** Nothing was attempted: none is counted. */
  readonly untried?: true;
}

/** All that plan reads of a sale besides its licenses; changes only together with `version`. */
export interface SaleDoc {
  readonly things: Things;
  readonly refs: readonly string[];
  readonly pins: Pins;
  /** `on:` as it was when the sale was first issued: what was sold under it stays under it. Left out until then. */
  readonly on?: Policies;
  readonly decisions: Decisions;
  readonly overrides: readonly Override[];
  /** What persons chose for lines that waited; left out while there is none. */
  readonly choices?: Choices;
  /** Until when the checkout of a subscription is waited for, epoch ms. */
  readonly origin_by?: number;
  /** Who buys is unknown for good: whatever says it again is read without it. */
  readonly redacted?: true;
}

export interface LoadedSale {
  readonly order_id: string;
  readonly source: string;
  readonly account: string;
  readonly external_id: string;
  readonly version: number;
  readonly revision_id: string;
  readonly next_at: number | null;
  readonly state: OrderState;
  readonly doc: SaleDoc;
  readonly licenses: readonly License[];
  readonly items: readonly OrderItem[];
  readonly flags: readonly string[];
  /** Names of the reviews that are open. */
  readonly reviews: readonly string[];
}

/** One line and product of an order, as it is shown. */
export interface OrderItem {
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  readonly state: 'pending' | 'issued' | 'parked' | 'ignored' | 'ended';
  readonly rule: string | null;
  readonly product: string | null;
  readonly policy: string | null;
  readonly part: string | null;
  readonly refs: Readonly<Record<string, string>>;
  readonly problem: Problem | null;
  readonly reason: string | null;
}

/** A change with what only the bridge can add to it: the new license's id and key. */
export type AppliedChange = Change &
  Noted & {
    readonly license_id: string;
    readonly key?: string;
    /** The key was given out before Keyferry: its buyer has it, and is told nothing. */
    readonly given?: true;
  };

/** A review with what it would change if a person agreed. */
export interface Proposal extends Review {
  readonly changes: readonly (Change & Noted)[];
}

/** Why a sale was taken up. */
export type Cause =
  | { readonly by: 'events'; readonly event_ids: readonly string[] }
  | { readonly by: 'replay'; readonly event_ids: readonly string[]; readonly actor: string }
  | { readonly by: 'clock' }
  | { readonly by: 'revision'; readonly revision_id: string }
  | { readonly by: 'person'; readonly actor: string; readonly act: string; readonly note?: string };

export interface Settlement {
  readonly order_id: string;
  readonly source: string;
  readonly account: string;
  readonly external_id: string;
  /** The version after this; 1 makes the order. */
  readonly version: number;
  /** Epoch ms. */
  readonly at: number;
  readonly cause: Cause;
  readonly revision_id: string;
  /** Of the revision that was used: if a newer one is there by now, parked lines stay due. */
  readonly revision_number: number;
  readonly issuer: string;
  readonly doc: SaleDoc;
  /** Names of the sale that were not known before, the external id at first. Events that wait for one wake. */
  readonly new_refs: readonly string[];
  /** What its shop names the buyer by and did not before; nothing once it is redacted. */
  readonly new_buyers: readonly BuyerName[];
  readonly state: OrderState;
  readonly label: string | null;
  readonly test: boolean;
  readonly flags: readonly string[];
  readonly currency: string | null;
  readonly total: string | null;
  readonly bought_at: number | null;
  readonly next_at: number | null;
  readonly buyer: Buyer | null;
  readonly items: readonly OrderItem[];
  readonly reviews: readonly Proposal[];
  /** The review that a person decided with this; `changes`: what accepting it changed. */
  readonly decided?: {
    readonly review: string;
    readonly decision: 'accepted' | 'declined';
    readonly changes: readonly AppliedChange[] | null;
  };
  readonly changes: readonly AppliedChange[];
  /** Ids of the given keys that were looked at; a store that has others of this sale by now answers `conflict`. Left out: none matter. */
  readonly keys_seen?: readonly string[];
  /** Where no tombstone was seen; a store that has one by now answers `buried`. Left out: it is redacted already. */
  readonly unburied?: readonly BuriedName[];
  /** It is redacted with this, and nobody else sees to its customer. */
  readonly forgets?: true;
  readonly ends: readonly EventEnd[];
}

/** A revision as it is stored. */
export interface NewRevision {
  readonly source: string;
  readonly origin: 'file' | 'api';
  readonly mapping: unknown;
  readonly catalog: unknown;
  readonly created_by: string;
}
export interface StoredRevision extends NewRevision {
  readonly id: string;
  readonly number: number;
  readonly created_at: number;
}

export interface Inbox {
  /** Durable when it resolves. @throws when it cannot be written */
  addEvent(source: string, event: VerifiedEvent, receivedAt: number): Promise<Stored>;
  /**
   * Takes up to `limit` events that are due, oldest first, for `lease_ms`; none of the sources named in `except`.
   * @param suspects of those that workers died of (`suspect_deaths`), no more than these; one if left out
   */
  claimEvents(
    now: number,
    limit: number,
    except?: readonly string[],
    suspects?: number,
  ): Promise<readonly ClaimedEvent[]>;
  /** Takes the events that wait for one of these names, to settle them together with the sale that bears it. */
  claimWaiters(
    source: string,
    account: string,
    refs: readonly string[],
    now: number,
  ): Promise<readonly ClaimedEvent[]>;
  /** Takes one event in whatever state, away from another holder too; null when there is none. */
  seizeEvent(id: string, now: number): Promise<ClaimedEvent | null>;
  /** The id of the event with this key; null when there is none. */
  findEvent(source: string, key: string): Promise<string | null>;
  /** Reads one event without taking it. */
  readEvent(id: string): Promise<FoundEvent | null>;
  /** @param since the earliest end of a lease that is still found; `lease_ms` ago if left out */
  renewLeases(leases: readonly string[], now: number, since?: number): Promise<void>;
  /**
   * The clock was set back by so much, or was ahead before this process began: what waits for a time that is not to
   * come yet is due when it was meant to be, and a lease ends one lease from now unless it is renewed.
   */
  setBack(now: number, by_ms: number): Promise<void>;
  /** Gives events back that nothing happened to: they are due at once, and it counts as no death. Never throws. */
  letGo(events: readonly ClaimedEvent[], now: number): Promise<void>;
  /** Answers of the event's newest refresh. */
  answersOf(eventId: string): Promise<readonly Answer[]>;
  addAnswers(eventId: string, refresh: number, answers: readonly Answer[]): Promise<void>;
  /** Ends of events that change no sale. @returns the ids whose lease was still held */
  endEvents(ends: readonly EventEnd[]): Promise<readonly string[]>;
  /** Lets an event wait for a name of its sale. False when one is known by now: look again. */
  waitForSale(end: EventEnd, source: string, account: string, refs: readonly string[]): Promise<boolean>;
}

export interface Ledger {
  /** The orders that are known by these names. */
  findOrders(source: string, account: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  loadSale(orderId: string): Promise<LoadedSale | null>;
  /** Keys given out before to the sale with these names, which no license has; in the order in which they were taken in. */
  givenKeys(source: string, account: string, names: readonly string[]): Promise<readonly GivenKey[]>;
  /**
   * One atomic batch. `conflict`: someone else was first, read again. `lease_lost`: an event is no longer ours.
   * `buried`: who buys must not be written any more.
   */
  settle(it: Settlement): Promise<'settled' | 'conflict' | 'lease_lost' | 'buried'>;
  /** Nothing changed, but the clock did: moves `next_at` alone, unless the sale did change or a key came for it. */
  reschedule(
    it: Pick<
      Settlement,
      | 'order_id'
      | 'version'
      | 'source'
      | 'account'
      | 'revision_number'
      | 'next_at'
      | 'at'
      | 'doc'
      | 'keys_seen'
    >,
  ): Promise<void>;
  /** Orders whose `next_at` has come. */
  dueOrders(now: number, limit: number): Promise<readonly string[]>;
  /** Lets an order that could not be taken up rest until `next_at`. */
  postpone(orderId: string, next_at: number): Promise<void>;
}

export interface Revisions {
  /** The newest revision of every source. */
  current(): Promise<readonly StoredRevision[]>;
  byId(id: string): Promise<StoredRevision | null>;
  of(source: string): Promise<readonly StoredRevision[]>;
  /** Stores it and makes the source's parked orders due. Returns the one that is there if `after` is no longer the newest. */
  add(it: NewRevision, after: number, now: number): Promise<StoredRevision | 'conflict'>;
  /** A number that grows whenever any process adds a revision: cheap to ask often. */
  stamp(): Promise<number>;
}

export interface Alarms {
  raise(source: string, code: string, detail: string, now: number): Promise<void>;
}

/** What the river itself asks of what is kept for persons. */
export interface Burials {
  /** The end of the event that passed a request on, and the request, in one batch; of one event there is one. @returns whether its lease was held */
  takeRequest(end: EventEnd, it: NewRequest): Promise<boolean>;
  isBuried(source: string, account: string, names: readonly BuriedName[]): Promise<boolean>;
  /** What `emailName` hashes with; drawn the first time. */
  emailKey(): Promise<string>;
  /** Writes bodies and answers anew. @returns how many events had something to lose */
  rewriteEvents(ids: readonly string[], redact: (body: string) => string): Promise<number>;
  /** Ids of its events after this one. */
  eventsOfOrder(orderId: string, after: string, limit: number): Promise<readonly string[]>;
}

export interface Store extends Inbox, Ledger, Alarms, Refusals, Burials {
  readonly revisions: Revisions;
}

/** What a store throws when it could not be written or read just now, of whatever kind it is: try again. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'unavailable';
}
