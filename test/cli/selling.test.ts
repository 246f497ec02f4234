/**
 * What is sold, from the command line: where revisions differ and the way back; reconcile with a shop behind it; and jobs
 * of sources that are closed in this shell. The same here and at the address of a running Keyferry.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listen, type NodeHouse, openHouse } from '../../src/node.ts';
import { CATALOG, ENV } from '../contracts/http-house.ts';
import { shopifyApi } from '../fakes/shopify-api.ts';
import { documentOf, makePlace, type Place } from './run.ts';
import { runWithin } from './within.ts';

const ADMIN_KEY = 'an admin key of these tests, longer than others';
const HOUR = 3_600_000;
const BOUGHT = new Date(Date.now() - HOUR).toISOString();
const SINCE = new Date(Date.now() - 24 * HOUR).toISOString();
const KEYED = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $TOKEN }
rules: [ { name: Pro, when: { sku: "PRO-*" }, grant: { product: acmepro, policy: yearly } } ]
`;
const shop = shopifyApi({
  orders: ['1', '2'].map((id) => ({
    id,
    created_at: BOUGHT,
    updated_at: BOUGHT,
    status: 'PAID',
    lines: [{ id: `7${id}`, title: 'Acme', quantity: 1, sku: 'PRO-1' }],
  })),
});

let place: Place;
let env: Record<string, string>;
let house: NodeHouse;
let served: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  place = makePlace(ENV);
  const mappings = join(place.folder, 'mappings');
  mkdirSync(mappings);
  writeFileSync(join(mappings, 'catalog.yaml'), CATALOG);
  writeFileSync(join(mappings, 'keyed.yaml'), KEYED);
  env = { ...place.env, KEYFERRY_MAPPINGS: mappings, TOKEN: 'shpat_fake' };
  const opened = await openHouse({ env, log: () => {}, fetch: shop.fetch });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
  await house.ports.keys.ensureAdmin(ADMIN_KEY);
  served = await listen(house);
  // The shop alone is not where it says.
  const real = globalThis.fetch;
  const asked: typeof fetch = (to, init) => {
    const url = to instanceof Request ? to.url : String(to);
    return url.startsWith(served.url) ? real(to, init) : shop.fetch(to, init);
  };
  vi.stubGlobal('fetch', asked);
}, 60_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await served.close();
  await house.close();
  place.remove();
});

const here = (...args: readonly string[]) => runWithin(env, ...args);
const there = (...args: readonly string[]) =>
  runWithin({ KEYFERRY_API_KEY: ADMIN_KEY }, ...args, '--url', served.url);
const file = (name: string, text: string) => {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
};

test('a job whose source is closed in this shell is left to the Keyferry that has its secrets', {
  timeout: 60_000,
}, async () => {
  const { TOKEN: _, ...closed } = env;
  const asked = documentOf(
    await here('reconcile', 'keyed', '--from', SINCE, '--dry-run', '--detach', '--json'),
  );
  const id = String(asked.id);
  // Another job is worked on here, and the first one left alone.
  const customers = file('customers.csv', 'email\nada@example.com\n');
  const other = await runWithin(closed, 'import', 'customers', customers, '--json');
  expect(documentOf(other)).toMatchObject({ kind: 'import', state: 'done' });
  expect(documentOf(await here('jobs', 'show', id, '--json'))).toMatchObject({
    state: 'queued',
    problem: null,
  });
  const watching = runWithin(closed, 'jobs', 'watch', id);
  while ((await house.jobs.work()) > 0);
  const watched = await watching;
  expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('done') });
});

test('reconcile says what differs, heals it, and then finds that all agree', {
  timeout: 60_000,
}, async () => {
  const dry = await here('reconcile', 'keyed', '--from', SINCE, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(/^job_\S+ {2}done {2}2 sales \(dry run: nothing was written\)\n/);
  expect(dry.stdout).toMatch(/missing here +nothing → issued +1 +1\n/);
  expect(documentOf(await here('orders', 'list', '--json')).items).toEqual([]);
  house.start();
  const healed = await there('reconcile', 'keyed', '--from', SINCE, '--json');
  expect(healed.code).toBe(0);
  expect(documentOf(healed)).toMatchObject({ state: 'done', counts: { missing_here: 2, healed: 2 } });
  const again = await there('reconcile', 'keyed', '--from', SINCE);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 {2}agreeing/) });
  const wrong = await there('reconcile', 'keye', '--from', SINCE);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('→');
});

test('a mapping is compared, applied to what was looked at, and rolled back', {
  timeout: 60_000,
}, async () => {
  const other = file('keyed.yaml', KEYED.replace('PRO-*', 'ACME-*'));
  const change = /mapping {2}1 difference\n {4}~ rules › Pro › when › sku {2}\["PRO-\*"\] → \["ACME-\*"\]/;
  const [a, b] = [
    await here('mappings', 'diff', 'keyed', other),
    await there('mappings', 'diff', 'keyed', other),
  ];
  expect(a).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(change) });
  expect(b).toEqual(a);
  const dry = await there('mappings', 'apply', 'keyed', other, '--dry-run');
  expect(dry.stdout).toMatch(change);
  expect(dry.stdout).toContain('--if-revision 1 lets it run');
  expect((await there('mappings', 'apply', 'keyed', other, '--if-revision', '1')).stdout).toContain(
    'runs by revision 2 now',
  );
  expect(await here('mappings', 'apply', 'keyed', other, '--if-revision', '1')).toMatchObject({ code: 1 });
  expect((await here('mappings', 'diff', 'keyed')).stdout).toMatch(/revision 1 → revision 2[\s\S]*ACME-\*/);

  const shown = await here('mappings', 'rollback', 'keyed', '1', '--dry-run');
  expect(shown.stdout).toMatch(/"ACME-\*"\] → \["PRO-\*"\]\nNothing was changed/);
  expect(await there('mappings', 'rollback', 'keyed', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--yes'),
  });
  const back = await there('mappings', 'rollback', 'keyed', '1', '--yes', '--note', 'too wide');
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('runs by revision 3 now') });
  expect((await here('mappings', 'rollback', 'keyed', '1', '--yes')).stdout).toContain(
    'runs by that already',
  );
  expect(await here('mappings', 'rollback', 'keyed', '9', '--yes')).toMatchObject({ code: 1 });
  expect((await here('mappings', 'show', 'keyed', '--revision', '2')).stdout).toContain('ACME-*');
  expect((await there('audit', 'list', '--subject', 'keyed')).stdout).toMatch(/mapping\.rollback .*too wide/);
});

test.each<readonly [readonly string[], RegExp]>([
  [['mappings', 'diff', 'keyed', 'x.yaml', '--from', '1'], /compare revisions/],
  [['mappings', 'diff', 'keyed', '--catalog', 'x.yaml'], /goes with a mapping file/],
  [['mappings', 'rollback', 'keyed', 'first'], /is no revision/],
])('%j is wrong usage', async (args, said) => {
  const ended = await here(...args, '--json');
  expect(documentOf(ended)).toMatchObject({ error: { code: 'usage', detail: expect.stringMatching(said) } });
  expect(ended.code).toBe(2);
});

test('products and bundles are shown as they are sold', async () => {
  const products = await here('products', 'list');
  expect(products.stdout).toMatch(/acmepro +.*yearly.* Acme Pro/);
  expect(await there('products', 'list')).toEqual(products);
  expect((await there('products', 'show', 'acmepro')).stdout).toMatch(/^code: acmepro\n/);
  expect(await there('products', 'show', 'nothing')).toMatchObject({ code: 1 });
  expect((await there('bundles', 'list')).stdout).toMatch(/acmesuite +acme/);
});
