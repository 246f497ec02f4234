/**
 * Hrana, the protocol of libSQL servers, over the embedded engine: requests of a stream and their answers, as sqld
 * gives them, its names for errors included. https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 */
import Libsql from 'libsql';

export interface HranaError {
  readonly message: string;
  readonly code: string;
}
interface Stmt {
  readonly sql?: string | null;
  readonly sql_id?: number | null;
  readonly args?: readonly Value[];
  readonly named_args?: readonly { readonly name: string; readonly value: Value }[];
  readonly want_rows?: boolean;
}
type Value =
  | { readonly type: 'null' }
  | { readonly type: 'integer' | 'text'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'blob'; readonly base64: string };
type Condition =
  | { readonly type: 'ok' | 'error'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'and' | 'or'; readonly conds: readonly Condition[] }
  | { readonly type: 'is_autocommit' };
interface Step {
  readonly condition?: Condition | null;
  readonly stmt: Stmt;
}
export type StreamRequest =
  | { readonly type: 'execute'; readonly stmt: Stmt }
  | { readonly type: 'batch'; readonly batch: { readonly steps: readonly Step[] } }
  | { readonly type: 'sequence' | 'describe'; readonly sql?: string | null; readonly sql_id?: number | null }
  | { readonly type: 'store_sql'; readonly sql_id: number; readonly sql: string }
  | { readonly type: 'close_sql'; readonly sql_id: number }
  | { readonly type: 'get_autocommit' | 'close' };
export type StreamResult =
  | { readonly type: 'ok'; readonly response: Readonly<Record<string, unknown>> & { readonly type: string } }
  | { readonly type: 'error'; readonly error: HranaError };

class Refused extends Error {
  readonly code: string;
  /** Whether sqld finds it before it runs anything of a batch. */
  readonly whole: boolean;
  constructor(message: string, code: string, whole = false) {
    super(message);
    this.code = code;
    this.whole = whole;
  }
}

/** What a server of sqld's kind may be told to answer instead of doing the work. */
export const BUSY: HranaError = { message: 'SQLite error: database is locked', code: 'SQLITE_BUSY' };

/** A connection with its statements; streams take one each, and leave it for others when they close. */
export interface Connection {
  readonly db: Libsql.Database;
  readonly prepared: Map<string, Libsql.Statement>;
}

export function connect(path: string): Connection {
  const db = new Libsql(path, { timeout: 0 });
  db.exec('PRAGMA journal_mode = WAL');
  // What is tested survives the death of clients, not of this server's machine.
  db.exec('PRAGMA synchronous = OFF');
  db.exec('PRAGMA foreign_keys = ON');
  return { db, prepared: new Map() };
}

export interface HranaStream {
  /** @param busy the lock is somebody else's: whatever would write is refused */
  answer(request: StreamRequest, busy: boolean): StreamResult;
  /** @returns the connection, free of any transaction; null when it is not to be used again */
  close(): Connection | null;
}

