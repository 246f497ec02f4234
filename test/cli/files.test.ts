/** Import and export: the same on the database here and at the address of a running Keyferry. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, type NodeHouse, openHouse } from '../../src/node.ts';
import { CATALOG } from '../contracts/http-house.ts';
import { documentOf, makePlace, type Place } from './run.ts';
import { runWithin } from './within.ts';

const ADMIN_KEY = 'an admin key of these tests, longer than others';
let place: Place;
let env: Record<string, string>;
let house: NodeHouse;
let served: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  place = makePlace();
  const mappings = join(place.folder, 'mappings');
  mkdirSync(mappings);
  writeFileSync(join(mappings, 'catalog.yaml'), CATALOG);
  env = { ...place.env, KEYFERRY_MAPPINGS: mappings };
  const opened = await openHouse({ env, log: () => {} });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
  await house.ports.keys.ensureAdmin(ADMIN_KEY);
  served = await listen(house);
  house.start();
}, 60_000);
afterAll(async () => {
  await served.close();
  await house.close();
  place.remove();
});

const here = (...args: readonly string[]) => runWithin(env, ...args);
const there = (...args: readonly string[]) =>
  runWithin({ KEYFERRY_API_KEY: ADMIN_KEY }, ...args, '--url', served.url);
const file = (name: string, text = '') => {
  const path = join(place.folder, name);
  if (text !== '') writeFileSync(path, text);
  return path;
};

test('orders come in from a file once, however often it is sent, and licenses go out again', {
  timeout: 30_000,
}, async () => {
  const orders = file(
    'orders.csv',
    'order,product,quantity,customer_email\na-1,acmepro,2,jo@example.com\na-2,acmecli,1,bo@example.com\n',
  );
  const dry = await there('import', 'orders', orders, '--dry-run', '--json');
  expect(documentOf(dry)).toMatchObject({ kind: 'import', state: 'done', counts: { made: 2 } });
  const made = await there('import', 'orders', orders);
  expect(made.stdout).toMatch(/^job_\S+ {2}done {2}2 rows\n {2}2 {2}made$/m);
  expect(made.code).toBe(0);
  expect(documentOf(await here('import', 'orders', orders, '--json'))).toMatchObject({
    counts: { unchanged: 2 },
  });

  const out = file('licenses.csv');
  const told = await there('export', 'licenses', '--out', out);
  expect(told.stdout).toMatch(/^3 rows, .* → /);
  expect(statSync(out).mode & 0o077).toBe(0);
  expect((await here('export', 'licenses')).stdout).toBe(readFileSync(out, 'utf8'));
  expect(await here('export', 'licenses', '--out', out)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exists already'),
  });
  const some = await there('export', 'licenses', '--product', 'acmecli', '--out', file('some.csv'), '--json');
  expect(documentOf(some)).toMatchObject({ table: 'licenses', rows: 1 });
});

test('each row that does not fit is told, and the others go on', { timeout: 30_000 }, async () => {
  const orders = file('some-orders.csv', 'order,product\nb-1,acmepro\nb-2,acmepr\n');
  const ended = await there('import', 'orders', orders);
  expect(ended.code).toBe(1);
  expect(ended.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /row 3 product there is no product "acmepr" → Did you mean "acmepro"\?/,
  );
  expect(await here('orders', 'show', 'b-1')).toMatchObject({ code: 0 });
});

test('a file that cannot be one is refused with its remedy', async () => {
  const wrong = file('wrong.csv', 'emai,name\nada@example.com,Ada\n');
  const refused = await there('import', 'customers', wrong);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "email"?') });
  expect(refused.stderr).toContain(wrong);
  expect(await here('import', 'customers', 'nowhere.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot be read'),
  });
  expect(
    await there('export', 'orders', '--state', 'issued', '--out', join(place.folder, 'no', 'folder.csv')),
  ).toMatchObject({ code: 1 });
});
