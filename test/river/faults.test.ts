/** A database that fails for a while, and people who replay at the same moment. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Store } from '../../src/core/store.ts';
import { BatchError, type Database } from '../../src/store/database.ts';
import { makeStore } from '../../src/store/store.ts';
import { type House, type HouseOptions, openHouse, seededRandom } from '../house.ts';
import { type DatabaseKind, onFile } from '../runtimes/databases.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const FILES = {
  'catalog.yaml': `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
  - { code: acmecli, name: Acme CLI, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`,
  'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};
const ENV = { SHOPIFY_WEBHOOK_SECRET: 'secret' };
const paid = (seed: string) =>
  shopify.samples.find((it) => it.name === 'paid')?.make(AT, seed) ?? { type: '', body: '' };
const options = { dry_run: false, remap: false, refresh: false };

let house: House;
afterEach(() => house.close());

describe('a database that cannot be written for days', () => {
  test.each<[string, Partial<Store>]>([
    ['is full', { settle: () => Promise.reject(new BatchError('unavailable', 'database or disk is full')) }],
    ['is crowded by others', { settle: () => Promise.resolve('conflict') }],
  ])('and %s costs time, never an event', async (_, broken) => {
    let isBroken = true;
    const between = (store: Store): Store => ({
      ...store,
      settle: (it) => (isBroken && broken.settle ? broken.settle(it) : store.settle(it)),
    });
    house = await openHouse({ files: FILES, env: ENV, at: AT, between });
    await house.send('shopify', paid('full'));
    for (let hour = 0; hour < 24 * 5; hour++) {
      await house.settle();
      house.clock.advance(3_600_000);
    }
    expect(await house.events()).toMatchObject([{ state: 'waiting' }]);

    isBroken = false;
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'done', problem: null }]);
    expect(await house.db.read('SELECT * FROM licenses')).toHaveLength(3);
  });
});

describe('what no worker died of counts as no death', () => {
  const sampleOf = (name: string, seed: string) =>
    shopify.samples.find((it) => it.name === name)?.make(AT, seed) ?? { type: '', body: '' };
  const away = () => Promise.reject(new BatchError('unavailable', 'the database is away'));
  const deaths = async () => (await house.db.read('SELECT max(deaths) AS most FROM events'))[0]?.most;
  let isBroken: boolean;
  /** For days, and then it is whole. */
  async function suffer(sent: readonly string[], on: Partial<HouseOptions>, everyMs: number) {
    isBroken = false;
    house = await openHouse({ files: FILES, env: ENV, at: AT, ...on });
    for (const name of sent) await house.send('shopify', sampleOf(name, 'innocent'));
    isBroken = true;
    for (let time = 0; time < 40; time++) {
      await house.settle().catch((error) => expect(error).toMatchObject({ kind: 'unavailable' }));
      house.clock.advance(everyMs);
    }
    expect(await deaths()).toBe(0);
    isBroken = false;
    await house.settle();
    house.clock.advance(3_600_000);
    await house.settle();
    const events = await house.events();
    expect(events.map(({ state }) => state)).toEqual(sent.map(() => 'done'));
  }

  test('a refund that waits for a sale that cannot be settled is no killer, and is settled with it', async () => {
    const between = (store: Store): Store => ({
      ...store,
      settle: (it) => (isBroken ? away() : store.settle(it)),
    });
    await suffer(['refund-unit', 'paid'], { between }, 3_600_000);
    const licenses = await house.db.read('SELECT state FROM licenses');
    expect(licenses.map(({ state }) => state)).toEqual(['active', 'active']);
  });

  test('an end that cannot be written is written later, under the same lease', async () => {
    const between = (store: Store): Store => ({
      ...store,
      settle: (it) => (isBroken ? away() : store.settle(it)),
      endEvents: (ends) => (isBroken && ends.length > 0 ? away() : store.endEvents(ends)),
    });
    await suffer(['paid'], { between }, 3_600_000);
  });

  test('a round that learns nothing of its sources gives back what it took', async () => {
    const database: DatabaseKind = {
      name: 'a file that tells nothing of mappings',
      open: async () => {
        const { db, close } = await onFile.open();
        const read: Database['read'] = (sql, params) =>
          isBroken && /max\(rowid\).*mapping_revisions/.test(sql) ? away() : db.read(sql, params);
        return { db: { ...db, read }, close };
      },
    };
    await suffer(['paid'], { database }, 60_000);
  });

  test('a replay that fails leaves the event to the workers at once', async () => {
    isBroken = true;
    const between = (store: Store): Store => ({
      ...store,
      settle: (it) => (isBroken ? away() : store.settle(it)),
    });
    house = await openHouse({ files: FILES, env: ENV, at: AT, between });
    await house.send('shopify', paid('replayed'));
    const [event] = await house.events();
    await expect(house.replay(event?.id ?? '')).rejects.toMatchObject({ kind: 'unavailable' });
    isBroken = false;
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'done' }]);
    expect(await deaths()).toBe(0);
  });

  test('a dry run of an event that is under way leaves its lease to be renewed', async () => {
    const reading = Promise.withResolvers<void>();
    let asked = 0;
    const between = (store: Store): Store => ({
      ...store,
      answersOf: async (id) => {
        if (++asked === 1) await reading.promise;
        return store.answersOf(id);
      },
    });
    house = await openHouse({ files: FILES, env: ENV, at: AT, between });
    await house.send('shopify', paid('watched'));
    const [event] = await house.events();
    const round = house.bridge.work();
    const held = () => house.db.read('SELECT due_at FROM events WHERE lease IS NOT NULL');
    await vi.waitFor(() => expect(asked).toBe(1));
    await house.replay(event?.id ?? '', { dry_run: true });
    house.clock.advance(1_000);
    await house.bridge.renew();
    expect(await held()).toEqual([{ due_at: house.clock.now() + LIMITS.lease_ms }]);
    reading.resolve();
    await round;
    expect(await house.events()).toMatchObject([{ state: 'done' }]);
  });
});

