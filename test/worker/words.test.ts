/**
 * The queue between the two walks carries words, no truth: whatever becomes of them, each sale ends as exactly its
 * licenses, and no word calls forth more words without an end.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { FILES, STRIPE, sample } from '../contracts/http-house.ts';
import { server } from '../runtimes/remote.ts';
import { type Isolate, type Isolates, openIsolates } from './isolates.ts';

const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);
/** Nobody listens there. */
const NO_SHOP = STRIPE.replace(
  'settings: {',
  'settings: { api_key: $STRIPE_API_KEY, api_base: "http://127.0.0.1:9",',
);

let all: Isolates;
beforeEach(async () => {
  all = await openIsolates(MONDAY);
});
afterEach(async () => {
  (await server()).inject(null);
  await all.close();
});

async function buy(isolate: Isolate, seed: string): Promise<number> {
  const { headers, body } = await sample('stripe', 'one-time', seed, all.clock.now());
  const { status } = await isolate.request('/webhooks/stripe', { method: 'POST', headers, body });
  await isolate.rest();
  return status;
}

async function count(what: string): Promise<number> {
  const [row] = await all.db.read(`SELECT count(*) AS n FROM ${what}`);
  return Number(row?.n);
}

test('a stored event sends one word at once, an event that was here before none', async () => {
  const isolate = all.start();
  expect([await buy(isolate, 'a'), await buy(isolate, 'a')]).toEqual([200, 200]);
  expect(all.words).toEqual([{ delay_s: 0 }]);
  expect(await count('licenses')).toBe(0);
  await isolate.hear();
  expect(await count('licenses')).toBe(1);
});

test('a word that finds nothing to do sends none', async () => {
  const isolate = all.start();
  await buy(isolate, 'a');
  all.words.length = 0;
  for (let i = 0; i < 5; i++) await isolate.hear();
  expect([all.words, await count('licenses')]).toEqual([[], 1]);
});

test('a word that cannot be sent costs nobody an answer: the clock finds the event', async () => {
  all.onSend(() => {
    throw new Error('the queue is out of reach');
  });
  const isolate = all.start();
  expect(await buy(isolate, 'a')).toBe(200);
  await isolate.scheduled();
  expect(await count('licenses')).toBe(1);
});

test('without a queue the work begins after the answer', async () => {
  const isolate = all.start({ QUEUE: undefined });
  expect(await buy(isolate, 'a')).toBe(200);
  expect(await count('licenses')).toBe(1);
});

describe('an event whose shop does not answer', () => {
  beforeEach(async () => {
    await all.close();
    all = await openIsolates(MONDAY, { files: { ...FILES, 'stripe.yaml': NO_SHOP } });
  });

  test('is looked at again by one late word for each attempt, however many words come', async () => {
    const isolate = all.start({ STRIPE_API_KEY: 'rk_test_1' });
    await buy(isolate, 'a');
    const waits: number[][] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      all.words.length = 0;
      // Doubled: the second finds nothing that is due.
      await isolate.hear();
      await isolate.hear();
      waits.push(all.words.map(({ delay_s }) => delay_s));
      all.clock.advance(60_000);
    }
    // In seconds, and each shortened by up to half, by the event's own chance.
    for (const [attempt, most] of [1, 1, 2, 5, 15].entries()) {
      const [wait = 0, ...others] = waits[attempt] ?? [];
      expect(others).toEqual([]);
      expect(wait).toBeGreaterThanOrEqual(most / 2);
      expect(wait).toBeLessThanOrEqual(most);
    }
    expect(waits.filter(({ length }) => length > 1)).toEqual([]);
    // From a minute on it is the clock's.
    expect(waits.at(-1)).toEqual([]);
  });
});

test('what is too much for one invocation is handed on, by one word each time', async () => {
  const isolate = all.start();
  await Promise.all(Array.from({ length: 60 }, (_, i) => buy(isolate, `n${i}`)));
  expect(all.words).toHaveLength(60);
  all.words.length = 0;
  let heard = 0;
  for (; heard === 0 || all.words.length > 0; heard++) {
    all.words.length = 0;
    await isolate.hear();
    expect(all.words.length).toBeLessThanOrEqual(1);
  }
  expect(heard).toBeGreaterThan(1);
  expect(await count('licenses')).toBe(60);
});

test('a look that fails half-way is one that the queue repeats, and nothing is there twice', async () => {
  const isolate = all.start();
  for (const seed of ['a', 'b', 'c']) await buy(isolate, seed);
  const { inject } = await server();
  // The second settle is written and nobody hears of it; then the server is gone for a while.
  inject({ fault: { kind: 'cut after' }, after: 1, meets: (sql) => sql.includes('sale_versions') });
  await isolate.hear();
  inject({ fault: { kind: 'cut before' } });
  await expect(isolate.hear()).rejects.toThrow();
  inject(null);
  for (let i = 0; i < 4; i++) {
    all.clock.advance(10_000);
    await isolate.hear();
  }
  expect([await count('licenses'), await count(`events WHERE state = 'done'`)]).toEqual([3, 3]);
});

test('a database that fails now and then is no death of a worker: nothing is left without being given back', async () => {
  const isolate = all.start();
  await buy(isolate, 'a');
  const { inject } = await server();
  for (let look = 0; look < 2 * LIMITS.deaths; look++) {
    // The settle, the event's end beside it, and that end once more in the next round.
    const meets = (sql: string) => sql.includes('sale_versions') || sql.includes('UPDATE events SET state');
    inject({ fault: { kind: 'cut before' }, times: 3, meets });
    await isolate.hear();
    // The claim is written, and nobody hears of it.
    inject({
      fault: { kind: 'cut after' },
      times: 1,
      meets: (sql) => sql.includes('UPDATE events SET deaths'),
    });
    all.clock.advance(4_000_000);
    await isolate.hear();
    all.clock.advance(4_000_000);
  }
  inject(null);
  await isolate.hear();
  expect(await all.db.read('SELECT state, deaths FROM events')).toEqual([{ state: 'done', deaths: 0 }]);
  expect(await count('licenses')).toBe(1);
});

test('in any order, doubled, lost or late, heard by several isolates at once: each sale has its license', async () => {
  const step = fc.oneof(
    fc.record({ is: fc.constant('buy' as const), sale: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ is: fc.constant('hear' as const), isolates: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ is: fc.constant('lose' as const) }),
    fc.record({ is: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ is: fc.constant('clock' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const run = await openIsolates(MONDAY);
      const before = all;
      all = run;
      try {
        const isolates = [run.start(), run.start(), run.start()] as const;
        const sold = new Set<number>();
        for (const it of steps) {
          if (it.is === 'buy') {
            sold.add(it.sale);
            await Promise.all(isolates.map((isolate) => buy(isolate, `n${it.sale}`)));
          } else if (it.is === 'hear') {
            await Promise.all(isolates.slice(0, it.isolates).map((isolate) => isolate.hear()));
          } else if (it.is === 'lose') run.words.length = 0;
          else if (it.is === 'wait') run.clock.advance(it.ms);
          else await isolates[0].scheduled();
        }
        run.clock.advance(60_000);
        await isolates[1].scheduled();
        expect(await count('licenses')).toBe(sold.size);
        expect(await count(`events WHERE state <> 'done'`)).toBe(0);
      } finally {
        all = before;
        await run.close();
      }
    }),
    { numRuns: 12 },
  );
});
