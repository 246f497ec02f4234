/** The log is brought into the file beside the writer: who copies the file of a house that runs finds it short. */
import { copyFileSync, statSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { until } from '../crash/serving.ts';
import { connect } from './beside.ts';
import { type OnFile, openOnFile } from './on-file.ts';

let open: OnFile;
afterEach(() => open.close());

const put = (code: string) =>
  open.db.batch([
    statement(
      `INSERT INTO alarms (source, code, count, first_at, last_at, detail) VALUES ('s', ?, 1, 1, 1, '')`,
      code,
    ),
  ]);

/** What lies in the file alone, without its log. */
function inFileAlone(): number {
  const copy = `${open.path}.copy`;
  copyFileSync(open.path, copy);
  const connection = connect(copy);
  try {
    // libSQL answers rows as plain objects by column name.
    const [row] = connection.prepare('SELECT count(*) AS n FROM alarms').all([]) as { n: number }[];
    return row?.n ?? 0;
  } catch {
    // Not even its tables are there yet.
    return 0;
  } finally {
    connection.close();
  }
}

test('what was written comes into the file while the house runs, and the writer goes on meanwhile', async () => {
  open = await openOnFile();
  await put('first');
  expect(inFileAlone()).toBe(0);
  const end = open.db.startCheckpointer();
  await until('the first is in the file', 10_000, () => inFileAlone() === 1);
  await Promise.all(['second', 'third'].map(put));
  await until('all are in the file', 10_000, () => inFileAlone() === 3);
  await end();
  await put('fourth');
  expect(await open.db.read('SELECT code FROM alarms')).toHaveLength(4);
});

test('it ends although nothing was ever written', async () => {
  open = await openOnFile();
  await open.db.startCheckpointer()();
});

test('the log begins anew although somebody always writes', async () => {
  open = await openOnFile();
  await open.db.batch([statement('CREATE TABLE blobs (id INTEGER PRIMARY KEY, bytes BLOB)')]);
  const end = open.db.startCheckpointer();
  const bytes = new Uint8Array(128 * 1024).fill(7);
  let longest = 0;
  let left = 1_200;
  const write = async () => {
    while (left-- > 0) {
      await open.db.batch([statement('INSERT INTO blobs (bytes) VALUES (?)', bytes)]);
      longest = Math.max(longest, statSync(`${open.path}-wal`).size);
    }
  };
  await Promise.all(Array.from({ length: 4 }, write));
  await end();
  // Of 150 MB. The writer by itself would begin anew at 64.
  expect(longest / 1024 / 1024).toBeLessThan(56);
});
