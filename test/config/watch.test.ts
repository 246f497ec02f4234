/** What a person saves while Keyferry runs takes effect, whatever goes wrong at the first look. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { type FileSources, makeSources } from '../../src/config/sources.ts';
import { watchFiles } from '../../src/config/watch.ts';
import type { WrittenFile } from '../../src/config/yaml.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { makeStore } from '../../src/store/store.ts';

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
const files = (text: string): readonly WrittenFile[] => [
  { path: 'mappings/catalog.yaml', text: CATALOG },
  { path: 'mappings/stripe.yaml', text },
];
const BOOT = files(mapping('price_1'));

let folder: string;
let db: Database;
let sources: FileSources;
let lines: string[];
let woken: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  db = await openFile(join(folder, 'keyferry.db'));
  await migrate(db, 0);
  const { revisions } = makeStore(db, (count) => randomBytes(count));
  const env = { STRIPE_WEBHOOK_SECRET: 'whsec_watched' };
  sources = makeSources({ revisions, integrations, env, clock: { now: () => 1_000 } });
  await sources.takeFiles(BOOT);
  lines = [];
  woken = 0;
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

type Look = readonly WrittenFile[] | 'unreadable';

/** Looks once at each; files that a look cannot read are unreadable, and `takes` may fail before the real one. */
async function watch(looks: readonly Look[], takes: readonly (Error | null)[] = []): Promise<void> {
  const left = [...looks];
  const failing = [...takes];
  await watchFiles({
    taken: BOOT,
    next: async () => left.length > 0,
    read: () => {
      const look = left.shift();
      if (look === undefined || look === 'unreadable') throw new Error('EACCES: the folder');
      return look;
    },
    take: async (written) => {
      const error = failing.shift();
      if (error) throw error;
      return sources.takeFiles(written);
    },
    log: (_level, message, fields) =>
      lines.push(`${message}: ${fields?.path ?? fields?.error ?? fields?.source}`),
    notify: () => {
      woken += 1;
    },
  });
}

const running = async () => {
  const source = (await sources.all()).get('stripe');
  return [source?.revision.number, source?.revision.mapping.rules[0]?.when.price];
};

test('files that are as they were at the start are not taken again', async () => {
  await watch([BOOT, BOOT], [new Error('nobody may ask')]);
  expect([await running(), lines, woken]).toEqual([[1, ['price_1']], [], 0]);
});

test('a file that was saved before the first look runs after it', async () => {
  await watch([files(mapping('price_2'))]);
  expect([await running(), lines, woken]).toEqual([[2, ['price_2']], ['mapping changed: stripe'], 1]);
});

test('a look that cannot be taken is repeated until it is, and logged once for each reason', async () => {
  const saved = files(mapping('price_2'));
  const [busy, full] = [new Error('busy'), new Error('disk full')];
  await watch([saved, saved, saved, saved, saved], [busy, busy, full, null]);
  expect(await running()).toEqual([2, ['price_2']]);
  expect(lines).toEqual([
    'mapping files not taken, looking again: Error: busy',
    'mapping files not taken, looking again: Error: disk full',
    'mapping changed: stripe',
  ]);
  expect(woken).toBe(1);
});

test('a file that others kept coming before is taken at the next look', async () => {
  const { revisions } = makeStore(db, (count) => randomBytes(count));
  let others = 5;
  const contended = makeSources({
    // Whoever asks is late, five times over.
    revisions: { ...revisions, add: async (...it) => (others-- > 0 ? 'conflict' : revisions.add(...it)) },
    integrations,
    env: { STRIPE_WEBHOOK_SECRET: 'whsec_watched' },
    clock: { now: () => 1_000 },
  });
  sources = contended;
  const saved = files(mapping('price_2'));
  await watch([saved]);
  expect([await running(), lines]).toEqual([[1, ['price_1']], []]);
  others = 5;
  await watch([saved, saved]);
  expect([await running(), lines]).toEqual([[2, ['price_2']], ['mapping changed: stripe']]);
});

test('a folder that cannot be read is looked at again, even at the very first look', async () => {
  await watch(['unreadable', 'unreadable', files(mapping('price_2')), 'unreadable']);
  expect(await running()).toEqual([2, ['price_2']]);
  const unreadable = 'mapping files not taken, looking again: Error: EACCES: the folder';
  expect(lines).toEqual([unreadable, 'mapping changed: stripe', unreadable]);
});

test('a faulty file is reported once, and the good revision keeps running', async () => {
  const faulty = files('integration: stripe\nmode: tset\n');
  await watch([faulty, faulty, faulty]);
  expect((await running())[0]).toBe(1);
  expect(lines.filter((it) => it === 'mapping file not taken: mode')).toHaveLength(1);
});
