/**
 * A replay of many events, dying at every single call of the world: the engine's own calls and those of the river. A new
 * process goes on where the job stands, and every sale ends with exactly its licenses.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { samples } from '../../integrations/shopify/samples.ts';
import { makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { makeJobs } from '../../src/jobs.ts';
import { makeReplays, makeReplayWorker } from '../../src/replays.ts';
import { makeEventWalk } from '../../src/store/event-walk.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { type Fate, mortal } from '../fakes/mortal.ts';
import { NOON } from '../fakes/settlements.ts';
import { deliveryOf, digest, settableClock } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const SECRET = 'shpss_of_the_jobs';
const CATALOG = `
products:
  - { code: acmepro, policies: [ { code: perpetual, license_type: perpetual, max_activations: 1 } ] }
`;
const mapping = (activations: number) => `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: { sku: "ACME-PRO-*" }, grant: { product: acmepro, values: { max_activations: ${activations} } } } ]
unmapped: ignore
`;
const SALES = 3;
const HALE: Fate = { at: null, dies: false, takesEffect: false };

async function world() {
  const { db, store, close } = await openOnFile();
  const clock = settableClock(NOON);
  const random = (count: number) => randomBytes(count);

  /** One process, from its start to its end. */
  async function live(fate: Fate, activations: number) {
    const fetch = () => Promise.reject(new Error('nobody is asked'));
    const reach = { ...store, jobs: makeJobStore(db, random), walk: makeEventWalk(db) };
    const ports = mortal({ store: reach, fetch, clock, random }, fate);
    // The same object, every method of it mortal.
    const { jobs: jobStore, walk } = ports.store as typeof reach;
    const { all, takeFiles } = makeSources({
      revisions: store.revisions,
      integrations,
      env: { SHOPIFY_WEBHOOK_SECRET: SECRET },
      clock,
    });
    await takeFiles([
      { path: 'catalog.yaml', text: CATALOG },
      { path: 'shopify.yaml', text: mapping(activations) },
    ]);
    const bridge = makeBridge({
      ...ports,
      digest,
      log: () => {},
      observe: () => {},
      sources: all,
      abilities: () => embedded,
      units_per_line: 1000,
    });
    const log = () => {};
    const worker = makeReplayWorker({ walk, replay: bridge.replay, clock: ports.clock, log, step_count: 2 });
    const jobs = makeJobs({ store: jobStore, workers: [worker], clock: ports.clock, log });
    return {
      struck: ports.struck,
      bridge,
      jobs,
      replays: makeReplays({ walk, jobs }),
      drain: async () => {
        while ((await bridge.work()) + (await jobs.work()) > 0);
      },
    };
  }
  return { db, clock, live, close };
}

const FATES: readonly (readonly [string, Omit<Fate, 'at'>])[] = [
  ['the process dies before it', { dies: true, takesEffect: false }],
  ['the process dies after it took effect', { dies: true, takesEffect: true }],
  ['the call fails and the process lives on', { dies: false, takesEffect: false }],
  ['the answer is lost and the process lives on', { dies: false, takesEffect: true }],
];

test.for(FATES)(
  'at every call in turn %s, and the replay comes to its end',
  { timeout: 120_000 },
  async ([, fate]) => {
    const it = await world();
    const first = await it.live(HALE, 1);
    const shop = integrations.find(({ name }) => name === 'shopify');
    const paid = samples.find(({ name }) => name === 'paid');
    if (!shop || !paid) throw new Error('no sample');
    for (let n = 0; n < SALES; n++) {
      const { type, body } = paid.make(it.clock.now(), `sale-${n}`);
      const bytes = new TextEncoder().encode(body);
      const headers = await shop.sign(type, bytes, SECRET, it.clock.now(), digest);
      await first.bridge.receive('shopify', deliveryOf(headers, bytes, it.clock.now()));
    }
    await first.drain();

    let calls = 0;
    for (let struck = true; struck; ) {
      calls++;
      const told = `at call ${calls}`;
      const activations = 1 + calls;
      const asking = await it.live(HALE, activations);
      // All that the new rules make of what was sold.
      const asked = await asking.replays.ask({ source: 'shopify', remap: true }, 'key_1');
      if (!asked.ok) throw new Error('not asked');
      const { id } = asked.value;

      const dying = await it.live({ ...fate, at: calls }, activations);
      await dying.drain().catch(() => undefined);
      struck = dying.struck();

      const next = await it.live(HALE, activations);
      for (let rounds = 0; rounds < 4; rounds++) {
        it.clock.advance(rounds === 0 ? LIMITS.lease_ms : 60_000);
        await next.drain();
      }
      const job = await next.jobs.job(id);
      expect(job, told).toMatchObject({ state: 'done', done: SALES, total: SALES, problem: null });
      expect(job?.counts.events_failed, told).toBeUndefined();
      const licenses = await it.db.read(
        `SELECT state, fields->>'max_activations' AS activations FROM licenses`,
      );
      expect(new Set(licenses.map(({ activations: of }) => of)), told).toEqual(new Set([activations]));
      expect(new Set(licenses.map(({ state }) => state)), told).toEqual(new Set(['active']));
      const findings = (await next.jobs.findings(id, { limit: 50, after: null })).items;
      const events = findings.map((one) => Object(one).event_id);
      expect(new Set(events).size, told).toBe(events.length);
    }
    const [count] = await it.db.read('SELECT count(*) AS licenses FROM licenses');
    expect(count?.licenses).toBe(SALES * 2);
    expect(calls).toBeGreaterThan(40);
    await it.close();
  },
);
