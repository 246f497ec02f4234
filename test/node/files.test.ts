/** Door one, whole: what is saved in the mappings folder while it runs. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type NodeHouse, openHouse } from '../../src/node.ts';

const CATALOG = `
products:
  - code: acmepro
    policies: [ { code: perpetual, license_type: perpetual } ]
`;
const mapping = (price: string) => `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules: [ { when: { price: ${price} }, grant: { product: acmepro } } ]
`;

let folder: string;
let file: string;
let house: NodeHouse;
let errors: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  file = join(folder, 'mappings', 'stripe.yaml');
  mkdirSync(join(folder, 'mappings'));
  pointTo('mappings');
  writeFileSync(join(folder, 'mappings', 'catalog.yaml'), CATALOG);
  writeFileSync(file, mapping('price_1'));
  errors = [];
  const env = {
    KEYFERRY_DATABASE_URL: `file:${join(folder, 'keyferry.db')}`,
    KEYFERRY_MAPPINGS: join(folder, 'link'),
    STRIPE_WEBHOOK_SECRET: 'whsec_of_the_door',
  };
  const opened = await openHouse({
    env,
    log: (level, message) => {
      if (level === 'error') errors.push(message);
    },
    filesMs: 5,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
});

afterEach(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const price = async () => (await house.sources.all()).get('stripe')?.revision.mapping.rules[0]?.when.price;
/** Conditions are waited for, not times; the bound is for a door that never gets there. */
const WITHIN = { timeout: 5_000, interval: 5 };
const runs = (wanted: string) => vi.waitFor(async () => expect(await price()).toEqual([wanted]), WITHIN);

/** Where the mappings folder is, changed at one stroke. */
function pointTo(name: string): void {
  symlinkSync(join(folder, name), join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'link'));
}

test('a file that was saved between boot and the first look takes effect', async () => {
  writeFileSync(file, mapping('price_2'));
  house.start();
  await runs('price_2');
  writeFileSync(file, mapping('price_3'));
  await runs('price_3');
  expect(errors).toEqual([]);
});

test('a folder that cannot be read for a while is looked at again', async () => {
  house.start();
  writeFileSync(join(folder, 'no-folder'), '');
  pointTo('no-folder');
  await vi.waitFor(() => expect(errors).toEqual(['mapping files not taken, looking again']), WITHIN);
  writeFileSync(file, mapping('price_2'));
  pointTo('mappings');
  await runs('price_2');
  expect(errors).toHaveLength(1);
});
