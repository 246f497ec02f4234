/**
 * What a shop's integration must bring: verify, gather, normalize, and the words of its mapping. It stands at
 * the shop's edge of the river; everything behind it speaks only of sales. What must never happen here: bytes
 * that were not verified becoming an event.
 */
import type { ZodType } from 'zod';
import type { Trouble } from './breaker.ts';
import type { Json } from './json.ts';
import type { Clock, Digest, Fetch } from './ports.ts';
import type { PrivacyRequest } from './privacy.ts';
import type { Problem, Result } from './problem.ts';
import type { Diagnosis } from './refusals.ts';
import type { Fact } from './sale.ts';

/** One HTTP delivery as it came, before anything is believed of it. */
export interface Delivery {
  /** Looks a header up by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** Our clock when it arrived, epoch ms. */
  readonly received_at: number;
}

declare const brand: unique symbol;

/** A delivery whose signature was right. Only an integration's `verify.ts` may make one (the architecture test looks). */
export interface VerifiedEvent {
  readonly [brand]: 'verified';
  /** Names this event within its source; the same key twice is the same event. */
  readonly key: string;
  /** The shop's word for what happened: `checkout.session.completed`, `orders/paid`. */
  readonly type: string;
  /** A connected account or context inside the source; empty otherwise. */
  readonly account: string;
  /** `live` or `test` where the signed body says so, else null. */
  readonly mode: 'live' | 'test' | null;
  /** When the shop says it happened, epoch ms; null when the signed body does not say. */
  readonly created_at: number | null;
  /** What normalize needs besides the body: unsigned headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Marks an event as verified. To be called only by an integration's `verify.ts`, after the signature was found right. */
export function verified(event: Omit<VerifiedEvent, typeof brand>): VerifiedEvent {
  // The brand exists for the compiler only: this is the one place that may claim it.
  return event as VerifiedEvent;
}

/** The type of an event that no shop sent: a person has Keyferry ask for a sale by its name. */
const LOOK = 'keyferry.look';

/**
 * An event of our own, which goes down the same river: gather asks for the sale that it names, and normalize reads
 * the answer. Its bytes say nothing of what was sold, so there is nothing to verify. Only src/adopt.ts may make one
 * (the architecture test looks).
 * @param run the same sale looked for twice in one run is the same event
 */
export function looked(sale: string, account: string, run: string): VerifiedEvent {
  const body = new TextEncoder().encode(JSON.stringify({ object: sale }));
  const names = { key: `${LOOK}/${run}/${account}/${sale}`, type: LOOK, account };
  // The brand exists for the compiler only: see `verified`.
  return { ...names, mode: null, created_at: null, headers: {}, body } as VerifiedEvent;
}

/** The name of the sale that an event of our own looks for; null for a shop's events. */
export function lookedFor({ type, body }: Pick<StoredEvent, 'type' | 'body'>): string | null {
  if (type !== LOOK) return null;
  try {
    const { object }: { object?: unknown } = JSON.parse(new TextDecoder().decode(body)) ?? {};
    return typeof object === 'string' ? object : null;
  } catch {
    return null;
  }
}

/** The type of an event that no shop sent: an order that a person or a program entered. */
const ENTERED = 'keyferry.order';

/**
 * An event of our own: what was entered, checked, as one order or one addition to it. Who may enter was asked at the
 * door. Only src/orders.ts may make one (the architecture test looks).
 * @param name what it is: of those of one name the first alone is stored
 * @param digest of the content, hex: two that are the same were entered twice
 * @param at epoch ms
 */
export function entered(name: string, content: string, digest: string, at: number): VerifiedEvent {
  const body = new TextEncoder().encode(content);
  const names = { key: enteredKey(name), type: ENTERED, account: '' };
  const event: Omit<VerifiedEvent, typeof brand> = {
    ...names,
    mode: null,
    created_at: at,
    headers: { digest },
    body,
  };
  // The brand exists for the compiler only: see `verified`.
  return event as VerifiedEvent;
}

/** The key of what was entered under this name. */
export function enteredKey(name: string): string {
  return `${ENTERED}/${name}`;
}

/** A stored event as walk two reads it. */
export interface StoredEvent {
  /** Keyferry's own id of the event. */
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly key: string;
  readonly type: string;
  readonly created_at: number | null;
  readonly received_at: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the shop answered when it was asked about an event. Stored with the event, so that replays ask nobody. */
export interface Answer {
  /** Unique within its event: `<event id>/<refresh number>/<what was asked>`; becomes the origin of its facts. */
  readonly id: string;
  /** What was asked, for people and for normalize: `checkout.session`, `line_items`, `order`. */
  readonly asked: string;
  /** The answer's own time (its HTTP `Date`), epoch ms. */
  readonly stamp: number;
  readonly body: Json;
}

/** What came of asking a shop. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly problem: Problem;
      /**
       * The shop itself is in trouble, and HTTP does not say so: an answer that broke off or is no answer of an API, a
       * refusal under status 200. What it answered to one question alone is no trouble.
       */
      readonly trouble?: Trouble;
    };

/** What an event means. */
export type Reading =
  /** It concerns no sale; the reason is kept. `alarm`: it is shown with the source until a person has seen to it. */
  | { readonly is: 'ignored'; readonly problem: Problem; readonly alarm?: true }
  /** Somebody asks, by law, for their records or to be forgotten. */
  | { readonly is: 'request'; readonly request: PrivacyRequest }
  /** It cannot be read as it is; a person must look. */
  | { readonly is: 'parked'; readonly problem: Problem }
  | {
      readonly is: 'facts';
      /** The sale's external id, if this event may bring the sale into being; else it must be found by `refs`. */
      readonly creates: string | null;
      /** Other names of the same sale that this event tells, the external id not needed. */
      readonly refs: readonly string[];
      readonly facts: readonly Fact[];
      /** Whose act it is, where no shop's: the sale's timeline names them, whoever carries the event. */
      readonly entered?: { readonly actor: string; readonly act: string; readonly note?: string };
      /** Something a person should know although the event was read; shown with it. */
      readonly remark?: Problem;
    };

/** What gather may use to ask the shop. */
export interface AskPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
}

