/** A shop in trouble is left alone, its events lose nothing by it, and nobody else waits. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { type House, openHouse } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const asking = (shop: string) => `integration: stripe
mode: test
settings: { webhook_secrets: [ $SECRET ], api_key: $STRIPE_API_KEY, api_base: "https://${shop}.test" }
rules: [ { when: {}, grant: { product: acmepro } } ]
`;
const FILES = {
  'catalog.yaml': `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`,
  'one.yaml': asking('one'),
  'two.yaml': asking('two'),
  'told.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};
const ENV = { SECRET: 'whsec_1', STRIPE_API_KEY: 'rk_test_KeyferryFake' };

function sample(shop: string, name: string, seed: string) {
  const found = integrations.find((it) => it.name === shop)?.samples.find((it) => it.name === name);
  if (!found) throw new Error(`there is no sample ${shop} ${name}`);
  return found.make(AT, seed);
}

let house: House;
const apis = { one: stripeApi(), two: stripeApi() };
type Name = keyof typeof apis;
afterEach(async () => {
  await house.close();
  apis.one = stripeApi();
  apis.two = stripeApi();
});

const nameOf = (input: Parameters<Fetch>[0]): Name =>
  String(input).startsWith('https://one.') ? 'one' : 'two';
const both: Fetch = (input, init) => apis[nameOf(input)].fetch(input, init);
async function open(fetch: Fetch = both): Promise<void> {
  house = await openHouse({ files: FILES, env: ENV, at: AT, fetch });
}
async function sell(source: Name, seed: string): Promise<void> {
  const webhook = sample('stripe', 'one-time', seed);
  const session = JSON.parse(webhook.body).data.object;
  apis[source].add({ session, lines: [stripeLine({ price: 'price_1' })] });
  await house.send(source, webhook);
}
const seeds = (count: number, mark = 'n') => Array.from({ length: count }, (_, at) => `${mark}${at}`);
async function sellMany(source: Name, count: number, mark?: string): Promise<void> {
  for (const seed of seeds(count, mark)) await sell(source, seed);
}
const asked = (api: StripeApi) => new Set(api.calls.map(({ path }) => path.split('/')[4])).size;
const stateOf = (source: string) => house.bridge.shops().get(source);
const rowsOf = (source: string) =>
  house.db.read('SELECT state, attempts, due_at, problem FROM events WHERE source = ? ORDER BY id', [source]);
const untried = async (source: string) => (await rowsOf(source)).filter(({ attempts }) => attempts === 0);

describe('a shop that fails again and again', () => {
  test('is asked no more than once at a time, by one event, once it has rested', async () => {
    await open();
    apis.one.break('', { status: 500 });
    await sellMany('one', 30);
    await house.settle();
    // Those that were asked about at once; the others found it resting.
    expect(asked(apis.one)).toBeLessThanOrEqual(LIMITS.ask_count);
    expect(stateOf('one')).toMatchObject({ state: 'open', until: AT + LIMITS.shop_rest_ms });
    const before = apis.one.calls.length;

    house.clock.advance(LIMITS.shop_rest_ms - 1);
    await house.settle();
    expect(apis.one.calls.length).toBe(before);

    house.clock.advance(LIMITS.shop_rest_ms);
    expect(stateOf('one')).toMatchObject({ state: 'half_open' });
    await house.settle();
    // The session and its lines.
    expect(apis.one.calls.length).toBe(before + 2);
    expect(stateOf('one')).toMatchObject({ state: 'open' });
  });

  test('costs those that were not asked about no attempt, and they say why they wait', async () => {
    await open();
    apis.one.break('', { status: 503 });
    await sellMany('one', 30);
    await house.settle();
    const waiting = await untried('one');
    expect(waiting.length).toBeGreaterThanOrEqual(30 - LIMITS.ask_count);
    for (const { state, problem, due_at } of waiting) {
      expect(state).toBe('waiting');
      expect(JSON.parse(String(problem))).toEqual({
        code: 'shop_unavailable',
        detail: expect.stringMatching(/^not asked before 2026-11-02T10:00:05.000Z: Stripe answered 503/),
      });
      expect(Number(due_at)).toBeGreaterThanOrEqual(AT + LIMITS.shop_rest_ms);
    }
    // Not all at the same moment.
    expect(new Set(waiting.map(({ due_at }) => due_at)).size).toBeGreaterThan(waiting.length / 2);
  });

  test('sells all of it once it is well, though it was away for longer than an event tries', async () => {
    await open();
    apis.one.break('', 'refuse');
    await sellMany('one', 6);
    for (let hour = 0; hour < 24 * 5; hour++) {
      await house.settle();
      house.clock.advance(3_600_000);
    }
    expect((await rowsOf('one')).filter(({ state }) => state !== 'waiting')).toEqual([]);
    apis.one.heal();
    for (let time = 0; time < 4; time++) {
      house.clock.advance(3_600_000);
      await house.settle();
    }
    expect((await rowsOf('one')).filter(({ state }) => state !== 'done')).toEqual([]);
    expect(await house.db.read('SELECT id FROM licenses')).toHaveLength(6);
  });

  test('does not hold up its own events about which it need not be asked', async () => {
    await open();
    apis.one.break('', { status: 500 });
    await sellMany('one', 10);
    await house.settle();
    expect(stateOf('one')).toMatchObject({ state: 'open' });
    await house.send('one', sample('stripe', 'setup', 'free'));
    await house.settle();
    const states = (await rowsOf('one')).map(({ state }) => state);
    expect(states.filter((it) => it === 'ignored')).toHaveLength(1);
    expect(states.filter((it) => it === 'waiting')).toHaveLength(10);
  });

  test('is asked for a person who replays, and is well for all when it answers', async () => {
    await open();
    apis.one.break('', { status: 500 });
    await sellMany('one', 10);
    await house.settle();
    apis.one.heal();
    const [event] = await house.events();
    expect(stateOf('one')).toMatchObject({ state: 'open' });
    expect((await house.replay(event?.id ?? '')).changes).toHaveLength(1);
    expect(stateOf('one')).toMatchObject({ state: 'closed', failures: 0, problem: null });
  });

  test('over a single sale holds the others up for one rest at most, and not for ever', async () => {
    await open();
    await sell('one', 'bad');
    apis.one.break('Keyferrybad/line_items', { status: 500 });
    const nextDue = async () => Math.min(...(await rowsOf('one')).map(({ due_at }) => Number(due_at)));
    for (let time = 0; time < 20; time++) {
      await house.settle();
      house.clock.set(await nextDue());
    }
    await house.settle();
    // Asked again and again it is the last in the queue: whoever comes now is asked about before it.
    const until = stateOf('one')?.until ?? 0;
    expect(await nextDue()).toBe(until + LIMITS.shop_spread_ms);
    await sellMany('one', 5, 'good');
    const since = house.clock.now();
    const unsold = async () => (await rowsOf('one')).filter(({ state }) => state !== 'done').length;
    while ((await unsold()) > 1) {
      house.clock.advance(1_000);
      await house.settle();
    }
    const most = LIMITS.shop_rest_most_ms + 2 * LIMITS.shop_spread_ms;
    expect(house.clock.now() - since).toBeLessThanOrEqual(most);
  });

  test('is left alone at once when it says for how long', async () => {
    await open();
    await sell('one', 'first');
    apis.one.break('', { status: 429, retry_after: '120' });
    await house.settle();
    const before = apis.one.calls.length;
    await sellMany('one', 20);
    await house.settle();
    expect(apis.one.calls.length).toBe(before);
    expect(stateOf('one')).toMatchObject({ state: 'open', failures: 1, until: AT + 120_000 });
    apis.one.heal();
    house.clock.advance(240_000);
    await house.settle();
    house.clock.advance(LIMITS.shop_spread_ms);
    await house.settle();
    expect((await rowsOf('one')).map(({ state }) => state)).toEqual(seeds(21).map(() => 'done'));
  });

  test('is not left alone for what it answered to single questions', async () => {
    await open();
    for (const seed of seeds(20)) await house.send('one', sample('stripe', 'one-time', seed));
    await house.settle();
    expect((await rowsOf('one')).map(({ state }) => state)).toEqual(seeds(20).map(() => 'parked'));
    expect(asked(apis.one)).toBe(20);
    expect(stateOf('one')).toMatchObject({ state: 'closed', failures: 0 });
  });
});

describe('other shops', () => {
  test('are asked as ever while one rests', async () => {
    await open();
    apis.one.break('', { status: 500 });
    await sellMany('one', 200);
    await sellMany('two', 20);
    await house.settle();
    expect(stateOf('one')).toMatchObject({ state: 'open' });
    expect(stateOf('two')).toMatchObject({ state: 'closed' });
    expect((await rowsOf('two')).map(({ state }) => state)).toEqual(seeds(20).map(() => 'done'));
  });

  test('wait for nothing while two hang, however their events come in', async () => {
    const released = Promise.withResolvers<void>();
    await open(() => released.promise.then(() => Response.error()));
    // One by one, each with a round of its own, as many as there are on Node.
    const rounds: Promise<number>[] = [];
    for (const seed of seeds(8)) {
      await sell('one', seed);
      rounds.push(house.bridge.work());
      await sell('two', seed);
      rounds.push(house.bridge.work());
    }
    // Each round has a lease of its own.
    const held = async () =>
      (await house.db.read('SELECT DISTINCT lease FROM events WHERE lease IS NOT NULL')).length;
    await vi.waitFor(async () => expect(await held()).toBeGreaterThanOrEqual(6), { timeout: 5_000 });

    // Of the eight rounds of a process, how many are busy with those that hang?
    const busy = await held();
    expect(busy).toBeLessThanOrEqual(7);
    for (const seed of seeds(50)) await house.send('told', sample('shopify', 'paid', seed));
    await house.bridge.work();
    expect((await rowsOf('told')).filter(({ state }) => state !== 'done')).toEqual([]);
    released.resolve();
    await Promise.all(rounds);
  });
});

test('a clock that is set back by an hour does not make a rest longer', async () => {
  await open();
  apis.one.break('', { status: 500 });
  await sellMany('one', 10);
  await house.settle();
  apis.one.heal();
  house.clock.advance(-3_600_000);
  await sell('one', 'after');
  await house.settle();
  expect(stateOf('one')).toMatchObject({ state: 'closed' });
});
