/**
 * How a person has a line resolved that waits: for its order alone, or by a rule for all that are like it. Types
 * alone; src/resolve.ts does it. What must never happen here: a key or a buyer among the other lines that are named.
 */
import type { Person } from './acts.ts';
import type { RuleAsked } from './new-rule.ts';
import type { Change } from './plan.ts';
import type { Result } from './problem.ts';

import type { Rule } from './rules.ts';
import type { AppliedChange } from './store.ts';
import type { LineRecord, ParkedRecord } from './whole-records.ts';

export interface ResolveAsked extends RuleAsked {
  readonly as: 'order' | 'rule';
  /** The number of the revision that was looked at: under another one no rule is written. */
  readonly revision?: number | undefined;
  readonly dry_run: boolean;
}

export interface Resolved {
  readonly dry_run: boolean;
  readonly changes: readonly (Change | AppliedChange)[];
  /** As it stands then, or would. */
  readonly line: LineRecord;
  /** Null where it was for its order alone. */
  readonly rule: {
    readonly rule: Rule;
    /** The number of the revision that has it; of a dry run, of the one that it would follow. */
    readonly revision: number;
    readonly also: AlsoResolved;
  } | null;
}

/** Other lines that wait, and would by this rule no longer. */
export interface AlsoResolved {
  readonly count: number;
  /** There are more lines that wait than were tried. */
  readonly more: boolean;
  /** The newest of them. */
  readonly named: readonly ParkedRecord[];
}

export interface Resolutions {
  /**
   * Resolves once its changes are committed; asked twice, it is done once.
   * @param versions one of them must be that of the sale; null: any may be
   * @returns `not_found`, `line_not_parked`, `line_stays_parked`, `request_invalid`, `edited_meanwhile`
   */
  resolve(
    at: LineAt,
    asked: ResolveAsked,
    by: Person,
    versions: readonly number[] | null,
  ): Promise<Result<Resolved>>;
  /** Takes back what a person chose for it: the rules decide again. */
  unresolve(
    at: LineAt,
    by: Person,
    how: { readonly dry_run: boolean; readonly versions: readonly number[] | null },
  ): Promise<Result<Resolved>>;
}

export interface LineAt {
  readonly order_id: string;
  readonly line_id: string;
}
