/** Replays that change something, and those that cannot: with the shop asked anew, mapped anew, and without a body. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Answered, type Client, client, SHOPIFY, sample, send } from '../contracts/http-house.ts';
import { type FakeOrder, type ShopifyApi, shopifyApi } from '../fakes/shopify-api.ts';
import { type Furnishing, type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
async function open(furnishing: Furnishing = {}): Promise<void> {
  house = await openHttpHouse(undefined, furnishing);
  api = client(house);
}
afterEach(() => house.close());

/** Sends a sample and settles it. @returns the event's id */
async function settled(source: string, name: string, seed: string): Promise<string> {
  const { event }: Answered = await (await send(house, source, name, seed)).json();
  await house.settle();
  return event;
}
const replay = async (event: string, body: object) => {
  const { status, body: answer } = await api.call('POST', `/v1/events/${event}/replay`, body);
  return { status, ...answer };
};

describe('with refresh', () => {
  const ASKING = SHOPIFY.replace(
    /settings:.*/,
    'settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $SHOPIFY_TOKEN }',
  );
  let shop: ShopifyApi;

  /** What the shop says from now on. */
  async function shopSays(seed: string, quantity: number, date: string): Promise<void> {
    const { body } = await sample('shopify', 'paid', seed, house.now());
    const id = /"id":(\d+)/.exec(new TextDecoder().decode(body))?.[1] ?? '';
    const line = { id: '7000000000001', title: 'Acme Pro', sku: 'ACME-PRO-1', quantity };
    const order: FakeOrder = { id, updated_at: new Date(date).toISOString(), status: 'PAID', lines: [line] };
    shop = shopifyApi({ orders: [order], token: 'shpat_of_the_replay', date });
  }

  test('the shop is asked anew, and what it says now is issued; without, nobody is asked', async () => {
    await open({
      files: { 'shopify.yaml': ASKING },
      env: { SHOPIFY_TOKEN: 'shpat_of_the_replay' },
      fetch: (...asked) => shop.fetch(...asked),
    });
    await shopSays('asked', 1, 'Mon, 02 Nov 2026 10:00:05 GMT');
    const event = await settled('shopify', 'paid', 'asked');
    expect((await api.get('/v1/licenses')).items).toHaveLength(1);

    await shopSays('asked', 3, 'Mon, 02 Nov 2026 11:00:00 GMT');
    expect(await replay(event, {})).toMatchObject({ status: 200, changes: [] });
    expect(shop.asked).toEqual([]);

    const dry = await replay(event, { refresh: true, dry_run: true });
    expect(dry.changes.map((it: Answered) => it.change)).toEqual(['issue', 'issue']);
    expect(shop.asked).toHaveLength(1);
    expect((await api.get(`/v1/events/${event}`)).answers).toHaveLength(1);

    const wet = await replay(event, { refresh: true });
    expect(wet).toMatchObject({
      state: 'done',
      changes: [
        { change: 'issue', unit: 1 },
        { change: 'issue', unit: 2 },
      ],
    });
    expect((await api.get('/v1/licenses')).items).toHaveLength(3);
    // What was asked is kept: the next replay knows it without asking.
    const { answers } = await api.get(`/v1/events/${event}`);
    expect(answers.map((it: Answered) => [it.refresh, it.asked])).toEqual([
      [0, 'order'],
      [1, 'order'],
    ]);
    expect(await replay(event, {})).toMatchObject({ changes: [] });
    expect(shop.asked).toHaveLength(2);
  });

  test('a shop that does not answer leaves the licenses as they are, and the event comes back by itself', async () => {
    await open({
      files: { 'shopify.yaml': ASKING },
      env: { SHOPIFY_TOKEN: 'shpat_of_the_replay' },
      fetch: (...asked) => shop.fetch(...asked),
    });
    await shopSays('silent', 2, 'Mon, 02 Nov 2026 10:00:05 GMT');
    const event = await settled('shopify', 'paid', 'silent');
    const before = await api.get('/v1/licenses');
    shop.faults.push('500', '500', '500', '500', '500');
    expect(await replay(event, { refresh: true })).toMatchObject({
      status: 200,
      changes: [],
      state: 'waiting',
      problem: { stage: 'gather', retry: 'later' },
    });
    expect(await api.get('/v1/licenses')).toEqual(before);
  });
});

test('with remap the lines are mapped by the rules of today, and keep their keys; without, by those they were sold by', async () => {
  await open();
  const event = await settled('stripe', 'one-time', 'remapped');
  const [before] = (await api.get('/v1/licenses')).items;
  expect(before.max_activations).toBe(2);

  const { mapping } = await api.get('/v1/mappings/stripe');
  const [rule] = mapping.rules;
  const grant = rule.grant.map((it: Answered) => ({ ...it, values: { max_activations: 5 } }));
  const put = await api.call('PUT', '/v1/mappings/stripe', {
    mapping: { ...mapping, rules: [{ ...rule, grant }] },
  });
  expect(put.body).toMatchObject({ revision: 2 });
  await house.settle();

  expect(await replay(event, {})).toMatchObject({ changes: [] });
  const dry = await replay(event, { remap: true, dry_run: true });
  expect(dry.changes).toMatchObject([{ change: 'alter', fields: { max_activations: 5 } }]);
  expect((await api.get('/v1/licenses')).items).toEqual([before]);

  expect((await replay(event, { remap: true })).changes).toEqual(dry.changes);
  const { items } = await api.get('/v1/licenses');
  expect(items).toMatchObject([{ id: before.id, key: before.key, max_activations: 5, state: 'active' }]);
  expect(await replay(event, { remap: true })).toMatchObject({ changes: [] });
});

test('an event whose body was pruned is shown without it, and its replay is a conflict', async () => {
  await open();
  const event = await settled('stripe', 'one-time', 'pruned');
  await house.db.batch([{ sql: 'DELETE FROM event_bodies WHERE event_id = ?', params: [event] }]);
  expect((await api.get(`/v1/events/${event}`)).body).toBeNull();
  for (const body of [{}, { dry_run: true }, { refresh: true }]) {
    expect(await replay(event, body)).toMatchObject({
      status: 409,
      code: 'body_pruned',
      detail: event,
      hint: expect.any(String),
    });
  }
  expect((await api.get(`/v1/events/${event}`)).state).toBe('done');
});

test('an event of a source that was closed since is a conflict, until its file is back', async () => {
  await open();
  const event = await settled('stripe', 'one-time', 'closed');
  // Only the catalog is left in the folder.
  await house.sources.takeFiles([{ path: 'catalog.yaml', text: 'products: []' }]);
  expect(await replay(event, {})).toMatchObject({ status: 409, code: 'source_closed' });
  expect((await api.get(`/v1/events/${event}`)).state).toBe('done');
});
