/**
 * Reconciliations as a person meets them: what is found and told, what is healed and what never is, and a shop that does
 * not answer. The laws of it are in test/laws.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { everything } from '../fakes/settlements.ts';
import { type FakeOrder, type ShopifyApi, shopifyApi } from '../fakes/shopify-api.ts';
import { type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { AT, PAID } from '../fakes/stripe-sessions.ts';
import { type House, openHouse } from '../house.ts';
import { walk } from '../reconciling.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const STRIPE = `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ], api_key: $STRIPE_API_KEY }
rules: [ { when: { price: price_pro }, grant: { product: acmepro } } ]
`;
const SHOPIFY = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $SHOPIFY_TOKEN }
rules: [ { when: { sku: PRO }, grant: { product: acmepro } } ]
`;
const ENV = {
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_API_KEY: 'rk_test_KeyferryFake',
  SHOPIFY_WEBHOOK_SECRET: 'two',
  SHOPIFY_TOKEN: 'shpat_fake',
};

let house: House;
afterEach(() => house.close());

const asked = (more: object = {}) => ({
  source: 'shopify',
  account: '',
  from: AT - DAY,
  to: null,
  dry_run: false,
  ...more,
});
const iso = (at: number) => new Date(at).toISOString();

const order = (id: string, more: Partial<FakeOrder> = {}): FakeOrder => ({
  id,
  created_at: iso(AT - HOUR),
  updated_at: iso(AT - HOUR),
  status: 'PAID',
  lines: [{ id: `7${id}`, title: 'Acme Pro', quantity: 1, sku: 'PRO' }],
  ...more,
});

async function openShopify(
  options: Parameters<typeof shopifyApi>[0] = {},
  mapping = SHOPIFY,
): Promise<ShopifyApi> {
  const api = shopifyApi({ now: () => house.clock.now(), ...options });
  const files = { 'catalog.yaml': CATALOG, 'shopify.yaml': mapping };
  house = await openHouse({ files, env: ENV, at: AT, fetch: (...it) => api.fetch(...it) });
  return api;
}

/** A Stripe that has these paid sessions, and lists what a test put. */
async function openStripe(...sessions: string[]): Promise<StripeApi> {
  const api = stripeApi({ now: () => house.clock.now() });
  for (const id of sessions) {
    const session = { ...PAID, id, payment_intent: `pi_${id}`, livemode: false };
    api.add({ session, lines: [stripeLine({ price: 'price_pro' })] });
  }
  for (const path of ['/v1/subscriptions', '/v1/refunds', '/v1/disputes', '/v1/events']) api.put(path, []);
  const files = { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE };
  house = await openHouse({ files, env: ENV, at: AT, fetch: (...it) => api.fetch(...it) });
  return api;
}
const created = (from: number, to: number) => `created[gte]=${from / 1000}&created[lt]=${to / 1000}`;
const listed = (api: StripeApi, ...ids: string[]) =>
  api.put(
    `/v1/checkout/sessions?${created(AT - DAY, AT)}&status=complete`,
    ids.map((id) => ({ ...PAID, id, payment_intent: `pi_${id}`, livemode: false })),
  );

