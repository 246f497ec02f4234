/**
 * A whole house for tests: a real libSQL file, the real store and bridge, real signatures, and mappings written
 * as the vendor writes them. Only time, chance and the network are ours: the clock stands until it is moved.
 */
import { createHash } from 'node:crypto';
import type { Bridge, Replayed } from '../src/bridge.ts';
import type { Adoptions } from '../src/core/given-keys.ts';
import type { Delivery } from '../src/core/integration.ts';
import type { Jobs } from '../src/core/jobs.ts';
import { LIMITS } from '../src/core/limits.ts';
import type { Clock, Fetch, RandomBytes } from '../src/core/ports.ts';
import type { Privacy } from '../src/core/privacy-records.ts';
import type { Problem, Result } from '../src/core/problem.ts';
import type { OrderRecord, Records } from '../src/core/records.ts';
import type { Replays } from '../src/core/replays.ts';
import type { Store, Stored } from '../src/core/store.ts';
import { makeHouse } from '../src/house.ts';
import { digest } from '../src/node.ts';
import type { Database } from '../src/store/database.ts';
import { type DatabaseKind, onFile } from './runtimes/databases.ts';

/** The door's own: what signs in the tests is what verifies in production. */
export { digest };

/** Chance that repeats itself: hashes of a seed and a count. */
export function seededRandom(seed: string): RandomBytes {
  let drawn = 0;
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      const block = createHash('sha256').update(`${seed}/${drawn++}`).digest();
      bytes.set(block.subarray(0, Math.min(32, count - at)), at);
    }
    return bytes;
  };
}

export interface SettableClock extends Clock {
  set(at: number): void;
  advance(ms: number): void;
}

export function settableClock(at: number): SettableClock {
  let now = at;
  return {
    now: () => now,
    set: (to) => {
      now = to;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A delivery of these headers and this body, as an HTTP server would hand it over. */
export function deliveryOf(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  receivedAt: number,
): Delivery {
  return { header: (name) => headers[name], body, received_at: receivedAt };
}

/** What a shop sends: its word for what happened, and the text of the body. */
export interface Webhook {
  readonly type: string;
  readonly body: string;
}

export interface House {
  readonly clock: SettableClock;
  readonly db: Database;
  readonly store: Store;
  readonly bridge: Bridge;
  readonly records: Records;
  readonly adoptions: Adoptions;
  readonly privacy: Privacy;
  readonly jobs: Jobs;
  readonly replays: Replays;
  /** Writes mapping files anew, as a vendor would: `{ 'stripe.yaml': '…' }`; those not named stay. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Signs the webhook as the shop of this source would, and receives it. */
  send(source: string, webhook: Webhook): Promise<Result<Stored>>;
  /** Works until nothing is due. */
  settle(): Promise<void>;
  replay(
    eventId: string,
    options?: { readonly remap?: boolean; readonly dry_run?: boolean },
  ): Promise<Replayed>;
  /** The order of this name, with its items and licenses; throws when there is none. */
  order(source: string, externalId: string): Promise<OrderRecord>;
  /** Every event as it stands. */
  events(): Promise<
    readonly {
      readonly id: string;
      readonly state: string;
      readonly type: string;
      readonly problem: Problem | null;
    }[]
  >;
  close(): Promise<void>;
}

export interface HouseOptions {
  /** Mapping files by name, `catalog.yaml` among them. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Epoch ms at which the clock stands. */
  readonly at: number;
  readonly seed?: string;
  /** The embedded file if left out. */
  readonly database?: DatabaseKind;
  /** Stands between the bridge and the real store: to let it fail. */
  readonly between?: (store: Store) => Store;
  /** The shops' APIs; without it nobody may be asked. */
  readonly fetch?: Fetch;
}

/** @example const it = await openHouse({ files, env: { STRIPE_WEBHOOK_SECRET: 'whsec_1' }, at }); */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { env, at, seed = 'house', database = onFile } = options;
  const clock = settableClock(at);
  const { db, close } = await database.open();
  const { store, sources, bridge, records, adoptions, privacy, jobs, ports, drain } = makeHouse({
    db,
    env,
    environment: { maxBodyBytes: LIMITS.body_bytes, maxUnitsPerLine: LIMITS.units_per_line },
    clock,
    random: seededRandom(seed),
    digest,
    fetch: options.fetch ?? (() => Promise.reject(new Error('this house asks nobody'))),
    log: () => {},
    notify: () => {},
    ...(options.between ? { between: options.between } : {}),
  });
  let written: Readonly<Record<string, string>> = {};

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    written = { ...written, ...files };
    const { errors } = await sources.takeFiles(
      Object.entries(written).map(([path, text]) => ({ path, text })),
    );
    if (errors.length > 0) throw new Error(`the mappings of this test are faulty: ${JSON.stringify(errors)}`);
  }
  await write(options.files);

  return {
    clock,
    db,
    store,
    bridge,
    records,
    adoptions,
    privacy,
    jobs,
    replays: ports.replays,
    write,
    send: async (name, { type, body }) => {
      const source = (await sources.all()).get(name);
      if (!source?.settings.ok) throw new Error(`the source ${name} is not open`);
      const [secret] = source.integration.secrets(source.settings.value);
      if (secret === undefined) throw new Error(`the source ${name} has no secret`);
      const bytes = new TextEncoder().encode(body);
      const headers = await source.integration.sign(type, bytes, secret, clock.now(), digest);
      return bridge.receive(name, deliveryOf(headers, bytes, clock.now()));
    },
    settle: drain,
    replay: async (eventId, { remap = false, dry_run = false } = {}) => {
      const replayed = await bridge.replay(eventId, { dry_run, remap, refresh: false }, 'a test');
      if (!replayed.ok) throw new Error(JSON.stringify(replayed.problem));
      return replayed.value;
    },
    order: async (source, externalId) => {
      const { items } = await records.orders({ source, external_id: externalId }, { limit: 2, after: null });
      const [order] = items;
      if (!order || items.length > 1) throw new Error(`${items.length} orders named ${externalId}`);
      return order;
    },
    events: async () => {
      const rows = await db.read('SELECT id, state, type, problem FROM events ORDER BY id');
      return rows.map(({ id, state, type, problem }) => ({
        id: String(id),
        state: String(state),
        type: String(type),
        problem: problem === null ? null : JSON.parse(String(problem)),
      }));
    },
    close,
  };
}
