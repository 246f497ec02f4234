/** Events that nothing good can come of: they never stop the line, and they never go unseen. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { type House, openHouse } from '../house.ts';

const FILES = {
  'catalog.yaml': `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`,
  'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};

let house: House;
beforeEach(async () => {
  house = await openHouse({
    files: FILES,
    env: { SHOPIFY_WEBHOOK_SECRET: 'secret' },
    at: Date.UTC(2026, 10, 2),
  });
});
afterEach(() => house.close());

const paid = (seed: string) => {
  const sample = shopify.samples.find((it) => it.name === 'paid');
  if (!sample) throw new Error('there is no sample paid');
  return sample.make(house.clock.now(), seed);
};

test('an event that its worker dies of, again and again, is parked, and the next ones go on', async () => {
  await house.send('shopify', paid('killer'));
  for (let death = 0; death < LIMITS.deaths + 1; death++) {
    // A worker takes it and is never heard of again.
    expect(await house.store.claimEvents(house.clock.now(), 10)).toHaveLength(1);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.send('shopify', paid('innocent'));
  await house.settle();
  expect(await house.events()).toMatchObject([
    {
      state: 'parked',
      problem: { code: 'bug', detail: `${LIMITS.deaths + 1} workers ended while they held it` },
    },
    { state: 'done' },
  ]);
});

test('a restart or two do not count against an event', async () => {
  await house.send('shopify', paid('unlucky'));
  for (let death = 0; death < LIMITS.deaths - 1; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'done' }]);
});

test('a parked event can be replayed once the cause is mended', async () => {
  await house.send('shopify', paid('killer'));
  for (let death = 0; death <= LIMITS.deaths; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const [event] = await house.events();
  const replayed = await house.replay(event?.id ?? '');
  expect(replayed.changes.length).toBeGreaterThan(0);
  expect(await house.events()).toMatchObject([{ state: 'done', problem: null }]);
});
