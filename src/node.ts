/**
 * Door one: Keyferry on Node. It puts the house together: the embedded file, the sources, the bridge, the HTTP
 * app, and the loops of walk two. What must never happen here: a port that opens before migrations and mappings
 * are loaded, or a stop that leaves a commit unanswered.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import type { Bridge } from './bridge.ts';
import type { TakenFiles } from './config/sources.ts';
import { watchFiles } from './config/watch.ts';
import { type Env, type Environment, readEnvironment, type WrittenFile } from './config.ts';
import { LIMITS } from './core/limits.ts';
import type { Clock, Digest, Log, RandomBytes } from './core/ports.ts';
import { fail, ok, type Result } from './core/problem.ts';
import { type House, makeHouse } from './house.ts';
import { migrate } from './store/migrate.ts';
import { openFile } from './store/open-file.ts';

export const clock: Clock = { now: () => Date.now() };
export const random: RandomBytes = (count) => randomBytes(count);
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

/**
 * Rounds of walk two under way at once. A round settles what it can and waits for its slowest shop; the bound of
 * each source (LIMITS.source_count) leaves rounds for the others.
 */
const ROUNDS = 8;
/** An idle worker looks again after this long, in ms; an arriving event wakes it at once. */
const IDLE_MS = 250;
/** After a round that failed as a whole, the database out of reach for example. */
const AFTER_FAILURE_MS = 2_000;
/** How often the mapping files are looked at for changes, in ms. */
const FILES_MS = 2_000;

/** The house on Node, with what only this door has. */
export interface NodeHouse extends House {
  readonly environment: Environment;
  /** What the mapping files brought at the start. */
  readonly taken: TakenFiles;
  /** Starts the loops of walk two, and the watch over the mapping files. */
  start(): void;
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

/** Opens the database, brings it up to date, loads the mappings. @returns the problems of the environment, all at once */
export async function openHouse(options: HouseOptions): Promise<Result<NodeHouse>> {
  const { env, log, fetch: ask = fetch, filesMs = FILES_MS } = options;
  const read = readEnvironment(env);
  if (!read.ok) return read;
  const environment = read.value;
  const path = filePath(environment.databaseUrl);
  if (!path.ok) return path;

  const db = await openFile(path.value);
  await migrate(db, clock.now());
  let notify = () => {};
  const house = makeHouse({
    db,
    env,
    environment,
    clock,
    random,
    digest,
    fetch: ask,
    log,
    notify: () => notify(),
  });
  const files = readMappingFiles(environment.mappings);
  const taken = await house.sources.takeFiles(files);
  const loops = makeLoops(house.bridge, log);
  notify = loops.notify;
  let watch: Promise<void> | null = null;
  const stopped = new AbortController();
  return ok({
    ...house,
    environment,
    taken,
    start: () => {
      loops.start();
      watch ??= watchFiles({
        taken: taken.left.length === 0 ? files : [],
        read: () => readMappingFiles(environment.mappings),
        take: house.sources.takeFiles,
        next: () =>
          wait(filesMs, undefined, { signal: stopped.signal }).then(
            () => true,
            () => false,
          ),
        log,
        notify: loops.notify,
      });
    },
    close: async () => {
      stopped.abort();
      await watch;
      await loops.stop();
      await db.close();
    },
  });
}

/** Opens the port. @returns the address, and a way to stop accepting that lets requests under way finish */
export function listen(
  house: Pick<NodeHouse, 'app' | 'environment'>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host, port } = house.environment;
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: house.app.fetch, hostname: host, port }, (address) => {
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          // Shops keep connections open; idle ones end now, busy ones after their answer.
          if ('closeIdleConnections' in server) server.closeIdleConnections();
        });
      resolve({ url: `http://${name}:${address.port}`, close });
    });
    server.once('error', reject);
  });
}

/** The file behind a database URL; null for a server's address. */
export function databaseFile(url: string): string | null {
  return url.startsWith('file:') ? url.slice('file:'.length).replace(/^\/\/(?=\/)/, '') : null;
}

function filePath(url: string): Result<string> {
  const file = databaseFile(url);
  if (file !== null) return ok(file);
  return fail(
    'config_invalid',
    'KEYFERRY_DATABASE_URL: this version runs on a file only, like file:./data/keyferry.db',
  );
}

/** All files of the folder itself. A folder that is not there has none, and `check` says so. */
export function readMappingFiles(folder: string): WrittenFile[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((it) => (it.isFile() || it.isSymbolicLink()) && /\.ya?ml$/i.test(it.name))
      .map((it) => ({ path: join(folder, it.name), text: readFileSync(join(folder, it.name), 'utf8') }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The loops of walk two: they rest while nothing is due, and wake when something arrives. */
function makeLoops(bridge: Bridge, log: Log) {
  let stopping = false;
  let arrived = 0;
  let sleepers: (() => void)[] = [];
  let running: Promise<void>[] = [];
  let renewal: NodeJS.Timeout | undefined;

  async function loop(): Promise<void> {
    while (!stopping) {
      const seen = arrived;
      const worked = await bridge.work().catch((error) => {
        log('error', 'a round failed', { error: error instanceof Error ? error.stack : String(error) });
        return -1;
      });
      // Where there was work there may be more: one more looks.
      if (worked > 0) wakeOne();
      else if (worked < 0) await rest(AFTER_FAILURE_MS);
      else if (seen === arrived) await rest(IDLE_MS);
    }
  }

  async function rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        sleepers = sleepers.filter((it) => it !== wake);
        resolve();
      }, ms);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      sleepers.push(wake);
    });
  }

  function wakeOne(): void {
    sleepers.shift()?.();
  }

  function wakeAll(): void {
    const waking = sleepers;
    sleepers = [];
    for (const wake of waking) wake();
  }

  return {
    notify: () => {
      arrived++;
      wakeOne();
    },
    start: () => {
      if (running.length > 0) return;
      running = Array.from({ length: ROUNDS }, loop);
      renewal = setInterval(() => {
        bridge.renew().catch((error) => log('error', 'leases not renewed', { error: String(error) }));
      }, LIMITS.lease_renew_ms);
    },
    stop: async () => {
      stopping = true;
      clearInterval(renewal);
      wakeAll();
      await Promise.all(running);
    },
  };
}
