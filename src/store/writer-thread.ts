/**
 * The writer thread, seen from the thread that asks it: batches go out, outcomes come back. What must never
 * happen here: a batch that is never answered because the thread is gone.
 */
import { Worker } from 'node:worker_threads';
import { BatchError, bindable, type Row, type Statement } from './database.ts';
import type { Job, Outcome, WriterSettings } from './writer.ts';

export interface WriterThread {
  /** @throws BatchError */
  batch(statements: readonly Statement[]): Promise<Row[][]>;
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
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./writer.${extension}`, import.meta.url), {
    workerData: settings,
    // Node before 22.18 reads TypeScript only when told to.
    execArgv:
      extension === 'ts' ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [],
  });
  const waiting = new Map<number, Waiting>();
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

  return {
    gone: () => gone,
    batch: async (statements) => {
      if (gone !== null) throw new BatchError('unavailable', gone);
      const job: Job = {
        id: nextId++,
        statements: statements.map(({ sql, params }) => ({ sql, params: bindable(params) })),
      };
      return new Promise<Row[][]>((resolve, reject) => {
        waiting.set(job.id, { resolve, reject });
        try {
          worker.postMessage(...parcel(job));
        } catch (error) {
          waiting.delete(job.id);
          reject(new BatchError('faulty', String(error)));
        }
      });
    },
    close: async () => {
      if (gone === null) worker.postMessage('close');
      await exited;
    },
    kill: async () => {
      await worker.terminate();
      await exited;
    },
  };
}

/** Blobs go over as copies of their own: a view would take the whole memory behind it along. */
function parcel(job: Job): [Job, ArrayBuffer[]] {
  const buffers: ArrayBuffer[] = [];
  const own = (value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    const copy = new Uint8Array(value);
    buffers.push(copy.buffer);
    return copy;
  };
  const statements = job.statements.map(({ sql, params }) => ({ sql, params: params.map(own) }));
  return [{ ...job, statements }, buffers];
}
