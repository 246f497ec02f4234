/**
 * Opens the embedded database: reads on this thread, writes through the writer thread. It is the Node door's
 * kind of `Database`. What must never happen here: a batch that is never answered, because its thread has died,
 * or a database that other users of the machine can read.
 */
import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import Libsql from 'libsql';
import { LIMITS } from '../core/limits.ts';
import type { CheckpointerSettings } from './checkpointer.ts';
import {
  BatchError,
  bindable,
  bindableValue,
  type Database,
  isFaulty,
  type Row,
  type SqlValue,
  type Statement,
} from './database.ts';
import { makeRestart } from './restart.ts';
import type { Job, Outcome, Parcel, WriterSettings } from './writer.ts';

/** Batches written by one commit at the most: of those for which a shop waits, and of the others. */
const GROUP_SIZE = 64;
/** SQLite's own number of parameters; larger values than these would only cost memory. */
const FILE_LIMITS = { parameters: 32_766, value_bytes: 64 * 1024 * 1024 } as const;
/** How often the checkpointer looks, in ms: under load some megabytes of log lie between two looks. */
const CHECKPOINT_MS = 100;
const READ_CACHE_KIB = 8 * 1024;
/** Lists compose their filters, so texts are few; the bound is for the unforeseen. */
const PREPARED_AT_MOST = 500;

export interface FileDatabase extends Database {
  /**
   * Brings the log into the file while the house runs. A thread that dies is not missed: the writer does its work.
   * @returns ends it
   */
  startCheckpointer(): () => Promise<void>;
}

/**
 * A writer thread that dies takes the batches it held with it, all answered as `unavailable`; the next batch
 * starts a new one. That is safe, since a commit that nobody saw is either whole in the file or not at all.
 *
 * @param path of the file; both it and its folder are made for their owner alone when they are missing
 * @param busyMs how long to wait for another process that holds the write lock
 * @throws when the file cannot be opened, with the path and the reason
 */
export async function openFile(
  path: string,
  busyMs: number = LIMITS.busy_timeout_ms,
  start: typeof startWriter = startWriter,
): Promise<FileDatabase> {
  makePrivately(path);
  const restart = makeRestart();
  const begin = () => start({ path, busyMs, groupSize: GROUP_SIZE, restart });
  const first = await begin();
  let writer: WriterThread = first;
  let starting: Promise<WriterThread> | null = null;
  let closed = false;
  let reader: Reader | null = openReader(path, busyMs);

  /** The thread that writes; a new one when it died. */
  async function living(): Promise<WriterThread> {
    starting ??= begin().finally(() => {
      starting = null;
    });
    try {
      writer = await starting;
    } catch (error) {
      throw new BatchError('unavailable', String(error));
    }
    if (closed) await writer.close();
    return writer;
  }

  return {
    limits: FILE_LIMITS,
    read: async (sql: string, params: readonly SqlValue[] = []) => {
      const values = bindable(params);
      if (closed) throw new Error('the database is closed');
      try {
        reader ??= openReader(path, busyMs);
        return reader.all(sql, values);
      } catch (error) {
        // A statement that failed half-way may hold on to an old state of the file: a new connection does not.
        reader?.close();
        reader = null;
        throw isFaulty(error) ? error : new BatchError('unavailable', String(error));
      }
    },
    batch: async (statements: readonly Statement[], waited?: 'waited for') => {
      if (closed) throw new BatchError('unavailable', 'the database is closed');
      const thread = writer.gone() === null ? writer : await living();
      return thread.batch(statements, waited);
    },
    startCheckpointer: () => startCheckpointer({ path, everyMs: CHECKPOINT_MS, restart }),
    close: async () => {
      closed = true;
      await writer.close();
      reader?.close();
      reader = null;
    },
  };
}

/** Keys, buyers and raw bodies are nobody else's: a file that is there already keeps its mode, and doctor says so. */
function makePrivately(path: string): void {
  makePrivateFolder(path);
  try {
    // Before SQLite opens it: -wal and -shm take their mode from it.
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It is there, or it cannot be; opening says which.
  }
}

function makePrivateFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}

interface Reader {
  all(sql: string, params: readonly SqlValue[]): Row[];
  close(): void;
}

/**
 * Connections of one process share what they know of a file. One that could be opened for reading only, since its disk
 * was read-only for a while, would keep all others so for as long as it lives.
 */
function openReader(path: string, busyMs: number): Reader {
  accessSync(path, constants.W_OK);
  const connection = new Libsql(path, { timeout: busyMs });
  connection.exec('PRAGMA query_only = ON');
  connection.exec(`PRAGMA cache_size = -${READ_CACHE_KIB}`);
  const prepared = new Map<string, Libsql.Statement>();
  return {
    all: (sql, params) => {
      let found = prepared.get(sql);
      if (!found) {
        found = connection.prepare(sql);
        if (prepared.size >= PREPARED_AT_MOST) prepared.clear();
        prepared.set(sql, found);
      }
      // libSQL answers rows as plain objects by column name.
      return found.all([...params]) as Row[];
    },
    close: () => connection.close(),
  };
}

