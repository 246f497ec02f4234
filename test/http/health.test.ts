/** Ready or not: what readyz notices, and what it does not do for it. */
import { afterEach, expect, test } from 'vitest';
import { type Answered, client, STRIPE, send } from '../contracts/http-house.ts';
import { type HttpHouse, MONDAY, openHttpHouse } from './setup.ts';

let house: HttpHouse;
afterEach(() => house.close());

const ready = async (): Promise<Answered> => (await house.request('/readyz')).json();

test('says how long the oldest event has been waiting for a worker', async () => {
  house = await openHttpHouse();
  expect(await ready()).toMatchObject({ oldest_due_ms: 0 });
  await send(house, 'stripe', 'one-time', 'late');
  house.clock.advance(1_500);
  expect(await ready()).toMatchObject({ ready: true, oldest_due_ms: 1_500 });
  await house.settle();
  expect(await ready()).toMatchObject({ oldest_due_ms: 0 });
});

test('tells of each source how its shop answers; one that rests makes nothing unready', async () => {
  const asking = STRIPE.replace('settings: {', 'settings: { api_key: $STRIPE_API_KEY,');
  house = await openHttpHouse(undefined, {
    files: { 'stripe.yaml': asking },
    env: { STRIPE_API_KEY: 'rk_test_KeyferryFake' },
    fetch: async () => new Response('busy', { status: 429, headers: { 'retry-after': '60' } }),
  });
  const untold = { state: 'closed', until: null };
  expect((await ready()).shops).toEqual({ stripe: untold, shopify: untold, closed: untold });
  await send(house, 'stripe', 'one-time', 'busy');
  await house.settle();
  const until = new Date(MONDAY + 60_000).toISOString();
  expect(await ready()).toMatchObject({
    ready: true,
    shops: { stripe: { state: 'open', until }, shopify: untold },
  });
  const { items } = await client(house).get('/v1/sources?limit=10');
  expect(items.find(({ name }: { readonly name: string }) => name === 'stripe').shop).toMatchObject({
    state: 'open',
    failures: 1,
    until,
    problem: { code: 'shop_unavailable', retry: 'later' },
  });
  expect(house.lines.filter(({ message }) => message === 'the shop is not asked for a while')).toEqual([
    {
      level: 'warn',
      message: expect.any(String),
      fields: { source: 'stripe', until, failures: 1, problem: 'shop_unavailable' },
    },
  ]);
  house.clock.advance(60_000);
  expect((await ready()).shops.stripe).toEqual({ state: 'half_open', until: null });
});

test('writes nothing when asked', async () => {
  house = await openHttpHouse();
  const version = async () => (await house.db.read('PRAGMA data_version'))[0];
  const before = await version();
  for (let i = 0; i < 3; i++) expect((await house.request('/readyz')).status).toBe(200);
  expect(await version()).toEqual(before);
});

test('notices a database that cannot be written', async () => {
  house = await openHttpHouse();
  await house.db.close();
  const answer = await house.request('/readyz');
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ ready: false, database: 'unavailable' }),
  ]);
  expect((await house.request('/healthz')).status).toBe(200);
});

test('a clock that is set back keeps it unready for no longer than an event that could not be stored does', async () => {
  house = await openHttpHouse();
  await house.db.batch([{ sql: 'ALTER TABLE events RENAME TO events_away', params: [] }]);
  expect((await send(house, 'stripe', 'one-time', 'full')).status).toBe(503);
  await house.db.batch([{ sql: 'ALTER TABLE events_away RENAME TO events', params: [] }]);
  expect((await house.request('/readyz')).status).toBe(503);
  house.clock.advance(-3_600_000);
  expect((await house.request('/readyz')).status).toBe(200);
});

test('what throws is a bug with an id, and nothing of its inside', async () => {
  house = await openHttpHouse(({ records }) => ({
    records: { ...records, orders: () => Promise.reject(new Error('secret inside')) },
  }));
  const { status, body } = await client(house).call('GET', '/v1/orders');
  expect([status, body.code, JSON.stringify(body)]).toEqual([
    500,
    'bug',
    expect.not.stringContaining('secret inside'),
  ]);
  const [line] = house.lines.filter((it) => it.message === 'request failed');
  expect([`urn:uuid:${line?.fields.id}`, line?.fields.error]).toEqual([
    body.instance,
    expect.stringContaining('secret inside'),
  ]);
});

test('a write that finds the database unavailable is answered 503', async () => {
  house = await openHttpHouse();
  await house.db.close();
  const { status, body } = await client(house).call('POST', '/v1/api-keys', { name: 'x' });
  expect([status, body.code]).toEqual([503, 'not_stored']);
});
