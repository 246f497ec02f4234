/** docs/catalog.md: what it shows is sent as it stands there, one after the other, to a house that sells what Keyferry is shipped with. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, client } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = text('docs/catalog.md');
const CALL = /curl -H "Authorization: Bearer \$KEY"([^\n]*?)"?localhost:3000([^\s"]+)"?(?: -d '([^']*)')?/g;
const calls = [...page.matchAll(CALL)].map(([, options = '', path = '', body]) => ({
  method: /-X (\w+)/.exec(options)?.[1] ?? (body === undefined ? 'GET' : 'POST'),
  path,
  body,
}));

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  const closed = 'integration: stripe\nmode: test\nsettings: { webhook_secrets: [ $NONE ] }\n';
  const files = {
    'catalog.yaml': text('mappings/catalog.yaml'),
    'stripe.yaml': closed,
    'shopify.yaml': closed,
  };
  house = await openHttpHouse(undefined, { files });
  api = client(house);
});
afterAll(() => house.close());

test('every call of the page is answered as it says', async () => {
  const told: unknown[] = [];
  for (const { method, path, body } of calls) {
    const { status } = await api.call(method, path, body);
    told.push([method, path, status]);
  }
  expect(told).toEqual([
    ['POST', '/v1/products', 201],
    ['POST', '/v1/products/notes/features', 201],
    ['POST', '/v1/products/notes/policies', 201],
    ['PATCH', '/v1/products/notes/policies/team', 200],
    ['POST', '/v1/bundles', 201],
    ['GET', '/v1/products/notes', 200],
    ['PATCH', '/v1/products/notes', 200],
    ['GET', '/v1/mappings/manual/revisions', 200],
    ['GET', '/v1/mappings/manual/diff?from=1&to=2', 200],
    ['POST', '/v1/mappings/manual/rollback', 200],
    ['POST', '/v1/customers', 201],
    ['GET', '/v1/customers?email=jo@example.com', 200],
  ]);
});
