/** Two real processes on one database file, and a replay that one of them is killed over: the other brings it to its end. */
import { afterEach, expect, test } from 'vitest';
import { expectExactly, post, postingsOf, rows } from '../crash/processes.ts';
import { ADMIN_KEY, type KeyferryProcess, makePlace, until } from '../crash/serving.ts';

const BUYERS = 12;

const place = makePlace();
afterEach(() => place.clear());

async function replay({ url }: KeyferryProcess, body: object): Promise<string> {
  const answer = await fetch(`${url}/v1/replays`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(202);
  return String(Object(await answer.json()).id);
}

test('the one that asked is killed; its jobs go on, and nothing is there twice', {
  timeout: 90_000,
}, async () => {
  const [asked, other] = await Promise.all([place.start(), place.start()]);
  const postings = (await Promise.all(Array.from({ length: BUYERS }, (_, i) => postingsOf(`j${i}`)))).flat();
  for (const posting of postings) expect(await post(other, posting)).not.toBeNull();
  const open = `SELECT 1 FROM events WHERE state IN ('received', 'waiting') LIMIT 1`;
  await until('every event ended', 30_000, () => rows(place.database, open).length === 0);

  const ids = [await replay(asked, { remap: true }), await replay(asked, { dry_run: true })];
  await asked.kill();
  const left = `SELECT 1 FROM jobs WHERE state <> 'done'`;
  await until('every job is done', 40_000, () => rows(place.database, left).length === 0);

  for (const id of ids) {
    const [job] = rows(place.database, `SELECT done, total, counts, problem FROM jobs WHERE id = '${id}'`);
    expect(job).toMatchObject({ done: postings.length, total: postings.length, problem: null });
  }
  expectExactly(place.database, postings);
});
