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

/** What one statement may carry; they differ from one kind of database to the next. */
export interface DatabaseLimits {
  /** Bound parameters of one statement. */
  readonly parameters: number;
  /** Bytes of one text or blob, and of one row. */
  readonly value_bytes: number;
}

export interface Database {
  readonly limits: DatabaseLimits;
  /** Sees everything that was committed before the call. @throws BatchError `unavailable` where the database cannot be read just now */
  read(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /**
   * All or nothing, in order; resolves after the commit is durable, with the rows of each statement.
   * @param waited somebody outside waits for it: where there is a queue it goes before those for which nobody does
   * @throws BatchError
   */
  batch(statements: readonly Statement[], waited?: 'waited for'): Promise<Row[][]>;
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

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const FAULTS = new Set([
  '',
  'SQLITE_ERROR',
  'SQLITE_MISMATCH',
  'SQLITE_RANGE',
  'SQLITE_TOOBIG',
  'SQLITE_MISUSE',
]);

/** Of an embedded file: the fault of a statement, which will fail again, and not of the database. */
export function isFaulty(error: unknown): boolean {
  return FAULTS.has(codeOf(error));
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
  return params.map(bindableValue);
}

/** As `bindable`, for one. */
export function bindableValue(value: SqlValue): SqlValue {
  if (typeof value === 'string') return storable(value);
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`a ${typeof value} cannot be a parameter of SQL: ${String(value)}`);
}

/** A text in UTF-16 takes three bytes for each of its units at the most, once it is stored. */
const BYTES_PER_UNIT = 3;

/** The rows as few JSON texts of at most `bytes` each; a row that is larger than that stands alone. */
export function jsonChunks(rows: readonly unknown[], bytes: number): string[] {
  if (rows.length === 0) return [];
  const json = jsonRows(rows);
  if (rows.length === 1 || json.length * BYTES_PER_UNIT <= bytes) return [json];
  const half = rows.length >> 1;
  return [...jsonChunks(rows.slice(0, half), bytes), ...jsonChunks(rows.slice(half), bytes)];
}

/** Rows that go in as parameters; more of them go in as JSON, so that there are few texts and few statements. */
const ROWS_AS_PARAMETERS = 8;

/**
 * Inserts rows, their values in the order of the columns. Few rows as parameters: JSON that SQL takes apart again costs
 * a third more.
 * @param insert `INSERT INTO t (a, b) ROWS`, and what is to follow the rows; always the same text for the same table
 */
export function insertRows(
  insert: string,
  rows: readonly (readonly Exclude<SqlValue, Uint8Array>[])[],
  { parameters, value_bytes }: DatabaseLimits,
): Statement[] {
  const width = rows[0]?.length ?? 0;
  if (width === 0) return [];
  if (rows.length <= ROWS_AS_PARAMETERS && rows.length * width <= parameters)
    return [{ sql: insertText(insert, rows.length, width), params: rows.flat() }];
  const sql = insertText(insert, 0, width);
  return jsonChunks(rows, value_bytes).map((json) => statement(sql, json));
}

/** The same few texts again and again: made anew, each would be hashed anew. By their insert and number of rows. */
const insertTexts = new Map<string, Map<number, string>>();

/** @param count of rows that go in as parameters; 0 for JSON */
function insertText(insert: string, count: number, width: number): string {
  const known = insertTexts.get(insert) ?? new Map<number, string>();
  const found = known.get(count);
  if (found !== undefined) return found;
  const values = Array.from({ length: width }, (_, n) => `value->>${n}`).join(', ');
  const tuple = `(${Array(width).fill('?').join(', ')})`;
  const source =
    count > 0
      ? `VALUES ${Array(count).fill(tuple).join(', ')}`
      : `SELECT ${values} FROM json_each(?) WHERE true`;
  const text = insert.replace('ROWS', source);
  insertTexts.set(insert, known.set(count, text));
  return text;
}

/** A text in parts of at most `bytes` each, one at least; no surrogate pair is cut in two. */
export function textParts(text: string, bytes: number): string[] {
  const most = Math.max(2, Math.floor(bytes / BYTES_PER_UNIT));
  const parts: string[] = [];
  for (let at = 0; at === 0 || at < text.length; ) {
    const end = at + most;
    const last = text.charCodeAt(end - 1);
    const cutsPair = end < text.length && last >= 0xd800 && last <= 0xdbff;
    parts.push(text.slice(at, cutsPair ? end - 1 : end));
    at = cutsPair ? end - 1 : end;
  }
  return parts;
}

/**
 * Writes what must not be written twice. When the answer is lost, it looks whether the rows are there.
 * @param found a query that has a row once they are
 * @throws BatchError
 */
export async function batchOnce(
  db: Database,
  statements: readonly Statement[],
  found: Statement,
): Promise<void> {
  try {
    await db.batch(statements);
  } catch (error) {
    if (!(error instanceof BatchError) || error.kind !== 'unavailable') throw error;
    // Who cannot look does not know more than before.
    const rows = await db.read(found.sql, found.params).catch(() => []);
    if (rows.length === 0) throw error;
  }
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < all.length; at += size) made.push(all.slice(at, at + size));
  return made;
}
