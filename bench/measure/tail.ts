/**
 * The slowest acknowledges at half the rate that saturates: an open loop, beside the bare server at the same rate; once
 * while walk two rests, and once while it issues all that comes.
 */
import type { Measured } from '../load.ts';
import type { Row, Series } from '../rows.ts';
import { inTurn, load, type Stand, withTarget } from '../stand.ts';
import { issuedByKeyferry } from './issue.ts';

const SHAPE = { bytes: 6144, connections: 64 };

export async function measureTail(stand: Stand): Promise<Row[]> {
  const rows: Row[] = [];
  for (const issuing of [false, true]) {
    const when = issuing ? 'while walk two issues' : 'walk two paused';
    stand.progress(`tail, ${when}: the rate that saturates`);
    const saturated = issuing
      ? await issuedByKeyferry(stand, stand.seconds)
      : await withTarget(stand, 'keyferry', (target) => load(stand, target, 'keyferry', SHAPE));
    for (const share of stand.full ? [0.25, 0.5, 0.75] : [0.5]) {
      const rate = Math.round(saturated.rate * share);
      const at = (contender: 'floor' | 'keyferry') => () =>
        withTarget(stand, contender, async (target) => {
          if (issuing && contender === 'keyferry') await target.act('start');
          return await load(stand, target, contender, { ...SHAPE, rate });
        });
      const done = await inTurn(stand, `tail, ${when}, ${rate}/s`, {
        floor: at('floor'),
        keyferry: at('keyferry'),
      });
      rows.push({
        what: `p99 of acknowledge at ${share} of the saturated rate, ${when}`,
        unit: 'ms',
        ours: slowest('Keyferry', done.keyferry),
        beside: slowest('bare server', done.floor),
        ...(share === 0.5 ? { must: { atMost: 4 }, aim: { atMost: 2 } } : { must: null, aim: null }),
        note: `open loop at ${rate.toLocaleString('en-US')}/s`,
      });
    }
  }
  return rows;
}

function slowest(name: string, all: readonly Measured[]): Series {
  return { name, values: all.map(({ p99Ms }) => p99Ms), p50: all.map(({ p50Ms }) => p50Ms) };
}
