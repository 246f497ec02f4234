/**
 * `keyferry serve` as users run it, on a disk that can be shaken (test/fakes/disk.ts), a shop that sends to it, and
 * looks at its file from another process. What must never happen here: a child that outlives its test.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripe } from '../../integrations/stripe/index.ts';
import { type Ended, makePlace, type Running, root } from '../cli/run.ts';
import { type DiskFaults, diskEnv, seenByDisk, setDisk } from '../fakes/disk.ts';
import { digest } from '../house.ts';
import { connect } from '../store/beside.ts';
import { freshFolder } from '../store/on-file.ts';

const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const MAPPING = `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ]SETTINGS }
rules: [ { when: {}, grant: { product: acmepro } } ]
`;
const SECRET = 'whsec_of_a_shaken_house';
const LOOK = `
  const Libsql = require('libsql');
  console.log(JSON.stringify(new Libsql(process.argv[1]).prepare(process.argv[2]).all([])));`;
const MOST_BYTES = 256 * 1024 * 1024;
const TETHER = new URL('../../tools/tether.mjs', import.meta.url).href;
const ADMIN_KEY = 'an admin key for the shaken, long enough';
/** What a shop may have to wait for an answer before its test gives up on it. */
const GIVES_UP_MS = 20_000;

export interface Answered {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly tookMs: number;
  /** Of the event, where it was taken. */
  readonly event: string | null;
}

export interface ShakenHouse {
  readonly url: string;
  readonly database: string;
  readonly folder: string;
  /** Runs a command beside it; its disk is shaken only by what `env` brings. */
  run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended>;
  /** From now on the disk has these faults and no other. */
  disk(faults: DiskFaults): void;
  syncs(): number;
  delivery(seed: string): Promise<Delivery>;
  /** Sends the paid checkout of this seed; sent again, it is the same one. */
  send(seed: string): Promise<Answered>;
  /** The states of its licenses; none while there is no order. */
  licenses(seed: string): Promise<readonly string[]>;
  /** The status of /readyz. */
  ready(): Promise<number>;
  /** Of the file, as a connection of this process sees it. Not where the power is cut: see `look`. */
  rows(sql: string): readonly Record<string, unknown>[];
  /**
   * The same from a process that is gone with its answer. What is left of a connection here would keep the shared
   * memory beside the log, which no process has outlived when the power comes back.
   */
  look(sql: string): readonly Record<string, unknown>[];
  /** Takes the write lock in another process. @returns what gives it back */
  lock(): Promise<() => Promise<void>>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** Starts it again on the same file, after it ended. */
  again(): Promise<void>;
  close(): Promise<void>;
}

interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The paid checkout of this seed, signed now. */
async function deliveryOf(seed: string): Promise<Delivery> {
  const sample = stripe.samples.find((it) => it.name === 'payment-link');
  if (!sample) throw new Error('no sample');
  const now = Date.now();
  const { type, body } = sample.make(now, seed);
  return { body, headers: await stripe.sign(type, new TextEncoder().encode(body), SECRET, now, digest) };
}

export interface Shaking {
  /** The shim; nothing stands before its disk if left out. */
  readonly so?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Further settings of its source, as they stand in the mapping: `, api_key: $KEY`. */
  readonly settings?: string;
}

export async function openShaken({ so = null, env = {}, settings = '' }: Shaking = {}): Promise<ShakenHouse> {
  const { folder, remove } = freshFolder();
  for (const name of ['data', 'mappings']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'mappings', 'catalog.yaml'), CATALOG);
  writeFileSync(join(folder, 'mappings', 'stripe.yaml'), MAPPING.replace('SETTINGS', settings));
  const database = join(folder, 'data', 'keyferry.db');
  const control = join(folder, 'control');
  const place = makePlace({
    STRIPE_WEBHOOK_SECRET: SECRET,
    KEYFERRY_MAPPINGS: join(folder, 'mappings'),
    KEYFERRY_ADMIN_KEY: ADMIN_KEY,
    KEYFERRY_DATABASE_URL: `file:${database}`,
    ...(so === null ? {} : diskEnv({ so, control, path: join(folder, 'data') })),
    ...env,
    // It ends with the process that shakes it, however that ends.
    NODE_OPTIONS: `--import=${TETHER} ${env.NODE_OPTIONS ?? ''}`,
    KEYFERRY_LAUNCHER: String(process.pid),
  });
  let served: Running;
  let url = '';
  const children = new Set<ChildProcess>();

  async function start(): Promise<void> {
    served = place.start('serve');
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(await served.says('Stop: Ctrl-C.'))?.[0] ?? '';
  }
  await start();

  async function api(path: string): Promise<unknown> {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    return answer.json();
  }

  return {
    get url() {
      return url;
    },
    database,
    folder,
    run: (env, ...args) => place.runWith({ LD_PRELOAD: '', ...env }, ...args),
    disk: (faults) => setDisk(control, faults),
    syncs: () => seenByDisk(control).syncs,
    delivery: deliveryOf,
    send: async (seed) => {
      const { headers, body } = await deliveryOf(seed);
      const began = performance.now();
      const answer = await fetch(`${url}/webhooks/stripe`, {
        method: 'POST',
        body,
        headers,
        signal: AbortSignal.timeout(GIVES_UP_MS),
      });
      // Our own door: an event's id with 200, a problem without one else.
      const { event = null } = (await answer.json()) as { event?: string };
      return {
        status: answer.status,
        retryAfter: answer.headers.get('retry-after'),
        tookMs: performance.now() - began,
        event,
      };
    },
    licenses: async (seed) => {
      // Our own API; a shape that differs fails what looks at it.
      const { items } = (await api(`/v1/orders?external_id=cs_test_a1Keyferry${seed}`)) as {
        items: { items: { licenses: { state: string }[] }[] }[];
      };
      return items.flatMap((order) => order.items.flatMap((it) => it.licenses.map(({ state }) => state)));
    },
    ready: async () => {
      const answer = await fetch(`${url}/readyz`);
      await answer.arrayBuffer();
      return answer.status;
    },
    rows: (sql) => {
      const connection = connect(database);
      try {
        // libSQL answers rows as plain objects by column name.
        return connection.prepare(sql).all([]) as Record<string, unknown>[];
      } finally {
        connection.close();
      }
    },
    look: (sql) =>
      JSON.parse(
        execFileSync(process.execPath, ['-e', LOOK, database, sql], {
          encoding: 'utf8',
          cwd: root,
          maxBuffer: MOST_BYTES,
        }),
      ),
    lock: async () => {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('./locker.ts', import.meta.url)), database],
        {
          env: { NODE_OPTIONS: '--experimental-strip-types --disable-warning=ExperimentalWarning' },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      children.add(child);
      await once(createInterface({ input: child.stdout }), 'line');
      return async () => {
        const gone = once(child, 'exit');
        child.stdin.end();
        await gone;
        children.delete(child);
      };
    },
    signal: (name) => served.signal(name),
    get ended() {
      return served.ended;
    },
    again: start,
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      served.signal('SIGKILL');
      await served.ended;
      place.remove();
      remove();
    },
  };
}
