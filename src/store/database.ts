/**
 * What every database must be able to do, and no more: read, and write atomic batches. Interactive transactions
 * do not travel (D1 and HTTP have none), so nothing here offers one. What must never happen here: a text that
 * comes back shorter than it went in, or that stops the process.
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

/**
 * `conflict`: a constraint said no, nothing was written. `faulty`: the statement itself is wrong, nothing was
 * written, trying again would not help. `unavailable`: not known to be written; try again.
 */
export type BatchErrorKind = 'conflict' | 'faulty' | 'unavailable';

export class BatchError extends Error {
  readonly kind: BatchErrorKind;
  constructor(kind: BatchErrorKind, message: string) {
    super(message);
    this.name = 'BatchError';
    this.kind = kind;
  }
}

export function statement(sql: string, ...params: SqlValue[]): Statement {
  return { sql, params };
}

/**
 * The text as every database keeps it: libSQL cuts at NUL, and half a surrogate pair is no UTF-8. Shops send
 * both, since buyers type their own names; here they become U+FFFD.
 */
export function storable(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** JSON that SQL takes apart again (`json_each`, `->>`): its texts are storable *after* that, too. */
export function jsonRows(rows: readonly unknown[]): string {
  const json = JSON.stringify(rows);
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json;
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}

/**
 * Parameters as a driver may have them. The compiler checks them already, but a boolean would abort the whole
 * process inside libSQL, and `undefined` would be stored as null without a word.
 * @throws TypeError
 */
export function bindable(params: readonly SqlValue[]): SqlValue[] {
  return params.map((value) => {
    if (typeof value === 'string') return storable(value);
    if (value === null || value instanceof Uint8Array) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new TypeError(`a ${typeof value} cannot be a parameter of SQL: ${String(value)}`);
  });
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < all.length; at += size) made.push(all.slice(at, at + size));
  return made;
}
