/** Ready or not: what readyz notices, and what it does not do for it. */
import { afterEach, expect, test } from 'vitest';
import { client, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
afterEach(() => house.close());

const ready = async () => (await house.request('/readyz')).json();

test('says how long the oldest event has been waiting for a worker', async () => {
  house = await openHttpHouse();
  expect(await ready()).toMatchObject({ oldest_due_ms: 0 });
  await send(house, 'stripe', 'one-time', 'late');
  house.clock.advance(1_500);
  expect(await ready()).toMatchObject({ ready: true, oldest_due_ms: 1_500 });
  await house.settle();
  expect(await ready()).toMatchObject({ oldest_due_ms: 0 });
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
