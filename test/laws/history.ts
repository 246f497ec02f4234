/**
 * What a generated history is: everything that a shop would send about one sale, in the order in which it
 * happened, and what the buyer has in the end. The end is counted by whoever generates it, never by our core.
 */
import type { Json } from '../../src/core/json.ts';
import type { On, ShopName } from './vendor.ts';

/** One webhook, and what the shop answers when it is asked about it (nothing without a key). */
export interface Telling {
  readonly type: string;
  readonly body: string;
  /** When it happened, by the shop's clock, epoch ms. */
  readonly at: number;
  readonly answers: readonly { readonly asked: string; readonly stamp: number; readonly body: Json }[];
}

export interface History {
  readonly shop: ShopName;
  readonly external_id: string;
  readonly tellings: readonly Telling[];
  /** Slots whose licenses are active in the end, as `slotsWorth` writes them. */
  readonly entitled: readonly string[];
  /** The same under other policies, no review decided; null where not even the shop could tell what was paid. */
  readonly entitledUnder: (on: On) => readonly string[] | null;
  /** Money never came: there is no license at all, not even a revoked one. */
  readonly never_paid: boolean;
  /** The order's body as it is in the end, where the shop has such. */
  readonly order?: Json;
  /** What happened, in words: printed when a law fails. */
  readonly story: readonly string[];
}

/** A time in the shop's clock at which all histories begin. */
export const BEGIN = Date.UTC(2026, 10, 2, 10, 0, 0);
