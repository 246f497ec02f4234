/**
 * Real `keyferry serve` processes, as users run them, on one database: a file, or a server. They are started, killed
 * and stopped here. What must never happen here: a process that outlives the run that started it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../../src/core/limits.ts';
import { freshFolder } from '../store/on-file.ts';
import { FILES, SECRETS } from './purchases.ts';
import type { Answered, Wire } from './wire.ts';

/** A database server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** The file behind it. */
  readonly file: string;
}

export interface Place {
  /** Where all of it lies. */
  readonly folder: string;
  /** The file, wherever it is. */
  readonly database: string;
  /** Starts a process, and waits until its port is open. */
  start(): Promise<KeyferryProcess>;
  /** Starts a process. */
  begin(): StartedProcess;
  /** Ends what still runs, and removes the folder unless it is to be kept. */
  clear(keep?: 'keep the folder'): Promise<void>;
}

export interface StartedProcess {
  /** When its port is open. @throws when it ended before */
  readonly listening: Promise<KeyferryProcess>;
  readonly gone: Promise<Gone>;
  /** SIGKILL; it is gone when this resolves. */
  kill(): Promise<Gone>;
}

export interface Gone {
  readonly code: number | null;
  /** It was sent a signal here, and did not end by itself. */
  readonly asked: boolean;
  /** The last that it wrote on stderr. */
  readonly said: string;
}

export interface KeyferryProcess extends StartedProcess {
  readonly url: string;
  /** How many events it brought to their end so far. */
  ended(): number;
  /** SIGTERM. */
  stop(): Promise<Gone>;
  /** SIGSTOP, as a machine that falls asleep: it holds on to all that it holds. */
  freeze(): void;
  /** SIGCONT: it goes on, and knows of nothing. */
  thaw(): void;
}

/** Working off what is left takes at most this, and so much for each event, in ms. */
const REST_MS = 30_000;
const EVENT_MS = 20;
/** A start that takes longer needs help, in ms. */
const START_MS = 60_000;
export const ADMIN_KEY = 'the-admin-key-of-processes-that-are-killed';
const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SERVE = [
  '--import',
  new URL('../../tools/tether.mjs', import.meta.url).href,
  ...FLAGS,
  at('src/cli.ts'),
  'serve',
];

/** Starts a libSQL server. It ends with this process, or when the answer's `end` is called. */
export async function startServer(): Promise<ServerProcess & { end(): Promise<void> }> {
  const { folder, remove } = freshFolder();
  const token = 'a-token-of-several-processes';
  const child = spawn(process.execPath, [...FLAGS, at('test/fakes/hrana-process.ts'), folder, token], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, file } = JSON.parse(line);
    const end = async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      remove();
    };
    return { url, token, file, end };
  }
  throw new Error('the server ended before its port was open');
}

/**
 * @param server what they share; a file of their own if left out
 * @param onLine hears each line that a process logs
 */
export function makePlace(server?: ServerProcess, onLine: (line: string) => void = () => {}): Place {
  const { folder, remove } = freshFolder();
  const mappings = join(folder, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(mappings, name), text);
  const database = server?.file ?? join(folder, 'data', 'keyferry.db');
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder, 'compiled'),
    KEYFERRY_LAUNCHER: String(process.pid),
    PORT: '0',
    ...(server
      ? { KEYFERRY_DATABASE_URL: server.url, KEYFERRY_DATABASE_AUTH_TOKEN: server.token }
      : { KEYFERRY_DATABASE_URL: `file:${database}` }),
    KEYFERRY_MAPPINGS: mappings,
    KEYFERRY_ADMIN_KEY: ADMIN_KEY,
    STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
    SHOPIFY_WEBHOOK_SECRET: SECRETS.shopify,
  };
  const running = new Set<StartedProcess>();

  function begin(): StartedProcess {
    const child = spawn(process.execPath, SERVE, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env });
    const it = started(child, onLine);
    running.add(it);
    void it.gone.then(() => running.delete(it));
    return it;
  }
  return {
    folder,
    database,
    begin,
    start: () => begin().listening,
    clear: async (keep) => {
      await Promise.all([...running].map((it) => it.kill()));
      if (!keep) remove();
    },
  };
}

function started(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream },
  onLine: (line: string) => void,
): StartedProcess {
  let asked = false;
  let ended = 0;
  let said = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.includes('"message":"event done"')) ended++;
    said = `${said}${line}\n`.slice(-4_000);
    onLine(line);
  });
  const gone = once(child, 'close').then(([code]): Gone => ({ code, asked, said }));
  const signal = (name: NodeJS.Signals) => {
    asked = true;
    child.kill(name);
    return gone;
  };
  const own = { gone, kill: () => signal('SIGKILL') };
  const listening = new Promise<KeyferryProcess>((resolve, reject) => {
    let greeting = '';
    child.stdout.on('data', (part: Buffer) => {
      greeting += part;
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting) ?? [];
      // The last word of the greeting: from here on it serves.
      if (url === undefined || !greeting.includes('Ctrl-C')) return;
      clearTimeout(late);
      resolve({
        ...own,
        listening,
        url,
        ended: () => ended,
        stop: () => signal('SIGTERM'),
        freeze: () => child.kill('SIGSTOP'),
        thaw: () => child.kill('SIGCONT'),
      });
    });
    const late = setTimeout(
      () => reject(new Error(`its port is not open after ${START_MS} ms:\n${said}`)),
      START_MS,
    );
    void gone.then(() => clearTimeout(late));
    void gone.then(({ code }) =>
      reject(new Error(`it ended with ${code} before its port was open:\n${said}`)),
    );
  });
  // Whoever kills it early need not have waited for it.
  listening.catch(() => {});
  return { ...own, listening };
}

/** Reads the management API of a process. @returns the JSON of a 200, null of a 404 @throws otherwise */
export async function askOf(
  wire: Wire,
  { url }: Pick<KeyferryProcess, 'url'>,
  path: string,
): Promise<unknown> {
  const answered: Answered | null = await wire.get(url + path, { authorization: `Bearer ${ADMIN_KEY}` });
  if (answered?.status === 404) return null;
  if (answered?.status !== 200) throw new Error(`${path}: ${answered ? answered.text : 'no answer'}`);
  return JSON.parse(answered.text);
}

/** Waits until a condition holds. @throws after `boundMs` */
export async function until(
  what: string,
  boundMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${boundMs} ms`);
    await pause(10);
  }
}

/** Until every event has ended. Those that a victim held come free when their leases run out. */
export async function quiet(ask: (path: string) => Promise<unknown>, events: number): Promise<void> {
  await until('every event ended', LIMITS.lease_ms + REST_MS + events * EVENT_MS, async () => {
    const open = await Promise.all(
      ['received', 'waiting'].map((state) => ask(`/v1/events?state=${state}&limit=1`)),
    );
    return open.every((page) => JSON.stringify(page).startsWith('{"items":[],'));
  });
}
