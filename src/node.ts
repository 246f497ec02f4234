/**
 * Door one: Keyferry on Node. It puts the house together: the database, a file or a server, the sources, the
 * bridge, the HTTP app, and the loops of walk two. What must never happen here: a port that opens before migrations and mappings
 * are loaded, or a stop that leaves a commit unanswered.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { TakenFiles } from './config/sources.ts';
import { watchFiles } from './config/watch.ts';
import { type Env, type Environment, readEnvironment, type WrittenFile } from './config.ts';
import { LIMITS } from './core/limits.ts';
import type { Clock, Digest, Log, RandomBytes } from './core/ports.ts';
import { ok, type Problem, type Result } from './core/problem.ts';
import { type House, makeHouse } from './house.ts';
import { CONNECTIONS } from './node/connections.ts';
import { makeLoops } from './node/loops.ts';
import { readText } from './node/read-text.ts';
import { makeRequests } from './node/requests.ts';
import { answerUnheard, withHost } from './node/unheard.ts';
import { makeVitals } from './node/vitals.ts';
import type { Database } from './store/database.ts';
import { findNewer, migrate } from './store/migrate.ts';
import { type FileDatabase, openFile } from './store/open-file.ts';

export const clock: Clock = { now: () => Date.now() };
/** Drawn from the system so many at once: a call for each id costs more than the id. */
const DRAWN_BYTES = 8 * 1024;
let drawn = Buffer.alloc(0);
export const random: RandomBytes = (count) => {
  if (count > drawn.length) drawn = randomBytes(Math.max(count, DRAWN_BYTES));
  const bytes = Uint8Array.from(drawn.subarray(0, count));
  // What was handed out once stands nowhere any more.
  drawn.fill(0, 0, count);
  drawn = drawn.subarray(count);
  return bytes;
};
export const digest: Digest = {
  hmacSha256: (secret, ...parts) => {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  },
  sha256: (...parts) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
};

/** How the house goes about a kind of database. */
interface Pace {
  /** How often an idle process looks for work that others left, in ms; what arrives here wakes it at once. */
  readonly idleMs: number;
  readonly sourcesMs: number;
  /** Events taken up in one round. */
  readonly claimCount: number;
}
const ON_FILE: Pace = { idleMs: 250, sourcesMs: 100, claimCount: LIMITS.claim_count };
/** Every look is a way to a server, which others ask too: fewer looks, and no more at once than it has turns for. */
const ON_SERVER: Pace = { idleMs: 1_000, sourcesMs: 1_000, claimCount: 16 };
/** How often the mapping files are looked at for changes, in ms. */
const FILES_MS = 2_000;
/** How often a running process looks whether a newer one has brought the database on, in ms. */
const NEWER_MS = 5_000;

/** The house on Node, with what only this door has. */
export interface NodeHouse extends House {
  readonly environment: Environment;
  /** What the mapping files brought at the start. */
  readonly taken: TakenFiles;
  /** Starts the loops of walk two, and the watch over the mapping files. */
  start(): void;
  /** Resolves when a newer program has brought the database to tables that this one does not know: it is to stop. */
  readonly overtaken: Promise<Problem>;
  /** Ends both. Webhooks are still taken; nothing that this process held keeps the next one waiting. */
  stop(): Promise<void>;
  /** Ends everything; requests under way should have been answered. */
  close(): Promise<void>;
}

export interface HouseOptions {
  readonly env: Env;
  readonly log: Log;
  /** Fetches from shops; the web's own unless a test brings one. */
  readonly fetch?: typeof fetch;
  /** How often the mapping files are looked at for changes, in ms. */
  readonly filesMs?: number;
}