const count = async (table: string) =>
  Number((await house.db.read(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

describe('what is found', () => {
  test('a sale that never came is told with what it lacks, and issues as if its webhook had come', async () => {
    await openShopify({ orders: [order('1'), order('2')] });
    const { findings, counts } = await walk(house, asked());
    expect(counts).toEqual({ missing_here: 2, healed: 2 });
    expect(findings[0]).toMatchObject({
      drift: 'missing_here',
      name: '1',
      order_id: expect.stringMatching(/^ord_/),
      seen: ['order'],
      change_count: 1,
      states: { was: null, will: 'issued' },
      parked: [],
      healed: true,
      problem: null,
      remedy: null,
    });
    expect(findings[0]?.changes).toMatchObject([{ change: 'issue', product: 'acmepro' }]);
    expect(JSON.stringify(findings)).not.toMatch(/"key"|license_id/);
    expect(await house.order('shopify', '1')).toMatchObject({ state: 'issued' });
    const { timeline } = (await house.records.order((await house.order('shopify', '1')).id)) ?? {};
    expect(timeline?.entries[0]?.cause).toMatchObject({ by: 'events', events: [{ type: 'keyferry.look' }] });
  });

  test('a dry run stores nothing, not even an event', async () => {
    await openShopify({ orders: [order('1')] });
    const before = await everything(house.db);
    const { counts, findings } = await walk(house, asked({ dry_run: true }));
    expect([counts, findings[0]?.healed, findings[0]?.order_id]).toEqual([{ missing_here: 1 }, false, null]);
    expect(await everything(house.db)).toBe(before);
  });

  test('a sale that is here as it is there leaves no trace', async () => {
    await openShopify({ orders: [order('1')] });
    await walk(house, asked());
    const events = await count('events');
    const versions = await count('sale_versions');
    expect((await walk(house, asked(), { id: 'job_2' })).counts).toEqual({ agreeing: 1 });
    expect([await count('events'), await count('sale_versions')]).toEqual([events, versions]);
  });

  test('a refund whose webhook was lost is a difference, with what becomes of the licenses', async () => {
    const api = await openShopify({ orders: [order('1')] });
    await walk(house, asked());
    const refund = { id: '9', created_at: iso(AT), units: { '71': 1 } };
    const money = { ...refund, transactions: [{ status: 'SUCCESS', amount: '98.0' }] };
    api.put(
      order('1', {
        updated_at: iso(AT + HOUR),
        status: 'REFUNDED',
        refunds: [money],
        lines: [{ id: '71', title: 'Acme Pro', quantity: 1, current_quantity: 0, sku: 'PRO' }],
      }),
    );
    house.clock.advance(2 * HOUR);
    const { findings } = await walk(house, asked(), { id: 'job_2' });
    expect(findings).toMatchObject([
      { drift: 'differing', name: '1', states: { was: 'issued', will: 'cancelled' }, healed: true },
    ]);
    expect(findings[0]?.changes).toMatchObject([{ change: 'revoke' }]);
    expect((await walk(house, asked(), { id: 'job_3' })).findings).toEqual([]);
  });

  test('orders that nobody paid for are no drift, and neither are those that ended before they came', async () => {
    await openShopify({
      orders: [
        order('1', { status: 'PENDING' }),
        order('2', { status: 'VOIDED', cancelled_at: iso(AT - HOUR) }),
        order('3', { status: 'EXPIRED' }),
      ],
    });
    const { counts, findings, done } = await walk(house, asked());
    expect([counts, findings, done]).toEqual([{}, [], 3]);
    expect(await count('orders')).toBe(0);
  });

  test('lines that no rule fits are told with their sale', async () => {
    await openShopify({
      orders: [order('1', { lines: [{ id: '71', title: 'A mug', quantity: 1, sku: 'MUG' }] })],
    });
    const { counts, findings } = await walk(house, asked());
    expect(counts).toEqual({ missing_here: 1, healed: 1, parked: 1 });
    expect(findings[0]?.parked).toEqual([{ line_id: '71', title: 'A mug', problem: expect.anything() }]);
    expect(findings[0]?.parked[0]?.problem?.code).toBe('unmapped');
  });

  test('sales from before `sold_since` park for their keys, and never get new ones', async () => {
    const before = SHOPIFY.replace('mode: test', `mode: test\nsold_since: ${iso(AT)}`);
    await openShopify({ orders: [order('1')] }, before);
    const { findings } = await walk(house, asked());
    expect(findings[0]).toMatchObject({ drift: 'missing_here', changes: [], healed: true });
    expect(findings[0]?.parked[0]?.problem?.code).toBe('sold_before');
    expect(await count('licenses')).toBe(0);
  });
});

describe('the range', () => {
  test('its end is excluded; what was made in it and changed after it is found all the same', async () => {
    await openShopify({
      orders: [
        order('1', { created_at: iso(AT - 3 * DAY), updated_at: iso(AT - 3 * DAY) }),
        order('2', { created_at: iso(AT - 2 * DAY), updated_at: iso(AT - HOUR) }),
        order('3', { created_at: iso(AT - 3 * DAY), updated_at: iso(AT - 2 * DAY) }),
        order('4', { created_at: iso(AT - DAY), updated_at: iso(AT - DAY) }),
      ],
      page: 1,
    });
    const { findings } = await walk(house, asked({ from: AT - 2 * DAY, to: AT - DAY }));
    expect(findings.map(({ name }) => name)).toEqual(['3', '2']);
  });

  test('what the shop hides is said once, and nothing hidden is called unknown', async () => {
    const old = order('1', { created_at: iso(AT - 90 * DAY), updated_at: iso(AT - 90 * DAY) });
    await openShopify({ orders: [old], scopes: ['read_orders', 'read_all_orders'] });
    const range = { from: AT - 100 * DAY };
    expect((await walk(house, asked(range))).counts).toEqual({ missing_here: 1, healed: 1 });
    await house.close();

    const api = await openShopify({ orders: [old] });
    const sent = await house.send('shopify', {
      type: 'orders/paid',
      body: JSON.stringify({
        id: 1, admin_graphql_api_id: 'gid://shopify/Order/1', updated_at: iso(AT - 90 * DAY),
        processed_at: iso(AT - 90 * DAY), cancelled_at: null, test: false, financial_status: 'paid',
        currency: 'USD', source_name: 'web', refunds: [],
        line_items: [{ id: 71, title: 'Acme Pro', sku: 'PRO', quantity: 1, current_quantity: 1, variant_id: null,
          product_id: null, vendor: null, gift_card: false, properties: [] }],
      }), // biome-ignore format: as it is sent
    });
    expect(sent.ok).toBe(true);
    await house.settle();
    const { remarks, findings } = await walk(house, asked(range));
    expect([remarks.map(({ code }) => code), findings]).toEqual([['older_sales_hidden'], []]);
    expect(api.asked.length).toBeGreaterThan(0);
  });

  test('a shop that keeps its events for a while says what it tells no more', async () => {
    const api = await openStripe();
    api.put('/v1/checkout/sessions', []);
    const { remarks } = await walk(house, asked({ source: 'stripe', from: AT - 90 * DAY }));
    expect(remarks.map(({ code }) => code)).toEqual(['older_changes_hidden']);
    expect((await walk(house, asked({ source: 'stripe', from: AT - 9 * DAY }))).remarks).toEqual([]);
    const between = api.calls
      .filter(({ path }) => path === '/v1/events')
      .map(({ query }) => query.get('created[gte]'));
    expect(between).toEqual([String((AT - 30 * DAY + HOUR) / 1000), String((AT - 9 * DAY) / 1000)]);
  });
});

describe('what is unknown there', () => {
  test('an order that the shop deleted is listed with a remedy, and stays as it is', async () => {
    const api = await openShopify({ orders: [order('1'), order('2')] });
    await walk(house, asked());
    api.forget('1');
    const before = await everything(house.db);
    const { counts, findings } = await walk(house, asked(), { id: 'job_2' });
    expect(counts).toEqual({ agreeing: 1, unknown_there: 1 });
    expect(findings).toMatchObject([
      {
        drift: 'unknown_there',
        name: '1',
        order_id: (await house.order('shopify', '1')).id,
        healed: false,
        problem: { code: 'shop_object_gone' },
        remedy: expect.stringContaining('revoke'),
      },
    ]);
    expect(await everything(house.db)).toBe(before);
  });

  test('many of them, page by page', async () => {
    const many = LIMITS.reconciled_orders + 7;
    const ids = Array.from({ length: many }, (_, n) => String(1000 + n));
    const api = await openShopify({ orders: ids.map((id) => order(id)) });
    await walk(house, asked());
    for (const id of ids) api.forget(id);
    const { counts } = await walk(house, asked(), { id: 'job_2' });
    expect(counts).toEqual({ unknown_there: many });
  });

  test('a session of another account by now', async () => {
    const api = await openStripe('cs_1', 'cs_2');
    listed(api, 'cs_1', 'cs_2');
    const stripe = asked({ source: 'stripe' });
    expect((await walk(house, stripe)).counts).toEqual({ missing_here: 2, healed: 2 });
    api.sales.delete('cs_1');
    listed(api, 'cs_2');
    const { findings, counts } = await walk(house, stripe, { id: 'job_2' });
    expect(counts).toEqual({ agreeing: 1, unknown_there: 1 });
    expect(findings).toMatchObject([{ drift: 'unknown_there', name: 'cs_1' }]);
  });
});

describe('a sale by another name', () => {
  test('a refund leads to its sale, however old, and both are one finding', async () => {
    const api = await openStripe('cs_old');
    listed(api);
    const refund = { id: 're_1', status: 'succeeded', amount: 14900, currency: 'eur', created: (AT - HOUR) / 1000, payment_intent: 'pi_cs_old', charge: 'ch_cs_old' }; // biome-ignore format: as it is told
    api.put('/v1/refunds', [refund, { ...refund, id: 're_2', payment_intent: 'pi_of_something_else' }]);
    api.put('/v1/checkout/sessions?payment_intent=pi_cs_old', [
      { ...PAID, id: 'cs_old', payment_intent: 'pi_cs_old' },
    ]);
    const { findings, counts } = await walk(house, asked({ source: 'stripe' }));
    // All of it went back before it came: there is nothing to have here.
    expect([findings, counts]).toEqual([[], {}]);
    api.put('/v1/refunds', [{ ...refund, amount: 900 }]);
    const half = await walk(house, asked({ source: 'stripe' }), { id: 'job_2' });
    expect(half.findings).toMatchObject([
      { drift: 'missing_here', name: 'cs_old', seen: ['refund'], healed: true },
    ]);
    expect(await house.order('stripe', 'pi_cs_old')).toMatchObject({
      external_id: 'cs_old',
      state: 'issued',
    });
  });
});

describe('a shop in trouble', () => {
  test.each([
    ['while it lists', 0],
    ['while a sale is looked at', 1],
  ] as const)('%s: the step comes again, and no sale is lost', async (_what, question) => {
    const api = await openShopify({ orders: [order('1'), order('2')], page: 2 });
    let asks = 0;
    const { fetch } = api;
    Object.assign(api, {
      fetch: (...it: Parameters<typeof fetch>) => {
        if (asks++ === question) api.faults.push('429');
        return fetch(...it);
      },
    });
    const rest = () => house.clock.advance(HOUR);
    const { counts, late } = await walk(house, asked(), { rest });
    expect([counts, late]).toEqual([{ missing_here: 2, healed: 2 }, ['shop_unavailable']]);
  });

  test('one sale that is never answered is told in the end, and goes on being looked for', async () => {
    const api = await openStripe('cs_1', 'cs_2');
    listed(api, 'cs_1', 'cs_2');
    api.break('/v1/checkout/sessions/cs_1/line_items', { status: 500 });
    const rest = () => house.clock.advance(HOUR);
    const { counts, findings, late } = await walk(house, asked({ source: 'stripe', to: AT }), { rest });
    expect(late).toHaveLength(LIMITS.reconciled_failures);
    expect(counts).toEqual({ missing_here: 2, failed: 1, healed: 1 });
    expect(findings.map(({ name, healed, problem }) => [name, healed, problem?.code])).toEqual([
      ['cs_1', false, 'line_items_unavailable'],
      ['cs_2', true, undefined],
    ]);
    api.heal();
    house.clock.advance(HOUR);
    await house.settle();
    expect(await house.order('stripe', 'cs_1')).toMatchObject({ state: 'issued' });
  });

  test('a key that is refused, or of the other mode, ends it', async () => {
    const api = await openStripe('cs_1');
    listed(api, 'cs_1');
    const stripe = asked({ source: 'stripe' });
    api.break('/v1/checkout/sessions', { status: 401 }, 1);
    await expect(walk(house, stripe)).rejects.toThrow('api_key_refused');
    api.put(`/v1/checkout/sessions?${created(AT - DAY, AT)}&status=complete`, [{ ...PAID, livemode: true }]);
    await expect(walk(house, stripe)).rejects.toThrow('mode_mismatch');
  });

  test('a page that leads back to itself is asked for again, not walked in a circle', async () => {
    const api = await openStripe();
    const session = { ...PAID, id: 'cs_1', livemode: false };
    api.put(`/v1/checkout/sessions?${created(AT - DAY, AT)}&status=complete`, {
      object: 'list',
      data: [session],
      has_more: true,
      url: '/v1/checkout/sessions',
    });
    api.add({ session, lines: [stripeLine({ price: 'price_pro' })] });
    const { reconciling } = house;
    const job = {
      id: 'job_1',
      asked: { source: 'stripe', from: iso(AT - DAY), to: iso(AT) },
      position: { step: 1, phase: 'there', cursor: 'sessions:cs_1', looked: [] },
      failures: 0,
      created_at: AT,
      created_by: 'schedule',
    };
    expect(await reconciling.worker.step(job)).toMatchObject({ problem: { code: 'shop_unavailable' } });
  });
});

test('a step that is taken again after a death tells what it healed before, once', async () => {
  await openShopify({ orders: [order('1'), order('2')], page: 1 });
  const { findings, counts } = await walk(house, asked(), { again: { 0: 3, 1: 2 } });
  expect(counts).toEqual({ missing_here: 2, healed: 2 });
  expect(
    findings.map(({ name, drift, healed, change_count }) => [name, drift, healed, change_count]),
  ).toEqual([
    ['1', 'missing_here', true, 1],
    ['2', 'missing_here', true, 1],
  ]);
  expect(await count('licenses')).toBe(2);
});

test('two at once heal each sale once', async () => {
  await openShopify({ orders: Array.from({ length: 9 }, (_, n) => order(String(n + 1))), page: 3 });
  const both = await Promise.all([
    walk(house, asked(), { id: 'job_1' }),
    walk(house, asked(), { id: 'job_2' }),
  ]);
  expect(await count('licenses')).toBe(9);
  expect(both.every(({ findings }) => findings.every(({ healed }) => healed))).toBe(true);
  expect((await walk(house, asked(), { id: 'job_3' })).counts).toEqual({ agreeing: 9 });
});
