/** docs/parked.md: what it shows is sent as it stands there, to a house that sells what Keyferry is shipped with. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_KEY, type Answered, type Client, client, ENV, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = text('docs/parked.md');
const calls = [...page.matchAll(/localhost:3000\/v1\/parked\/\S+\/(\w+)[\s\\]+-d '([^']*)'/g)].map(
  ([, verb = '', body = '']) => [verb, body] as const,
);

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  const shop =
    'integration: shopify\nmode: test\nsettings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }\n';
  const files = { 'catalog.yaml': text('mappings/catalog.yaml'), 'shopify.yaml': shop };
  house = await openHttpHouse(undefined, { files });
  api = client(house, ADMIN_KEY);
});
afterAll(() => house.close());

test('every call of the page does what it says', async () => {
  expect(ENV.SHOPIFY_WEBHOOK_SECRET).toBeDefined();
  await send(house, 'shopify', 'unmapped', 'page');
  await house.settle();
  const [line] = (await api.get('/v1/parked')).items;
  const done: Answered[] = [];
  for (const [verb, body] of calls) {
    const { status, body: answered } = await api.call('POST', `/v1/parked/${line.id}/${verb}`, body);
    done.push([status, verb, answered.dry_run, answered.line.state, answered.rule?.name ?? null]);
    if (verb !== 'resolve' || !answered.dry_run || body.includes('"rule"')) continue;
    const real = { ...JSON.parse(body), dry_run: false };
    const { body: after } = await api.call('POST', `/v1/parked/${line.id}/resolve`, real);
    expect(after.changes).toMatchObject(answered.changes);
  }
  expect(done).toEqual([
    [200, 'resolve', true, 'issued', null],
    [200, 'unresolve', false, 'parked', null],
    [200, 'resolve', true, 'issued', 'Acme Pro, new price'],
  ]);
});

test('the page names every field that a request may have', () => {
  const fields = [
    'product',
    'bundle',
    'policy',
    'values',
    'per',
    'ignore',
    'note',
    'as',
    'when',
    'name',
    'revision',
    'dry_run',
  ];
  for (const field of fields) expect(page).toMatch(new RegExp(`\\b${field}\\b`));
});