/** Opens the database, brings it up to date, loads the mappings. @returns the problems of the environment, all at once, or that the database is newer */
export async function openHouse(options: HouseOptions): Promise<Result<NodeHouse>> {
  const { env, log, fetch: ask = fetch, filesMs = FILES_MS } = options;
  const read = readEnvironment(env);
  if (!read.ok) return read;
  const environment = read.value;
  const file = databaseFile(environment.databaseUrl);
  const pace = file === null ? ON_SERVER : ON_FILE;
  const db = await openDatabase(environment);
  const migrated = await migrate(db, clock.now());
  if (!migrated.ok) {
    await db.close();
    return migrated;
  }
  let notify = () => {};
  const { breath, knocked } = makeBreath();
  const house = makeHouse({
    db,
    env,
    environment,
    clock,
    random,
    digest,
    fetch: ask,
    log,
    notify: () => {
      knocked();
      notify();
    },
    vitals: makeVitals(),
    breath,
    sourcesMs: pace.sourcesMs,
    claimCount: pace.claimCount,
  });
  const files = readMappingFiles(environment.mappings);
  const taken = await house.sources.takeFiles(files);
  const loops = makeLoops(house.bridge, log, pace.idleMs);
  notify = loops.notify;
  let watch: Promise<void> | null = null;
  // From now on: webhooks are taken before walk two begins.
  const endCheckpoints = 'startCheckpointer' in db ? db.startCheckpointer() : null;
  let looking: Promise<void> | null = null;
  const stopped = new AbortController();
  let overtake: (it: Problem) => void = () => {};
  const overtaken = new Promise<Problem>((resolve) => {
    overtake = resolve;
  });
  async function lookForNewer(): Promise<void> {
    while (await next(NEWER_MS, stopped.signal)) {
      const newer = await findNewer(db).catch(() => null);
      if (newer) return overtake(newer);
    }
  }
  let stopping: Promise<void> | null = null;
  function stop(): Promise<void> {
    stopped.abort();
    stopping ??= Promise.all([watch, looking, loops.stop()]).then(() => undefined);
    return stopping;
  }
  return ok({
    ...house,
    environment,
    taken,
    overtaken,
    start: () => {
      loops.start();
      looking ??= lookForNewer();
      watch ??= watchFiles({
        taken: taken.left.length === 0 ? files : [],
        read: () => readMappingFiles(environment.mappings),
        take: house.sources.takeFiles,
        next: () => next(filesMs, stopped.signal),
        log,
        notify: loops.notify,
      });
    },
    stop,
    close: async () => {
      await stop();
      await endCheckpoints?.();
      await db.close();
    },
  });
}

/** While the port is closed, how often connections are looked for that have had their answer, in ms. */
const IDLE_END_MS = 25;

/** Opens the port. @returns the address, and a way to stop accepting that lets requests under way finish */
export function listen(
  house: Pick<NodeHouse, 'app' | 'webhooks' | 'environment'>,
  connections: ServerOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host, port, maxBodyBytes } = house.environment;
  return new Promise((resolve, reject) => {
    let ending = false;
    const requests = makeRequests({ ...house, maxBodyBytes, ending: () => ending });
    const server = createServer({ ...CONNECTIONS, ...connections }, withHost(requests));
    server.timeout = LIMITS.silent_ms;
    answerUnheard(server);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('it listens on no port');
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      const close = () =>
        new Promise<void>((closed) => {
          // Shops keep connections open: idle ones end now, busy ones after their answer.
          ending = true;
          server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
          const end = () => server.closeIdleConnections();
          const looking = setInterval(end, IDLE_END_MS);
          server.close(() => {
            clearInterval(looking);
            closed();
          });
          end();
        });
      resolve({ url: `http://${name}:${address.port}`, close });
    });
    server.once('error', reject);
  });
}

/**
 * Between two of those who wait the event loop goes round once: all that knock are heard before the next goes on. While
 * nobody knocks nobody waits, and more is written by one commit.
 */
function makeBreath(): { readonly breath: () => Promise<void>; knocked(): void } {
  let last: Promise<void> = Promise.resolve();
  let knocks = 0;
  let heard = 0;
  return {
    knocked: () => {
      knocks++;
    },
    breath: () => {
      if (heard === knocks) return last;
      heard = knocks;
      last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
      return last;
    },
  };
}

/** @returns whether it is time again; false once it is over */
function next(ms: number, over: AbortSignal): Promise<boolean> {
  return wait(ms, undefined, { signal: over }).then(
    () => true,
    () => false,
  );
}

/** The file behind a database URL; null for a server's address. */
export function databaseFile(url: string): string | null {
  return url.startsWith('file:') ? url.slice('file:'.length).replace(/^\/\/(?=\/)/, '') : null;
}

/**
 * Opens the environment's database as it is; `migrate` brings it up to date.
 * @throws when a file cannot be opened; a server is asked by the first call
 */
export async function openDatabase({
  databaseUrl,
  databaseAuthToken,
}: Pick<Environment, 'databaseUrl' | 'databaseAuthToken'>): Promise<Database | FileDatabase> {
  const file = databaseFile(databaseUrl);
  if (file !== null) return openFile(file);
  // Whoever runs on a file need not load what speaks to servers.
  const { openRemote } = await import('./store/open-remote.ts');
  return openRemote({ url: databaseUrl, authToken: databaseAuthToken, clock, random });
}

/** All files of the folder itself. A folder that is not there has none, and `check` says so. */
export function readMappingFiles(folder: string): WrittenFile[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((it) => (it.isFile() || it.isSymbolicLink()) && /\.ya?ml$/i.test(it.name))
      .map((it) => ({ path: join(folder, it.name), text: readText(join(folder, it.name)) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
