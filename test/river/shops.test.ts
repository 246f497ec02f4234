/** Shops that hang, sources that are closed, sales that never come: nobody else waits, and nothing is guessed. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { type House, openHouse } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
  - { code: acmecli, name: Acme CLI, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const FILES = {
  'catalog.yaml': CATALOG,
  'stripe.yaml': `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ], api_key: $STRIPE_API_KEY }
rules:
  - { when: { price: price_cli }, grant: { product: acmecli } }
  - { when: { mode: payment }, grant: { product: acmepro } }
`,
  'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};
const ENV = {
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_API_KEY: 'rk_test_KeyferryFake',
  SHOPIFY_WEBHOOK_SECRET: 'two',
};

function sample(shop: string, name: string, seed: string) {
  const found = integrations.find((it) => it.name === shop)?.samples.find((it) => it.name === name);
  if (!found) throw new Error(`there is no sample ${shop} ${name}`);
  return found.make(AT, seed);
}
const sessionOf = (body: string): { readonly id: string } & Record<string, unknown> =>
  JSON.parse(body).data.object;

let house: House;
afterEach(() => house.close());

describe('a shop that hangs', () => {
  test('holds up none of its neighbors, not even those that were claimed with it', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hangs = () => released.then(() => Response.error());
    house = await openHouse({ files: FILES, env: ENV, at: AT, fetch: hangs });
    for (const seed of ['a', 'b', 'c']) await house.send('stripe', sample('stripe', 'one-time', seed));
    const order = sample('shopify', 'paid', 'quick');
    await house.send('shopify', order);

    const round = house.bridge.work();
    const issued = () => house.order('shopify', String(JSON.parse(order.body).id));
    await vi.waitFor(async () => expect(await issued()).toMatchObject({ state: 'issued' }), {
      timeout: 5_000,
    });
    release();
    await round;
    const states = (await house.events()).map(({ type, state }) => `${type} ${state}`);
    expect(states.toSorted()).toEqual([
      'checkout.session.completed waiting',
      'checkout.session.completed waiting',
      'checkout.session.completed waiting',
      'orders/paid done',
    ]);
  });

  test('takes no more than its share: the next rounds leave its events out', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hangs = () => released.then(() => Response.error());
    house = await openHouse({ files: FILES, env: ENV, at: AT, fetch: hangs });
    const many = LIMITS.source_count + 20;
    await Promise.all(
      Array.from({ length: many }, (_, at) => house.send('stripe', sample('stripe', 'one-time', `n${at}`))),
    );
    const wanted = LIMITS.source_count / LIMITS.claim_count + 1;
    const rounds = Array.from({ length: wanted }, () => house.bridge.work());
    const held = async () =>
      Number((await house.db.read('SELECT count(*) AS held FROM events WHERE lease IS NOT NULL'))[0]?.held);
    await vi.waitFor(async () => expect(await held()).toBeGreaterThanOrEqual(LIMITS.source_count));
    expect(await house.bridge.work()).toBe(0);
    release();
    await Promise.all(rounds);
  });
});

describe('a source whose settings are missing', () => {
  test('issues nothing from what it cannot ask about, and goes on by itself once they are back', async () => {
    const body = sample('stripe', 'one-time', 'closed');
    const api = stripeApi();
    api.add({
      session: sessionOf(body.body),
      lines: [stripeLine({ id: 'li_1', price: 'price_cli', quantity: 3 })],
    });
    const env: Record<string, string> = { ...ENV };
    house = await openHouse({ files: FILES, env, at: AT, fetch: api.fetch });
    await house.send('stripe', body);

    // A restart without the key: the source is closed, the event was acknowledged.
    delete env.STRIPE_API_KEY;
    await house.write({});
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'waiting', problem: { code: 'source_closed' } }]);
    expect(await house.db.read('SELECT * FROM licenses')).toEqual([]);

    env.STRIPE_API_KEY = ENV.STRIPE_API_KEY;
    await house.write({});
    house.clock.advance(24 * 3_600_000);
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'done', problem: null }]);
    const licenses = await house.db.read('SELECT product FROM licenses');
    expect(licenses.map((it) => it.product)).toEqual(['acmecli', 'acmecli', 'acmecli']);
  });

  test('refuses a replay that would have to ask, and says what is missing', async () => {
    const env: Record<string, string> = { ...ENV };
    house = await openHouse({ files: FILES, env, at: AT });
    await house.send('stripe', sample('stripe', 'one-time', 'replayed'));
    delete env.STRIPE_API_KEY;
    await house.write({});
    const [event] = await house.events();
    const options = { dry_run: false, remap: false, refresh: false };
    expect(await house.bridge.replay(event?.id ?? '', options, 'ann')).toEqual({
      ok: false,
      problem: { code: 'source_closed', detail: 'STRIPE_API_KEY is not set' },
    });
  });
});

test('an event of the other mode is kept, ignored and alarmed', async () => {
  house = await openHouse({ files: FILES, env: ENV, at: AT });
  const live = integrations.find((it) => it.name === 'stripe')?.samples.find((it) => it.name === 'one-time');
  await house.send('stripe', live?.make(AT, 'live', 'live') ?? { type: '', body: '' });
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'ignored', problem: { code: 'mode_mismatch' } }]);
  expect(await house.db.read('SELECT source, code FROM alarms')).toEqual([
    { source: 'stripe', code: 'mode_mismatch' },
  ]);
});

test('an event whose sale does not come raises an alarm after a day, and is ignored after thirty', async () => {
  house = await openHouse({ files: FILES, env: ENV, at: AT });
  await house.send('shopify', sample('shopify', 'refund-unit', 'orphan'));
  await house.settle();
  const alarms = () => house.db.read("SELECT code FROM alarms WHERE source = 'shopify'");
  expect(await alarms()).toEqual([]);

  house.clock.advance(LIMITS.wait_for_sale_alarm_ms);
  await house.settle();
  expect(await alarms()).toEqual([{ code: 'sale_unknown' }]);
  expect(await house.events()).toMatchObject([{ state: 'waiting' }]);

  house.clock.advance(LIMITS.wait_for_sale_ms);
  await house.settle();
  expect(await house.events()).toMatchObject([{ state: 'ignored', problem: { code: 'sale_unknown' } }]);
});

test('a clock that is set back puts no event to rest', async () => {
  house = await openHouse({ files: FILES, env: ENV, at: AT });
  await house.send('shopify', sample('shopify', 'paid', 'before'));
  await house.settle();
  house.clock.advance(60_000);
  await house.send('shopify', sample('shopify', 'paid', 'late'));
  await house.bridge.work();
  house.clock.advance(-3_600_000);
  await house.send('shopify', sample('shopify', 'paid', 'after'));
  await house.settle();
  expect((await house.events()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});
