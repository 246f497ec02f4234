/** Leaping from group to group: as many steps as there are groups, however many rows. */
import { expect, test } from 'vitest';
import { makeRecords } from '../../src/store/records.ts';
import { openOnFile } from './on-file.ts';

test('a large group is leapt over, not walked through', async () => {
  const { db, close } = await openOnFile();
  const rows = 200_000;
  await db.batch([
    {
      sql: `INSERT INTO events (id, source, key, account, type, received_at, headers, state, attempts, deaths, due_at, refresh)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
        SELECT printf('evt_%08d', n), iif(n = 7, 'rare', 'shop'), n, '', iif(n % 2, 'a', 'b'), 0, '{}', 'done', 0, 0, 0, 0 FROM n`,
      params: [rows],
    },
  ]);
  // A reader that was open while the tables were made learns of them with its first read, as every house has many.
  await db.read('SELECT 1 FROM events LIMIT 1');
  const records = makeRecords(db);
  const took = async (ask: () => Promise<unknown>) => {
    const begun = performance.now();
    await ask();
    return performance.now() - begun;
  };
  const page = { limit: 50, after: null };
  const rare = () => records.events({ source: 'rare' }, page);
  expect((await rare()).items.map(({ id }) => id)).toEqual(['evt_00000007']);
  // The least of three, beside a walk through the same table in the same moment.
  const leaps = [await took(rare), await took(rare), await took(rare)];
  const walk = await took(() => db.read('SELECT count(*) AS n FROM events WHERE length(type) > 0'));
  expect(Math.min(...leaps)).toBeLessThan(walk / 3);
  await close();
});
