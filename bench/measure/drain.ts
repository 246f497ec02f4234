/**
 * Draining a backlog of stored events, beside a script that inserts the same rows; and sending the settled events
 * through again, beside draining them.
 */
import { putInOneFile } from '../databases.ts';
import { insertSameRows } from '../rivals/bulk.ts';
import type { Row, Series } from '../rows.ts';
import { load, type Stand, until, withTarget } from '../stand.ts';
import { cpuMs } from '../usage.ts';

const SHAPE = { bytes: 6144, connections: 64 };
/** For what takes seconds; whoever needs longer has stopped. */
const BOUND_SECONDS = 600;

export async function measureDrain(stand: Stand): Promise<Row[]> {
  const count = stand.events;
  stand.progress(`storing ${count} events`);
  const stored = await storeEvents(stand, count);
  const seen: Record<'drain' | 'script' | 'replay', Spent[]> = { drain: [], script: [], replay: [] };
  for (let round = 0; round < stand.rounds; round++) {
    const say = (what: string) => stand.progress(`drain, round ${round + 1} of ${stand.rounds}: ${what}`);
    say('keyferry');
    const { database, drain, replay } = await drainAndReplay(stand, stored, count);
    say('script');
    const copy = stand.place.database(stored);
    seen.drain.push(drain);
    seen.replay.push(replay);
    seen.script.push(await insertSameRows(copy, database));
    stand.place.drop(copy);
    stand.place.drop(database);
  }
  stand.place.drop(stored);
  const series = (name: string, all: readonly Spent[]): Series => ({
    name,
    values: all.map(({ ms }) => (count / ms) * 1000),
    cpu: all.map(({ cpuMs }) => (cpuMs * 1000) / count),
  });
  const some = count.toLocaleString('en-US');
  return [
    {
      what: `draining ${some} stored events`,
      unit: '/s',
      ours: series('draining', seen.drain),
      beside: series('inserting the same rows', seen.script),
      must: { atLeast: 0.35 },
      aim: { atLeast: 0.6 },
    },
    {
      what: `replaying ${some} settled events`,
      unit: '/s',
      ours: series('replaying', seen.replay),
      beside: series('draining', seen.drain),
      must: { atLeast: 1.5 },
      aim: { atLeast: 3 },
    },
  ];
}

/** On all of it together. */
interface Spent {
  readonly ms: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
}

/** A closed database with so many events that nobody has taken up. */
export function storeEvents(stand: Stand, count: number): Promise<string> {
  return withTarget(
    stand,
    'keyferry',
    async (target, database) => {
      await load(stand, target, 'keyferry', { ...SHAPE, count });
      await target.act('end');
      putInOneFile(database);
      return database;
    },
    { keep: true },
  );
}

interface Drained {
  /** Closed. */
  readonly database: string;
  readonly drain: Spent;
  readonly replay: Spent;
}

/** Drains a copy, then replays all of it. */
export function drainAndReplay(stand: Stand, stored: string, count: number): Promise<Drained> {
  return withTarget(
    stand,
    'keyferry',
    async (target, database) => {
      const begun = performance.timeOrigin + performance.now();
      const spent = cpuMs(target.pid);
      await target.act('start');
      await until('the backlog is drained', BOUND_SECONDS, () => (target.marks.at(-1)?.done ?? 0) >= count);
      const drained = cpuMs(target.pid);
      const ms = (target.marks.at(-1)?.at ?? Number.NaN) - begun;
      const replayed = await target.act('replay');
      if (replayed?.count !== count || replayed.changes > 0)
        throw new Error(`not all was settled: ${JSON.stringify(replayed)}`);
      const replay = { ms: replayed.ms, cpuMs: cpuMs(target.pid) - drained };
      await target.act('end');
      putInOneFile(database);
      return { database, drain: { ms, cpuMs: drained - spent }, replay };
    },
    { from: stored, keep: true },
  );
}