export interface ListAsked {
  /** Epoch ms. */
  readonly from: number;
  /** Of the source: an API key of the other mode, where a shop has such, is `mode_mismatch`. */
  readonly mode: 'live' | 'test';
  /** A connected account inside the source; empty otherwise. */
  readonly account: string;
  /** `next` of the page before; null: the first. It comes from outside. */
  readonly cursor: string | null;
}

export interface SalesPage {
  /** Their external ids. */
  readonly sales: readonly string[];
  readonly next: string | null;
  /** What a person should know of the whole list: that older sales are hidden, for example. */
  readonly remark?: Problem;
}

/** One written, realistic webhook that `keyferry send` signs and posts. Ids are made fresh from `seed`, so that each sending is a new sale. */
export interface SampleCase {
  readonly name: string;
  readonly title: string;
  /** Type or topic, and the body's text, for a time (epoch ms), a seed ([a-z0-9]+) and a mode (test if left out). */
  readonly make: (
    at: number,
    seed: string,
    mode?: 'live' | 'test',
  ) => { readonly type: string; readonly body: string };
}

/** A delivery that verify refused, and what may help to say why. */
export interface Refused<Settings = unknown> {
  readonly delivery: Delivery;
  /** What verify said. */
  readonly problem: Problem;
  readonly settings: Settings;
  /** Of the source. */
  readonly mode: 'live' | 'test';
  /** The other open sources of the same integration: their secrets may fit. */
  readonly neighbors: readonly {
    readonly source: string;
    readonly mode: 'live' | 'test';
    readonly settings: Settings;
  }[];
}

/** A `when` key of the mapping, for checks and for editors. `metadata.*` stands for any key with that beginning. */
export interface WhenKey {
  readonly key: string;
  readonly description: string;
  /** It names what is sold, not how or where: a rule may be made of it alone. Those that say most come first. */
  readonly sold?: true;
}

export interface Integration<Settings = unknown> {
  readonly name: string;
  readonly title: string;
  /** A strict zod object; a field whose meta has `secret: true` is never shown. */
  readonly settings: ZodType<Settings>;
  readonly when_keys: readonly WhenKey[];
  /** Goes up whenever `normalize` reads the same bytes differently; see `merge`. */
  readonly reader: number;
  /** The events to switch on in the shop, in the shop's words. */
  readonly event_types: readonly string[];
  /** Two to six lines for a person: where in the shop to enter `url`, what to switch on, which secret to copy. */
  readonly setup: (url: string) => readonly string[];
  readonly verify: (delivery: Delivery, settings: Settings, digest: Digest) => Promise<Result<VerifiedEvent>>;
  /**
   * What was most likely wrong with a delivery that verify refused for its signature, its time or its body; null when
   * nothing can be said. It may try other secrets and spellings of the body, and believes none of it.
   */
  readonly diagnose: (refused: Refused<Settings>, digest: Digest) => Promise<Diagnosis | null>;
  /**
   * Asks the shop what the payload leaves out, by the `fetch` of the ports alone: a shop in trouble is left alone there.
   * An empty list: nothing to ask, or no API key where one is optional.
   */
  readonly gather: (
    event: StoredEvent,
    settings: Settings,
    ports: AskPorts,
    /** 0 at first, counting up with each refresh. */
    refresh: number,
  ) => Promise<Answered<readonly Answer[]>>;
  /**
   * One page of the sales that the shop knows of: all bought since a time, and those from before that still go on.
   * Problems as of gather, `api_key_needed` without the key that asking takes.
   */
  readonly list: (asked: ListAsked, settings: Settings, ports: AskPorts) => Promise<Result<SalesPage>>;
  /** Pure: the same event and answers always mean the same. */
  readonly normalize: (event: StoredEvent, answers: readonly Answer[]) => Reading;
  /**
   * The body of a stored event, or of an answer, without what tells who a person is: names, addresses, numbers, and
   * texts that a buyer may have written. Ids, amounts, lines and times stay, and normalize reads it as before. Pure;
   * done twice, it changes nothing more.
   */
  readonly redact: (body: string) => string;
  readonly samples: readonly SampleCase[];
  /** The headers of a signed delivery of `body`: for `keyferry send`, `doctor` and tests. */
  readonly sign: (
    type: string,
    body: Uint8Array,
    secret: string,
    at: number,
    digest: Digest,
  ) => Promise<Record<string, string>>;
  /** The secrets that verify tries, in order: `send` signs with the first. */
  readonly secrets: (settings: Settings) => readonly string[];
}

/** Makes the literal's own settings type disappear behind the port, checked once here. */
export function integration<Settings>(it: Integration<Settings>): Integration {
  // Settings are parsed by `it.settings` before they reach the other members, so the widening is safe.
  return it as unknown as Integration;
}

/** Compares in time that does not depend on where the bytes differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
