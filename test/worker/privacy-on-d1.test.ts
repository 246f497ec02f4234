/** Requests by law on D1: a shop's and a person's, carried out in steps and handed over. */
import { afterAll, expect, test } from 'vitest';
import { client, send } from '../contracts/http-house.ts';
import { openHttpHouse } from '../http/setup.ts';
import { onD1 } from '../runtimes/d1.ts';

afterAll(onD1.stop);

test('records are exported, a person is forgotten by the shop, another by hand, then everybody', async () => {
  const house = await openHttpHouse(undefined, { database: onD1 });
  const api = client(house);
  const told = async (name: string, seed: string) => {
    house.clock.advance(1_000);
    await send(house, 'shopify', name, seed);
    await house.settle();
  };
  for (const seed of ['one', 'two', 'three']) await told('paid', seed);
  await told('data-request', 'one');
  const [asked] = (await api.get('/v1/privacy/requests?open=true')).items;
  const document = await api.get(`/v1/privacy/requests/${asked.id}/export`);
  expect(document).toMatchObject({
    orders: [{ events: [{ type: 'orders/paid' }] }],
    requests: [{ id: asked.id }],
  });
  const licenses = (await api.get('/v1/licenses')).items;

  await told('redact', 'one');
  await api.call('POST', '/v1/privacy/redactions', { source: 'shopify', email: 'ada+two@example.com' });
  const emails = async () => {
    const { items } = await api.get('/v1/customers');
    return items.map((it: { email: string | null }) => it.email);
  };
  expect(await emails()).toEqual(['ada+three@example.com', null, null]);
  const everybody = { source: 'shopify', shop: true, confirm: 'shopify' };
  await api.call('POST', '/v1/privacy/redactions', everybody);
  await house.settle();
  expect(await emails()).toEqual([null, null, null]);
  expect((await api.get('/v1/licenses')).items).toEqual(licenses);
  const stored = await house.db.read('SELECT bytes FROM event_bodies');
  const text = stored.map(({ bytes }) => new TextDecoder().decode(bytes as Uint8Array)).join();
  expect(text).toContain('ACME-PRO');
  expect(text).not.toMatch(/ada\+|Engine Row/);
  const open = (await api.get('/v1/privacy/requests?open=true')).items;
  expect(open.map((it: { id: string }) => it.id)).toEqual([asked.id]);
  await house.close();
});
