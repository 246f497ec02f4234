/**
 * The law once more, where all goes wrong at once: two processes on one database of small values, behind a line that
 * loses answers, brings requests late and lets processes die. The buyer ends with what was paid for, as on a good day.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { makeHouse } from '../../src/house.ts';
import { type BadLine, badLine, type Mishap } from '../fakes/bad-line.ts';
import { deliveryOf, digest, seededRandom, settableClock } from '../house.ts';
import { type OpenDatabase, onFile } from '../runtimes/databases.ts';
import { entitledOf, NOW } from './river.ts';
import { runs, SEED } from './runs.ts';
import { shopifyHistory, shopifySale } from './shopify-history.ts';
import { stripeHistory, stripeSale } from './stripe-history.ts';
import { CATALOG, SHOPIFY, STRIPE } from './vendor.ts';

vi.setConfig({ testTimeout: 120_000 });

const FILES = Object.entries({ 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE, 'shopify.yaml': SHOPIFY }).map(
  ([path, text]) => ({ path, text }),
);
const ENV = { STRIPE_SECRET: 'whsec_of_the_laws', SHOPIFY_SECRET: 'shpss_of_the_laws' };
const clock = settableClock(NOW);
const random = seededRandom('bad line');

type Process = ReturnType<typeof makeHouse>;
let open: OpenDatabase;
let line: BadLine;
let deaths = 0;
const living: Process[] = [];

/** How far the second one's clock is ahead, in ms. */
let ahead = 0;

function start(place: number): Process {
  const db = line.connect();
  return makeHouse({
    db,
    env: ENV,
    environment: { maxBodyBytes: LIMITS.body_bytes, maxUnitsPerLine: LIMITS.units_per_line },
    clock: { now: () => clock.now() + (place === 1 ? ahead : 0) },
    random,
    digest,
    fetch: () => Promise.reject(new Error('nobody is asked')),
    log: () => {},
    notify: () => {},
  });
}

beforeAll(async () => {
  open = await onFile.open();
  line = badLine(open.db, (dead) => {
    deaths++;
    const place = living.findIndex(({ db }) => db === dead);
    if (place >= 0) living[place] = start(place);
  });
  living.push(start(0), start(1));
  for (const { sources } of living) expect(await sources.takeFiles(FILES)).toMatchObject({ errors: [] });
});
afterAll(() => open.close());

type Step =
  | { readonly do: 'send' | 'replay'; readonly pick: number; readonly by: 0 | 1 }
  | { readonly do: 'work'; readonly by: 0 | 1 }
  /** Both processes take a round while a webhook comes in. */
  | { readonly do: 'crowd'; readonly pick: number }
  /** Time goes by, and both look now and then, as idle processes do. */
  | { readonly do: 'wait'; readonly looks: number };
const pick = fc.nat({ max: 60 });
const by = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), pick, by }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('work' as const), by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crowd' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const), pick, by }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), looks: fc.integer({ min: 1, max: 20 }) }),
  },
);
const mishap = fc.record({
  // No look in a row of two is spoiled whole.
  after: fc.integer({ min: 3, max: 25 }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Mishap[]>('lost before', 'lost after') },
    { weight: 2, arbitrary: fc.constant<Mishap>('late') },
    { weight: 1, arbitrary: fc.constantFrom<Mishap[]>('dies before', 'dies after') },
  ),
});
/** More units than elsewhere: enough for several parts of a settle. */
const large = shopifySale.map((it) => ({
  ...it,
  lines: it.lines.map((line) => ({ ...line, units: line.units * 3 })),
}));
const days = fc.record({
  shopify: fc.array(large, { minLength: 1, maxLength: 2 }),
  stripe: fc.array(
    stripeSale.map((it) => ({ ...it, asked: false })),
    { maxLength: 1 },
  ),
  steps: fc.array(step, { maxLength: 40 }),
  mishaps: fc.array(mishap, { maxLength: 40 }),
});

/** Each run sells under numbers of its own, so that one database serves them all. */
let sold = 100;

const keys = new Map<string, string>();

