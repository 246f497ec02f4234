/**
 * The same law through the real bridge: signed webhooks, walk one, walk two, and a real libSQL file. Several sales
 * of both shops at once; their webhooks arrive mixed, late, twice, while others are being worked.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { canonical } from '../../src/core/json.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import { type House, openHouse } from '../house.ts';
import { BEGIN, type History } from './history.ts';
import { entitledOf, NOW } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { stripeHistory, stripeSale } from './stripe-history.ts';
import { CATALOG, SHOPIFY, STRIPE } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

let house: House;
beforeAll(async () => {
  house = await openHouse({
    files: { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE, 'shopify.yaml': SHOPIFY },
    env: { STRIPE_SECRET: 'whsec_of_the_laws', SHOPIFY_SECRET: 'shpss_of_the_laws' },
    at: NOW,
    seed: 'laws',
  });
});
afterAll(() => house.close());

/** What the network and the worker do, one after the other. Picks count around the webhooks there are. */
type Step =
  | { readonly do: 'send'; readonly pick: number }
  | { readonly do: 'work' }
  /** Two workers take a round at once, while another webhook comes in. */
  | { readonly do: 'crowd'; readonly pick: number }
  | { readonly do: 'replay'; readonly pick: number }
  | { readonly do: 'wait'; readonly minutes: number };
const pick = fc.nat({ max: 60 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), pick }) },
  { weight: 2, arbitrary: fc.constant({ do: 'work' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crowd' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 60 }) }),
  },
);

const shops = fc.record({
  shopify: fc.array(shopifySale, { minLength: 1, maxLength: 2 }),
  // Nobody can be asked here: the answers' side of Stripe is tested by the pure law.
  stripe: fc.array(
    stripeSale.map((it) => ({ ...it, asked: false })),
    { maxLength: 2 },
  ),
  steps: fc.array(step, { maxLength: 40 }),
});

/** Each run sells under numbers of its own, so that one house serves them all. */
let sold = 100;

async function saleOf(history: History): Promise<LoadedSale | null> {
  const names = [history.external_id];
  const [id] = (await house.store.findOrders(history.shop, '', names)).values();
  return id === undefined ? null : house.store.loadSale(id);
}

test('any mixture of sales, sent in any way to a working house, ends with what was paid for', async () => {
  const property = fc.asyncProperty(shops, async ({ shopify, stripe, steps }) => {
    const histories = [
      ...shopify.map((it) => shopifyHistory(it, sold++)),
      ...stripe.map((it) => stripeHistory(it, sold++)),
    ];
    const webhooks = histories.flatMap((history) =>
      history.tellings.map((telling) => ({ history, telling })),
    );
    const events = new Map<number, string>();
    const send = async (place: number) => {
      const it = webhooks[place];
      if (!it) throw new Error(`no webhook ${place}`);
      const stored = await house.send(it.history.shop, it.telling);
      if (!stored.ok) throw new Error(JSON.stringify(stored.problem));
      // The same topic and bytes are the same event, whoever sends them.
      const same = [...events].find(
        ([other]) => canonical(webhooks[other]?.telling) === canonical(it.telling),
      );
      expect(stored.value).toEqual({ id: same?.[1] ?? stored.value.id, duplicate: same !== undefined });
      events.set(place, stored.value.id);
    };

    for (const it of steps) {
      if (it.do === 'work') await house.bridge.work();
      else if (it.do === 'wait') house.clock.advance(it.minutes * 60_000);
      else if (it.do === 'send') await send(it.pick % webhooks.length);
      else if (it.do === 'crowd') {
        await Promise.all([house.bridge.work(), send(it.pick % webhooks.length), house.bridge.work()]);
      } else {
        const id = events.get(it.pick % webhooks.length);
        if (id !== undefined) await house.replay(id);
      }
    }
    for (const place of webhooks.keys()) if (!events.has(place)) await send(place);
    await house.settle();

    const story = histories.flatMap((it) => it.story).join('\n');
    const ended = new Map((await house.events()).map((it) => [it.id, it.state]));
    for (const id of events.values()) expect(ended.get(id), story).toBe('done');
    for (const history of histories) {
      const sale = await saleOf(history);
      expect(entitledOf(sale?.licenses ?? []), story).toEqual(history.entitled);
      if (history.never_paid) expect(sale?.licenses, story).toEqual([]);
    }
    // At rest: nothing is due, and to replay everything changes nothing.
    const versions = await Promise.all(histories.map(async (it) => (await saleOf(it))?.version));
    for (const id of events.values()) expect((await house.replay(id)).changes, story).toEqual([]);
    expect(await house.bridge.work()).toBe(0);
    expect(await Promise.all(histories.map(async (it) => (await saleOf(it))?.version))).toEqual(versions);
  });
  await fc.assert(property, { seed: SEED, numRuns: runs(60) });

  const keys = await house.db.read('SELECT count(*) AS all_keys, count(DISTINCT key) AS keys FROM licenses');
  expect(keys[0]?.keys).toBe(keys[0]?.all_keys);
  expect(house.clock.now()).toBeGreaterThan(BEGIN);
});
