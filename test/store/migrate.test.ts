/** Migrations: once each, whole or not at all, however many boots meet. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/database.ts';
import { checkTables, findNewer, migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migration-list.ts';
import { openFile } from '../../src/store/open-file.ts';
import { makeRecords } from '../../src/store/records.ts';
import { makeStore } from '../../src/store/store.ts';
import { NOON, nextOf, settlementOf } from '../fakes/settlements.ts';
import { DATABASES } from '../runtimes/databases.ts';
import { freshFolder } from './on-file.ts';

const names = MIGRATIONS.map(({ name }) => name);
let folder: ReturnType<typeof freshFolder>;
let opened: Database[];
beforeEach(() => {
  folder = freshFolder();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((db) => db.close()));
  folder.remove();
});

async function open(): Promise<Database> {
  const db = await openFile(`${folder.folder}/data/keyferry.db`);
  opened.push(db);
  return db;
}
/** @returns the names of those that it applied */
async function migrated(db: Database, now: number): Promise<readonly string[]> {
  const done = await migrate(db, now);
  if (!done.ok) throw new Error(JSON.stringify(done.problem));
  return done.value;
}
const tablesOf = async (db: Database) =>
  (await db.read(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)).map(
    ({ name }) => name,
  );

test('a new file gets every migration, and a second boot finds nothing to do', async () => {
  const db = await open();
  expect(await migrated(db, 1)).toEqual(names);
  expect(await migrated(db, 2)).toEqual([]);
  expect(await db.read('SELECT name, applied_at FROM migrations')).toEqual(
    names.map((name) => ({ name, applied_at: 1 })),
  );
});

test('eight boots at once on a file that does not exist yet: each migration is applied by one of them', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, async () => migrated(await open(), 1)));
  expect(applied.flat().sort()).toEqual([...names].sort());
});

test('whoever booted can list at once by what a migration made, also one that was open before, or that another brought', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, open));
  // They know the file as it is without tables.
  for (const db of all) await db.read('SELECT 1 FROM sqlite_master');
  await Promise.all(all.map((db) => migrated(db, 1)));
  for (const db of all) {
    const page = { limit: 1, after: null };
    expect(await makeRecords(db).events({ source: 'a' }, page)).toEqual({ items: [], next: null });
    expect(await makeRecords(db).licenses({ product: 'a' }, page, 1)).toEqual({ items: [], next: null });
  }
});

test('a migration that dies half-way leaves nothing, and the next boot applies it', async () => {
  const db = await open();
  const dying: Database = {
    ...db,
    batch: (statements) =>
      db.batch(statements.length > 1 ? [...statements.slice(0, 4), statement('SELEC 1')] : statements),
  };
  await expect(migrated(dying, 1)).rejects.toThrow('syntax');
  expect(await tablesOf(db)).toEqual(['migrations']);
  expect(await migrated(db, 2)).toEqual(names);
});

test('a database of before the parts keeps its sales and its answers', async () => {
  const db = await open();
  const [first] = MIGRATIONS;
  if (!first) throw new Error('no migration');
  const insert = (table: string, row: Record<string, string | number>) =>
    statement(
      `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).map(() => '?')})`,
      ...Object.values(row),
    );
  const { doc } = settlementOf('1001');
  const answer = { id: 'evt_1/0/order', asked: 'order', stamp: NOON, body: { text: 'ж🗝️' } };
  const empty = { account: '', headers: '{}', attempts: 0, deaths: 0 };
  await db.batch([
    statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)'),
    statement('INSERT INTO migrations VALUES (?, 1)', first.name),
    ...first.statements.map((sql) => statement(sql)),
    insert('orders', {
      id: 'ord_1001',
      source: 'shop',
      account: '',
      external_id: '1001',
      version: 1,
      state: 'issued',
      test: 0,
      flags: '[]',
      refs: '["1001"]',
      revision_id: 'rev_1',
      created_at: NOON,
      updated_at: NOON,
    }),
    insert('sales', { order_id: 'ord_1001', doc: JSON.stringify(doc) }),
    insert('events', {
      ...empty,
      id: 'evt_1',
      source: 'shop',
      key: 'k1',
      type: 'order.paid',
      received_at: NOON,
      state: 'received',
      due_at: NOON,
      refresh: 0,
    }),
    insert('event_answers', { ...answer, body: JSON.stringify(answer.body), event_id: 'evt_1', refresh: 0 }),
  ]);
  expect(await migrated(db, 2)).toEqual(names.slice(1));
  const store = makeStore(db, (count) => randomBytes(count));
  expect(await store.answersOf('evt_1')).toEqual([answer]);
  expect(await store.loadSale('ord_1001')).toMatchObject({ version: 1, doc });
  // What is written next meets the old rows, and the indexes are there again.
  const next = nextOf(settlementOf('1001'), { doc: { ...doc, decisions: { a: 'accepted' } } });
  expect(await store.settle(next)).toBe('settled');
  expect((await store.loadSale('ord_1001'))?.doc).toEqual(next.doc);
  const indexes = await db.read(`SELECT name FROM sqlite_schema WHERE name = 'event_answers_event'`);
  expect(indexes).toHaveLength(1);
});

