/** `keyferry init`: a folder to start from, and never anybody's work overwritten. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentOf, makePlace, type Place } from './run.ts';

const SECRETS = { STRIPE_WEBHOOK_SECRET: 'whsec_test_value', SHOPIFY_WEBHOOK_SECRET: 'shop_test_value' };

let place: Place;
let folder: string;
beforeEach(() => {
  place = makePlace();
  folder = join(place.folder, 'mappings');
});
afterEach(() => place.remove());

const run = (...args: readonly string[]) => place.runWith({ ...SECRETS, KEYFERRY_MAPPINGS: folder }, ...args);

test('init writes files that check finds in order, and says what comes next', async () => {
  const written = await run('init');
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(written.stdout.replaceAll(folder, 'FOLDER').replaceAll(/\s+/g, ' ').trim()).toBe(
    'Written into FOLDER: catalog.schema.json, catalog.yaml, shopify.yaml, source.schema.json, stripe.yaml. ' +
      '1. Say in FOLDER what you sell, and what a sale means. Remove the files of shops that you do not have. ' +
      '2. Set SHOPIFY_WEBHOOK_SECRET and STRIPE_WEBHOOK_SECRET in the environment, then look it over: ' +
      'npm run keyferry -- check 3. Run it: npm start',
  );
  const checked = await run('check');
  expect(checked.code).toBe(0);
  expect(checked.stdout).toContain('No errors.');
});

test('init writes an example by its name, with its schemas beside it', async () => {
  const written = await run('init', '--example', 'two-stripe-accounts', '--json');
  expect(written.code).toBe(0);
  expect(documentOf(written)).toEqual({
    folder,
    files: ['catalog.yaml', 'stripe-eu.yaml', 'stripe-us.yaml', 'catalog.schema.json', 'source.schema.json'],
    example: 'two-stripe-accounts',
    secrets: expect.arrayContaining([expect.stringMatching(/^STRIPE_/)]),
  });
  const named = readFileSync(join(folder, 'stripe-eu.yaml'), 'utf8').match(/\$schema=(\S+)/)?.[1] ?? '';
  expect(readdirSync(folder)).toContain(named.replace('./', ''));
  expect((await run('check', '--no-secrets')).code).toBe(0);
});

test('an example that there is not is wrong usage, with the names of those there are', async () => {
  const [near, far] = await Promise.all([
    run('init', '--example', 'bundel'),
    run('init', '--example', 'x/../..'),
  ]);
  expect(near.code).toBe(2);
  expect(near.stderr).toContain('Did you mean "bundle"?');
  expect(far.code).toBe(2);
  expect(far.stderr.replaceAll(/\s+/g, ' ')).toContain('seats-by-quantity');
  expect(readdirSync(place.folder)).toEqual([]);
});

test('init overwrites nothing: it names every file that is there and writes none', async () => {
  mkdirSync(folder);
  for (const name of ['catalog.yaml', 'stripe.yaml']) writeFileSync(join(folder, name), 'mine\n');
  const refused = await run('init', '--json');
  expect(refused.code).toBe(1);
  expect(documentOf(refused)).toMatchObject({
    error: {
      code: 'init_target_exists',
      title: '2 files are there already',
      detail: `${join(folder, 'catalog.yaml')}, ${join(folder, 'stripe.yaml')}`,
    },
  });
  expect(readdirSync(folder).sort()).toEqual(['catalog.yaml', 'stripe.yaml']);
  expect(readFileSync(join(folder, 'catalog.yaml'), 'utf8')).toBe('mine\n');
});

test('serve without mapping files points to init', async () => {
  const empty = makePlace({ KEYFERRY_MAPPINGS: folder });
  try {
    const running = empty.start('serve');
    const said = await running.says('Stop: Ctrl-C.');
    running.signal('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(said.replaceAll(/\s+/g, ' ')).toContain('npm run keyferry -- init` writes some to start from');
  } finally {
    empty.remove();
  }
});
