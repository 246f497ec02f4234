/**
 * The house put together: store, sources, bridge and HTTP app over any database. Every door (Node, Workers, the
 * command, the tests) furnishes this one and brings what only its runtime has. It knows no runtime itself. What
 * must never happen here: a step of the river that is wired in one door and not in another.
 */
import type { Hono } from 'hono';
import { integrations } from '../integrations/index.ts';
import packageJson from '../package.json' with { type: 'json' };
import { makeAdoptions } from './adopt.ts';
import { type Bridge, makeBridge } from './bridge.ts';
import { type FileSources, makeSources, type SourcesMemory } from './config/sources.ts';
import type { Env, Environment } from './config.ts';
import type { Breaker } from './core/breaker.ts';
import { type Family, makeCounts } from './core/counts.ts';
import type { Adoptions } from './core/given-keys.ts';
import { LIMITS } from './core/limits.ts';
import { lineOf, type Observe } from './core/observation.ts';
import type { Clock, Digest, Fetch, Log, RandomBytes } from './core/ports.ts';
import type { Privacy } from './core/privacy-records.ts';
import type { Buckets } from './core/rate.ts';
import type { ApiKeys, Records } from './core/records.ts';
import type { Schedule } from './core/schedule.ts';
import { makeSilences, type SilenceMemory, type Silences } from './core/silence.ts';
import type { Source } from './core/sources.ts';
import type { Store } from './core/store.ts';
import { makeWhyRefused } from './core/why-refused.ts';
import { type AppPorts, makeApp } from './http/app.ts';
import type { WebhookDoor } from './http/webhooks.ts';
import { embedded } from './issuers/embedded.ts';
import { type JobEngine, makeJobs } from './jobs.ts';
import { makeOrders } from './orders.ts';
import { makePrivacy } from './privacy.ts';
import { makeReplays, makeReplayWorker } from './replays.ts';
import { makeResolutions } from './resolve.ts';
import { makeApiKeys } from './store/api-keys.ts';
import type { Database } from './store/database.ts';
import { makeEventWalk } from './store/event-walk.ts';
import { makeGivenKeys } from './store/given-keys.ts';
import { makeJobStore } from './store/jobs.ts';
import { makePaces } from './store/paces.ts';
import { makePeople } from './store/people.ts';
import { makeRecords } from './store/records.ts';
import { makeStore } from './store/store.ts';

export const VERSION = packageJson.version;

/** What a door brings. */
export interface Ground {
  /** With its tables made. */
  readonly db: Database;
  /** Where `$NAME`s are looked up. */
  readonly env: Env;
  readonly environment: Pick<Environment, 'maxBodyBytes' | 'maxUnitsPerLine'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly digest: Digest;
  /** Asks shops. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** Called when there is work for walk two. */
  notify(): void;
  /** Events and orders taken up in one round; LIMITS.claim_count unless the runtime allows less. */
  readonly claimCount?: number;
  /** Lets the door have its turn between two pieces of walk two's work. */
  readonly breath?: () => Promise<void>;
  /** How old the sources of walk one may be, in ms; 0 if left out. */
  readonly sourcesMs?: number;
  /** For doors that make a house for each call. */
  readonly memory?: HouseMemory;
  /** What /metrics tells of the process itself. */
  readonly vitals?: () => readonly Family[];
  /** Stands between the bridge and the store: for tests that let it fail. */
  readonly between?: (store: Store) => Store;
}

/** What outlives a house: plain values, no promise. */
export interface HouseMemory {
  readonly sources: SourcesMemory;
  readonly noted_at: Map<string, number>;
  readonly buckets: Buckets;
  readonly breakers: Map<string, Breaker>;
  readonly silences: SilenceMemory;
  /** When the schedules were looked at. */
  readonly looked: { at: number };
}

export interface House {
  readonly db: Database;
  readonly store: Store;
  readonly sources: FileSources;
  readonly bridge: Bridge;
  readonly records: Records;
  readonly privacy: Privacy;
  readonly keys: ApiKeys;
  readonly adoptions: Adoptions;
  readonly silences: Silences;
  readonly jobs: JobEngine;
  /** Of `app`: for tests that change one of them. */
  readonly ports: AppPorts;
  readonly app: Hono;
  /** Of `app`, for a server that goes to it straight. */
  readonly webhooks: WebhookDoor;
  /** Works until nothing is due: for commands and tests that bring one thing to its end. */
  drain(): Promise<void>;
}

