/** Events that nothing good can come of: they never stop the line, and they never go unseen. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Store } from '../../src/core/store.ts';
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

test('those that are in the same hands as a killer are not taken for killers', async () => {
  const innocent = Array.from({ length: 6 }, (_, i) => `innocent${i}`);
  for (const seed of [...innocent.slice(0, 3), 'killer', ...innocent.slice(3)])
    await house.send('shopify', paid(seed));
  const killer = (await house.events())[3]?.id;

  for (let life = 0; life <= LIMITS.deaths; life++) {
    const death = Promise.withResolvers<void>();
    let dead = false;
    /** From the moment it reads the killer, nothing of this process goes on. */
    const mortal = (store: Store) =>
      new Proxy(store, {
        get: (it, name) => {
          const member: unknown = Reflect.get(it, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (name === 'answersOf' && args[0] === killer) {
              dead = true;
              death.resolve();
            }
            const answer: unknown = dead ? null : await member.apply(it, args);
            return dead ? new Promise(() => {}) : answer;
          };
        },
      });
    const { db, clock } = house;
    const process = await openHouse({
      files: FILES,
      env: { SHOPIFY_WEBHOOK_SECRET: 'secret' },
      at: clock.now(),
      database: { name: 'the same', open: async () => ({ db, close: async () => {} }) },
      between: mortal,
    });
    const lives = [1, 2, 3].map(async () => {
      while ((await process.bridge.work()) > 0);
    });
    await Promise.race([death.promise, Promise.all(lives)]);
    clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const states = (await house.events()).map(({ id, state }) => (id === killer ? `killer ${state}` : state));
  expect(states.toSorted()).toEqual([...innocent.map(() => 'done'), 'killer parked']);
});

test('a parked event that a person sends again, and whose shop is away, is not parked for its old deaths', async () => {
  await house.send('shopify', paid('pardoned'));
  for (let death = 0; death <= LIMITS.deaths; death++) {
    await house.store.claimEvents(house.clock.now(), 10);
    house.clock.advance(LIMITS.lease_ms + 1);
  }
  await house.settle();
  const [event] = await house.events();
  expect(event?.state).toBe('parked');
  const seized = await house.store.seizeEvent(event?.id ?? '', house.clock.now());
  if (!seized) throw new Error('it is there');
  const end = { event_id: seized.id, lease: seized.lease, problem: null, order_id: null };
  await house.store.endEvents([{ ...end, state: 'waiting', due_at: house.clock.now() }]);
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'done' }]);
});
