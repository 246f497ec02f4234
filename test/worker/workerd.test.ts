/**
 * What only the real runtime shows: the queue that Cloudflare's tools run, requests at once in one isolate, and
 * the largest sale within the limits of D1 and of one invocation.
 */
import { afterEach, expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { type Answered, client, FILES, SHOPIFY, sample, send, sign } from '../contracts/http-house.ts';
import { openWorker, type WorkerDoor } from './setup.ts';

/** As it is deployed, but for the second that a message waits for others. */
const WITH_WORDS = [[/^max_batch_timeout = .*$/m, 'max_batch_timeout = 0']] as const;
/** Nobody hears the words. */
const WITHOUT_CONSUMER = [[/^\[\[queues\.consumers\]\][^[]*/m, '']] as const;

let door: WorkerDoor;
afterEach(() => door.close());

async function count(what: string): Promise<number> {
  const [row] = await door.db.read(`SELECT count(*) AS n FROM ${what}`);
  return Number(row?.n);
}
/** Within ten seconds, or the test fails with what there is. */
async function becomes(what: string, n: number): Promise<void> {
  await expect.poll(() => count(what), { timeout: 10_000, interval: 50 }).toBe(n);
}

test('a stored event is worked on by its word; doubled deliveries and doubled words add nothing', async () => {
  door = await openWorker({ config: WITH_WORDS });
  const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
  const deliveries = [...seeds, ...seeds].map((seed) => send(door, 'stripe', 'one-time', seed));
  const words = Array.from({ length: 10 }, () => door.sendWord());
  // Beside the queue, the clock is another consumer.
  await Promise.all([...deliveries, ...words, door.scheduled(), door.scheduled()]);
  await becomes(`events WHERE state = 'done'`, seeds.length);
  expect([await count('licenses'), await count('orders')]).toEqual([seeds.length, seeds.length]);
});

test('an event whose word is lost is found by the clock, and the tables that wrangler made are all there', async () => {
  door = await openWorker({ config: WITHOUT_CONSUMER });
  expect(await migrate(door.db, 0)).toEqual({ ok: true, value: [] });
  expect((await send(door, 'stripe', 'one-time', 'a')).status).toBe(200);
  expect(await count('licenses')).toBe(0);
  await door.scheduled();
  expect(await count('licenses')).toBe(1);
});

test('requests at once share nothing: some hang up, and the others are answered, stored and issued', async () => {
  door = await openWorker();
  const answered: string[] = [];
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const { headers, body } = await sample('stripe', 'one-time', `n${i}`, door.now());
      const hangUp = new AbortController();
      const sent = door.request('/webhooks/stripe', { method: 'POST', headers, body, signal: hangUp.signal });
      if (i % 4 === 1) {
        // Before, within and after: wherever it meets the request.
        setTimeout(() => hangUp.abort(), i);
        await sent.then((it) => it.arrayBuffer()).catch(() => undefined);
        return;
      }
      const answer = await sent;
      expect(answer.status).toBe(200);
      const { event }: Answered = await answer.json();
      answered.push(event);
    }),
  );
  expect(new Set(answered).size).toBe(30);
  await door.settle();
  const rows = await door.db.read(`SELECT id FROM events WHERE state = 'done'`);
  expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
  expect(await count('licenses')).toBe(rows.length);
  expect((await door.request('/readyz')).status).toBe(200);
  // The runtime's words for a promise of one request that another one waits for.
  expect(door.logged().filter((it) => /different request|will never complete|hung/.test(it))).toEqual([]);
});

test('a sale of 2,000 units becomes 2,000 licenses, in parts that D1 takes', {
  timeout: 60_000,
}, async () => {
  door = await openWorker({
    files: { ...FILES, 'shopify.yaml': SHOPIFY.replace(', policy: yearly', '') },
    secrets: { KEYFERRY_MAX_UNITS_PER_LINE: '2000' },
  });
  const { body } = await sample('shopify', 'paid', 'large', door.now());
  const many = new TextDecoder().decode(body).replaceAll(/"(current_)?quantity":2\b/g, '"$1quantity":2000');
  const signed = await sign('shopify', 'orders/paid', many, door.now());
  const answer = await door.request('/webhooks/shopify', { method: 'POST', ...signed });
  expect(answer.status).toBe(200);
  await door.settle();
  expect(
    await count(`licenses WHERE product = 'acmepro' AND line_id = (SELECT line_id FROM licenses
    GROUP BY line_id ORDER BY count(*) DESC LIMIT 1)`),
  ).toBe(2000);
  expect(await count('(SELECT DISTINCT key FROM licenses)')).toBe(await count('licenses'));
  expect(await count('sale_versions')).toBeGreaterThan(1);
  const { event }: Answered = await answer.json();
  expect(await client(door).get(`/v1/events/${event}`)).toMatchObject({ state: 'done', attempts: 1 });
});
