/** Migrations: once each, whole or not at all, however many boots meet. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migration-list.ts';
import { openFile } from '../../src/store/open-file.ts';
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
const tablesOf = async (db: Database) =>
  (await db.read(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)).map(
    ({ name }) => name,
  );

test('a new file gets every migration, and a second boot finds nothing to do', async () => {
  const db = await open();
  expect(await migrate(db, 1)).toEqual(names);
  expect(await migrate(db, 2)).toEqual([]);
  expect(await db.read('SELECT name, applied_at FROM migrations')).toEqual(
    names.map((name) => ({ name, applied_at: 1 })),
  );
});

test('eight boots at once on a file that does not exist yet: each migration is applied by one of them', async () => {
  const applied = await Promise.all(Array.from({ length: 8 }, async () => migrate(await open(), 1)));
  expect(applied.flat().sort()).toEqual([...names].sort());
});

test('a migration that dies half-way leaves nothing, and the next boot applies it', async () => {
  const db = await open();
  const dying: Database = {
    ...db,
    batch: (statements) =>
      db.batch(statements.length > 1 ? [...statements.slice(0, 4), statement('SELEC 1')] : statements),
  };
  await expect(migrate(dying, 1)).rejects.toThrow('syntax');
  expect(await tablesOf(db)).toEqual(['migrations']);
  expect(await migrate(db, 2)).toEqual(names);
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
  await expect(migrate(deaf, 1)).rejects.toThrow('lost');
  expect(await migrate(db, 2)).toEqual(names.slice(1));
});
