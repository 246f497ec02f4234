/**
 * What is asked about customers from before Keyferry, and what of storage: src/adopt.ts and src/store/given-keys.ts
 * implement it. Types alone. What must never happen behind them: two sales with one key.
 */
import type { GivenKey } from './adoption.ts';
import type { Around, GivenRow, Refusal } from './given-rows.ts';
import type { Problem, Result } from './problem.ts';
import type { Slice, Sliced } from './records.ts';

/** Where the names of sales are unique. */
export interface Within {
  readonly source: string;
  /** Of a connected account; empty otherwise. */
  readonly account: string;
}

export interface GivenKeyRecord extends GivenRow, GivenKey, Within {
  readonly line: string | null;
  readonly product: string | null;
  readonly key: string;
  readonly created_at: number;
}

/** Account, name, and place in the order in which they were taken in. */
export type GivenKeyPlace = readonly [string, string, number];

/** A row, and the sale beside which it was judged; null: its name was of none. */
export interface JudgedRow extends GivenRow {
  readonly order_id: string | null;
  readonly version: number | null;
}

export interface GivenKeys {
  /** What is stored around each row. */
  around(within: Within, rows: readonly GivenRow[]): Promise<readonly Around[]>;
  /** Takes in those whose sale is still as it was judged, and makes it due. @returns their keys */
  add(within: Within, rows: readonly JudgedRow[], by: string, now: number): Promise<ReadonlySet<string>>;
  /** Those that no license has yet. */
  free(source: string, slice: Slice<GivenKeyPlace>): Promise<Sliced<GivenKeyRecord, GivenKeyPlace>>;
  /** Takes one out again. False: there is none of this id, or a license has it. */
  drop(id: string, by: string, now: number): Promise<boolean>;
}

/** What a person asks: to take keys in, to have the shop asked for its sales since a time, or both. */
export interface AdoptionAsked extends Within {
  /** Epoch ms; null: the shop is not asked. */
  readonly from: number | null;
  /** `next_cursor` of the answer before. */
  readonly cursor: string | null;
  readonly keys: readonly GivenRow[];
  /** Say what would happen, store nothing. */
  readonly dry_run: boolean;
}

export interface RefusedRow extends Refusal {
  /** Its place among those sent, from 0. */
  readonly row: number;
  readonly name: string;
}

export interface Adopted {
  readonly dry_run: boolean;
  readonly keys: {
    readonly stored: number;
    /** Taken in before, or on their licenses already. */
    readonly known: number;
    readonly refused: readonly RefusedRow[];
  };
  /** Of this page. */
  readonly sales: {
    readonly listed: number;
    /** Here already: nothing is asked about them. */
    readonly known: number;
    readonly stored: number;
  };
  /** There are more sales to list. */
  readonly next_cursor: string | null;
  readonly remark: Problem | null;
}

export interface Adoptions extends Pick<GivenKeys, 'free'> {
  drop(id: string, actor: string): Promise<boolean>;
  /** Asked twice, it is done once. @returns `source_unknown`, `sold_since_missing`, or why the shop could not be asked */
  adopt(asked: AdoptionAsked, actor: string): Promise<Result<Adopted>>;
}
