/** Door one on a libSQL server: it asks seldom while nothing is to be done, and finds what others left. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { openHouse as openNode } from '../../src/node.ts';
import { openRemote } from '../../src/store/open-remote.ts';
import { makeStore } from '../../src/store/store.ts';
import type { HranaServer } from '../fakes/hrana-server.ts';
import { deliveryOf, digest } from '../house.ts';
import { freshDatabase, ground, server, TOKEN } from '../runtimes/remote.ts';

const SECRET = 'shpss_of_a_far_database';
const WITHIN = { timeout: 10_000, interval: 5 };
type Open = Extract<Awaited<ReturnType<typeof openNode>>, { ok: true }>['value'];

/** Shops' own APIs answer nobody until the test is over. */
let over = Promise.withResolvers<void>();

let folder: string;
let hrana: HranaServer;
let url: string;
let house: Open;

beforeEach(async () => {
  over = Promise.withResolvers();
  folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  writeFileSync(
    join(folder, 'catalog.yaml'),
    'products: [ { code: acmepro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] } ]',
  );
  writeFileSync(
    join(folder, 'shopify.yaml'),
    'integration: shopify\nmode: test\nsettings: { webhook_secrets: [ $SECRET ] }\nrules: [ { when: {}, grant: { product: acmepro } } ]\n',
  );
  writeFileSync(
    join(folder, 'stripe.yaml'),
    'integration: stripe\nmode: test\nsettings: { webhook_secrets: [ $SECRET ], api_key: $API_KEY }\nrules: [ { when: {}, grant: { product: acmepro } } ]\n',
  );
  hrana = await server();
  url = hrana.url(freshDatabase());
  const env = {
    KEYFERRY_DATABASE_URL: url,
    KEYFERRY_DATABASE_AUTH_TOKEN: TOKEN,
    KEYFERRY_MAPPINGS: folder,
    SECRET,
    API_KEY: 'rk_test_KeyferryFake',
  };
  const opened = await openNode({
    env,
    log: () => {},
    fetch: () => over.promise.then(() => Response.error()),
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
});
afterEach(async () => {
  hrana.inject(null);
  over.resolve();
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the shop sends, signed. */
async function paid(seed: string, { samples, sign } = shopify, name = 'paid') {
  const sample = samples.find((it) => it.name === name);
  if (!sample) throw new Error('no sample');
  const { type, body: text } = sample.make(Date.now(), seed);
  const body = new TextEncoder().encode(text);
  return { body, headers: await sign(type, body, SECRET, Date.now(), digest) };
}
async function deliveryAs(seed: string) {
  const { headers, body } = await paid(seed);
  return deliveryOf(headers, body, Date.now());
}
const issued = async () => {
  const [row] = await house.db.read(`SELECT count(*) AS n FROM licenses`);
  return row?.n;
};

test('an idle process looks about once in a second, and at once when an event arrives', async () => {
  // Each loop looks once, for events and for orders; and once for all it is looked what else was left, jobs and schedules too.
  const start = hrana.count();
  house.start();
  await vi.waitFor(() => expect(hrana.count() - start).toBeGreaterThanOrEqual(23), WITHIN);
  // Eight loops that look four times a second would be there at once.
  const before = hrana.count();
  const begun = performance.now();
  await vi.waitFor(() => expect(hrana.count() - before).toBeGreaterThanOrEqual(6), WITHIN);
  expect(performance.now() - begun).toBeGreaterThan(1_500);

  const answer = await house.app.request('/webhooks/shopify', { method: 'POST', ...(await paid('here')) });
  expect(answer.status).toBe(200);
  await vi.waitFor(async () => expect(await issued()).toBe(3), WITHIN);
}, 30_000);

test('an event that another process stored and left is taken up within about a second', async () => {
  house.start();
  const db = openRemote({ ...ground, url });
  const delivery = await deliveryAs('there');
  const event = await shopify.verify(delivery, { webhook_secrets: [SECRET] }, digest);
  if (!event.ok) throw new Error(JSON.stringify(event.problem));
  await makeStore(db, (count) => randomBytes(count)).addEvent('shopify', event.value, Date.now());
  const stored = performance.now();
  await vi.waitFor(async () => expect(await issued()).toBe(3), WITHIN);
  expect(performance.now() - stored).toBeLessThan(3_000);
  await db.close();
});

test('a database that is away for a while is asked again, and the work goes on by itself', async () => {
  house.start();
  hrana.inject({ fault: { kind: 'status', status: 503 } });
  await vi.waitFor(() => expect(hrana.met()).toBeGreaterThan(0), WITHIN);
  const ready = await house.app.request('/readyz');
  expect(ready.status).toBe(503);
  hrana.inject(null);
  expect(await house.bridge.receive('shopify', await deliveryAs('later'))).toMatchObject({ ok: true });
  await vi.waitFor(async () => expect(await issued()).toBe(3), WITHIN);
  expect((await house.app.request('/readyz')).status).toBe(200);
});

test('a shop whose API hangs leaves rounds for the others, however many of its events wait', async () => {
  house.start();
  const post = async (source: string, it: ReturnType<typeof paid>) => {
    const answer = await house.app.request(`/webhooks/${source}`, { method: 'POST', ...(await it) });
    expect(answer.status).toBe(200);
  };
  const many = Array.from({ length: LIMITS.source_count + 20 }, (_, i) => paid(`n${i}`, stripe, 'one-time'));
  for (const it of many) await post('stripe', it);
  // Time for every loop to take what it may.
  const looks = hrana.count();
  await vi.waitFor(() => expect(hrana.count() - looks).toBeGreaterThan(8), WITHIN);
  await post('shopify', paid('quick'));
  await vi.waitFor(async () => expect(await issued()).toBe(3), WITHIN);
}, 30_000);
