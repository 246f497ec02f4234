/**
 * Numbers that JavaScript cannot hold, and names that mean something to it: what a shop wrote comes out of the API as it
 * was written, and what cannot be counted is not sold.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client } from '../contracts/http-house.ts';
import type { HttpHouse } from '../http/setup.ts';
import { type Edit, edited, type Shop } from './edits.ts';
import { openFuzzHouse, send } from './webhooks.ts';

let house: HttpHouse;
beforeAll(async () => {
  house = await openFuzzHouse();
});
afterAll(() => house.close());

let sales = 0;

async function sendEdited(shop: Shop, samples: readonly string[], edits: readonly Edit[]) {
  const seed = `num${sales++}`;
  let became: Awaited<ReturnType<typeof send>> | null = null;
  for (const sample of samples) {
    const { type, text } = edited(shop, { sample, edits }, seed, house.now());
    became = await send(house, { shop, type, body: new TextEncoder().encode(text) });
    expect(became.wrong).toEqual([]);
  }
  const order = became?.order ? await client(house).get(`/v1/orders/${became.order.id}`) : null;
  return { became, order };
}

test.each(['9007199254740993', '866550311766439020', '18446744073709551617', '1'.repeat(40)])(
  'an order called %s is found by that name and by no other',
  async (id) => {
    const { order } = await sendEdited(
      'shopify',
      ['paid'],
      [
        { at: 'id', raw: id },
        { at: 'admin_graphql_api_id', raw: `"gid://shopify/Order/${id}"` },
      ],
    );
    expect(order.external_id).toBe(id);
    const api = client(house);
    const found = async (name: string) =>
      (await api.get(`/v1/orders?external_id=${encodeURIComponent(name)}`)).items.length;
    expect(await found(id)).toBe(1);
    expect(await found(`gid://shopify/Order/${id}`)).toBe(1);
    expect(await found(String(BigInt(id) + 1n))).toBe(0);
    expect(await found(String(BigInt(id) - 1n))).toBe(0);
  },
);

test('two orders whose ids differ in the last of twenty digits are two orders', async () => {
  const ids = ['12345678901234567890', '12345678901234567891'];
  const orders = [];
  for (const id of ids) {
    const { order } = await sendEdited(
      'shopify',
      ['paid'],
      [
        { at: 'id', raw: id },
        { at: 'admin_graphql_api_id', raw: `"gid://shopify/Order/${id}"` },
      ],
    );
    orders.push(order.external_id);
  }
  expect(orders).toEqual(ids);
});

test.each(['9007199254740993', '36893488147419103233'])('a line called %s keeps its digits', async (id) => {
  const { order } = await sendEdited('shopify', ['paid'], [{ at: 'line_items.0.id', raw: id }]);
  expect(order.items.map((it: { line_id: string }) => it.line_id)).toContain(id);
});

describe('what is not a number of units is not sold, and waits for a person', () => {
  const none = [
    '-1',
    '1.5',
    '1e308',
    '1e400',
    '-1e400',
    '9007199254740993',
    '"2"',
    '"two"',
    '"NaN"',
    'true',
    '[1]',
    '{}',
    'null',
  ];
  test.each(none)('%s', async (raw) => {
    const { order } = await sendEdited('shopify', ['paid'], [{ at: 'line_items.0.current_quantity', raw }]);
    const [line] = order.items.filter((it: { state: string }) => it.state === 'parked');
    expect([line?.problem?.code, line?.licenses]).toEqual(['quantity_unknown', []]);
    const seats = [{ at: 'data.object.items.data.0.quantity', raw }];
    const renewed = await sendEdited(
      'stripe',
      ['subscription', 'subscription-paid', 'subscription-created'],
      seats,
    );
    expect(renewed.became?.end).toBe('done quantity_unknown');
    expect(renewed.became?.order?.licenses).toBe(0);
  });

  test.each(['1001', '4294967297', '999999999999999'])('%s is too many', async (raw) => {
    const { order } = await sendEdited('shopify', ['paid'], [{ at: 'line_items.0.current_quantity', raw }]);
    const [line] = order.items.filter((it: { state: string }) => it.state === 'parked');
    expect([line?.problem?.code, line?.licenses]).toEqual(['too_many_units', []]);
  });

  test('a thousand lines of a thousand units end at the bound of an order', async () => {
    const line = (id: string) =>
      `{"id":${id},"title":"t","sku":"X","variant_id":1,"product_id":1,"vendor":"v","gift_card":false,"properties":[],"quantity":1000,"current_quantity":1000},`;
    const { order } = await sendEdited(
      'shopify',
      ['paid'],
      [{ at: 'line_items', raw: ['[', { repeat: line('5#'), times: 999 }, line('6').slice(0, -1), ']'] }],
    );
    const licenses = order.items.flatMap((it: { licenses: unknown[] }) => it.licenses);
    expect(licenses).toHaveLength(5_000);
  });
});

test.each(['amount_total', 'amount_subtotal'])(
  'whatever %s says, what was paid is licensed',
  async (name) => {
    for (const raw of ['-1', '1e308', '1e400', '9007199254740993', '"0"', 'null', '{}']) {
      const { became } = await sendEdited('stripe', ['one-time'], [{ at: `data.object.${name}`, raw }]);
      expect([raw, became?.end, became?.order?.licenses]).toEqual([raw, 'done', 1]);
    }
  },
);

test('of two members with one name the last is meant, in every reader', async () => {
  const { order } = await sendEdited(
    'stripe',
    ['one-time'],
    [{ at: 'data.object.id', raw: '"cs_one","id":"cs_two"' }],
  );
  expect(order.external_id).toBe('cs_two');
  const other = await sendEdited(
    'shopify',
    ['paid'],
    [
      { at: 'id', raw: '71,"id":72' },
      { at: 'line_items.0.current_quantity', raw: '5,"current_quantity":1' },
    ],
  );
  expect(other.order.external_id).toBe('72');
});
