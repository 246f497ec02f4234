/**
 * What the bench says of one thing that it measured: Keyferry, beside its floor or rival, round by round, and what
 * must be reached. Pure. What must never happen here: a ratio of numbers that were not measured in one round.
 */
import { median } from './numbers.ts';

export type Unit = '/s' | 'ms' | 's' | 'µs' | 'MB';

/** One contender, a number for each round. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  /** Of each round, in ms, where latencies are known. */
  readonly p50?: readonly number[];
  readonly p99?: readonly number[];
  /** Processor time for one, in µs, where the system tells it. */
  readonly cpu?: readonly number[];
}

/** A bound on the ratio, or, where there is nobody beside, on the number itself. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: Series;
  readonly beside: Series | null;
  readonly must: Bound | null;
  readonly aim: Bound | null;
  /** What is to be known of it. */
  readonly note?: string;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Ours to theirs, of each round; null where there is nobody beside. */
export function ratiosOf({ ours, beside }: Row): readonly number[] | null {
  return beside && ours.values.map((value, round) => value / (beside.values[round] ?? Number.NaN));
}

/** What the bounds are laid on. */
export function judged(row: Row): number {
  return median(ratiosOf(row) ?? row.ours.values);
}

export function isReached(row: Row, bound: Bound): boolean {
  const value = judged(row);
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}
