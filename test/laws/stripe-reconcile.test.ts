/**
 * Whatever of a shop's webhooks was lost, came twice or late: once its source was reconciled the licenses are those that
 * are owed, as if all had come; and what was found is what a dry run said. Through the real bridge and a simulated Stripe.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { everything } from '../fakes/settlements.ts';
import { live, type Shop } from '../fakes/stripe-shop.ts';
import { fetchOf } from '../fakes/stripe-shop-api.ts';
import { type House, openHouse } from '../house.ts';
import { type Walked, walk } from '../reconciling.ts';
import { lives } from './life-arbitrary.ts';
import { againstTheTruth } from './life-laws.ts';
import { LIFE_CATALOG, lifeMapping } from './life-vendor.ts';
import { runs, SEED } from './runs.ts';
import type { Policies } from './stripe-truth.ts';

vi.setConfig({ testTimeout: 120_000 });

const DAY = 86_400_000;
const MINUTE = 60_000;
const AT = Date.UTC(2026, 10, 2, 10);
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

interface Loss {
  readonly lost: boolean;
  readonly twice: boolean;
  readonly late: number;
}
const loss: fc.Arbitrary<Loss> = fc.record({
  lost: fc.boolean(),
  twice: fc.nat({ max: 4 }).map((it) => it === 0),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * DAY })),
});
const world = fc.record({
  lives: fc.array(lives(6), { minLength: 1, maxLength: 3 }),
  /** Whether all is lost, and of the n-th event the n-th, counted around. */
  losses: fc.oneof(
    { weight: 1, arbitrary: fc.constant<Loss[]>([{ lost: true, twice: false, late: 0 }]) },
    { weight: 4, arbitrary: fc.array(loss, { minLength: 1, maxLength: 16 }) },
  ),
  skew: fc.oneof(fc.constant(0), fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE })),
  /** How often the process dies in the n-th step. */
  dying: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 }),
});

async function openWorld(shops: readonly Shop[], skew: number): Promise<House> {
  const house = await openHouse({
    files: {
      'catalog.yaml': LIFE_CATALOG,
      'stripe.yaml': lifeMapping(1, '{ webhook_secrets: [ $SECRET ], api_key: $API_KEY }'),
    },
    env: { SECRET: 'whsec_of_the_lives', API_KEY: 'rk_test_lives' },
    at: AT,
    seed: 'reconciled',
    fetch: (input, init) =>
      fetchOf(
        () => shops,
        () => house.clock.now() - skew,
      )(input, init),
  });
  return house;
}

/** What both tell: a step that was taken again knows no more how a sale stood before it. */
const told = ({ findings, counts }: Walked) => ({
  findings: findings.map(({ healed: _healed, order_id: _order, states, ...it }) => ({
    ...it,
    states: it.drift === 'missing_here' ? states : null,
  })),
  counts: Object.fromEntries(Object.entries(counts).filter(([name]) => name !== 'healed')),
});

test('whatever was lost, a reconciliation leaves the licenses that are owed, and a second finds nothing', async () => {
  const property = fc.asyncProperty(world, async ({ lives: all, losses, skew, dying }) => {
    // One account is reconciled at a time.
    const account = all[0]?.account ?? '';
    const shops = all.map((life, n) => live({ ...life, account }, 500 + n, AT + n * 7 * MINUTE));
    const house = await openWorld(shops, skew);
    const sendings = shops
      .flatMap((shop) => shop.events)
      .flatMap((event, n) => {
        const { lost, twice, late } = losses[n % losses.length] ?? { lost: true, twice: false, late: 0 };
        const one = { at: event.at + late, event };
        return lost ? [] : twice ? [one, { at: one.at + DAY, event }] : [one];
      })
      .sort((a, b) => a.at - b.at);
    for (const { at, event } of sendings) {
      house.clock.set(Math.max(house.clock.now(), at + skew));
      await house.send('stripe', event);
      await house.settle();
    }
    const end = Math.max(...shops.map((it) => it.end.at), ...sendings.map(({ at }) => at));
    house.clock.set(Math.max(house.clock.now(), end + 20 * MINUTE + skew));
    await house.settle();

    const asked = {
      source: 'stripe',
      account,
      from: AT - DAY,
      to: house.clock.now() + DAY,
      dry_run: false,
    };
    const before = await everything(house.db);
    const dry = await walk(house, { ...asked, dry_run: true }, { id: 'job_dry' });
    expect(await everything(house.db)).toBe(before);
    const again = Object.fromEntries(dying.map((times, step) => [step, times]));
    const real = await walk(house, asked, { id: 'job_real', again });
    const story = shops.flatMap((it) => it.story).join('\n');
    expect(told(real), story).toEqual(told(dry));
    expect(
      real.findings.every(({ healed }) => healed),
      story,
    ).toBe(true);
    await house.settle();
    const second = await walk(house, asked, { id: 'job_second' });
    expect(second.findings, story).toEqual([]);

    for (const shop of shops) {
      const [order] = (await house.store.findOrders('stripe', account, [shop.external_id])).values();
      const sale = order === undefined ? null : await house.store.loadSale(order);
      const outcome = {
        shop,
        licenses: sale?.licenses ?? [],
        flags: sale?.flags ?? [],
        reviews: sale?.reviews ?? [],
        as_of: house.clock.now(),
        asked: true,
        pinned: null,
        override: null,
        worded: false,
        lossless: false,
        doubtful: true,
      };
      const manner = { on: ON, key: 'always', style: 'snapshot', untold: null, decision: null } as const;
      // Where nothing is owed there need be no sale, and so nothing to flag.
      const wrongs = againstTheTruth(outcome, manner).filter((it) => sale || !it.startsWith('flags'));
      expect(wrongs.join('\n'), shop.story.join('\n')).toBe('');
    }
    await house.close();
  });
  await fc.assert(property, { seed: SEED, numRuns: runs(25) });
});