test('of what an older program stored, every order is found by all that its shop said of the buyer', async () => {
  const db = await open();
  const [first, second] = MIGRATIONS;
  if (!first || !second) throw new Error('no migrations');
  const buyer = (email: string | null, reference: string | null) => ({
    content: { email, reference, name: 'Ada' },
  });
  const sale = (id: string, customer: string | null, things: object, ...parts: string[]) => [
    statement(
      `INSERT INTO orders (id, source, account, external_id, version, state, test, flags, refs, customer_id,
         revision_id, created_at, updated_at)
       VALUES (?1, 'shop', 'acct_1', ?1, 1, 'issued', 0, '[]', '[]', ?2, 'rev_1', 1, 1)`,
      id,
      customer,
    ),
    ...(parts.length > 0 ? parts : [JSON.stringify({ things })]).map((doc, part) =>
      statement('INSERT INTO sales (order_id, part, doc) VALUES (?, ?, ?)', id, part, doc),
    ),
  ];
  await db.batch([
    statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)'),
    ...[first, second].flatMap(({ name, statements }) => [
      statement('INSERT INTO migrations VALUES (?, 1)', name),
      ...statements.map((sql) => statement(sql)),
    ]),
    statement(`INSERT INTO customers (id, identity, email, reference, created_at)
      VALUES ('cus_1', 'email:ada@example.com', 'Ada@Example.com', '77', 1), ('cus_2', 'shop:shop/acct_1/9', NULL, '9', 1)`),
    ...sale('a', 'cus_1', {
      'checkout/1/buyer': [buyer('Ada@Example.com', '77')],
      'checkout/1/lines': [{ content: { lines: [] } }],
    }),
    ...sale('b', 'cus_1', {
      'checkout/2/buyer': [buyer('Ada@Example.com ', '78'), buyer('', null)],
      'subscription/2/buyer': [buyer('old@example.com', '79')],
    }),
    ...sale('c', 'cus_2', { 'checkout/3/buyer': [buyer(null, '9')] }),
    ...sale('d', null, {}),
    // Too long for one value, it says only whose it is.
    ...sale('e', 'cus_1', {}, '{"things":{"checkout/4/buyer":[', ']}}'),
  ]);
  expect(await migrated(db, 2)).toEqual(names.slice(2));
  const rows = await db.read('SELECT * FROM order_buyers ORDER BY order_id, kind, name');
  expect(rows.map(({ order_id, kind, name }) => `${order_id} ${kind} ${name}`)).toEqual([
    'a email ada@example.com',
    'a reference 77',
    'b email ada@example.com',
    'b email old@example.com',
    'b reference 78',
    'b reference 79',
    'c reference 9',
    'e email ada@example.com',
  ]);
  expect(new Set(rows.map(({ source, account }) => `${source} ${account}`))).toEqual(
    new Set(['shop acct_1']),
  );
  const store = makeStore(db, (count) => randomBytes(count));
  const sought = { orders: [], customer: '78', email: null, source: 'shop', account: 'acct_1' };
  expect(await store.ordersOf(sought, '', 9)).toEqual([{ id: 'b', told: true }]);
});

test('what an older program had kept unread goes through again; what it ignored for a reason does not', async () => {
  const db = await open();
  const [first, second] = MIGRATIONS;
  if (!first || !second) throw new Error('no migrations');
  const kept = (id: string, state: string, code: string) =>
    statement(
      `INSERT INTO events (id, source, key, account, type, received_at, headers, state, problem, attempts, deaths, due_at, refresh)
       VALUES (?1, 'shop', ?1, '', 'refund', 1, '{}', ?2, json_object('code', ?3), 2, 0, 1, 0)`,
      id,
      state,
      code,
    );
  await db.batch([
    statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)'),
    ...[first, second].flatMap(({ name, statements }) => [
      statement('INSERT INTO migrations VALUES (?, 1)', name),
      ...statements.map((sql) => statement(sql)),
    ]),
    kept('a refund', 'ignored', 'type_unknown'),
    kept('a subscription', 'parked', 'subscription_unsupported'),
    kept('a sample', 'ignored', 'not_a_sale'),
    kept('a puzzle', 'parked', 'fields_missing'),
  ]);
  await migrate(db, 2);
  const due = await makeStore(db, (count) => randomBytes(count)).claimEvents(NOON, 10);
  expect(due.map(({ id, attempts }) => [id, attempts]).sort()).toEqual([
    ['a refund', 0],
    ['a subscription', 0],
  ]);
});

test('a migration whose answer was lost is found there', async () => {
  const db = await open();
  const deaf: Database = {
    ...db,
    batch: async (statements) => {
      await db.batch(statements);
      if (statements.length > 1) throw new Error('the answer was lost');
      return [];
    },
  };
  await expect(migrated(deaf, 1)).rejects.toThrow('lost');
  expect(await migrated(db, 2)).toEqual(names.slice(1));
});

test.each(DATABASES)('on $name, tables of a newer program are told by name, and left alone', async (kind) => {
  const { db, close } = await kind.open();
  expect(await checkTables(db)).toMatchObject({ ok: true });
  expect(await findNewer(db)).toBeNull();
  await db.batch([statement("INSERT INTO migrations VALUES ('9999_of_tomorrow.sql', 2)")]);
  const newer = { code: 'database_newer', detail: expect.stringContaining('9999_of_tomorrow') };
  expect(await migrate(db, 3)).toMatchObject({ ok: false, problem: newer });
  expect(await checkTables(db)).toMatchObject({ ok: false, problem: newer });
  expect(await findNewer(db)).toMatchObject(newer);
  expect(await db.read('SELECT name FROM migrations WHERE applied_at > 2')).toEqual([]);
  await close();
  await kind.stop?.();
});

test('a newer database that lacks one of ours is not brought on, either', async () => {
  const db = await open();
  await db.batch([
    statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)'),
    statement("INSERT INTO migrations VALUES ('0000_of_another_line', 1)"),
  ]);
  expect(await migrate(db, 2)).toMatchObject({ ok: false, problem: { code: 'database_newer' } });
  expect(await tablesOf(db)).toEqual(['migrations']);
});
