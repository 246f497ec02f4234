/**
 * Long work put together: the engine of jobs with each of its kinds. A part of house.ts. What must never happen here: a
 * kind that can be asked for and that nobody works on.
 */
import type { Bridge } from './bridge.ts';
import type { FileSources } from './config/sources.ts';
import { BY_HAND, type OrdersByHand } from './core/by-hand.ts';
import type { Imports } from './core/imports.ts';
import type { Jobs } from './core/jobs.ts';
import { LIMITS } from './core/limits.ts';
import type { Records } from './core/records.ts';
import type { Schedule } from './core/schedule.ts';
import type { Source } from './core/sources.ts';
import type { Store } from './core/store.ts';
import type { Ground } from './ground.ts';
import { makeImports, makeImportWorker } from './imports.ts';
import { makeJobs } from './jobs.ts';
import { makeReconciliations, makeReconciling } from './reconcile.ts';
import { makeReplays, makeReplayWorker } from './replays.ts';
import { makeEventWalk } from './store/event-walk.ts';
import type { makeGivenKeys } from './store/given-keys.ts';
import { makeImportStore } from './store/imports.ts';
import { makeJobStore } from './store/jobs.ts';
import { makeOwnSales } from './store/own-sales.ts';

/** What of the house they work with. */
interface Parts {
  readonly store: Store;
  /** As `store`; tests may stand between. */
  readonly between: Store;
  readonly records: Records;
  readonly sources: FileSources;
  readonly river: Bridge;
  readonly given: ReturnType<typeof makeGivenKeys>;
  readonly orders: OrdersByHand;
}

export function makeLongWork(ground: Ground, parts: Parts) {
  const { db, clock, random, digest, log, claimCount, memory } = ground;
  const { store, between, records, sources, river, given, orders } = parts;
  const importStore = makeImportStore(db, random);
  const at_once = Math.min(claimCount ?? LIMITS.claim_count, LIMITS.import_at_once);
  const importWorker = makeImportWorker({
    store: importStore,
    clock,
    customers: { store: importStore, digest, emailKey: store.emailKey },
    orders: { store: importStore, orders, at_once },
    licenses: {
      store: importStore,
      orders,
      given,
      records,
      act: river.act,
      digest,
      catalog: async () => (await sources.latest()).get(BY_HAND)?.revision.catalog ?? null,
      at_once,
    },
    // As with replays.
    step_count: claimCount ?? LIMITS.claim_count,
  });
  const walk = makeEventWalk(db);
  const reconciling = makeReconciling({
    store: between,
    own: makeOwnSales(db),
    looks: river.looks,
    enter: river.enter,
    sources: sources.latest,
    clock,
    log,
    // Each asks the shop several times, and may be healed: see above all what a runtime allows to one call.
    step_count: (claimCount ?? LIMITS.claim_count) / 4,
  });
  const plain = makeJobs({
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
      importWorker,
      reconciling.worker,
    ],
    clock,
    log,
    schedules: async () => schedulesOf(await sources.latest()),
    ...(memory ? { looked: memory.looked } : {}),
  });
  const imports = makeImports({
    store: importStore,
    jobs: plain,
    clock,
    random,
    ...(memory ? { tidied: memory.tidied } : {}),
  });
  const jobs = importsForgotten(plain, imports);
  return {
    jobs,
    imports,
    reconciling,
    replays: makeReplays({ walk, jobs }),
    reconciliations: makeReconciliations({ reconciling, jobs }),
  };
}

/** A file of people's records does not outlive its import; who cancels it has it sent again. */
function importsForgotten<Engine extends Jobs>(jobs: Engine, imports: Imports): Engine {
  return {
    ...jobs,
    cancel: async (id, by) => {
      const cancelled = await jobs.cancel(id, by);
      if (cancelled.ok) await imports.forget(cancelled.value);
      return cancelled;
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
