/**
 * The configured shop accounts, as the river and the API see them.
 */
import type { Integration } from './integration.ts';
import type { Revision } from './mapping.ts';
import type { Problem, Result } from './problem.ts';
import type { StoredRevision } from './store.ts';

/** One configured shop account: its integration, the revision that runs, and its settings with secrets resolved. */
export interface Source {
  readonly name: string;
  readonly integration: Integration;
  readonly revision: Revision;
  /** Not ok: the source is closed, and this says why. */
  readonly settings: Result<unknown>;
}

/** What may be shown of a source. */
export interface SourceStatus {
  readonly name: string;
  readonly integration: string;
  readonly mode: 'live' | 'test';
  readonly open: boolean;
  /** Why it is closed. */
  readonly problem: Problem | null;
  readonly revision: number;
  readonly webhook_path: string;
}

export interface Sources {
  /** The shops' sources by name; follows what any process stores. */
  all(): Promise<ReadonlyMap<string, Source>>;
  /** Every source with a revision, those that cannot run included. */
  statuses(): Promise<readonly SourceStatus[]>;
  /**
   * Validates and stores a new revision; parked lines are looked at again by themselves. The catalog stays as it is
   * unless given.
   * @param versions the number of the revision that it follows must be one of these, else `edited_meanwhile`; null or
   *   left out: any may be
   */
  put(
    name: string,
    content: { readonly mapping: unknown; readonly catalog?: unknown },
    actor: string,
    versions?: readonly number[] | null,
  ): Promise<Result<StoredRevision>>;
  /** Validates without storing: a revision to explain with. */
  draft(
    name: string,
    content: { readonly mapping: unknown; readonly catalog?: unknown },
  ): Promise<Result<Revision>>;
}
