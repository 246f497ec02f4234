/** /v1/adoptions: what is asked, what is answered, and what is said of a row that cannot be taken in. */
import { afterEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import {
  type Answered,
  type Client,
  client,
  SHOPIFY,
  STRIPE,
  sample,
  send,
} from '../contracts/http-house.ts';
import { shopifyApi } from '../fakes/shopify-api.ts';
import { type Furnishing, type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
async function open(furnishing: Furnishing = {}): Promise<void> {
  house = await openHttpHouse(undefined, furnishing);
  api = client(house);
}
afterEach(() => house.close());

const adopt = async (body: object) => {
  const { status, body: answer } = await api.call('POST', '/v1/adoptions', { source: 'stripe', ...body });
  return { status, ...answer };
};
/** The names of the sale that a sample sells. */
async function sessionOf(seed: string): Promise<{ readonly id: string; readonly payment_intent: string }> {
  const { body } = await sample('stripe', 'one-time', seed, house.now());
  return JSON.parse(new TextDecoder().decode(body)).data.object;
}
const OLD = { files: { 'stripe.yaml': `${STRIPE}sold_since: 2030-01-01\n`, 'shopify.yaml': SHOPIFY } };

describe('keys', () => {
  test('are taken in, wait, and are found with their license', async () => {
    await open(OLD);
    const { id, payment_intent } = await sessionOf('old');
    const before = house.notified();
    const keys = [
      { name: ` ${payment_intent} `, key: ' Old/key_1 ' },
      { name: 'cs_nobody', key: 'K2', line: 'x', product: 'p' },
    ];
    expect(await adopt({ keys })).toEqual({
      status: 200,
      keys: { stored: 2, known: 0, refused: [] },
      sales: { listed: 0, known: 0, stored: 0 },
      next_cursor: null,
      remark: null,
      dry_run: false,
    });
    expect(house.notified()).toBe(before + 1);
    const waiting = await api.get('/v1/adoptions?source=stripe');
    expect(waiting.items.map(({ name, key }: Answered) => [name, key])).toEqual([
      ['cs_nobody', 'K2'],
      [payment_intent, 'Old/key_1'],
    ]);
    expect(waiting.items[0]).toEqual({
      id: expect.stringMatching(/^giv_/),
      source: 'stripe',
      account: '',
      name: 'cs_nobody',
      line: 'x',
      product: 'p',
      key: 'K2',
      created_at: '2026-11-02T10:00:00.000Z',
      created_by: expect.any(String),
    });

    await send(house, 'stripe', 'one-time', 'old');
    await house.settle();
    for (const typed of ['Old/key_1', '  Old/key_1']) {
      const { items } = await api.get(`/v1/licenses?key=${encodeURIComponent(typed)}`);
      expect(items).toMatchObject([{ key: 'Old/key_1', state: 'active' }]);
    }
    const { items } = await api.get(`/v1/orders?external_id=${id}`);
    const [order] = items;
    const bought = order.bought_at;
    expect(order.items[0].licenses).toMatchObject([
      { key: 'Old/key_1', starts_at: bought, created_at: bought },
    ]);
    const { timeline } = await api.get(`/v1/orders/${order.id}`);
    expect(timeline[0].changes).toMatchObject([{ change: 'issue', given: true, starts_at: bought }]);
    expect(JSON.stringify(timeline)).not.toContain('Old/key_1');
    expect((await api.get('/v1/adoptions?source=stripe')).items).toHaveLength(1);
  });

  test('of a line that waits issue it by themselves', async () => {
    await open(OLD);
    await send(house, 'stripe', 'one-time', 'old');
    await house.settle();
    const [parked] = (await api.get('/v1/parked')).items;
    expect(parked.problem).toMatchObject({
      code: 'sold_before',
      hint: expect.stringContaining('keyferry adopt'),
    });
    const { id } = await sessionOf('old');
    await adopt({ keys: [{ name: id, key: 'K1' }] });
    await house.settle();
    const { items } = await api.get(`/v1/orders?external_id=${id}`);
    expect(items).toMatchObject([{ state: 'issued', items: [{ licenses: [{ key: 'K1' }] }] }]);
    const { timeline } = await api.get(`/v1/orders/${items[0].id}`);
    expect(timeline.at(-1).cause).toMatchObject({ by: 'person', act: 'take in keys given out before' });
  });

  test('that cannot be taken in are named by their row, with why and what to do, and without the key', async () => {
    await open();
    await send(house, 'stripe', 'one-time', 'new');
    await house.settle();
    const { id } = await sessionOf('new');
    const answer = await adopt({
      keys: [
        { name: 'cs_1', key: 'SECRET-1' },
        { name: id, key: 'SECRET-2' },
        { name: 'cs_2', key: 'SECRET-1' },
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      keys: {
        stored: 1,
        refused: [
          {
            row: 1,
            name: id,
            message: expect.stringMatching(/^the order ord_\w+ has its licenses already/),
            remedy: expect.any(String),
          },
          {
            row: 2,
            name: 'cs_2',
            message: 'the same key stands further up, for another sale, line or product',
          },
        ],
      },
    });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  test('are looked at whole before anything is stored', async () => {
    await open();
    const keys = [
      { name: 'cs_1', key: 'K1' },
      { name: '', key: 'K2' },
      { name: 'cs_3', key: 'schlüssel' },
      { name: 'cs_4', key: 'K4', lines: 'x' },
      { key: 'K5' },
    ];
    const answer = await adopt({ keys });
    expect(answer).toMatchObject({ status: 422, code: 'request_invalid' });
    expect(answer.errors.map(({ path }: Answered) => path)).toEqual([
      'body.keys[1].name',
      'body.keys[2].key',
      'body.keys[3].lines',
      'body.keys[4].name',
    ]);
    expect(JSON.stringify(answer)).not.toContain('schlüssel');
    expect((await api.get('/v1/adoptions?source=stripe')).items).toEqual([]);
  });

  test('come in so many at a time', async () => {
    await open();
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ name: `cs_${at}`, key: `K${at}` }));
    expect(await adopt({ keys: many(LIMITS.given_keys_at_once) })).toMatchObject({
      status: 200,
      keys: { stored: LIMITS.given_keys_at_once },
    });
    expect(await adopt({ keys: many(LIMITS.given_keys_at_once + 1) })).toMatchObject({ status: 422 });
    const page = await api.get('/v1/adoptions?source=stripe&limit=200');
    const next = await api.get(`/v1/adoptions?source=stripe&limit=200&cursor=${page.next_cursor}`);
    expect(new Set([...page.items, ...next.items].map(({ key }: Answered) => key)).size).toBe(400);
  });

  test('that are not used can be taken out again', async () => {
    await open();
    await adopt({ keys: [{ name: 'cs_1', key: 'K1' }] });
    const [{ id }] = (await api.get('/v1/adoptions?source=stripe')).items;
    expect(await api.call('DELETE', `/v1/adoptions/${id}`)).toMatchObject({
      status: 200,
      body: { id, dropped: true },
    });
    expect(await api.call('DELETE', `/v1/adoptions/${id}`)).toMatchObject({ status: 404 });
    expect(await adopt({ keys: [{ name: 'cs_2', key: 'K1' }] })).toMatchObject({ keys: { stored: 1 } });
  });
});

describe('the sales of a shop', () => {
  const ASKING = `${SHOPIFY.replace(
    /settings:.*/,
    'settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $SHOPIFY_TOKEN }',
  )}sold_since: 2026-10-01\n`;
  const order = (id: string) => ({
    id,
    created_at: '2026-09-15T00:00:00Z',
    updated_at: '2026-09-15T00:00:00Z',
    status: 'PAID',
    lines: [{ id: `7${id}`, title: 'Acme Pro', quantity: 1, sku: 'ACME-PRO-1' }],
  });

  test('are asked for page by page, and those that are here already are not looked at again', async () => {
    const shop = shopifyApi({ orders: ['1', '2', '3'].map(order), token: 'shpat_1', page: 2 });
    await open({ files: { 'shopify.yaml': ASKING }, env: { SHOPIFY_TOKEN: 'shpat_1' }, fetch: shop.fetch });
    const ask = (more: object) => adopt({ source: 'shopify', from: '2026-09-10', ...more });
    const keys = ['1', '2', '3'].map((name) => ({ name, key: `K${name}` }));
    const first = await ask({ keys });
    expect(first).toMatchObject({
      status: 200,
      sales: { listed: 2, known: 0, stored: 2 },
      keys: { stored: 3 },
      remark: null,
    });
    const last = await ask({ cursor: first.next_cursor });
    expect(last).toMatchObject({ sales: { listed: 1, stored: 1 }, next_cursor: null });
    await house.settle();
    const { items } = await api.get('/v1/licenses');
    expect(items.map(({ key }: Answered) => key).sort()).toEqual(['K1', 'K2', 'K3']);
    expect(await ask({})).toMatchObject({ sales: { listed: 2, known: 2, stored: 0 } });
    const older = await adopt({ source: 'shopify', from: '2025-01-01', dry_run: true });
    expect(older.remark).toMatchObject({ code: 'older_sales_hidden', hint: expect.any(String) });
  });

  test.each<readonly [string, object, number, string]>([
    ['of a source that there is not', { source: 'nobody', keys: [] }, 404, 'source_unknown'],
    ['of one whose mapping does not say which are old', { from: '2026-01-01' }, 409, 'sold_since_missing'],
    ['of one that is closed', { source: 'closed', from: '2026-01-01' }, 409, 'source_closed'],
    ['without a key to ask with', { source: 'shopify', from: '2026-01-01' }, 422, 'api_key_needed'],
    ['since a day that is none', { from: 'yesterday' }, 422, 'request_invalid'],
  ])('%s', async (_what, body, status, code) => {
    const closed = `integration: stripe\nmode: test\nsold_since: 2026-01-01\nsettings: { webhook_secrets: [ $NOBODY ] }\n`;
    await open({ files: { 'shopify.yaml': `${SHOPIFY}sold_since: 2026-10-01\n`, 'closed.yaml': closed } });
    expect(await adopt(body)).toMatchObject({ status, code });
  });
});

test('the list wants to know of which source', async () => {
  await open();
  expect(await api.call('GET', '/v1/adoptions')).toMatchObject({ status: 422 });
});
