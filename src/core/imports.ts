/**
 * What is asked of imports, and what of storage: src/imports.ts and src/store/imports.ts implement it. Types alone. What
 * must never happen behind them: a file of people's records that outlives its import.
 */
import type { CsvTable } from './csv-columns.ts';
import type { ImportedCustomer } from './import-customers.ts';
import type { JobRecord } from './jobs.ts';
import type { Result } from './problem.ts';

export interface ImportAsked {
  readonly table: CsvTable;
  /** Say what would happen, change nothing. */
  readonly dry_run: boolean;
  /** What becomes of the rows behind a bad one. */
  readonly on_error: 'continue' | 'stop';
}

export interface Imports {
  /**
   * Keeps the file and asks for the job that imports it; its header and first rows are checked before.
   * @param file read once, in pieces; @param actor whose key it came with
   * @returns `request_invalid`, `body_too_large`, `body_unreadable`
   */
  take(
    asked: ImportAsked,
    file: ReadableStream<Uint8Array> | null,
    actor: string,
  ): Promise<Result<JobRecord>>;
  /** Throws away what no import needs any more, once in a while. */
  tidy(): Promise<void>;
  /** Throws away the file of an import that is over. */
  forget(job: JobRecord): Promise<void>;
}

/** A customer as they stand beside a row. */
export interface KnownCustomer {
  readonly identity: string;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  readonly reference: string | null;
  readonly account_id: string | null;
}

/** A customer to be made, or whose empty fields are to be filled. */
export interface CustomerWritten extends Omit<ImportedCustomer, 'row' | 'account'> {
  readonly identity: string;
  /** Its id, if there is one. */
  readonly account_id: string | null;
  /** Of an account that is to be made if there is none. */
  readonly account_name: string | null;
  /** Under what a tombstone over them may lie: whoever was forgotten is not written. */
  readonly buried: readonly string[];
}

export interface ImportStore {
  addPart(upload: string, part: number, bytes: Uint8Array): Promise<void>;
  /** Up to so many bytes of a file; fewer at its end, none of a file that is gone. */
  read(upload: string, from: number, count: number): Promise<Uint8Array>;
  forget(upload: string): Promise<void>;
  /** Files older than this that no import works on. @param before epoch ms */
  forgetOld(before: number): Promise<void>;
  /** Ids of accounts by what they are called: their id, or their name, which several may have. */
  accounts(called: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Makes accounts of names that none has. */
  addAccounts(names: readonly string[], by: string, now: number): Promise<void>;
  customers(identities: readonly string[]): Promise<ReadonlyMap<string, KnownCustomer>>;
  /** Those of these names that lie under a tombstone of orders by hand. */
  buried(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Makes and fills in one batch; what stands there stays. @param job whose audit entry it is */
  writeCustomers(rows: readonly CustomerWritten[], job: string, by: string, now: number): Promise<void>;
}
