/**
 * A checkout that two destinations tell of, one by snapshots and one by thin events, at one address: through the
 * real door, the real store and a small Stripe that answers.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { FAKE_STRIPE_KEY, type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { AT, COMPLETED, PAID, SUCCEEDED } from '../fakes/stripe-sessions.ts';
import { type House, openHouse, type Webhook } from '../house.ts';

const KEYLESS = `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_SECRET ] }
rules:
  - { when: { price: price_1 }, grant: { product: acmepro } }
  - { when: { payment_link: plink_1AcmePro }, grant: { product: acmepro } }
`;
const WITH_KEY = KEYLESS.replace('] }', '], api_key: $STRIPE_API_KEY }');
const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const ENV = { STRIPE_SECRET: 'whsec_of_the_twins', STRIPE_API_KEY: FAKE_STRIPE_KEY };

let house: House;
let api: StripeApi;
afterEach(() => house.close());

async function open(mapping: string): Promise<void> {
  api = stripeApi();
  const files = { 'catalog.yaml': CATALOG, 'stripe.yaml': mapping };
  house = await openHouse({ files, env: ENV, at: AT, fetch: (input, init) => api.fetch(input, init) });
}

/** A paid session of two units, known to Stripe; the webhooks of both destinations about it. */
function sale(number: number, envelope: { account?: string; snapshot?: object; thin?: object } = {}) {
  const session = { ...PAID, id: `cs_${number}`, payment_intent: `pi_${number}` };
  const { account = '' } = envelope;
  api.add({ session, lines: [stripeLine({ price: 'price_1', quantity: 2 })], account });
  const webhook = (type: string, body: object): Webhook => ({
    type,
    body: JSON.stringify({ livemode: false, type, ...body }),
  });
  const snapshot = (type: string, object: object = session) =>
    webhook(type, {
      id: `evt_${type}_${number}`,
      object: 'event',
      created: AT / 1000,
      data: { object },
      ...envelope.snapshot,
    });
  const thin = (type: string) =>
    webhook(`v1.${type}`, {
      id: `evt_test_${type}_${number}`,
      object: 'v2.core.event',
      created: new Date(AT + 412).toISOString(),
      related_object: {
        id: session.id,
        type: 'checkout.session',
        url: `/v1/checkout/sessions/${session.id}`,
      },
      snapshot_event: `evt_${type}_${number}`,
      ...envelope.thin,
    });
  return { id: session.id, session, snapshot, thin };
}

async function send(it: Webhook): Promise<void> {
  expect(await house.send('stripe', it)).toMatchObject({ ok: true });
}
const keysOf = async (id: string) =>
  house.db.read(
    'SELECT line_id, unit, key FROM licenses JOIN orders ON orders.id = licenses.order_id WHERE external_id = ? ORDER BY line_id, unit',
    [id],
  );
const ends = async () =>
  (await house.events()).map((it) => [it.type, it.state, it.problem?.code ?? null]).sort();