test('a long outage is remembered no longer than it helps', async () => {
  house = await openHouse({ files: FILES, env: ENV, at: AT });
  await house.send('shopify', paid('away'));
  let most = 0;
  let isAway = true;
  const db: Database = {
    ...house.db,
    batch: (statements) => {
      most = Math.max(most, ...statements.flatMap(({ params }) => params.map((it) => String(it).length)));
      return isAway ? Promise.reject(new BatchError('unavailable', 'away')) : house.db.batch(statements);
    },
  };
  const store = makeStore(db, seededRandom('away'));
  let now = AT;
  for (let look = 0; look < 5_000; look++) {
    now += 10_000;
    await store.claimEvents(now, 9).catch(() => []);
  }
  // An hour of looks.
  expect(most).toBeLessThan(400 * 40);
  isAway = false;
  expect(await store.claimEvents(now, 9)).toMatchObject([{ deaths: 0 }]);
});

describe('replays', () => {
  test('at the same moment answer one after the other, each after what it tells is committed', async () => {
    house = await openHouse({ files: FILES, env: ENV, at: AT });
    await house.send('shopify', paid('three'));
    const [event] = await house.events();
    const answers = await Promise.all(
      ['ann', 'ben', 'cai'].map((actor) => house.bridge.replay(event?.id ?? '', options, actor)),
    );
    const told = answers.map((it) =>
      it.ok ? [it.value.state, it.value.changes.length, it.value.order_id !== null] : it,
    );
    expect(told).toEqual([
      ['done', 3, true],
      ['done', 0, true],
      ['done', 0, true],
    ]);
  });

  test('take the event out of a worker’s hands, and the worker writes nothing', async () => {
    house = await openHouse({ files: FILES, env: ENV, at: AT });
    await house.send('shopify', paid('stolen'));
    const [event] = await house.events();
    const [round, replayed] = await Promise.all([
      house.bridge.work(),
      house.bridge.replay(event?.id ?? '', options, 'ann'),
    ]);
    expect(round).toBeGreaterThanOrEqual(0);
    expect(replayed.ok && replayed.value.state).toBe('done');
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'done' }]);
    expect(await house.db.read('SELECT * FROM licenses')).toHaveLength(3);
  });

  test('with remap map the sale by the rules of today: what the rule no longer gives ends, what it gives comes', async () => {
    house = await openHouse({ files: FILES, env: ENV, at: AT });
    await house.send('shopify', paid('remapped'));
    await house.settle();
    await house.write({
      'shopify.yaml': FILES['shopify.yaml'].replace('product: acmepro', 'product: acmecli'),
    });
    await house.settle();
    const [event] = await house.events();
    // What was sold stays, whatever the rules say now…
    expect((await house.replay(event?.id ?? '')).changes).toEqual([]);
    // …until a person says otherwise.
    const dry = await house.replay(event?.id ?? '', { remap: true, dry_run: true });
    const remapped = await house.replay(event?.id ?? '', { remap: true });
    expect(remapped.changes.map((it) => it.change).toSorted()).toEqual(
      dry.changes.map((it) => it.change).toSorted(),
    );
    const live = await house.db.read("SELECT product FROM licenses WHERE state = 'active'");
    expect(live.map((it) => it.product)).toEqual(['acmecli', 'acmecli', 'acmecli']);
    expect((await house.replay(event?.id ?? '', { remap: true })).changes).toEqual([]);
  });
});
