/** A database that fails for a while, and people who replay at the same moment. */
import { afterEach, describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Store } from '../../src/core/store.ts';
import { BatchError } from '../../src/store/database.ts';
import { type House, openHouse } from '../house.ts';

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