describe('a snapshot and its thin twin', () => {
  test.each<[string, readonly ('snapshot' | 'thin' | 'work')[]]>([
    ['the snapshot first', ['snapshot', 'work', 'thin']],
    ['the thin one first', ['thin', 'work', 'snapshot']],
    ['together', ['snapshot', 'thin']],
    ['each twice', ['thin', 'snapshot', 'work', 'snapshot', 'thin', 'work', 'thin']],
  ])('%s: one sale, two licenses, two keys', async (_, steps) => {
    await open(WITH_KEY);
    const { id, snapshot, thin } = sale(1);
    for (const it of steps) {
      if (it === 'work') await house.settle();
      else await send(it === 'thin' ? thin(COMPLETED) : snapshot(COMPLETED));
    }
    await Promise.all([house.settle(), house.settle()]);

    const keys = await keysOf(id);
    expect(keys.map((it) => [it.line_id, it.unit])).toEqual([
      ['price_1.1', 0],
      ['price_1.1', 1],
    ]);
    expect(new Set(keys.map((it) => it.key)).size).toBe(2);
    expect(await ends()).toEqual([
      [COMPLETED, 'done', null],
      [`v1.${COMPLETED}`, 'done', null],
    ]);
    for (const event of await house.events()) expect((await house.replay(event.id)).changes).toEqual([]);
    expect(await keysOf(id)).toEqual(keys);
  });

  test('of a connected account behind a platform are of one sale, though only one names the account', async () => {
    await open(WITH_KEY);
    const context = 'acct_1/acct_9';
    const { id, snapshot, thin } = sale(1, {
      account: context,
      snapshot: { account: 'acct_9', context },
      thin: { context },
    });
    await send(snapshot(COMPLETED));
    await send(thin(COMPLETED));
    await house.settle();
    expect(await keysOf(id)).toHaveLength(2);
    expect(await house.order('stripe', id)).toMatchObject({ account: 'acct_9' });
  });

  test('in any order, at once, sent again and replayed, double nothing', async () => {
    await open(WITH_KEY);
    let number = 1;
    const step = fc.constantFrom(
      'snapshot',
      'thin',
      'later snapshot',
      'later thin',
      'work',
      'crowd',
      'replay',
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { id, snapshot, thin } = sale(number++);
      const webhooks = {
        snapshot: snapshot(COMPLETED),
        thin: thin(COMPLETED),
        'later snapshot': snapshot(SUCCEEDED),
        'later thin': thin(SUCCEEDED),
      };
      for (const it of [...steps, ...(['thin', 'snapshot'] as const)]) {
        if (it === 'work') await house.bridge.work();
        else if (it === 'crowd') {
          await Promise.all([house.bridge.work(), send(webhooks.thin), house.bridge.work()]);
        } else if (it === 'replay') {
          const last = (await house.events()).at(-1);
          if (last) await house.replay(last.id);
        } else await send(webhooks[it]);
      }
      await house.settle();
      expect((await keysOf(id)).map((it) => it.unit)).toEqual([0, 1]);
    });
    await fc.assert(property, { seed: 20_261_125, numRuns: 40 });
    const [count] = await house.db.read(
      'SELECT count(*) AS orders, (SELECT count(DISTINCT key) FROM licenses) AS keys FROM orders',
    );
    expect(count).toMatchObject({ orders: number - 1, keys: 2 * (number - 1) });
    expect(new Set((await house.events()).map((it) => it.state))).toEqual(new Set(['done']));
  });
});

describe('without an API key', () => {
  test('a thin event parks and says what is missing; with the key a replay issues', async () => {
    await open(KEYLESS);
    const { id, thin } = sale(1);
    await send(thin(COMPLETED));
    await house.settle();
    expect(await ends()).toEqual([[`v1.${COMPLETED}`, 'parked', 'api_key_needed']]);
    expect(api.calls).toEqual([]);

    await house.write({ 'stripe.yaml': WITH_KEY });
    const [event] = await house.events();
    expect((await house.replay(event?.id ?? '')).changes).toHaveLength(2);
    expect(await keysOf(id)).toHaveLength(2);
    expect(await ends()).toEqual([[`v1.${COMPLETED}`, 'done', null]]);
    // The answers are kept: what comes now asks nobody.
    const { length } = api.calls;
    await house.replay(event?.id ?? '');
    expect(api.calls).toHaveLength(length);
  });

  test.each([
    ['before', ['thin', 'snapshot'] as const],
    ['after', ['snapshot', 'thin'] as const],
  ])(
    'a thin event that came %s its snapshot takes nothing from it, and adds nothing once the key is there',
    async (_, order) => {
      await open(KEYLESS);
      const it = sale(1);
      for (const which of order) {
        await send(it[which](COMPLETED));
        await house.settle();
      }
      expect(await ends()).toEqual([
        [COMPLETED, 'done', null],
        [`v1.${COMPLETED}`, 'parked', 'api_key_needed'],
      ]);
      const keys = await keysOf(it.id);
      expect(keys).toMatchObject([{ line_id: 'session', unit: 0 }]);

      await house.write({ 'stripe.yaml': WITH_KEY });
      for (const event of await house.events()) expect((await house.replay(event.id)).changes).toEqual([]);
      expect(await keysOf(it.id)).toEqual(keys);
    },
  );
});

test('a Stripe that lags behind its own thin event is asked again, and nothing is lost', async () => {
  await open(WITH_KEY);
  const { id, session, thin } = sale(1);
  const lines = [stripeLine({ price: 'price_1', quantity: 2 })];
  api.add({ session: { ...session, status: 'open', payment_status: 'unpaid' }, lines });
  await send(thin(COMPLETED));
  await house.settle();
  expect(await ends()).toEqual([[`v1.${COMPLETED}`, 'waiting', 'shop_unavailable']]);

  api.add({ session, lines });
  house.clock.advance(60_000);
  await house.settle();
  expect(await ends()).toEqual([[`v1.${COMPLETED}`, 'done', null]]);
  expect(await keysOf(id)).toHaveLength(2);
});
