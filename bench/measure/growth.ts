/** What an order costs, in and issued, once the database has grown: beside a small one. */
import { multiply } from '../multiply.ts';
import { bytesOf } from '../place.ts';
import type { Row, Series } from '../rows.ts';
import { inTurn, type Stand, type Used } from '../stand.ts';
import { drainAndReplay, storeEvents } from './drain.ts';
import { issuedByKeyferry } from './issue.ts';

const ORIGINALS = 1_000;
const SMALL = 10_000;

export async function measureGrowth(stand: Stand): Promise<Row[]> {
  const sizes = stand.full ? [500_000, 5_000_000] : [Math.max(stand.events * 5, SMALL * 2)];
  const stored = await storeEvents(stand, ORIGINALS);
  const small = (await drainAndReplay(stand, stored, ORIGINALS)).database;
  stand.place.drop(stored);
  stand.progress(`growth: making ${SMALL} orders`);
  await multiply(small, SMALL);
  const rows: Row[] = [];
  const large = stand.place.database(small);
  for (const size of sizes) {
    stand.progress(`growth: making ${size} orders`);
    await multiply(large, size);
    const gigabytes = bytesOf(large) / 1e9;
    // The large one is not copied for each round: some thousand orders more make it no larger.
    const done = await inTurn(stand, `growth, ${size} orders`, {
      small: () => issuedByKeyferry(stand, stand.seconds * 2, { from: small }),
      large: () => issuedByKeyferry(stand, stand.seconds * 2, { on: large }),
    });
    const named = (count: number) => `with ${count.toLocaleString('en-US')} orders`;
    rows.push({
      what: `an order's cost ${named(size)} in the database`,
      unit: 'µs',
      ours: costsOf(named(size), done.large),
      beside: costsOf(named(SMALL), done.small),
      must: { atMost: 1.8 },
      aim: { atMost: 1.2 },
      note: `a file of ${gigabytes.toFixed(1)} GB`,
    });
  }
  stand.place.drop(small);
  stand.place.drop(large);
  return rows;
}

/** Microseconds of its time that each order took, and of the processors'. */
function costsOf(name: string, all: readonly Pick<Used, 'rate' | 'cpuUs'>[]): Series {
  return { name, values: all.map(({ rate }) => 1e6 / rate), cpu: all.map(({ cpuUs }) => cpuUs) };
}
