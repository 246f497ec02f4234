/**
 * Orders issued in a second, from the webhook to licenses on the disk, with the backlog bounded: beside a handler that
 * does all of it in one transaction. The same on a disk on which every sync takes 2 ms longer.
 */
import { buildDiskShim, diskEnv, seenByDisk, setDisk } from '../../test/fakes/disk.ts';
import type { Row, Series } from '../rows.ts';
import { doneAt, type Ground, inTurn, load, ratesOf, type Stand, type Used, withTarget } from '../stand.ts';

const SHAPE = { bytes: 6144, connections: 64 };
/** Acknowledged and not yet issued, at the most. */
const BACKLOG = 2_000;
const SLOW_SYNC_MS = 2;

/** Of orders, with the latencies of the acknowledge. */
type Issued = Pick<Used, 'rate' | 'p50Ms' | 'p99Ms' | 'cpuUs'>;

export function issuedByKeyferry(stand: Stand, seconds: number, ground: Ground = {}): Promise<Issued> {
  return withTarget(
    stand,
    'keyferry',
    async (target) => {
      await target.act('start');
      const shape = { ...SHAPE, backlog: BACKLOG };
      const used = await load(stand, target, 'keyferry', shape, seconds);
      const { from, to, count, cpuUs } = used;
      const issued = doneAt(target.marks, to) - doneAt(target.marks, from);
      return { ...used, rate: (issued / (to - from)) * 1000, cpuUs: (cpuUs * count) / issued };
    },
    ground,
  );
}

/** Its answer is the end of the work. */
function issuedByRival(stand: Stand, seconds: number, ground: Ground): Promise<Issued> {
  return withTarget(stand, 'rival', (target) => load(stand, target, 'rival', SHAPE, seconds), ground);
}

export async function measureIssue(stand: Stand): Promise<Row[]> {
  const { ours, rival } = await contend(stand, 'orders issued', { keyferry: {}, rival: {} });
  return [
    {
      what: 'orders issued, backlog bounded',
      unit: '/s',
      ours,
      beside: rival,
      must: { atLeast: 1.3 },
      aim: { atLeast: 2.5 },
      note: 'latencies are those of the acknowledge',
    },
  ];
}

export async function measureSlowDisk(stand: Stand): Promise<Row[]> {
  const so = await buildDiskShim();
  if (so === null) {
    stand.progress('the slow disk is left out: it needs Linux and a C compiler');
    return [];
  }
  const grounds = { keyferry: slowDisk(stand, so, 'keyferry'), rival: slowDisk(stand, so, 'rival') };
  const { ours, rival } = await contend(stand, 'orders issued, slow disk', grounds);
  for (const { control } of Object.values(grounds))
    if (seenByDisk(control).syncs === 0) throw new Error('the slow disk stood beside the databases');
  return [
    {
      what: `orders issued, every sync ${SLOW_SYNC_MS} ms slower`,
      unit: '/s',
      ours,
      beside: rival,
      must: { atLeast: 6 },
      aim: { atLeast: 12 },
    },
  ];
}

function slowDisk(stand: Stand, so: string, contender: string): Ground & { readonly control: string } {
  const control = stand.place.file(`disk-${contender}`);
  const env = diskEnv({ so, control });
  setDisk(control, { sync_ms: SLOW_SYNC_MS });
  return { control, env };
}

async function contend(
  stand: Stand,
  what: string,
  grounds: Readonly<Record<'keyferry' | 'rival', Ground>>,
): Promise<{ ours: Series; rival: Series }> {
  const seconds = stand.full ? 60 : stand.seconds * 2;
  const done = await inTurn(stand, what, {
    rival: () => issuedByRival(stand, seconds, grounds.rival),
    keyferry: () => issuedByKeyferry(stand, seconds, grounds.keyferry),
  });
  return { ours: ratesOf('Keyferry', done.keyferry), rival: ratesOf('one handler', done.rival) };
}
