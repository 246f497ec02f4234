/** Leaping from group to group: as many steps as there are groups, however many rows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Records } from '../../src/core/records.ts';
import type { EventWalk, WalkFilter } from '../../src/core/replays.ts';
import { makeEventWalk } from '../../src/store/event-walk.ts';
import { makeRecords } from '../../src/store/records.ts';
import { type OnFile, openOnFile } from './on-file.ts';

const ROWS = 200_000;
const id = (n: number) => `evt_${String(n).padStart(8, '0')}`;
const LAST = id(ROWS);
/** Far from each other, the first among the oldest. */
const PARKED = [7, 99_999, 150_001].map(id);

let file: OnFile;
let records: Records;
let walk: EventWalk;
/** Of a walk through the whole table. */
const through = () => file.db.read('SELECT count(*) AS n FROM events WHERE length(headers) > 0');

beforeAll(async () => {
  file = await openOnFile();
  const sql = `INSERT INTO events (id, source, key, account, type, received_at, headers, state, attempts, deaths, due_at, refresh)
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    SELECT printf('evt_%08d', n), iif(n = 7, 'rare', 'shop'), n, '', iif(n % 2, 'a', 'b'), 0, '{}',
      iif(n IN (7, 99999, 150001), 'parked', 'done'), 0, 0, 0, 0 FROM n`;
  await file.db.batch([{ sql, params: [ROWS] }]);
  records = makeRecords(file.db);
  walk = makeEventWalk(file.db);
});
afterAll(() => file.close());

/** The least of three, in ms: what the machine does besides only adds to it. */
async function took(ask: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (const _time of [1, 2, 3]) {
    const begun = performance.now();
    await ask();
    all.push(performance.now() - begun);
  }
  return Math.min(...all);
}

test('a large group is leapt over, not walked through', async () => {
  const rare = () => records.events({ source: 'rare' }, { limit: 50, after: null });
  expect((await rare()).items.map((it) => it.id)).toEqual([id(7)]);
  expect(await took(rare)).toBeLessThan((await took(through)) / 3);
});

describe('a walk through events', () => {
  async function walked(filter: WalkFilter, limit: number, until = LAST): Promise<readonly string[]> {
    const all: string[] = [];
    for (let after = ''; ; ) {
      const page = await walk.page(filter, { after, until }, limit, false);
      all.push(...page.map((it) => it.id));
      const last = page.at(-1);
      if (!last) return all;
      after = last.id;
    }
  }

  test('comes to each event once, oldest first, though groups lie among each other', async () => {
    for (const limit of [1, 2, 50]) expect(await walked({ state: 'parked' }, limit)).toEqual(PARKED);
    const [first, ...more] = await walked({ source: 'shop', type: 'a' }, 30_000);
    expect([first, more.length, more.at(-1)]).toEqual([id(1), ROWS / 2 - 2, id(ROWS - 1)]);
    expect(await walked({ state: 'done' }, 2, id(9))).toEqual([1, 2, 3, 4, 5, 6, 8, 9].map(id));
    expect(await walk.count({ state: 'parked' }, LAST, 1_000)).toBe(3);
    expect(await walk.count({ state: 'parked' }, PARKED[1] ?? '', 1_000)).toBe(2);
    expect(await walk.count({ state: 'done' }, LAST, 1_000)).toBe(1_000);
  });

  test.each<readonly [string, WalkFilter, string, number]>([
    ['the first page of a rare state', { state: 'parked' }, '', 3],
    ['the next page of a rare state', { state: 'parked' }, id(8), 2],
    ['behind the last of a rare state', { state: 'parked' }, id(150_001), 0],
    ['a rare source', { source: 'rare' }, '', 1],
    ['a rare state of a source', { source: 'shop', state: 'parked', type: 'a' }, '', 2],
    ['the first page of most', { source: 'shop' }, '', 20],
    ['a page of most, far behind', { source: 'shop' }, id(190_000), 20],
    ['the last page of most', { state: 'done' }, id(ROWS - 1), 1],
    ['a page of all', {}, id(190_000), 20],
    ['what nobody has', { type: 'c' }, '', 0],
  ])('%s costs its rows, not those before or between', async (_what, filter, after, count) => {
    for (const again of [false, true]) {
      const page = () => walk.page(filter, { after, until: LAST }, 20, again);
      expect(await page()).toHaveLength(count);
      expect(await took(page)).toBeLessThan((await took(through)) / 3);
    }
  });

  test('counting them ends where enough are counted', async () => {
    const whole = await took(through);
    for (const filter of [{ state: 'parked' }, { source: 'shop' }, {}] as const)
      expect(await took(() => walk.count(filter, LAST, 1_000))).toBeLessThan(whole / 3);
  });
});
