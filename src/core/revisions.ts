/**
 * Revisions as they are stored: mapping and catalog of a source together, append-only; the highest number of a source
 * runs. What must never happen here: a revision that replaces one its writer had not seen.
 */
import type { AuditEntry } from './audit.ts';
import type { Slice, Sliced } from './slice.ts';

export type Origin = 'file' | 'api' | 'catalog';

export interface NewRevision {
  readonly source: string;
  /** Who wrote its mapping; catalog: it came along with a change of the catalog, with the mapping of the one before. */
  readonly origin: Origin;
  readonly mapping: unknown;
  readonly catalog: unknown;
  /** The file, or the id of the API key. */
  readonly created_by: string;
}
export interface StoredRevision extends NewRevision {
  readonly id: string;
  readonly number: number;
  readonly created_at: number;
}
/** `after`: the number of the newest one that its writer saw; 0 for the first of a source. */
export interface NextRevision extends NewRevision {
  readonly after: number;
}

/** A product, or one of its policies. */
export interface Sold {
  readonly product: string;
  readonly policy?: string | undefined;
}
/** What was given out of it: how many, up to LIMITS.counted_references, and the first few ids. */
export interface SoldSoFar {
  readonly licenses: number;
  readonly license_ids: readonly string[];
  /** Keys from before Keyferry that wait for a sale of it. */
  readonly given_keys: number;
}

export type RevisionKey = readonly [number: number];

export interface Revisions {
  /** The newest revision of every source. */
  current(): Promise<readonly StoredRevision[]>;
  byId(id: string): Promise<StoredRevision | null>;
  /** The newest of a source, or the newest that came from one of these. */
  newest(source: string, origins?: readonly Origin[]): Promise<StoredRevision | null>;
  numbered(source: string, number: number): Promise<StoredRevision | null>;
  /** Newest first. */
  of(source: string, slice: Slice<RevisionKey>): Promise<Sliced<StoredRevision, RevisionKey>>;
  /**
   * The one way in: all of them or none, with what the audit log says, and each source's parked orders due.
   * @param unsold what must not have been issued
   * @returns conflict: of one of them `after` is no longer the newest, or something was issued
   */
  add(
    all: readonly NextRevision[],
    now: number,
    audit: readonly AuditEntry[],
    unsold?: Sold,
  ): Promise<readonly StoredRevision[] | 'conflict'>;
  sold(it: Sold): Promise<SoldSoFar>;
  /** A number that grows whenever any process adds a revision: cheap to ask often. */
  stamp(): Promise<number>;
}
