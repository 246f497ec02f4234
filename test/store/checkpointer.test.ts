/** The log is brought into the file beside the writer: who copies the file of a house that runs finds it short. */
import { copyFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { startCheckpointer } from '../../src/store/open-file.ts';
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
  const end = startCheckpointer(open.path);
  await until('the first is in the file', 10_000, () => inFileAlone() === 1);
  await Promise.all(['second', 'third'].map(put));
  await until('all are in the file', 10_000, () => inFileAlone() === 3);
  await end();
  await put('fourth');
  expect(await open.db.read('SELECT code FROM alarms')).toHaveLength(4);
});

test('it ends although nothing was ever written', async () => {
  open = await openOnFile();
  await startCheckpointer(open.path)();
});
