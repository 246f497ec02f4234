/**
 * The same of a shop of Shopify: whatever of its webhooks about orders was lost, came twice or late, a reconciliation
 * leaves the licenses that are owed, finds what its dry run said, and finds nothing more after it. What only a dispute's
 * own webhook tells is not lost here: the API does not show it.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { everything } from '../fakes/settlements.ts';
import { type OrderBody, shopifyShop } from '../fakes/shopify-shop.ts';
import { openHouse } from '../house.ts';
import { type Walked, walk } from '../reconciling.ts';
import { BEGIN } from './history.ts';
import { entitledOf } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { CATALOG, SHOPIFY } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

const DAY = 86_400_000;
const MINUTE = 60_000;

const world = fc.record({
  sales: fc.array(shopifySale, { minLength: 1, maxLength: 4 }),
  losses: fc.array(fc.record({ lost: fc.boolean(), twice: fc.boolean(), late: fc.nat({ max: DAY }) }), {
    minLength: 1,
    maxLength: 12,
  }),
  skew: fc.oneof(fc.constant(0), fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE })),
  dying: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
  /** Orders on a page of the shop. */
  page: fc.integer({ min: 1, max: 3 }),
  /** Questions that the shop is too busy for, by their number. */
  throttled: fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
});

/** What both tell, but for when: a shop that is too busy is asked again later. */
const told = ({ findings, counts }: Walked) => ({
  findings: findings.map(({ drift, name, seen, changes, parked, problem }) => ({
    ...{ drift, name, seen, parked, problem },
    changes: changes.map((it) => ({ ...Object(it), starts_at: null, valid_until: null })),
  })),
  counts: Object.fromEntries(Object.entries(counts).filter(([name]) => name !== 'healed')),
});

test('whatever was lost, a reconciliation leaves the licenses that are owed, and a second finds nothing', async () => {
  const property = fc.asyncProperty(world, async ({ sales, losses, skew, dying, page, throttled }) => {
    const histories = sales.map((sale, n) => shopifyHistory(sale, 100 + n));
    const shop = shopifyShop({ page });
    let questions = 0;
    const house = await openHouse({
      files: {
        'catalog.yaml': CATALOG,
        'shopify.yaml': SHOPIFY.replace(
          '$SHOPIFY_SECRET ]',
          '$SHOPIFY_SECRET ], shop_domain: acme.myshopify.com, admin_token: $TOKEN',
        ),
      },
      env: { SHOPIFY_SECRET: 'of the orders', TOKEN: 'shpat_fake' },
      at: BEGIN,
      seed: 'reconciled',
      fetch: (input, init) => shop.api.fetch(input, init),
    });
    const sendings = histories
      .flatMap(({ tellings }) => tellings)
      .map((telling, n) => ({
        telling,
        ...(losses[n % losses.length] ?? { lost: true, twice: false, late: 0 }),
      }))
      .sort((a, b) => a.telling.at - b.telling.at);
    for (const { telling, lost, twice, late } of sendings) {
      shop.told(telling.type, telling.body);
      if (lost && !telling.type.startsWith('disputes/')) continue;
      house.clock.set(Math.max(house.clock.now(), telling.at + skew + late));
      for (let times = twice ? 2 : 1; times > 0; times--) await house.send('shopify', telling);
      await house.settle();
    }
    for (const { order } of histories) shop.put(order as unknown as OrderBody);
    house.clock.set(house.clock.now() + DAY);
    await house.settle();

    const asked = { source: 'shopify', account: '', from: BEGIN - DAY, to: null, dry_run: false };
    const before = await everything(house.db);
    const dry = await walk(house, { ...asked, dry_run: true }, { id: 'job_dry' });
    expect(await everything(house.db)).toBe(before);
    const again = Object.fromEntries(dying.map((times, step) => [step, times]));
    const fetch = shop.api.fetch;
    Object.assign(shop.api, {
      fetch: (...it: Parameters<typeof fetch>) => {
        if (throttled.includes(questions++)) shop.api.faults.push('throttled');
        return fetch(...it);
      },
    });
    const rest = () => house.clock.advance(5 * MINUTE);
    const real = await walk(house, asked, { id: 'job_real', again, rest });
    const story = histories.flatMap((it) => it.story).join('\n');
    expect(told(real), story).toEqual(told(dry));
    expect(
      real.findings.every(({ healed }) => healed),
      story,
    ).toBe(true);
    house.clock.advance(DAY);
    await house.settle();
    const second = await walk(house, asked, { id: 'job_second', rest });
    expect(second.findings, story).toEqual([]);
    for (const { external_id, entitled, entitledUnder, order: body, story: own } of histories) {
      // What was paid for before an edit that waits for its money is told by the webhooks of that time alone.
      const waits = (body as unknown as OrderBody).financial_status === 'partially_paid';
      if (waits || entitledUnder({}) === null) continue;
      const [order] = (await house.store.findOrders('shopify', '', [external_id])).values();
      const sale = order === undefined ? null : await house.store.loadSale(order);
      expect(entitledOf(sale?.licenses ?? []), own.join('\n')).toEqual(entitled);
    }
    await house.close();
  });
  await fc.assert(property, { seed: SEED, numRuns: runs(25) });
});
