/**
 * What time alone does: through the real door and the real store, with samples of the integration, and nothing that
 * arrives. Whether the process was up when a time came, or starts long after it, it ends the same.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stripe } from '../../integrations/stripe/index.ts';
import { shownState } from '../../src/core/records.ts';
import { type House, openHouse } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MAPPING = `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_SECRET ] }
rules: [ { when: { mode: subscription }, grant: { product: acmepro } } ]
on: { payment_past_due: { keep_for: 5d, then: suspend } }
`;
const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: plan, default: true, license_type: subscription } ] }
`;
const SUBSCRIPTION = 'sub_1Keyferrytime';

let house: House;
beforeEach(async () => {
  const files = { 'catalog.yaml': CATALOG, 'stripe.yaml': MAPPING };
  house = await openHouse({ files, env: { STRIPE_SECRET: 'whsec_of_the_clock' }, at: AT });
});
afterEach(() => house.close());

async function tell(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const sample = stripe.samples.find((it) => it.name === name);
    if (!sample) throw new Error(`no sample ${name}`);
    expect(await house.send('stripe', sample.make(house.clock.now(), 'time'))).toMatchObject({ ok: true });
  }
  await house.settle();
}

/** States of the subscription's licenses, as they are shown now. */
async function states(): Promise<readonly string[]> {
  const { items } = await house.order('stripe', SUBSCRIPTION);
  const now = house.clock.now();
  return items.flatMap((it) => it.licenses).map((it) => shownState(it.state, it.valid_until, now));
}

async function causes(): Promise<readonly string[]> {
  const { id } = await house.order('stripe', SUBSCRIPTION);
  return (await house.records.order(id))?.timeline.entries.map(({ cause }) => cause.by) ?? [];
}

test('a subscription that no session is told of is issued after a quarter of an hour, by the clock', async () => {
  await tell('subscription-created', 'subscription-paid');
  expect(await states()).toEqual([]);
  house.clock.advance(14 * MINUTE);
  await house.settle();
  expect(await states()).toEqual([]);
  house.clock.advance(MINUTE);
  await house.settle();
  expect(await states()).toEqual(['active']);
  expect((await causes()).at(-1)).toBe('clock');
});

test.each([
  ['while it runs', 1],
  ['although nobody was there to see it', 30],
])('a renewal that is not paid suspends when its time is over, %s', async (_how, daysLate) => {
  await tell('subscription', 'subscription-created', 'subscription-paid');
  house.clock.advance(30 * DAY);
  await tell('past-due');
  expect(await states()).toEqual(['active']);
  house.clock.advance((4 + daysLate) * DAY);
  await house.settle();
  expect(await states()).toEqual(['suspended']);
  expect((await causes()).at(-1)).toBe('clock');
  // Once done, nothing wakes it any more.
  const before = await causes();
  house.clock.advance(DAY);
  await house.settle();
  expect(await causes()).toEqual(before);
});

test('a license whose time is over is expired to whoever looks, with nothing written', async () => {
  await tell('subscription', 'subscription-created', 'subscription-paid');
  const before = await causes();
  house.clock.advance(29 * DAY);
  expect(await states()).toEqual(['active']);
  house.clock.advance(2 * DAY);
  await house.settle();
  expect(await states()).toEqual(['expired']);
  expect(await causes()).toEqual(before);
});