export function openStream(connection: Connection): HranaStream {
  const { db, prepared } = connection;
  const stored = new Map<number, string>();
  let spoiled = false;

  function textOf({
    sql,
    sql_id: id,
  }: {
    readonly sql?: string | null;
    readonly sql_id?: number | null;
  }): string {
    const text = sql ?? (typeof id === 'number' ? stored.get(id) : undefined);
    if (text === undefined) throw new Refused(`SQL text ${id} is not stored`, 'SQL_STORE_NOT_FOUND', true);
    return text;
  }

  function prepare(sql: string): Libsql.Statement {
    const known = prepared.get(sql);
    if (known) return known;
    try {
      const made = db.prepare(sql).safeIntegers(true);
      if (made.columns().length > 0) made.raw(true);
      prepared.set(sql, made);
      return made;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (/syntax error|incomplete input/.test(message))
        throw new Refused(`SQL string could not be parsed: ${message}`, 'SQL_PARSE_ERROR', true);
      throw new Refused(`SQL input error: ${message} (at offset 0)`, 'SQL_INPUT_ERROR');
    }
  }

  function execute(stmt: Stmt, busy: boolean): unknown {
    const sql = textOf(stmt);
    if (busy && !/^\s*(SELECT|ROLLBACK|PRAGMA)/i.test(sql)) throw new Refused(BUSY.message, BUSY.code);
    // These are no statements to keep: the engine would hold them open.
    if (/^\s*(BEGIN|COMMIT|ROLLBACK)\b/i.test(sql)) {
      run(() => db.exec(sql));
      return { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null };
    }
    const statement = prepare(sql);
    const args = (stmt.args ?? []).map(fromValue);
    const named = stmt.named_args ?? [];
    const params =
      named.length > 0 ? Object.fromEntries(named.map(({ name, value }) => [name, fromValue(value)])) : args;
    const columns = statement.columns();
    if (columns.length === 0) {
      const { changes, lastInsertRowid } = run(() => statement.run(params));
      return {
        cols: [],
        rows: [],
        affected_row_count: Number(changes),
        last_insert_rowid: `${lastInsertRowid}`,
      };
    }
    // `raw` answers arrays of values.
    const rows = run(() => statement.all(params)) as unknown[][];
    return {
      cols: columns.map(({ name, type }) => ({ name, decltype: type })),
      rows: stmt.want_rows === false ? [] : rows.map((row) => row.map(toValue)),
      affected_row_count: 0,
      last_insert_rowid: null,
    };
  }

  function run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const raw = error instanceof Error && 'code' in error ? String(error.code) : '';
      const message = `SQLite error: ${error instanceof Error ? error.message : String(error)}`;
      if (raw.startsWith('SQLITE_CONSTRAINT')) throw new Refused(message, 'SQLITE_CONSTRAINT');
      if (raw.startsWith('SQLITE_BUSY')) {
        spoiled = true;
        throw new Refused(message, 'SQLITE_BUSY');
      }
      throw new Refused(message, raw === 'SQLITE_ERROR' || raw === '' ? 'SQLITE_UNKNOWN' : raw);
    }
  }

  function batch(steps: readonly Step[], busy: boolean) {
    const results: (unknown | null)[] = [];
    const errors: (HranaError | null)[] = [];
    for (const { condition, stmt } of steps) {
      results.push(null);
      errors.push(null);
      if (condition && !holds(condition, results, errors)) continue;
      try {
        results[results.length - 1] = execute(stmt, busy);
      } catch (error) {
        if (!(error instanceof Refused) || error.whole) {
          if (db.inTransaction) db.exec('ROLLBACK');
          throw error;
        }
        errors[errors.length - 1] = { message: error.message, code: error.code };
      }
    }
    return { step_results: results, step_errors: errors };
  }

  function holds(it: Condition, results: readonly unknown[], errors: readonly unknown[]): boolean {
    const of = (cond: Condition) => holds(cond, results, errors);
    if (it.type === 'ok') return results[it.step] !== null;
    if (it.type === 'error') return errors[it.step] !== null;
    if (it.type === 'not') return !of(it.cond);
    if (it.type === 'and') return it.conds.every(of);
    if (it.type === 'or') return it.conds.some(of);
    return !db.inTransaction;
  }

  function respond(request: StreamRequest, busy: boolean): Record<string, unknown> {
    if (request.type === 'execute') return { result: execute(request.stmt, busy) };
    if (request.type === 'batch') return { result: batch(request.batch.steps, busy) };
    if (request.type === 'sequence') {
      const sql = textOf(request);
      run(() => db.exec(sql));
      return {};
    }
    if (request.type === 'describe') {
      const columns = prepare(textOf(request)).columns();
      const cols = columns.map(({ name, type }) => ({ name, decltype: type }));
      return { result: { params: [], cols, is_explain: false, is_readonly: cols.length > 0 } };
    }
    if (request.type === 'store_sql') stored.set(request.sql_id, request.sql);
    if (request.type === 'close_sql') stored.delete(request.sql_id);
    if (request.type === 'get_autocommit') return { is_autocommit: !db.inTransaction };
    return {};
  }

  return {
    answer: (request, busy) => {
      try {
        return { type: 'ok', response: { type: request.type, ...respond(request, busy) } };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { type: 'error', error: { message: error.message, code: error.code } };
      }
    },
    close: () => {
      try {
        if (db.inTransaction) db.exec('ROLLBACK');
      } catch {
        spoiled = true;
      }
      if (!spoiled) return connection;
      db.close();
      return null;
    },
  };
}

function fromValue(value: Value): unknown {
  if (value.type === 'null') return null;
  if (value.type === 'integer') return BigInt(value.value);
  if (value.type === 'blob') return Buffer.from(value.base64, 'base64');
  return value.value;
}

function toValue(value: unknown): Value {
  if (value === null) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: `${value}` };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'string') return { type: 'text', value };
  if (value instanceof Uint8Array) return { type: 'blob', base64: Buffer.from(value).toString('base64') };
  if (value instanceof ArrayBuffer) return { type: 'blob', base64: Buffer.from(value).toString('base64') };
  throw new Error(`the engine answered a ${typeof value}`);
}
