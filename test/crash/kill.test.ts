/**
 * A real process under load, killed with SIGKILL again and again: what it acknowledged is in the file, and in
 * the end exactly the licenses are there that were bought.
 */
import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import {
  expectExactly,
  type KeyferryProcess,
  makePlace,
  type Posting,
  post,
  postingsOf,
  rows,
  until,
} from './processes.ts';

const BUYERS = 150;
const SENDERS = 16;
const KILLS = 4;

const place = makePlace();
afterEach(() => place.clear());

/** Posts until everything is acknowledged, whoever dies meanwhile. */
function shops(postings: readonly Posting[]) {
  const queue = [...postings];
  const acknowledged = new Set<string>();
  let process: KeyferryProcess | null = null;

  async function sender(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await until('a process to send to', 10_000, () => process !== null);
      const answer = process && (await post(process, next));
      if (answer) acknowledged.add(answer.event);
      else queue.push(next);
    }
  }
  return {
    acknowledged,
    sendTo: (it: KeyferryProcess | null) => {
      process = it;
    },
    run: () => Promise.all(Array.from({ length: SENDERS }, sender)),
  };
}

test('whatever was acknowledged survives SIGKILL, and ends as exactly its licenses', {
  timeout: 60_000,
}, async () => {
  const postings = (await Promise.all(Array.from({ length: BUYERS }, (_, i) => postingsOf(`k${i}`)))).flat();
  // Every delivery comes twice: shops do that.
  const shop = shops([...postings, ...postings]);
  let process = await place.start();
  shop.sendTo(process);
  const sent = shop.run();

  for (let kill = 1; kill <= KILLS; kill++) {
    // At any moment of a round: between two acknowledgments, in a commit, in a settle.
    const enough = Math.floor(((kill - Math.random()) / KILLS) * postings.length);
    await until(`${enough} acknowledgments`, 10_000, () => shop.acknowledged.size >= enough);
    await process.kill();
    shop.sendTo(null);
    const told = [...shop.acknowledged];
    const inFile = new Set(rows(place.database, 'SELECT id FROM events').map(({ id }) => id));
    expect(
      told.filter((id) => !inFile.has(id)),
      `killed after ${told.length} acknowledgments`,
    ).toEqual([]);
    process = await place.start();
    shop.sendTo(process);
  }
  await sent;
  expect(shop.acknowledged.size).toBe(postings.length);

  // Events that the last victim held come free at the end of their lease.
  const open = `SELECT 1 FROM events WHERE state IN ('received', 'waiting') LIMIT 1`;
  await until('every event ended', LIMITS.lease_ms + 4_000, () => rows(place.database, open).length === 0);
  expectExactly(place.database, postings);
});
