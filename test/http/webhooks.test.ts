/** The shop's door on bad days: who is told of a refusal, and what is answered when nothing can be stored. */
import { afterEach, expect, test } from 'vitest';
import { BatchError } from '../../src/store/database.ts';
import { type Answered, client, MAX_BODY_BYTES, sample, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
afterEach(() => house.close());

async function flags(source = 'stripe'): Promise<Answered[]> {
  const { items } = await client(house).get('/v1/sources');
  return items.find((it: Answered) => it.name === source).flags.map((it: Answered) => [it.code, it.count]);
}

async function sendWrong(secretText: string): Promise<Response> {
  const { headers } = await sample('stripe', 'one-time', 'wrong', house.now());
  return house.request('/webhooks/stripe', { method: 'POST', headers, body: secretText });
}

test('an event that is stored wakes walk two; a duplicate and a refusal do not', async () => {
  house = await openHttpHouse();
  await send(house, 'stripe', 'one-time', 'wake');
  expect(house.notified()).toBe(1);
  await send(house, 'stripe', 'one-time', 'wake');
  await sendWrong('{}');
  expect(house.notified()).toBe(1);
});

test.each([
  ['a wrong signature', 'signature_wrong', () => sendWrong('{}')],
  ['a stale one', 'signature_stale', async () => {
    const { headers, body } = await sample('stripe', 'one-time', 'stale', house.now() - 3_600_000);
    return house.request('/webhooks/stripe', { method: 'POST', headers, body });
  }],
  ['a body too large', 'body_too_large', () => house.request('/webhooks/stripe', { method: 'POST', body: 'x'.repeat(MAX_BODY_BYTES + 1) })],
])('%s raises a flag on its source', async (_what, code, refused) => {
  house = await openHttpHouse();
  await refused();
  expect(await flags()).toEqual([[code, 1]]);
  expect(await flags('shopify')).toEqual([]);
}); // biome-ignore format: a table

test('what is refused at a door that is not there, or that is closed, raises nothing', async () => {
  house = await openHttpHouse();
  for (const path of ['/webhooks/nobody', '/webhooks/closed']) {
    await house.request(path, { method: 'POST', body: 'x'.repeat(MAX_BODY_BYTES + 1) });
  }
  expect(await house.db.read('SELECT * FROM alarms')).toEqual([]);
});

test('a flood of wrong signatures writes one alarm a second, and is logged whole', async () => {
  house = await openHttpHouse();
  for (let i = 0; i < 20; i++) await sendWrong('{}');
  expect(await flags()).toEqual([['signature_wrong', 1]]);
  house.clock.advance(1_000);
  await sendWrong('{}');
  expect(await flags()).toEqual([['signature_wrong', 2]]);
  expect(house.lines.filter((it) => it.fields.problem === 'signature_wrong')).toHaveLength(21);
});

test('neither logs nor alarms hold a body, a signature or a secret', async () => {
  house = await openHttpHouse();
  await sendWrong('{"buyer":"noor.veerman@example.com"}');
  await send(house, 'stripe', 'one-time', 'quiet');
  await house.settle();
  const written = JSON.stringify([house.lines, await house.db.read('SELECT * FROM alarms')]);
  for (const secret of ['noor.veerman', 'whsec_', 'v1=']) expect(written).not.toContain(secret);
  const [license] = await house.db.read('SELECT key FROM licenses');
  expect(written).not.toContain(String(license?.key));
});

test('the closed door tells strangers nothing of the settings that are missing', async () => {
  house = await openHttpHouse();
  const answer = await house.request('/webhooks/closed', { method: 'POST', body: '{}' });
  expect(await answer.text()).not.toContain('NOBODY_SET_THIS');
});

test('an event that cannot be stored is answered 503, and the house is not ready until one is', async () => {
  house = await openHttpHouse();
  await house.db.batch([{ sql: 'ALTER TABLE events RENAME TO events_away', params: [] }]);
  const answer = await send(house, 'stripe', 'one-time', 'full');
  expect([answer.status, ((await answer.json()) as Answered).code]).toEqual([503, 'not_stored']);
  expect((await house.request('/readyz')).status).toBe(503);

  await house.db.batch([{ sql: 'ALTER TABLE events_away RENAME TO events', params: [] }]);
  expect((await house.request('/readyz')).status).toBe(503);
  expect((await send(house, 'stripe', 'one-time', 'full')).status).toBe(200);
  expect((await house.request('/readyz')).status).toBe(200);
});

test('whatever throws behind the door is answered 503, so that the shop sends it again', async () => {
  house = await openHttpHouse(() => ({
    sources: {
      all: () => Promise.reject(new BatchError('unavailable', 'mentions /dev/sda1')),
      statuses: () => Promise.reject(new Error('gone too')),
      put: () => Promise.reject(new Error('x')),
      rollBack: () => Promise.reject(new Error('x')),
      draft: () => Promise.reject(new Error('x')),
    },
  }));
  const answer = await send(house, 'stripe', 'one-time', 'thrown');
  expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('sda1')]);
  expect((await house.request('/readyz')).status).toBe(503);
  expect((await house.request('/healthz')).status).toBe(200);
});

test('an alarm that cannot be written changes no answer', async () => {
  house = await openHttpHouse(() => ({ raise: () => Promise.reject(new Error('full')) }));
  expect((await sendWrong('{}')).status).toBe(401);
});
