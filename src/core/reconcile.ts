/**
 * What a reconciliation asks for, where it stands, and what it finds: whether a sale as the shop tells it now is the one
 * that is here. Pure; src/reconcile.ts walks by it. What must never happen here: a checkout that nobody paid for called
 * missing, or a sale that is here called lost because a shop did not answer.
 */
import * as z from 'zod';
import type { JobRecord } from './jobs.ts';
import type { Json } from './json.ts';
import { LIMITS } from './limits.ts';
import type { Noted } from './noted.ts';
import { type Change, isTold } from './plan.ts';
import type { Problem, Result } from './problem.ts';
import type { AppliedChange, LoadedSale, OrderItem, Settlement } from './store.ts';

/** Times in ISO 8601 as they are written down, and epoch ms for whoever reads them. */
const at = z.iso.datetime({ offset: true }).transform((it) => Date.parse(it));

/** As it is written down with the job; a schedule says no more than the source and the times. */
export const reconcileAsked = z.object({
  source: z.string(),
  account: z.string().default(''),
  from: at,
  /** Excluded. */
  to: at,
  dry_run: z.boolean().default(false),
});
export type ReconcileAsked = z.output<typeof reconcileAsked>;

/** Where a reconciliation stands. */
export const reconcilePosition = z.strictObject({
  /** Steps that were taken: names what a step stores, so that one that is taken again finds it. */
  step: z.int(),
  /** First what is there, then what is here. */
  phase: z.enum(['there', 'here']),
  /** The shop's cursor, or the last of our orders; null: at the beginning. */
  cursor: z.string().nullable(),
  /** Sales that were looked at last, by any of their names. */
  looked: z.array(z.string()),
});
export type ReconcilePosition = z.output<typeof reconcilePosition>;
export const BEGINNING: ReconcilePosition = { step: 0, phase: 'there', cursor: null, looked: [] };

/** A sale as it was looked at. */
export interface Seen {
  /** By which it was asked for. */
  readonly names: readonly string[];
  /** All of it was asked for, and not only a part that belongs to it. */
  readonly whole: boolean;
  /** As it is here; null: not at all. */
  readonly was: LoadedSale | null;
  /** As it would be here; null where nothing can be said of it. */
  readonly will: Settlement | null;
  /** Why nothing can be said; null: it is no sale. */
  readonly problem: Problem | null;
  /** It may be said in a while. */
  readonly later: boolean;
}

export const DRIFTS = ['missing_here', 'differing', 'unknown_there'] as const;
type Drift = (typeof DRIFTS)[number];

/** One sale that is not as the shop tells it. */
export interface Finding {
  readonly drift: Drift;
  /** Its external id. */
  readonly name: string;
  readonly order_id: string | null;
  /** Where the shop named it, in its words: `session`, `refund`. */
  readonly seen: readonly string[];
  /** What became of its licenses, or would. Of very many the first. */
  readonly changes: readonly Json[];
  readonly change_count: number;
  /** How it stood here, and stands there: only where they differ. */
  readonly states: { readonly was: string | null; readonly will: string } | null;
  /** Lines that wait for a rule, or for the keys that their buyer has. */
  readonly parked: readonly {
    readonly line_id: string;
    readonly title: string;
    readonly problem: Problem | null;
  }[];
  readonly healed: boolean;
  readonly problem: Problem | null;
  /** What a person can do where nothing heals by itself. */
  readonly remedy: string | null;
}

/** An order of ours. */
export interface OwnOrder {
  readonly id: string;
  readonly external_id: string;
  readonly bought_at: number | null;
}

/** What became of a look that was stored before. */
export interface Looked {
  readonly order_id: string;
  readonly external_id: string;
  /** The order came into being by it. */
  readonly made: boolean;
  readonly changes: readonly AppliedChange[];
}

/** What reconciling reads of what is here. */
export interface OwnSales {
  /** Orders of a source that were bought in the range, oldest first, after the one of this id. */
  bought(
    asked: Pick<ReconcileAsked, 'source' | 'account' | 'from' | 'to'>,
    after: string | null,
    limit: number,
  ): Promise<readonly OwnOrder[]>;
  /** By the keys of events: what they changed. Those that changed nothing, or are none, are left out. */
  changedBy(source: string, keys: readonly string[]): Promise<ReadonlyMap<string, Looked>>;
}

/** What a person asks. */
export interface ReconcileRequest extends Omit<ReconcileAsked, 'to'> {
  /** Null: until now. */
  readonly to: number | null;
}

export interface Reconciliations {
  /** @returns the job; `api_key_needed` and the like at once, where the shop could not be asked */
  ask(asked: ReconcileRequest, by: string): Promise<Result<JobRecord>>;
}

/** @returns null where it is the same here and there, or there is nothing to have here */
export function driftOf({ was, will }: Seen): Exclude<Drift, 'unknown_there'> | null {
  if (!will) return null;
  if (!was) return will.state === 'pending' || will.state === 'cancelled' ? null : 'missing_here';
  const reviews = will.reviews.map(({ name }) => name).sort();
  const isSame =
    !will.changes.some(isTold) &&
    was.state === will.state &&
    was.flags.join('\n') === will.flags.join('\n') &&
    [...was.reviews].sort().join('\n') === reviews.join('\n');
  return isSame ? null : 'differing';
}

/** As a finding tells them: without a license or key that was drawn for nothing. */
export function toldChanges(changes: readonly AppliedChange[]): readonly Json[] {
  return changes
    .filter(isTold)
    .slice(0, LIMITS.told_changes)
    .map((it) => plain(imagined(it)));
}

/** Of a dry run: the id and key that were drawn for it belong to no license. */
export function imagined(it: AppliedChange): Change & Noted {
  if (it.change !== 'issue') return it;
  const { license_id: _id, key: _key, ...change } = it;
  return change;
}

export function parkedIn(items: readonly OrderItem[]): Finding['parked'] {
  return items.flatMap(({ state, line_id, title, problem }) =>
    state === 'parked' ? [{ line_id, title, problem }] : [],
  );
}

/** How one of its states is told. */
export function statesOf({ was, will }: Seen): Finding['states'] {
  if (!will || was?.state === will.state) return null;
  return { was: was?.state ?? null, will: will.state };
}

/** The names looked at last, these among them: the oldest go first. */
export function remembered(before: readonly string[], names: readonly string[]): string[] {
  const fresh = new Set(names);
  return [...before.filter((it) => !fresh.has(it)), ...fresh].slice(-LIMITS.reconciled_names);
}

export function plain(it: unknown): Json {
  // JSON.parse yields nothing but JSON.
  return JSON.parse(JSON.stringify(it)) as Json;
}
