/**
 * Opens the embedded database: reads on this thread, writes through the writer thread. It is the Node door's
 * kind of `Database`.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import Libsql from 'libsql';
import { LIMITS } from '../core/limits.ts';
import { BatchError, type Database, type Row, type SqlValue, type Statement } from './database.ts';

/** Batches written by one commit at the most. */
const GROUP_SIZE = 64;

interface Waiting {
  resolve(rows: Row[][]): void;
  reject(error: BatchError): void;
}

/**
 * @param path of the file; its folder is made when it is missing
 * @throws when the file cannot be opened, with the path and the reason
 */
export async function openFile(path: string, busyMs: number = LIMITS.busy_timeout_ms): Promise<Database> {
  mkdirSync(dirname(path), { recursive: true });
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./writer.${extension}`, import.meta.url), {
    workerData: { path, busyMs, groupSize: GROUP_SIZE },
    // Node before 22.18 reads TypeScript only when told to.
    execArgv: extension === 'ts' ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [],
  });
  const waiting = new Map<number, Waiting>();
  let dead: string | null = null;

  await new Promise<void>((resolve, reject) => {
    worker.once('message', (message: 'ready' | { failed: string }) =>
      message === 'ready'
        ? resolve()
        : reject(new Error(`the database ${path} cannot be opened: ${message.failed}`)),
    );
    worker.once('error', reject);
  });
  const fail = (reason: string) => {
    dead ??= reason;
    for (const it of waiting.values()) it.reject(new BatchError('unavailable', reason));
    waiting.clear();
  };
  worker.on('error', (error) => fail(`the writer thread failed: ${error.message}`));
  worker.on('exit', () => fail('the writer thread has ended'));
  worker.on(
    'message',
    (outcomes: readonly ({ id: number; rows: Row[][] } | { id: number; kind: BatchError['kind']; message: string })[]) => {
      for (const outcome of outcomes) {
        const it = waiting.get(outcome.id);
        waiting.delete(outcome.id);
        if ('rows' in outcome) it?.resolve(outcome.rows);
        else it?.reject(new BatchError(outcome.kind, outcome.message));
      }
    },
  );

  const reader = new Libsql(path, { timeout: busyMs });
  reader.pragma('query_only = ON');
  const prepared = new Map<string, Libsql.Statement>();
  let nextId = 0;

  return {
    read: async (sql: string, params: readonly SqlValue[] = []) => {
      let found = prepared.get(sql);
      if (!found) {
        found = reader.prepare(sql);
        // Lists compose their filters, so texts are few; the bound is for the unforeseen.
        if (prepared.size > 500) prepared.clear();
        prepared.set(sql, found);
      }
      // libSQL answers rows as plain objects by column name.
      return found.all(...params) as Row[];
    },
    batch: (statements: readonly Statement[]) => {
      if (dead !== null) return Promise.reject(new BatchError('unavailable', dead));
      const id = nextId++;
      return new Promise<Row[][]>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, statements });
      });
    },
    close: async () => {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('close');
      await ended;
      reader.close();
    },
  };
}

/**
 * Copies the database whole into a new file while others go on working.
 * @throws when the target exists or cannot be written
 */
export function backupFile(path: string, target: string): void {
  const connection = new Libsql(path, { timeout: LIMITS.busy_timeout_ms });
  try {
    connection.prepare('VACUUM INTO ?').run(target);
  } finally {
    connection.close();
  }
}
