/** Verified, durable, deduplicated, answered: beside a bare server that stores nothing. */
import { median } from '../numbers.ts';
import type { Bound, Row } from '../rows.ts';
import { doneAt, inTurn, load, ratesOf, type Stand, type Used, withTarget } from '../stand.ts';
import { number } from '../tables.ts';

const PAUSED = { must: { atLeast: 0.65 }, aim: { atLeast: 0.85 } };
const ISSUING = { must: { atLeast: 0.25 }, aim: { atLeast: 0.5 } };
/** The connections of the rows that must reach something, and those that only show. */
const MAIN = 64;
const OTHERS = [1, 16, 256];

type Bounds = Readonly<Record<'must' | 'aim', Bound | null>>;

export async function measureAcknowledge(stand: Stand): Promise<Row[]> {
  const rows: Row[] = [];
  for (const bytes of [6144, 2048]) {
    const size = `${bytes / 1024} KB`;
    const run =
      (contender: 'floor' | 'keyferry', issuing: boolean, connections: number, seconds?: number) => () =>
        withTarget(stand, contender, async (target) => {
          if (issuing) await target.act('start');
          const measured = await load(stand, target, contender, { bytes, connections }, seconds);
          const { from, to } = measured;
          const issued = doneAt(target.marks, to) - doneAt(target.marks, from);
          return { ...measured, issued: (issued / (to - from)) * 1000 };
        });
    const main = await inTurn(stand, `acknowledge, ${size}`, {
      floor: run('floor', false, MAIN),
      paused: run('keyferry', false, MAIN),
      issuing: run('keyferry', true, MAIN),
    });
    const row = (what: string, ours: Used[], floor: Used[], { must, aim }: Bounds): Row => ({
      what,
      unit: '/s',
      ours: ratesOf('Keyferry', ours),
      beside: ratesOf('bare server', floor),
      must,
      aim,
    });
    const at = (connections: number) =>
      `${size}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`;
    rows.push(row(`acknowledge, ${at(MAIN)}, walk two paused`, main.paused, main.floor, PAUSED), {
      ...row(`acknowledge, ${at(MAIN)}, while walk two issues`, main.issuing, main.floor, ISSUING),
      note: `${number(median(main.issuing.map(({ issued }) => issued)))}/s were issued meanwhile`,
    });
    if (bytes !== 6144 && !stand.full) continue;
    for (const connections of OTHERS) {
      const { floor, paused } = await inTurn(stand, `acknowledge, ${at(connections)}`, {
        floor: run('floor', false, connections, stand.seconds / 2),
        paused: run('keyferry', false, connections, stand.seconds / 2),
      });
      rows.push(
        row(`acknowledge, ${at(connections)}, walk two paused`, paused, floor, { must: null, aim: null }),
      );
    }
  }
  return rows;
}
