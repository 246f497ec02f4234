/**
 * Several real processes on one libSQL server share the work by leases. Each delivery comes to two of them, one of
 * them is killed at work, and in the end exactly the licenses are there that were bought.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { expectExactly, type Posting, post, postingsOf, rows } from '../crash/processes.ts';
import { type KeyferryProcess, makePlace, type Place, startServer, until } from '../crash/serving.ts';

const NODES = 3;
const BUYERS = 40;
const SENDERS = 12;

let server: Awaited<ReturnType<typeof startServer>>;
let place: Place;
beforeAll(async () => {
  server = await startServer();
  place = makePlace(server);
});
afterEach(() => place.clear());
afterAll(() => server.end());

/** Each delivery goes to two nodes; one that is not acknowledged comes again, to another. */
async function send(
  postings: readonly Posting[],
  nodes: readonly KeyferryProcess[],
  dead: ReadonlySet<KeyferryProcess>,
) {
  const queue = postings.flatMap((posting, i) => [
    { posting, at: i },
    { posting, at: i + 1 },
  ]);
  const acknowledged = new Map<string, Set<Posting>>();
  async function sender(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const living = nodes.filter((it) => !dead.has(it));
      const node = living[next.at % living.length];
      const answer = node && (await post(node, next.posting));
      if (!answer) queue.push({ ...next, at: next.at + 1 });
      else acknowledged.set(answer.event, (acknowledged.get(answer.event) ?? new Set()).add(next.posting));
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return acknowledged;
}

test('every acknowledged event once, every paid sale exactly its licenses, whoever dies', {
  timeout: 60_000,
}, async () => {
  const nodes = await Promise.all(Array.from({ length: NODES }, () => place.start()));
  const postings = (await Promise.all(Array.from({ length: BUYERS }, (_, i) => postingsOf(`n${i}`)))).flat();
  const dead = new Set<KeyferryProcess>();
  const sent = send(postings, nodes, dead);

  // Not at its start: it has done something, and events are in somebody's hands.
  const [victim, ...others] = nodes;
  if (!victim) throw new Error('no node');
  const held = 'SELECT 1 FROM events WHERE lease IS NOT NULL LIMIT 1';
  await until(
    'the victim is at work',
    20_000,
    () => victim.ended() > 2 && rows(server.file, held).length > 0,
  );
  dead.add(victim);
  await victim.kill();

  const acknowledged = await sent;
  expect(acknowledged.size).toBe(postings.length);
  for (const of of acknowledged.values()) expect(of.size).toBe(1);
  const stored = new Set(rows(server.file, 'SELECT id FROM events').map(({ id }) => id));
  expect([...acknowledged.keys()].filter((id) => !stored.has(id))).toEqual([]);
  expect(stored.size).toBe(postings.length);

  // What the victim held comes free at the end of its lease, and others look every second.
  const open = `SELECT 1 FROM events WHERE state IN ('received', 'waiting') LIMIT 1`;
  await until('every event ended', LIMITS.lease_ms + 4_000, () => rows(server.file, open).length === 0);
  expectExactly(server.file, postings);
  for (const node of others) expect(node.ended()).toBeGreaterThan(0);
});
