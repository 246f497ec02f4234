/**
 * The same lives through the real bridge: signed webhooks, a libSQL file, and a Stripe that answers over a fetch. Two
 * sources, one that may ask and one that may not; the house's clock goes on from life to life, as it does.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { live, type Shop } from '../fakes/stripe-shop.ts';
import { fetchOf } from '../fakes/stripe-shop-api.ts';
import { type House, openHouse } from '../house.ts';
import { lives, manners } from './life-arbitrary.ts';
import { againstTheTruth, type Case } from './life-laws.ts';
import { isAskedFor, mayDoubt, messagesOf } from './life-messages.ts';
import { LIFE_CATALOG, lifeMapping } from './life-vendor.ts';
import { runs, SEED } from './runs.ts';
import type { Policies } from './stripe-truth.ts';

vi.setConfig({ testTimeout: 120_000 });

const DAY = 86_400_000;
const MINUTE = 60_000;
const ON: Policies = {
  refund_full: 'revoke',
  dispute_opened: 'suspend',
  dispute_lost: 'revoke',
  // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
  payment_past_due: { keep_for: '3d', then: 'suspend' },
  subscription_unpaid: 'suspend',
  subscription_paused: 'suspend',
  subscription_ended: 'expire',
};

const shops: Shop[] = [];
/** By how much the house's clock is ahead of the shops'. */
let skew = 0;
let house: House;
beforeAll(async () => {
  house = await openHouse({
    files: {
      'catalog.yaml': LIFE_CATALOG,
      'told.yaml': lifeMapping(1, '{ webhook_secrets: [ $SECRET ] }'),
      'asked.yaml': lifeMapping(1, '{ webhook_secrets: [ $SECRET ], api_key: $API_KEY }'),
    },
    env: { SECRET: 'whsec_of_the_lives', API_KEY: 'rk_test_lives' },
    at: Date.UTC(2026, 10, 2, 10, 0, 0),
    seed: 'lives',
    fetch: (input, init) =>
      fetchOf(
        () => shops,
        () => house.clock.now() - skew,
      )(input, init),
  });
});
afterAll(() => house.close());

const cases: fc.Arbitrary<Case> = fc.record({
  life: lives(8),
  manner: manners.map((it) => ({
    ...it,
    on: ON,
    revised: null,
    person: null,
    decision: null,
    untold: null,
    key: it.key === 'always' ? ('always' as const) : ('never' as const),
  })),
});

/** Each life is sold under a number of its own. */
let sold = 1000;

test('any life, sent to a working house, leaves the licenses that are owed', async () => {
  const property = fc.asyncProperty(cases, async ({ life, manner }) => {
    const begun = house.clock.now() + DAY;
    const shop = live(life, sold++, begun);
    shops.splice(0, shops.length, shop);
    skew = manner.skew;
    const source = manner.key === 'always' ? 'asked' : 'told';
    const messages = messagesOf(shop, manner);
    const sendings = messages
      .flatMap((message) =>
        message.dropped
          ? []
          : [
              { at: message.at, message },
              ...(message.again === null ? [] : [{ at: message.at + message.again, message }]),
            ],
      )
      .sort((a, b) => a.at - b.at);
    const ids = new Set<string>();
    for (const { at, message } of sendings) {
      house.clock.set(Math.max(house.clock.now(), at + skew));
      const stored = await house.send(source, message);
      if (!stored.ok) throw new Error(JSON.stringify(stored.problem));
      ids.add(stored.value.id);
      await house.settle();
    }
    const end = Math.max(shop.end.at, sendings.at(-1)?.at ?? 0);
    house.clock.set(Math.max(house.clock.now(), end + 20 * MINUTE + manner.rest + skew));
    await house.settle();

    const story = shop.story.join('\n');
    const ended = new Map((await house.events()).map((it) => [it.id, it]));
    for (const id of ids) expect(['done', 'ignored'], story).toContain(ended.get(id)?.state);
    const [order] = (await house.store.findOrders(source, shop.account, [shop.external_id])).values();
    const sale = order === undefined ? null : await house.store.loadSale(order);
    const outcome = {
      shop,
      licenses: sale?.licenses ?? [],
      flags: sale?.flags ?? [],
      reviews: sale?.reviews ?? [],
      as_of: house.clock.now(),
      asked: isAskedFor(messages, shop),
      pinned: null,
      override: null,
      worded: false,
      lossless: !messages.some(({ dropped }) => dropped),
      doubtful: mayDoubt(messages, shop),
    };
    expect(againstTheTruth(outcome, manner).join('\n'), story).toBe('');
    // At rest: to replay changes nothing.
    for (const id of [...ids].slice(0, 5)) expect((await house.replay(id)).changes, story).toEqual([]);
  });
  await fc.assert(property, { seed: SEED, numRuns: runs(40) });
  const keys = await house.db.read('SELECT count(*) AS all_keys, count(DISTINCT key) AS keys FROM licenses');
  expect(keys[0]?.keys).toBe(keys[0]?.all_keys);
});
