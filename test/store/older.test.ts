/**
 * What older programs wrote is taken on: read, replayed and settled as if it had always stood in today's tables. Each
 * file in older/ was written by the program whose newest migration it is named after.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { type Database, statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migration-list.ts';
import { openFile } from '../../src/store/open-file.ts';
import { type House, openHouse } from '../house.ts';
import { connect } from './beside.ts';
import { OLDER, STRIPE, tell, WRITTEN_AT } from './older/written.ts';
import { freshFolder } from './on-file.ts';

const folder = new URL('./older/', import.meta.url);
const files = readdirSync(folder).filter((it) => it.endsWith('.sql'));
const names = MIGRATIONS.map(({ name }) => name);

test('of each earlier version there is what it wrote', () => {
  // One is missing: take up the commit before the newest migration, and run test/store/older/write.ts there.
  expect(files.map((it) => it.replace('.sql', ''))).toEqual(expect.arrayContaining(names.slice(0, -1)));
});

/** The file as the program of that migration left it. */
async function leave(path: string, newest: string): Promise<void> {
  const db = await openFile(path);
  const then = MIGRATIONS.slice(0, names.indexOf(newest) + 1);
  await db.batch([
    statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)'),
    ...then.flatMap(({ name, statements }) => [
      statement('INSERT INTO migrations VALUES (?, ?)', name, WRITTEN_AT),
      ...statements.map((sql) => statement(sql)),
    ]),
  ]);
  await db.close();
  const beside = connect(path);
  beside.exec(readFileSync(new URL(`${newest}.sql`, folder), 'utf8'));
  beside.close();
}

describe.each(files.map((it) => it.replace('.sql', '')))('what %s wrote', (newest) => {
  let place: ReturnType<typeof freshFolder>;
  let house: House;
  let db: Database;
  let keys: readonly unknown[];
  const keysNow = () => db.read('SELECT id, key, product, state FROM licenses ORDER BY id');

  beforeEach(async () => {
    place = freshFolder();
    const path = `${place.folder}/keyferry.db`;
    await leave(path, newest);
    db = await openFile(path);
    keys = await keysNow();
    const applied = names.slice(names.indexOf(newest) + 1);
    expect(await migrate(db, WRITTEN_AT + 1)).toEqual({ ok: true, value: applied });
    house = await openHouse({
      ...OLDER,
      at: WRITTEN_AT + LIMITS.lease_ms * 2,
      database: { name: 'an older file', open: async () => ({ db, close: () => db.close() }) },
    });
  });
  afterEach(async () => {
    await house.close();
    place.remove();
  });

  test('is there as it was, and sound', async () => {
    expect(keys).toHaveLength(5);
    expect(await keysNow()).toEqual(keys);
    expect(await db.read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await db.read('PRAGMA foreign_key_check')).toEqual([]);
    const sold = await house.order('stripe', 'cs_test_a1Keyferrysold');
    expect(sold).toMatchObject({ state: 'issued', items: [{ product: 'acmepro' }] });
    expect(sold.items.flatMap((it) => it.licenses)).toHaveLength(1);
  });

  test('has a name for each of its orders, which makes it the only one', async () => {
    const nameless = await db.read(`SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM sale_refs
      WHERE source = o.source AND account = o.account AND ref = o.external_id AND order_id = o.id)`);
    expect(nameless).toEqual([]);
    expect((await db.read('SELECT id FROM orders')).length).toBeGreaterThan(0);
  });

  test('replayed, changes nothing', async () => {
    await house.settle();
    const settled = (await house.events()).filter(({ state }) => state === 'done');
    expect(settled.length).toBeGreaterThan(3);
    for (const { id } of settled)
      expect(await house.replay(id)).toMatchObject({ state: 'done', changes: [] });
    for (const it of keys) expect(await keysNow()).toContainEqual(it);
  });

  test('unfinished, is finished: held, fresh, and parked once there is a rule', async () => {
    await house.settle();
    for (const seed of ['held', 'fresh']) {
      expect(await house.order('stripe', `cs_test_a1Keyferry${seed}`)).toMatchObject({ state: 'issued' });
    }
    expect(await house.order('stripe', 'cs_test_a1Keyferryparked')).toMatchObject({ state: 'parked' });
    await house.write({ 'stripe.yaml': `${STRIPE}  - { when: {}, grant: { product: acmecli } }\n` });
    await house.settle();
    const parked = await house.order('stripe', 'cs_test_a1Keyferryparked');
    expect(parked).toMatchObject({ state: 'issued', items: [{ product: 'acmecli' }] });
  });

  test('meets what comes now: the order of its early refund, and its sales again', async () => {
    await house.settle();
    await tell(house, 'stripe', 'one-time', 'sold');
    await tell(house, 'shopify', 'paid', 'sold');
    await house.settle();
    const before = await keysNow();
    for (const it of keys) expect(before).toContainEqual(it);
    await tell(house, 'shopify', 'paid', 'early');
    await house.settle();
    expect((await house.events()).filter(({ state }) => state !== 'done')).toEqual([]);
    const issued = (await keysNow()).filter((it) => !before.some(({ id }) => id === it.id));
    // Three units were bought, and one came back before it was issued.
    expect(issued.map(({ product, state }) => `${product} ${state}`).sort()).toEqual([
      'acmecli active',
      'acmepro active',
      'acmepro active',
    ]);
  });
});
