/** Sources that may be a moment old: what walk one asks for where the database is far away. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { type FileSources, makeSources } from '../../src/config/sources.ts';
import type { Database } from '../../src/store/database.ts';
import { makeStore } from '../../src/store/store.ts';
import { settableClock } from '../house.ts';
import { type OpenDatabase, onFile } from '../runtimes/databases.ts';

const FRESH_MS = 1_000;
const CATALOG = 'products: [ { code: acmepro, policies: [ { code: perpetual, license_type: perpetual } ] } ]';
const filesOf = (price: string) => [
  { path: 'catalog.yaml', text: CATALOG },
  {
    path: 'stripe.yaml',
    text: `
integration: stripe
mode: test
settings: { webhook_secrets: [ $SECRET ] }
rules: [ { when: { price: ${price} }, grant: { product: acmepro } } ]
`,
  },
];

const MAPPING = {
  integration: 'stripe',
  mode: 'test',
  settings: { webhook_secrets: ['$SECRET'] },
  rules: [],
};

const clock = settableClock(10_000);
let open: OpenDatabase;
let asked: number;
/** What the answer to a second question waits for. */
let late: Promise<void> | null;
beforeEach(async () => {
  open = await onFile.open();
  asked = 0;
  late = null;
});
afterEach(() => open.close());

/** A process of its own. Its reads are counted. */
function start(): FileSources {
  const db: Database = {
    ...open.db,
    read: async (sql, params) => {
      asked++;
      const wait = asked === 2 ? late : null;
      const rows = await open.db.read(sql, params);
      await wait;
      return rows;
    },
  };
  const { revisions } = makeStore(db, (count) => randomBytes(count));
  return makeSources({ revisions, integrations, env: { SECRET: 'whsec_1' }, clock, fresh_ms: FRESH_MS });
}
const numberIn = async (all: ReturnType<FileSources['all']>) => (await all).get('stripe')?.revision.number;

test('within that moment nobody is asked, however many webhooks come', async () => {
  const sources = start();
  await sources.takeFiles(filesOf('price_1'));
  await sources.all();
  asked = 0;
  for (let i = 0; i < 50; i++) await sources.all();
  expect(asked).toBe(0);
  clock.advance(FRESH_MS);
  await sources.all();
  expect(asked).toBe(1);
});

test('what another process adds is seen after it, and at once by who settles', async () => {
  const sources = start();
  await sources.takeFiles(filesOf('price_1'));
  expect(await numberIn(sources.all())).toBe(1);
  const other = start();
  await other.takeFiles(filesOf('price_2'));
  expect(await numberIn(sources.all())).toBe(1);
  clock.advance(FRESH_MS);
  expect(await numberIn(sources.all())).toBe(2);
  await other.takeFiles(filesOf('price_3'));
  expect(await numberIn(sources.latest())).toBe(3);
});

test('what this process adds itself is seen at once', async () => {
  const sources = start();
  await sources.takeFiles(filesOf('price_1'));
  expect(await numberIn(sources.all())).toBe(1);
  await sources.takeFiles(filesOf('price_2'));
  expect(await numberIn(sources.all())).toBe(2);
  expect(
    await sources.put('stripe', { mapping: MAPPING }, { actor: 'a test', versions: null }),
  ).toMatchObject({ ok: true });
  expect(await numberIn(sources.all())).toBe(3);
});

test('what this process adds is not hidden by a look that began before it', async () => {
  const sources = start();
  await sources.takeFiles(filesOf('price_1'));
  const answer = Promise.withResolvers<void>();
  [asked, late] = [0, answer.promise];
  const before = sources.all();
  await expect.poll(() => asked).toBe(2);
  expect(
    await sources.put('stripe', { mapping: MAPPING }, { actor: 'a test', versions: null }),
  ).toMatchObject({ ok: true });
  answer.resolve();
  expect(await numberIn(before)).toBe(1);
  expect(await numberIn(sources.all())).toBe(2);
});

test('a clock that is set back keeps nothing for longer', async () => {
  const sources = start();
  await sources.takeFiles(filesOf('price_1'));
  await sources.all();
  await start().takeFiles(filesOf('price_2'));
  clock.advance(-1);
  expect(await numberIn(sources.all())).toBe(2);
});
