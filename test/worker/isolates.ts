/**
 * Isolates of the Workers door in this process, over one libSQL server: several at once, each with a memory of
 * its own, and a queue whose messages a test holds in its hand. For what cannot be said to a real queue: lose it,
 * send it twice, send it late.
 */
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openRemote } from '../../src/store/open-remote.ts';
import { makeWorker } from '../../src/worker/make-worker.ts';
import type { Bindings } from '../../src/worker/platform.ts';
import { ADMIN_KEY, ENV, FILES, type HttpDoor } from '../contracts/http-house.ts';
import { type SettableClock, settableClock } from '../house.ts';
import type { Line } from '../http/setup.ts';
import { freshDatabase, ground, server, TOKEN } from '../runtimes/remote.ts';

/** A message under way, with what it was told to wait. */
export interface Word {
  readonly delay_s: number;
}

export interface Isolate extends Pick<HttpDoor, 'request'> {
  /** A batch of one message. */
  hear(): Promise<void>;
  scheduled(): Promise<void>;
  /** What was left to `waitUntil`, done. */
  rest(): Promise<void>;
  /** The runtime may go on with an isolate after a deployment that changed nothing but bindings. */
  rebind(bindings: Readonly<Record<string, unknown>>): void;
}

export interface Furnishing {
  /** All mapping files; the contract's if left out. */
  readonly files?: Readonly<Record<string, string>>;
  /** False: the tables are not made. */
  readonly migrated?: boolean;
}

export interface Isolates {
  readonly clock: SettableClock;
  readonly db: Database;
  /** Of the database. */
  readonly url: string;
  readonly words: Word[];
  /** What was logged so far. */
  readonly lines: readonly Line[];
  /** What becomes of a message that is sent; it is put on `words` unless a test says otherwise. */
  onSend(it: (word: Word) => void): void;
  /**
   * @param bindings others than those of all
   * @param files others than those of all
   */
  start(bindings?: Readonly<Record<string, unknown>>, files?: Furnishing['files']): Isolate;
  close(): Promise<void>;
}

export async function openIsolates(
  at: number,
  { files: common = FILES, migrated = true }: Furnishing = {},
): Promise<Isolates> {
  const { url, forget } = await server();
  const name = freshDatabase();
  const clock = settableClock(at);
  const db = openRemote({ ...ground, url: url(name) });
  if (migrated) await migrate(db, at);
  const words: Word[] = [];
  const lines: Line[] = [];
  let onSend = (word: Word) => {
    words.push(word);
  };
  const all: Bindings = {
    ...ENV,
    KEYFERRY_ADMIN_KEY: ADMIN_KEY,
    KEYFERRY_DATABASE_URL: url(name),
    KEYFERRY_DATABASE_AUTH_TOKEN: TOKEN,
    QUEUE: { send: async (_it, options) => onSend({ delay_s: options?.delaySeconds ?? 0 }) },
  };

  return {
    clock,
    db,
    url: url(name),
    words,
    lines,
    onSend: (it) => {
      onSend = it;
    },
    start: (bindings = {}, files = common) => {
      const worker = makeWorker({
        clock,
        pause: async () => {},
        log: (level, message, fields = {}) => void lines.push({ level, message, fields }),
        files: Object.entries(files).map(([path, text]) => ({ path, text })),
      });
      let mine = { ...all, ...bindings };
      let waiting: Promise<unknown>[] = [];
      const context = { waitUntil: (it: Promise<unknown>) => void waiting.push(it) };
      return {
        request: (path, init) =>
          worker.fetch(new Request(new URL(path, 'https://keyferry.example'), init), mine, context),
        hear: () => worker.queue({}, mine, context),
        scheduled: () => worker.scheduled({}, mine, context),
        rest: async () => {
          const some = waiting;
          waiting = [];
          await Promise.all(some);
        },
        rebind: (others) => {
          mine = { ...all, ...others };
        },
      };
    },
    close: async () => {
      await db.close();
      forget(name);
    },
  };
}
