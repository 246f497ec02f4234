/**
 * What every database must be able to do, and no more: read, and write atomic batches. Interactive transactions
 * do not travel (D1 and HTTP have none), so nothing here offers one.
 */

export type SqlValue = null | number | string | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export interface Database {
  /** Sees everything that was committed before the call. */
  read(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * All or nothing, in order; resolves after the commit is durable, with the rows of each statement.
   * @throws BatchError
   */
  batch(statements: readonly Statement[]): Promise<Row[][]>;
  close(): Promise<void>;
}

/** `conflict`: a constraint said no, nothing was written. `unavailable`: not known to be written; try again. */
export class BatchError extends Error {
  readonly kind: 'conflict' | 'unavailable';
  constructor(kind: 'conflict' | 'unavailable', message: string) {
    super(message);
    this.name = 'BatchError';
    this.kind = kind;
  }
}

export function statement(sql: string, ...params: SqlValue[]): Statement {
  return { sql, params };
}
