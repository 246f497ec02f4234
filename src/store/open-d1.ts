/**
 * Cloudflare D1 as a `Database`: reads one by one, writes as D1's atomic batches. It is the Workers door's kind,
 * and stands between the store and the binding. What must never happen here: a failure of the network taken for
 * a constraint's no, or a constraint's no for a failure that is worth another try.
 */
import { BatchError, type BatchErrorKind, bindable, type Database, type Row } from './database.ts';

/** As far as the binding is used. */
export interface D1 {
  prepare(sql: string): D1Statement;
  batch(statements: D1Statement[]): Promise<readonly D1Answer[]>;
}
interface D1Statement {
  bind(...values: unknown[]): D1Statement;
  all(): Promise<D1Answer>;
}
interface D1Answer {
  readonly results: readonly Row[];
}

/**
 * D1 takes 100 parameters, and 2,000,000 bytes in a value and in a row. A row holds more than the one value that
 * is cut to this.
 */
const D1_LIMITS = { parameters: 100, value_bytes: 1_500_000 } as const;

export function openD1(d1: D1): Database {
  const prepared = (sql: string, params: readonly (string | number | null | Uint8Array)[]) =>
    params.length === 0 ? d1.prepare(sql) : d1.prepare(sql).bind(...params);
  return {
    limits: D1_LIMITS,
    read: async (sql, params = []) => {
      const statement = prepared(sql, bindable(params));
      return rowsOf(await statement.all().catch(refuse));
    },
    batch: async (statements) => {
      // D1 refuses an empty one.
      if (statements.length === 0) return [];
      const all = statements.map(({ sql, params }) => prepared(sql, bindable(params)));
      return (await d1.batch(all).catch(refuse)).map(rowsOf);
    },
    close: async () => {},
  };
}

function refuse(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new BatchError(kindOf(message), message);
}

/**
 * D1 says what happened in words alone, like `D1_ERROR: UNIQUE constraint failed: events.key: SQLITE_CONSTRAINT`.
 * What is not known here (overloaded, reset, cut off) may have been written or not.
 */
function kindOf(message: string): BatchErrorKind {
  if (/SQLITE_CONSTRAINT|constraint failed/.test(message)) return 'conflict';
  if (/SQLITE_(ERROR|TOOBIG|MISMATCH|RANGE)\b|D1_TYPE_ERROR/.test(message)) return 'faulty';
  return 'unavailable';
}

/** Bytes come back as numbers, one for each. */
function rowsOf({ results }: D1Answer): Row[] {
  return results.map((row) => {
    const values = Object.entries(row);
    if (!values.some(([, value]) => Array.isArray(value))) return row;
    return Object.fromEntries(
      values.map(([name, value]) => [name, Array.isArray(value) ? Uint8Array.from(value) : value]),
    );
  });
}