export interface WriterThread {
  /** @throws BatchError */
  batch(statements: readonly Statement[], waited?: 'waited for'): Promise<Row[][]>;
  /** Why it no longer writes; null while it does. */
  readonly gone: () => string | null;
  /** Ends after all that was asked before is committed and answered. */
  close(): Promise<void>;
  /** Ends it at once, whatever it is doing. */
  kill(): Promise<void>;
}

interface Waiting {
  resolve(rows: Row[][]): void;
  reject(error: BatchError): void;
}

/** @throws when the file cannot be opened, with the path and the reason */
export async function startWriter(settings: WriterSettings): Promise<WriterThread> {
  const worker = startThread('writer', settings);
  const waiting = new Map<number, Waiting>();
  /** The numbers of the texts that went over, the new ones of this breath, and its jobs. */
  const numbers = new Map<string, number>();
  let texts: [number, string][] = [];
  let jobs: Job[] = [];
  /** What of them goes over without being copied once more. */
  let blobs: ArrayBuffer[] = [];
  let nextId = 0;
  let gone: string | null = null;
  const fail = (reason: string) => {
    gone ??= reason;
    for (const it of waiting.values()) it.reject(new BatchError('unavailable', gone));
    waiting.clear();
  };
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      fail('the writer thread has ended');
      resolve();
    });
  });
  worker.on('error', (error) => fail(`the writer thread failed: ${String(error)}`));

  const cannot = (reason: unknown) =>
    new Error(`the database ${settings.path} cannot be opened: ${String(reason)}`);
  await new Promise<void>((resolve, reject) => {
    worker.once('message', (message: 'ready' | { failed: string }) => {
      if (message === 'ready') return resolve();
      // Else it would wait for work for ever, and keep the process alive.
      void worker.terminate();
      reject(cannot(message.failed));
    });
    void exited.then(() => reject(cannot(gone)));
  });
  worker.on('message', (outcomes: readonly Outcome[]) => {
    for (const outcome of outcomes) {
      const it = waiting.get(outcome.id);
      waiting.delete(outcome.id);
      // libSQL answers rows as plain objects by column name.
      if ('rows' in outcome) it?.resolve(outcome.rows as Row[][]);
      else it?.reject(new BatchError(outcome.kind, outcome.message));
    }
  });

  const numberOf = (sql: string) => {
    const known = numbers.get(sql);
    if (known !== undefined) return known;
    const made = numbers.size;
    numbers.set(sql, made);
    texts.push([made, sql]);
    return made;
  };
  /** What one breath asks for goes over together: each message costs as much as some statements. */
  const send = () => {
    if (jobs.length === 0) return;
    const parcel: Parcel = { texts, jobs };
    const moved = blobs;
    [texts, jobs, blobs] = [[], [], []];
    worker.postMessage(parcel, moved);
  };
  /** A blob as a copy of its own: a view would take the whole memory behind it along. */
  const own = (value: SqlValue) => {
    if (!(value instanceof Uint8Array)) return bindableValue(value);
    const copy = new Uint8Array(value);
    blobs.push(copy.buffer);
    return copy;
  };

  return {
    gone: () => gone,
    batch: async (statements, waited) => {
      if (gone !== null) throw new BatchError('unavailable', gone);
      const params = statements.map((it) => it.params.map(own));
      const texts = statements.map(({ sql }) => numberOf(sql));
      const job: Job = { id: nextId++, ahead: waited !== undefined, texts, params };
      return new Promise<Row[][]>((resolve, reject) => {
        waiting.set(job.id, { resolve, reject });
        jobs.push(job);
        if (jobs.length === 1) queueMicrotask(send);
      });
    },
    close: async () => {
      send();
      if (gone === null) worker.postMessage('close');
      await exited;
    },
    kill: async () => {
      await worker.terminate();
      await exited;
    },
  };
}

/** @returns ends it */
function startCheckpointer(settings: CheckpointerSettings): () => Promise<void> {
  const worker = startThread('checkpointer', settings);
  worker.unref();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', () => undefined);
  return () => {
    worker.postMessage('close');
    return exited;
  };
}

function startThread(name: 'writer' | 'checkpointer', workerData: unknown): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), {
    workerData,
    // It holds little for long: with more room what it was sent would lie about until it is collected.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    // Node before 22.18 reads TypeScript only when told to.
    execArgv:
      extension === 'ts' ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [],
  });
}

/**
 * Copies the database whole into a new file, its owner's alone, while others go on working.
 * @throws when the target exists (`EEXIST`) or cannot be written
 */
export function backupFile(path: string, target: string): void {
  makePrivateFolder(target);
  // SQLite writes into an empty file as into none, and it keeps its mode.
  closeSync(openSync(target, 'wx', 0o600));
  const connection = new Libsql(path, { timeout: LIMITS.busy_timeout_ms });
  try {
    connection.prepare('VACUUM INTO ?').run(target);
  } finally {
    connection.close();
  }
}
