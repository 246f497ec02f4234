/** `keyferry adopt`: the file of keys with all that may be wrong with it, the database beside a server, and its API. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/cli/adopt-file.ts';
import { type ShopifyApi, startShopifyApi } from '../fakes/shopify-api.ts';
import { documentOf, makePlace, type Place, type Running } from './run.ts';

describe('a file of keys', () => {
  /** `line path: message` */
  const faults = (text: string) =>
    rowsOf('keys.csv', text).errors.map((it) => `${it.line} ${it.path}: ${it.message}`);

  test('is read by its columns, in whatever order they stand', () => {
    const { rows, errors } = rowsOf('keys.csv', 'Key;LINE;name\n K1 ;price_1;cs_1\n"K ""2""";;cs_2\n');
    expect(errors).toEqual([]);
    expect(rows).toEqual([
      { at: 2, name: 'cs_1', line: 'price_1', product: null, key: 'K1' },
      { at: 3, name: 'cs_2', line: null, product: null, key: 'K "2"' },
    ]);
  });

  test.each<readonly [string, string, readonly string[]]>([
    ['an empty file', '', ['1 : the file is empty']],
    ['columns that are missing', 'sale,product\n', ['1 sale: is no column of such a file', '1 name: is missing', '1 key: is missing']],
    ['a column that nobody reads', 'name,key,lines\n', ['1 lines: is no column of such a file']],
    ['a column that stands twice', 'name,key,Key\n', ['1 key: stands twice']],
    ['fields that are missing, or too many', 'name,key\ncs_1\ncs_2,K2,x\n', ['2 : 1 fields, and 2 columns', '3 : 3 fields, and 2 columns']],
    ['a name or a key that is empty', 'name,key\n,K1\ncs_2,\n', ['2 name: is empty', '3 key: is empty']],
    ['a key that cannot be one', 'name,key\ncs_1,schlüssel\n', ['2 key: cannot be a key']],
    ['an id that a spreadsheet rounded', 'name,key\n"4,50789E+12",K1\n', ['2 name: was rounded by a spreadsheet']],
    ['one key for two sales', 'name,key\ncs_1,K1\n\ncs_2,K1\n', ['4 key: is the key of line 2, too']],
    ['a broken quote', 'name,key\ncs_1,"K1\n', ['2 : a quote is opened here and never closed']],
  ])('says of %s', (_what, text, expected) => {
    expect(faults(text)).toEqual(expected);
  }); // biome-ignore format: a table

  test('may say the same twice', () => {
    expect(rowsOf('keys.csv', 'name,key\ncs_1,K1\ncs_1,K1\n')).toMatchObject({
      rows: [{ at: 2 }],
      errors: [],
    });
  });

  test('repeats no key in an error', () => {
    const text = JSON.stringify(
      rowsOf('keys.csv', 'name,key\ncs_1,geheimer-schlüssel\ncs_2,S3CRET\ncs_3,S3CRET\n').errors,
    );
    expect(text).not.toMatch(/geheim|S3CRET/);
  });
});

