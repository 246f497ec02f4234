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
import { type FileSources, makeSources } from './config/sources.ts';
import { makeCounts } from './core/counts.ts';
import type { Adoptions } from './core/given-keys.ts';
import { lineOf, type Observe } from './core/observation.ts';
import type { Privacy } from './core/privacy-records.ts';
import type { ApiKeys, Records } from './core/records.ts';
import { makeSilences, type Silences } from './core/silence.ts';
import type { Store } from './core/store.ts';
import { buriedNames, buryable } from './core/tombstones.ts';
import { makeWhyRefused } from './core/why-refused.ts';
import type { Ground } from './ground.ts';
import { type AppPorts, makeApp } from './http/app.ts';
import type { WebhookDoor } from './http/webhooks.ts';
import { embedded } from './issuers/embedded.ts';
import type { JobEngine } from './jobs.ts';
import { makeLongWork } from './long-work.ts';
import { makeOrders } from './orders.ts';
import { makePrivacy } from './privacy.ts';
import type { Reconciling } from './reconcile.ts';
import { makeResolutions } from './resolve.ts';
import { makeApiKeys } from './store/api-keys.ts';
import type { Database } from './store/database.ts';
import { makeGivenKeys } from './store/given-keys.ts';
import { makePaces } from './store/paces.ts';
import { makePeople } from './store/people.ts';
import { makeRecords } from './store/records.ts';
import { makeStore } from './store/store.ts';

export const VERSION = packageJson.version;

export interface House {
  readonly db: Database;
  readonly store: Store;
  readonly sources: FileSources;
  readonly bridge: Bridge;
  readonly records: Records;
  readonly privacy: Privacy;
  readonly keys: ApiKeys;
  readonly adoptions: Adoptions;
  readonly reconciling: Reconciling;
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
  const given = makeGivenKeys(db, random);
  const adoptions = makeAdoptions({
    store,
    given,
    sources: sources.latest,
    clock,
    fetch,
    notify,
  });
  const orders = makeOrders({
    store: between,
    records,
    enter: river.enter,
    sources: sources.latest,
    clock,
    random,
    digest,
    units_per_line: environment.maxUnitsPerLine,
  });
  const long = makeLongWork(ground, { store, between, records, sources, river, given, orders });
  const { jobs, imports, reconciling } = long;
  const bridge: Bridge = {
    ...river,
    work: async () => {
      const took = await river.work();
      const now = asked;
      asked = false;
      const all = took + (await privacy.work(now)) + (await jobs.work());
      await silences.look();
      await imports.tidy();
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
    people: makePeople({
      db,
      random,
      clock,
      buried: (it) => buriedNames(buryable([], [it]), digest, store.emailKey),
    }),
    keys,
    sources,
    catalogs: sources.catalogs,
    revisions: store.revisions,
    adoptions,
    orders,
    ...long,
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
    reconciling,
    silences,
    jobs,
    ports,
    ...makeApp(ports),
    drain: async () => {
      while ((await bridge.work()) > 0);
    },
  };
}
