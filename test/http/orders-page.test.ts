/** docs/orders-by-hand.md: what it shows is sent as it stands there, to a house that sells what Keyferry is shipped with. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, client } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = text('docs/orders-by-hand.md');
const bodies = [...page.matchAll(/localhost:3000\/v1\/orders -d '([^']*)'/g)].map(([, body = '']) => body);
const catalog = text('mappings/catalog.yaml');

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  const closed = 'integration: stripe\nmode: test\nsettings: { webhook_secrets: [ $NONE ] }\n';
  const files = { 'catalog.yaml': catalog, 'stripe.yaml': closed, 'shopify.yaml': closed };
  house = await openHttpHouse(undefined, { files });
  api = client(house);
});
afterAll(() => house.close());

test('every order of the page is taken as it stands there, and once', async () => {
  const taken = [];
  for (const body of bodies) {
    const { status, body: order } = await api.call('POST', '/v1/orders', body);
    const lines = order.items.map((it: { licenses: unknown[] }) => it.licenses.length);
    taken.push([status, lines]);
  }
  expect(taken).toEqual([
    [201, [2]],
    [201, [1, 1, 1]],
    [200, [2, 3]],
  ]);
  expect((await api.call('POST', '/v1/orders', bodies[0])).status).toBe(200);
});

test('the page names every field that a request may have', () => {
  for (const field of ['id', 'customer', 'account', 'items', 'append', 'test', 'note', 'metadata'])
    expect(page).toContain(`\`${field}\``);
});
