/** Two real processes on one database file, started at the same moment, working the same sales at the same moment. */
import { afterEach, expect, test } from 'vitest';
import { expectExactly, post, postingsOf, rows } from '../crash/processes.ts';
import { makePlace, until } from '../crash/serving.ts';

const BUYERS = 40;

const place = makePlace();
afterEach(() => place.clear());

test('hundreds of deliveries of the same sales to both: one order each, one license per slot', {
  timeout: 40_000,
}, async () => {
  const both = await Promise.all([place.start(), place.start()]);
  const postings = (await Promise.all(Array.from({ length: BUYERS }, (_, i) => postingsOf(`r${i}`)))).flat();

  const answers = await Promise.all(
    postings.flatMap((posting) =>
      [...both, ...both].map(async (process) => ({ posting, answer: await post(process, posting) })),
    ),
  );

  for (const posting of postings) {
    const own = answers.filter((it) => it.posting === posting).map(({ answer }) => answer);
    expect(own).not.toContain(null);
    expect(new Set(own.map((it) => it?.event)).size).toBe(1);
    expect(own.filter((it) => it && !it.duplicate)).toHaveLength(1);
  }
  const open = `SELECT 1 FROM events WHERE state IN ('received', 'waiting') LIMIT 1`;
  await until('every event ended', 15_000, () => rows(place.database, open).length === 0);
  expectExactly(place.database, postings);
  // Of the two shops, and of orders by hand.
  expect(rows(place.database, 'SELECT id FROM mapping_revisions')).toHaveLength(3);
});