describe('beside a running Keyferry', () => {
  const order = (id: string) => ({
    id,
    created_at: '2025-03-01T00:00:00Z',
    updated_at: '2025-03-01T00:00:00Z',
    status: 'PAID',
    lines: [{ id: `7${id}`, title: 'Acme Pro', quantity: 1, sku: 'ACME-PRO-1' }],
  });
  let shop: ShopifyApi & { readonly url: string; readonly close: () => Promise<void> };
  let place: Place;
  let served: Running;
  let origin: string;
  let key: string;

  beforeAll(async () => {
    shop = await startShopifyApi({ orders: ['1', '2', '3'].map(order), token: 'shpat_1' });
    place = makePlace({ SHOPIFY_WEBHOOK_SECRET: 'shop_test_value', SHOPIFY_TOKEN: 'shpat_1' });
    write(
      'catalog.yaml',
      'products: [ { code: acmepro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] } ]',
    );
    write(
      'shopify.yaml',
      `integration: shopify
mode: test
sold_since: 2026-01-01
settings:
  webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ]
  admin_token: $SHOPIFY_TOKEN
  api_base: ${shop.url}
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
    );
    Object.assign(place.env, { KEYFERRY_MAPPINGS: place.folder });
    served = place.start('serve');
    const greeting = await served.says('Stop: Ctrl-C.');
    origin = `http://127.0.0.1:${/127\.0\.0\.1:(\d+)/.exec(greeting)?.[1]}`;
    key = /kf_[a-z2-7]+/.exec(greeting)?.[0] ?? '';
  }, 30_000);
  afterAll(async () => {
    served.signal('SIGTERM');
    await served.ended;
    await shop.close();
    place.remove();
  });

  function write(name: string, text: string): string {
    const path = join(place.folder, name);
    writeFileSync(path, text);
    return path;
  }
  const keys = async () => {
    const answer = await fetch(`${origin}/v1/licenses`, { headers: { authorization: `Bearer ${key}` } });
    // What the API answers.
    const { items } = (await answer.json()) as { items: readonly { key: string }[] };
    return items.map((it) => it.key).sort();
  };

  test('keys and sales are taken in by one command, and issue', { timeout: 30_000 }, async () => {
    const file = write('keys.csv', 'name,key\n1,K1\n2,K2\n');
    const dry = await place.run('adopt', 'shopify', '--keys', file, '--from', '2025-01-01', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('shopify: 2 keys would be taken in.');
    expect(dry.stdout).toContain('Dry run: nothing was written.');

    const { code, stdout, stderr } = await place.run(
      'adopt',
      'shopify',
      '--keys',
      file,
      '--from',
      '2025-01-01',
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('shopify: 2 keys taken in.');
    expect(stdout).toContain('shopify: 3 sales since 2025-01-01, 3 to be looked at.');
    expect(stdout).toContain('orders older than 60 days need the scope read_all_orders');
    expect(stdout).not.toMatch(/K1|K2/);
    expect(code).toBe(0);
    await expect.poll(keys, { timeout: 15_000 }).toEqual(['K1', 'K2']);

    const again = await place.run('adopt', 'shopify', '--keys', file, '--from', '2025-01-01', '--json');
    expect(documentOf(again)).toMatchObject({
      source: 'shopify',
      keys: { stored: 0, known: 2, refused: [] },
      sales: { listed: 3, known: 3, stored: 0 },
      remark: { code: 'older_sales_hidden' },
    });
  });

  test('through the API, with each row that is refused by its line', { timeout: 30_000 }, async () => {
    const file = write('more.csv', 'name,key\n3,K3\n\n1,other\n');
    const through = (env: Record<string, string>, ...more: string[]) =>
      place.runWith(env, 'adopt', 'shopify', '--keys', file, '--url', origin, ...more);
    expect(await through({})).toMatchObject({ code: 2, stderr: expect.stringContaining('KEYFERRY_API_KEY') });
    const { code, stdout } = await through({ KEYFERRY_API_KEY: key });
    expect(code).toBe(1);
    expect(stdout).toContain('shopify: 1 key taken in, 1 refused.');
    expect(stdout).toContain(`${file}:4  1`);
    expect(stdout).toContain('has its licenses already');
    await expect.poll(keys, { timeout: 15_000 }).toEqual(['K1', 'K2', 'K3']);
    expect(documentOf(await through({ KEYFERRY_API_KEY: key }, '--json'))).toMatchObject({
      keys: { stored: 0, known: 1, refused: [{ line: 4, path: '1' }] },
    });
    expect(await through({ KEYFERRY_API_KEY: 'wrong' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No valid API key'),
    });
  });

  test.each<readonly [string, readonly string[], string]>([
    ['nothing to take in', ['shopify'], 'There is nothing to take in'],
    ['a day that is none', ['shopify', '--from', '2025-02-30'], 'Write a day like 2026-11-30'],
    ['a file that is not there', ['shopify', '--keys', 'nowhere.csv'], 'The file cannot be read'],
    ['an API key in the open', ['shopify', '--from', '2025-01-01', '--url', 'http://keys.example.com'], 'where anyone can read it'],
  ])('%s is wrong usage', async (_what, args, said) => {
    const { code, stderr } = await place.runWith({ KEYFERRY_API_KEY: key }, 'adopt', ...args);
    expect(stderr).toContain(said);
    expect(code).toBe(2);
  }); // biome-ignore format: a table

  test('a faulty file is told whole, and nothing of it is sent', async () => {
    const file = write('faulty.csv', 'name,key\n,K8\ncs_9,schlüssel\n');
    const { code, stderr } = await place.run('adopt', 'shopify', '--keys', file);
    expect(code).toBe(2);
    expect(stderr).toContain('has 2 errors; nothing was taken in');
    for (const place of [`${file}:2  name`, `${file}:3  key`]) expect(stderr).toContain(place);
  });

  test('a source that there is not is said so', async () => {
    const { code, stderr } = await place.run('adopt', 'nobody', '--from', '2025-01-01');
    expect(stderr).toContain('No such source');
    expect(code).toBe(1);
  });
});
