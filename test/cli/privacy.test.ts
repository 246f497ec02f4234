/** `keyferry privacy` on a database that holds a sale: what is asked, handed over, and forgotten. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse } from '../../src/node.ts';
import { CATALOG, ENV, SHOPIFY, sample } from '../contracts/http-house.ts';
import { deliveryOf } from '../house.ts';
import { documentOf, makePlace, type Place } from './run.ts';

let place: Place;
let mappings = '';

beforeAll(async () => {
  place = makePlace(ENV);
  mappings = join(place.folder, 'mappings');
  mkdirSync(mappings);
  writeFileSync(join(mappings, 'catalog.yaml'), CATALOG);
  writeFileSync(join(mappings, 'shopify.yaml'), SHOPIFY);
  const opened = await openHouse({ env: { ...place.env, KEYFERRY_MAPPINGS: mappings }, log: () => {} });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  const house = opened.value;
  for (const name of ['paid', 'data-request']) {
    const now = Date.now();
    const { headers, body } = await sample('shopify', name, 'cli', now);
    expect(await house.bridge.receive('shopify', deliveryOf(headers, body, now))).toMatchObject({ ok: true });
    await house.drain();
  }
  await house.close();
});
afterAll(() => place.remove());

const run = (...args: string[]) => place.run('privacy', ...args);

test('who asked is listed, answered with a file of their own, and marked as done', async () => {
  const { items } = documentOf(await run('requests', '--json')) as { items: { id: string }[] };
  expect(items).toMatchObject([{ kind: 'export', state: 'open', subject: { email: 'ada+cli@example.com' } }]);
  const id = items[0]?.id ?? '';
  const listed = await run('requests');
  expect(listed.stdout).toMatch(new RegExp(`^${id}  export  shopify  due \\d{4}-\\d\\d-\\d\\d  ada\\+cli@`));

  const out = join(place.folder, 'records.json');
  const written = await run('export', '--request', id, '--out', out);
  expect(written.stdout).toMatch(/^1 customer, 1 order → .*records\.json\n.*privacy done req_/);
  expect(statSync(out).mode & 0o077).toBe(0);
  const records = JSON.parse(readFileSync(out, 'utf8'));
  expect(records).toMatchObject({
    customers: [{ email: 'ada+cli@example.com' }],
    orders: [{ events: [{ type: 'orders/paid', body: expect.stringContaining('Engine Row') }] }],
    requests: [{ id }],
  });
  const again = await run('export', '--request', id, '--out', out);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('The file exists already')]);

  expect((await run('done', id)).stdout).toBe(`${id} is done.\n`);
  expect((await run('requests')).stdout).toBe('Nobody waits for an answer.\n');
  expect((await run('requests', '--all')).stdout).toMatch(/ done \d{4}-/);
});

test('a person is forgotten after it was said what that touches', async () => {
  const whom = ['redact', '--source', 'shopify', '--email', 'ada+cli@example.com'];
  const dry = await run(...whom, '--dry-run');
  expect(dry.stdout).toBe('Would be redacted: 1 order, 1 stored event (dry run: nothing was written)\n');
  const done = documentOf(await run(...whom, '--json'));
  expect(done).toMatchObject({
    dry_run: false,
    touched: { orders: 1, events: 1 },
    request: { state: 'done', by: 'command' },
  });
  const left = documentOf(await run('export', '--email', 'ada+cli@example.com', '--json'));
  expect(left).toMatchObject({ customers: [], orders: [] });
});

test('wrong usage says what would be right', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['redact --source shopify', /say whom, with one of --order, --customer, --email, --shop/],
    ['redact --source shopify --email a@b --order 1', /say whom, with one of/],
    ['redact --source shopify --shop', /add --confirm shopify if you mean it/],
    ['export --email a@b', /--out needs a file, or use --json/],
  ];
  const ended = await Promise.all(wrong.map(([line]) => run(...line.split(' '))));
  for (const [at, { code, stderr }] of ended.entries()) {
    expect(stderr).toMatch(wrong[at]?.[1] ?? /^$/);
    expect(code).toBe(2);
  }
  const nowhere = await run('redact', '--source', 'nowhere', '--email', 'a@b');
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('No such source')]);
});
