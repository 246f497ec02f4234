/** The file is taken away from under a running Keyferry: what would be written to nowhere is refused. */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, statement } from '../../src/store/database.ts';
import { openFile } from '../../src/store/open-file.ts';

let folder: string;
let path: string;
let db: Database;
const add = (name: string) => db.batch([statement('INSERT INTO told (name) VALUES (?)', name)]);
const refused = { kind: 'unavailable', message: expect.stringContaining('was moved, deleted or replaced') };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  path = join(folder, 'keyferry.db');
  db = await openFile(path);
  await db.batch([statement('CREATE TABLE told (name TEXT NOT NULL)')]);
  await add('before');
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

test('a deleted file is not written to, and none is made in its place', async () => {
  rmSync(path);
  await expect(add('lost')).rejects.toMatchObject(refused);
  await expect(add('lost too')).rejects.toMatchObject(refused);
});

test('a file that is moved away is refused, and taken up again when it is back', async () => {
  renameSync(path, `${path}.away`);
  await expect(add('away')).rejects.toMatchObject(refused);
  renameSync(`${path}.away`, path);
  await add('back');
  expect(await db.read('SELECT name FROM told')).toEqual([{ name: 'before' }, { name: 'back' }]);
});

test('another file in its place is refused: readers would still see the first', async () => {
  renameSync(path, `${path}.away`);
  copyFileSync(`${path}.away`, path);
  await expect(add('to the copy')).rejects.toMatchObject(refused);
});