export function makeHouse(ground: Ground): House {
  const { db, env, environment, clock, random, digest, fetch, log, notify, claimCount, sourcesMs, memory } =
    ground;
  const store = makeStore(db, random);
  const sources = makeSources({
    revisions: store.revisions,
    integrations,
    env,
    clock,
    ...(memory ? { memory: memory.sources } : {}),
    ...(sourcesMs === undefined ? {} : { fresh_ms: sourcesMs }),
  });
  const between = ground.between?.(store) ?? store;
  // A house of one call would count to one.
  const counts = memory ? null : makeCounts();
  const observe: Observe = (it) => {
    if (it.is === 'received') silences.heard(it.source, it.at);
    counts?.take(it);
    const { level, message, fields } = lineOf(it);
    log(level, message, fields);
  };
  const silences = makeSilences({
    paces: makePaces(db),
    statuses: sources.statuses,
    clock,
    observe,
    log,
    ...(memory ? { memory: memory.silences } : { listens_since: clock.now() }),
  });
  let asked = false;
  const river = makeBridge({
    store: {
      ...between,
      takeRequest: async (...it) => {
        const taken = await between.takeRequest(...it);
        asked = true;
        return taken;
      },
    },
    clock,
    random,
    digest,
    fetch,
    log,
    observe,
    sources: sources.latest,
    sources_at_hand: sources.all,
    abilities: () => embedded,
    units_per_line: environment.maxUnitsPerLine,
    ...(claimCount === undefined ? {} : { claim_count: claimCount }),
    ...(ground.breath ? { breath: ground.breath } : {}),
    ...(memory ? { breakers: memory.breakers } : {}),
  });
  const records = makeRecords(db);
  const privacy = makePrivacy({
    store,
    records,
    sources: sources.latest,
    redact: river.redact,
    clock,
    digest,
    log,
  });
  const walk = makeEventWalk(db);
  const jobs = makeJobs({
    store: makeJobStore(db, random),
    workers: [
      makeReplayWorker({
        walk,
        replay: river.replay,
        clock,
        log,
        // With the events of a round it stays within what a runtime allows to one call.
        step_count: (claimCount ?? LIMITS.claim_count) / 2,
        ...(ground.breath ? { breath: ground.breath } : {}),
      }),
    ],
    clock,
    log,
    schedules: async () => schedulesOf(await sources.latest()),
    ...(memory ? { looked: memory.looked } : {}),
  });
  const bridge: Bridge = {
    ...river,
    work: async () => {
      const took = await river.work();
      const now = asked;
      asked = false;
      const all = took + (await privacy.work(now)) + (await jobs.work());
      await silences.look();
      return all;
    },
    begin: async () => {
      await Promise.all([river.begin(), jobs.begin()]);
    },
    renew: async () => {
      await Promise.all([river.renew(), jobs.renew()]);
    },
    release: async () => {
      await Promise.all([river.release(), jobs.release()]);
    },
  };
  const keys = makeApiKeys({ db, digest, random, clock });
  const adoptions = makeAdoptions({
    store,
    given: makeGivenKeys(db, random),
    sources: sources.latest,
    clock,
    fetch,
    notify,
  });
  const orders = makeOrders({
    store: between,
    records,
    enter: bridge.enter,
    sources: sources.latest,
    clock,
    random,
    digest,
    units_per_line: environment.maxUnitsPerLine,
  });
  const resolutions = makeResolutions({
    store: between,
    records,
    bridge,
    sources: sources.latest,
    mappings: sources,
  });
  const ports: AppPorts = {
    bridge,
    records,
    privacy,
    people: makePeople({ db, random, clock }),
    keys,
    sources,
    revisions: store.revisions,
    adoptions,
    orders,
    jobs,
    replays: makeReplays({ walk, jobs }),
    resolutions,
    raise: store.raise,
    refuse: store.refuse,
    whyRefused: makeWhyRefused(sources.all, digest),
    silences,
    observe,
    ...(counts ? { counts } : {}),
    ...(ground.vitals ? { vitals: ground.vitals } : {}),
    clock,
    log,
    max_body_bytes: environment.maxBodyBytes,
    version: VERSION,
    ...(memory ? { noted_at: memory.noted_at, buckets: memory.buckets } : {}),
    notify,
  };
  return {
    db,
    store,
    sources,
    bridge,
    records,
    privacy,
    keys,
    adoptions,
    silences,
    jobs,
    ports,
    ...makeApp(ports),
    drain: async () => {
      while ((await bridge.work()) > 0);
    },
  };
}

/** What the mappings of open sources say is to be done by itself. */
function schedulesOf(sources: ReadonlyMap<string, Source>): readonly Schedule[] {
  return [...sources.values()].flatMap(({ name, revision, settings }): Schedule[] => {
    const { reconcile } = revision.mapping;
    return reconcile && settings.ok ? [{ kind: 'reconcile', source: name, ...reconcile }] : [];
  });
}
