/**
 * `node tools/run.mjs :node bench/lists/run.ts --orders 1000000`: what a page of each list takes with very many orders,
 * beside 10,000, in turn in one run; and the pages of the file that one order writes. Read the ratios. What must never
 * happen here: a list that is measured empty, which costs nothing however it is led.
 */
import { parseArgs } from 'node:util';
import { openHouse } from '../../src/node.ts';
import { putInOneFile } from '../databases.ts';
import { multiply } from '../multiply.ts';
import { median } from '../numbers.ts';
import { ADMIN_KEY, makePlace, type Place } from '../place.ts';
import { pagesOfAnOrder } from './pages.ts';
import { rarify } from './rare.ts';

const SMALL = 10_000;
const TIMES = 15;

/** Of each list the whole, its common filters, and those that few rows fit. */
const LISTS = [
  '/v1/orders',
  '/v1/orders?source=shopify',
  '/v1/orders?source=rare',
  '/v1/orders?state=issued',
  '/v1/orders?state=cancelled',
  '/v1/orders?test=false',
  '/v1/orders?source=rare&state=cancelled&test=false',
  '/v1/orders?customer=busy@example.com',
  '/v1/orders?customer=busy@example.com&state=cancelled',
  '/v1/licenses',
  '/v1/licenses?product=acmepro',
  '/v1/licenses?product=rare',
  '/v1/licenses?state=active',
  '/v1/licenses?state=revoked',
  '/v1/licenses?state=expired',
  '/v1/licenses?product=rare&state=suspended',
  '/v1/events',
  '/v1/events?type=rare',
  '/v1/events?source=rare',
  '/v1/events?state=ignored',
  '/v1/events?state=parked&source=rare',
  '/v1/events?from=2020-01-01&to=2100-01-01&state=done',
  '/v1/customers',
  '/v1/parked',
  '/v1/parked?source=rare',
  '/v1/sources',
  '/v1/audit',
] as const;

const { values } = parseArgs({ options: { orders: { type: 'string' }, place: { type: 'string' } } });
const orders = Number(values.orders ?? 100_000);
const place = makePlace(values.place);
try {
  await measure(place);
} finally {
  place.remove();
}

async function measure(place: Place): Promise<void> {
  const small = place.database();
  await pagesOfAnOrder(place, small);
  putInOneFile(small);
  await multiply(small, SMALL);
  const large = place.database(small);
  console.log(`making ${orders} orders`);
  await multiply(large, orders);
  for (const database of [small, large]) rarify(database);
  const [few, many] = [await open(small), await open(large)];
  console.log(`\n| page of 50 | ${SMALL} orders, ms | ${orders} orders, ms | ratio |\n|---|---|---|---|`);
  for (const path of LISTS) {
    const took: [number[], number[]] = [[], []];
    // In turn: what the machine does meanwhile, it does to both.
    for (let n = 0; n <= TIMES; n++) {
      const both = [await few.ask(path), await many.ask(path)] as const;
      if (n === 0) continue;
      took[0].push(both[0]);
      took[1].push(both[1]);
    }
    const [one, other] = [median(took[0]), median(took[1])];
    console.log(`| ${path} | ${one.toFixed(1)} | ${other.toFixed(1)} | ${(other / one).toFixed(1)} |`);
  }
  await few.close();
  await many.close();
  for (const database of [small, large]) {
    putInOneFile(database);
    const { stored, settled } = await pagesOfAnOrder(place, database);
    console.log(`pages of an order: ${stored.toFixed(2)} stored, ${settled.toFixed(2)} settled`);
  }
}

async function open(database: string) {
  const opened = await openHouse({ env: place.env(database), log: () => undefined });
  if (!opened.ok) throw new Error(opened.problem.detail);
  const house = opened.value;
  await house.keys.ensureAdmin(ADMIN_KEY);
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  return {
    close: () => house.close(),
    ask: async (path: string) => {
      const begun = performance.now();
      const answer = await house.app.request(path, { headers });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${path}: ${text}`);
      const took = performance.now() - begun;
      if (JSON.parse(text).items.length === 0 && path !== '/v1/audit')
        throw new Error(`${path} shows nothing`);
      return took;
    },
  };
}