test.for([
  ['', 0, 60],
  [' and one clock is twelve seconds ahead', 12_000, 30],
  [' and one clock is an hour ahead', 3_600_000, 30],
] as const)(
  'whatever the line does%s, each sale ends with what was paid for, and nobody is taken for a killer',
  async ([, skew, usual]) => {
    ahead = skew;
    const property = fc.asyncProperty(days, async ({ shopify, stripe, steps, mishaps }) => {
      const histories = [
        ...shopify.map((it) => shopifyHistory(it, sold++)),
        ...stripe.map((it) => stripeHistory(it, sold++)),
      ];
      const webhooks = histories.flatMap(({ shop, tellings }) => tellings.map((it) => ({ shop, ...it })));
      const events = new Map<number, string>();
      const told = () =>
        [...histories.flatMap((it) => it.story), ...mishaps.map((it) => `${it.after} ${it.what}`)].join('\n');

      async function send(place: number, process: Process | undefined): Promise<void> {
        const it = webhooks[place];
        const integration = integrations.find(({ name }) => name === it?.shop);
        if (!it || !integration || !process) throw new Error(`no webhook ${place}`);
        const secret = it.shop === 'stripe' ? ENV.STRIPE_SECRET : ENV.SHOPIFY_SECRET;
        const body = new TextEncoder().encode(it.body);
        // Whatever time it is there.
        const now = process.ports.clock.now();
        const headers = await integration.sign(it.type, body, secret, now, digest);
        const stored = await process.bridge.receive(it.shop, deliveryOf(headers, body, now));
        if (!stored.ok) return expect(stored.problem.code, told()).toBe('not_stored');
        events.set(place, stored.value.id);
      }
      const fails = () => undefined;
      const seen = async () => {
        for (const { id, key } of await open.db.read('SELECT id, key FROM licenses')) {
          expect(keys.get(String(id)) ?? key, told()).toBe(key);
          keys.set(String(id), String(key));
        }
      };

      deaths = 0;
      // Below what would make an event a killer.
      let dying = 0;
      line.plan(mishaps.filter(({ what }) => !what.startsWith('dies') || ++dying < LIMITS.deaths));
      for (const it of steps) {
        const process = 'by' in it ? living[it.by] : undefined;
        if (it.do === 'work') await process?.bridge.work().catch(fails);
        else if (it.do === 'wait')
          for (let look = 0; look < it.looks; look++) {
            clock.advance(2_000);
            for (const { bridge } of [...living]) await bridge.work().catch(fails);
          }
        else if (it.do === 'send') await send(it.pick % webhooks.length, process);
        else if (it.do === 'crowd') {
          const [one, two] = living;
          await Promise.all([
            one?.bridge.work().catch(fails),
            send(it.pick % webhooks.length, two),
            two?.bridge.work().catch(fails),
          ]);
        } else {
          const id = events.get(it.pick % webhooks.length);
          const options = { dry_run: false, remap: false, refresh: false };
          if (id !== undefined) await process?.bridge.replay(id, options, 'a test').catch(fails);
        }
        await seen();
      }
      await line.calm();

      // What was acknowledged is there; the shop sends again what was not.
      for (const id of events.values())
        expect(await open.db.read('SELECT 1 FROM events WHERE id = ?', [id])).toHaveLength(1);
      for (const place of webhooks.keys()) if (!events.has(place)) await send(place, living[place % 2]);
      for (let rounds = 0; rounds < 8; rounds++) {
        for (const { drain } of living) await drain();
        clock.advance(rounds < 2 ? LIMITS.lease_ms : 1_800_000);
      }
      await seen();
      const lates = line.lates();
      for (const id of events.values()) {
        const [event] = await open.db.read('SELECT state, problem, deaths FROM events WHERE id = ?', [id]);
        expect(event, told()).toMatchObject({ state: 'done' });
        // Only deaths count as deaths; a clock that is ahead takes an event for left once or twice.
        if (skew === 0) expect(Number(event?.deaths), told()).toBeLessThanOrEqual(deaths + lates);
      }
      const { store } = living[0] ?? start(0);
      for (const history of histories) {
        const [id = ''] = (await store.findOrders(history.shop, '', [history.external_id])).values();
        const sale = await store.loadSale(id);
        expect(entitledOf(sale?.licenses ?? []), told()).toEqual(history.entitled);
        if (history.never_paid) expect(sale?.licenses ?? [], told()).toEqual([]);
        expect(sale?.next_at ?? null, told()).toBeNull();
      }
    });
    await fc.assert(property, {
      seed: SEED,
      numRuns: runs(usual),
    });

    const [all] = await open.db.read(
      'SELECT count(*) AS licenses, count(DISTINCT key) AS keys FROM licenses',
    );
    expect(all?.keys).toBe(all?.licenses);
    const [parts] = await open.db.read('SELECT max(version) AS version FROM orders');
    expect(Number(parts?.version)).toBeGreaterThan(10);
  },
);
