/**
 * Opens a libSQL server (Turso, sqld) over HTTP: the kind of `Database` that several nodes share, from any door.
 * Each call is one request, and each batch one transaction on the server. What must never happen here: a lost
 * answer told as "not written", a request that hangs, or the token in an error.
 */
import { type Client, createClient, type InValue, type ResultSet } from '@libsql/client/http';
import { LIMITS } from '../core/limits.ts';
import type { Clock, Fetch, RandomBytes } from '../core/ports.ts';
import { BatchError, bindable, type Database, type Row, type SqlValue, type Statement } from './database.ts';

/**
 * SQLite's own number of parameters. A settle travels as one request: at a mebibyte for each value it is there
 * within the time of a request on a slow line too, and far below what proxies let through.
 */
const REMOTE_LIMITS = { parameters: 32_766, value_bytes: 1024 * 1024 } as const;
/** A server writes one transaction after the other: more at once would only wait there for its lock. */
const WRITES_AT_ONCE = 8;
const READS_AT_ONCE = 32;
/** The first wait after the server was busy, in ms; each is twice the last, up to LONGEST_WAIT_MS. */
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/** The statement was at fault: SQLite's word for it, or the server's own, which parses before SQLite does. */
const FAULTS = new Set([
  'SQLITE_ERROR',
  // sqld's name for SQLITE_ERROR.
  'SQLITE_UNKNOWN',
  'SQLITE_MISMATCH',
  'SQLITE_RANGE',
  'SQLITE_TOOBIG',
  'SQLITE_MISUSE',
  'SQL_INPUT_ERROR',
  'SQL_PARSE_ERROR',
  'SQL_NO_STATEMENT',
  'SQL_MANY_STATEMENTS',
  'ARGS_INVALID',
  'ARGS_BOTH_POSITIONAL_AND_NAMED',
  'RESPONSE_TOO_LARGE',
]);
/** Someone else held the lock, or took it: the transaction was rolled back, and may simply come again. */
const BUSY = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'TRANSACTION_BUSY', 'TRANSACTION_TIMEOUT']);

export interface RemoteSettings {
  /** libsql://, https:// or http://; its path, if any, is where the server begins. */
  readonly url: string;
  readonly authToken: string | null;
  readonly clock: Clock;
  /** Spreads the waits of several nodes. */
  readonly random: RandomBytes;
  /** The web's own unless a door or a test brings one. */
  readonly fetch?: Fetch;
  /** Bound of one request, in ms. */
  readonly requestMs?: number;
  /** How long a batch comes again while the server is busy, in ms. */
  readonly busyMs?: number;
}

/** Nothing is sent before the first call. A server that refuses the token says so then. */
export function openRemote(settings: RemoteSettings): Database {
  const { clock, random, authToken } = settings;
  const { requestMs = LIMITS.database_request_ms, busyMs = LIMITS.busy_timeout_ms } = settings;
  const client: Client = createClient({
    url: settings.url.replace(/\/*$/, '/'),
    // As bigint, no answer can fail for its numbers; they are made numbers below.
    intMode: 'bigint',
    // Ours are the turns, with a bound on the wait; its own queue must never be the longer one.
    concurrency: WRITES_AT_ONCE + READS_AT_ONCE,
    fetch: boundedFetch(settings.fetch ?? fetch, requestMs),
    ...(authToken === null ? {} : { authToken }),
  });
  const reads = makeGate(READS_AT_ONCE, requestMs);
  const writes = makeGate(WRITES_AT_ONCE, requestMs);

  async function patiently<T>(run: () => Promise<T>): Promise<T> {
    const began = clock.now();
    for (let longest = FIRST_WAIT_MS; ; longest = Math.min(longest * 2, LONGEST_WAIT_MS)) {
      try {
        return await run();
      } catch (error) {
        const wait = longest * (0.5 + (random(1)[0] ?? 0) / 512);
        // Either way: a clock that is set back makes nobody wait for it.
        const waited = Math.abs(clock.now() - began);
        if (!BUSY.has(codeOf(error)) || waited + wait > busyMs) throw judged(error, authToken);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  return {
    limits: REMOTE_LIMITS,
    read: async (sql: string, params: readonly SqlValue[] = []) => {
      const args = bound(params);
      return rowsOf(await patiently(() => reads(() => client.execute({ sql, args }))));
    },
    batch: async (statements: readonly Statement[]) => {
      const all = statements.map(({ sql, params }) => ({ sql, args: bound(params) }));
      if (all.length === 0) return [];
      const results = await patiently(() => writes(() => client.batch(all, 'write')));
      return results.map(rowsOf);
    },
    close: async () => client.close(),
  };
}

/** Whole numbers as bigint: the client sends a number as REAL, and `5.0` is what a TEXT column would keep of it. */
function bound(params: readonly SqlValue[]): InValue[] {
  return bindable(params).map((value) => (Number.isSafeInteger(value) ? BigInt(Number(value)) : value));
}

/** Rows as plain objects by column name. */
function rowsOf({ rows }: ResultSet): Row[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, it]) => [name, readValue(it)])),
  );
}

function readValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** Bounds each request, its whole answer included, and says of an answer without success what it means for us. */
function boundedFetch(ask: Fetch, requestMs: number): typeof fetch {
  return async (input, init) => {
    const answer = await ask(input, { ...init, signal: AbortSignal.timeout(requestMs) });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw statusError(answer.status);
  };
}

function statusError(status: number): BatchError {
  const says = `the database server answered ${status}`;
  if (status === 401 || status === 403)
    return new BatchError('unavailable', `${says}: KEYFERRY_DATABASE_AUTH_TOKEN is refused`);
  if (status === 404)
    return new BatchError('unavailable', `${says}: there is no libSQL database at KEYFERRY_DATABASE_URL`);
  // It would be too large the next time, too.
  return new BatchError(status === 413 ? 'faulty' : 'unavailable', says);
}

/** What went wrong, by its code where there is one. Whatever is not known not to be written is `unavailable`. */
function judged(error: unknown, authToken: string | null): BatchError {
  if (error instanceof BatchError) return error;
  const code = codeOf(error);
  // The client says the code twice of a statement in a batch.
  const message = withoutToken(messageOf(error), authToken).replace(/^(\w+: )\1/, '$1');
  if (code.startsWith('SQLITE_CONSTRAINT')) return new BatchError('conflict', message);
  return new BatchError(FAULTS.has(code) ? 'faulty' : 'unavailable', message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'the database server did not answer in time';
  // `fetch failed` alone helps nobody: what stands behind it says whether it is the name, the port or the line.
  const behind = error.cause instanceof Error ? codeOf(error.cause) || error.cause.message : '';
  return behind === '' || error.message.includes(behind) ? error.message : `${error.message} (${behind})`;
}

/** A header that cannot be sent is quoted by the error that says so. */
function withoutToken(message: string, authToken: string | null): string {
  return authToken === null || authToken === '' ? message : message.replaceAll(authToken, '[token]');
}

type Gate = <T>(run: () => Promise<T>) => Promise<T>;

/** Turns, first come, first served; whoever waits longer than `ms` is sent away, and was never sent to the server. */
function makeGate(most: number, ms: number): Gate {
  let running = 0;
  let waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= most) {
      await new Promise<void>((begin, reject) => {
        const timer = setTimeout(() => {
          waiting = waiting.filter((it) => it !== go);
          reject(new BatchError('unavailable', 'the database server is too slow: no turn came in time'));
        }, ms);
        const go = () => {
          clearTimeout(timer);
          begin();
        };
        waiting.push(go);
      });
    } else running++;
    try {
      return await run();
    } finally {
      // The place is handed on, so that nobody who comes later slips in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
