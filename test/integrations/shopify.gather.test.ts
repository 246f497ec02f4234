/** Gather: asking the fake Admin API, and reading its answer as if the shop had told it. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Answer, StoredEvent } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Contents } from '../../src/core/things.ts';
import { type FakeOrder, type Fault, shopifyApi, startShopifyApi } from '../fakes/shopify-api.ts';

const TOKEN = 'shpat_fake';
const ID = '820982911946150001';
const LINES = Array.from({ length: 5 }, (_, at) => ({
  id: `86655031176643900${at}`,
  title: 'Acme Pro',
  quantity: 2,
  sku: 'ACME-PRO-1',
  product_id: '8000000000001',
  variant_id: '44000000000001',
}));
const ORDER: FakeOrder = { id: ID, updated_at: '2026-11-02T10:00:01Z', status: 'PAID', lines: LINES };
const clock = { now: () => 0 };

function eventOf(type: string, body: string): StoredEvent {
  return {
    id: 'evt_1',
    source: 'shopify',
    account: '',
    key: 'k',
    type,
    created_at: null,
    received_at: 42,
    headers: {},
    body: new TextEncoder().encode(body),
  };
}
const PAID = eventOf('orders/paid', `{"id":${ID},"financial_status":"pending"}`);
const SETTINGS = { webhook_secrets: 'x', shop_domain: 'acme.myshopify.com', admin_token: TOKEN };

function ask(
  api: { readonly fetch: typeof fetch } | ReturnType<typeof shopifyApi>,
  more: object = {},
  event = PAID,
  refresh = 0,
) {
  return shopify.gather(
    event,
    shopify.settings.parse({ ...SETTINGS, ...more }),
    { fetch: api.fetch, clock },
    refresh,
  );
}

async function answersOf(...given: Parameters<typeof ask>): Promise<readonly Answer[]> {
  const result = await ask(...given);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
  return result.value;
}

async function said<G extends keyof Contents['checkout']>(group: G, ...given: Parameters<typeof ask>) {
  const reading = shopify.normalize(given[2] ?? PAID, await answersOf(...given));
  if (reading.is !== 'facts') throw new Error(JSON.stringify(reading));
  const found = reading.facts.find((it) => it.kind === 'checkout' && it.group === group);
  // `fact()` ties content to kind and group.
  return found?.snapshot.content as Contents['checkout'][G] | undefined;
}

afterEach(() => vi.restoreAllMocks());

describe('asking', () => {
  test('needs a token; without one nobody is asked', async () => {
    const api = shopifyApi({ orders: [ORDER] });
    expect(await answersOf(api, { admin_token: undefined })).toEqual([]);
    expect(api.asked).toEqual([]);
  });

  test('goes to the shop and version of the settings', async () => {
    const api = shopifyApi({ orders: [ORDER] });
    await answersOf(api, { api_version: '2026-07' });
    expect(api.asked).toEqual([
      {
        url: 'https://acme.myshopify.com/admin/api/2026-07/graphql.json',
        variables: { id: `gid://shopify/Order/${ID}`, after: null },
      },
    ]);
  });

  test('goes to api_base instead, over a real connection', async () => {
    const api = await startShopifyApi({ orders: [ORDER] });
    try {
      const more = { api_base: api.url, shop_domain: undefined };
      expect((await said('lines', { fetch }, more))?.lines).toHaveLength(5);
      api.faults.push('cut');
      const cut = await ask({ fetch }, more);
      expect(cut.ok || cut.problem.code).toBe('shop_unavailable');
    } finally {
      await api.close();
    }
  });

  test("names its answer by event and refresh, and dates it by the shop's clock", async () => {
    const [answer] = await answersOf(shopifyApi({ orders: [ORDER] }), {}, PAID, 3);
    expect(answer).toMatchObject({
      id: 'evt_1/3/order',
      asked: 'order',
      stamp: Date.UTC(2026, 10, 2, 10, 0, 5),
    });
  });

  const unasked: readonly [string, string, string][] = [
    ['a topic that is not read', 'products/update', '{"id":1}'],
    ['a topic that does not fit', 'refunds/create', `{"id":${ID},"financial_status":"paid"}`],
    ["the shop's own sample", 'orders/paid', '{"id":820982911946154508,"financial_status":"voided"}'],
    ['a body that is no JSON', 'orders/paid', 'x'],
  ];
  test.each(unasked)('%s asks nothing', async (_, type, body) => {
    const api = shopifyApi({ orders: [ORDER] });
    expect(await answersOf(api, {}, eventOf(type, body))).toEqual([]);
    expect(api.asked).toEqual([]);
  });

  const asks: readonly [string, string][] = [
    ['orders/edited', `{"order_edit":{"id":1,"order_id":${ID}}}`],
    ['refunds/create', `{"id":1,"order_id":${ID},"refund_line_items":[]}`],
  ];
  test.each(asks)('%s asks for its order', async (type, body) => {
    const api = shopifyApi({ orders: [ORDER] });
    expect(await said('lines', api, {}, eventOf(type, body))).toBeDefined();
    expect(api.asked[0]?.variables.id).toBe(`gid://shopify/Order/${ID}`);
  });
});

describe('the answer', () => {
  test('says the order as it is now, stamped by the order itself, asked', async () => {
    const api = shopifyApi({ orders: [ORDER] });
    expect(await said('money', api)).toEqual({ state: 'paid', currency: 'usd', total: '98.00' });
    const reading = shopify.normalize(PAID, await answersOf(api));
    const [first] = reading.is === 'facts' ? reading.facts : [];
    const stamp = Date.UTC(2026, 10, 2, 10, 0, 1);
    expect(first?.snapshot).toMatchObject({ asked: true, stamp, origin: 'evt_1/0/order' });
  });

  test('means what the webhook of the same order would mean', async () => {
    const units = { [LINES[0]?.id ?? '']: 1 };
    const refunds = [
      {
        id: '9001',
        created_at: '2026-11-02T10:00:00Z',
        units,
        transactions: [{ status: 'SUCCESS', amount: '49.0' }],
      },
    ];
    const line = {
      ...LINES[0],
      variant_title: 'Team',
      vendor: 'Acme',
      selling_plan_id: '901',
      properties: { Team: 'Blue' },
    };
    const api = shopifyApi({
      orders: [
        {
          ...ORDER,
          status: 'PARTIALLY_REFUNDED',
          lines: [{ ...LINES[1], ...line, id: '11', title: 'Acme Pro', quantity: 2, current_quantity: 1 }],
          refunds,
        },
      ],
    });
    const webhook = JSON.stringify({
      id: ID,
      admin_graphql_api_id: `gid://shopify/Order/${ID}`,
      name: '#1001',
      created_at: '2026-11-02T05:00:00-05:00',
      processed_at: '2026-11-02T05:00:00-05:00',
      updated_at: '2026-11-02T05:00:01-05:00',
      cancelled_at: null,
      test: false,
      financial_status: 'partially_refunded',
      currency: 'USD',
      total_price: '98.00',
      source_name: 'web',
      email: 'ada@example.com',
      customer_locale: 'en-US',
      customer: { id: 7000000000001, first_name: 'Ada', last_name: 'Example' },
      billing_address: { company: 'Example Analytics', country_code: 'US' },
      line_items: [
        {
          id: 11,
          title: 'Acme Pro',
          name: 'Acme Pro - Team',
          variant_title: 'Team',
          quantity: 2,
          current_quantity: 1,
          sku: 'ACME-PRO-1',
          product_id: 8000000000001,
          variant_id: 44000000000001,
          vendor: 'Acme',
          gift_card: false,
          selling_plan_id: 901,
          properties: [{ name: 'Team', value: 'Blue' }],
        },
      ],
      refunds: [
        {
          id: 9001,
          created_at: '2026-11-02T05:00:00-05:00',
          refund_line_items: [{ line_item_id: LINES[0]?.id, quantity: 1 }],
          transactions: [{ kind: 'refund', status: 'success', amount: '49.00', currency: 'USD' }],
        },
      ],
    });
    const asked = shopify.normalize(PAID, await answersOf(api));
    const told = shopify.normalize(eventOf('orders/updated', webhook), []);
    const wordsOf = (reading: typeof asked) =>
      reading.is === 'facts'
        ? reading.facts.map((it) => [it.kind, it.id, it.group, it.snapshot.stamp, it.snapshot.content])
        : [];
    expect(wordsOf(asked)).toEqual(wordsOf(told));
    expect(wordsOf(asked).length).toBe(10);
  });

  test('has every line, page by page, each id with all its digits', async () => {
    const api = shopifyApi({ orders: [ORDER], page: 2 });
    const lines = await said('lines', api);
    expect(lines?.lines.map((it) => it.id)).toEqual(LINES.map((it) => it.id));
    expect(api.asked.map((it) => it.variables.after)).toEqual([null, '2', '4']);
  });

  test('has every unit of every refund, page by page', async () => {
    const units = Object.fromEntries(LINES.map((it) => [it.id, 1]));
    const created_at = '2026-11-02T10:00:00Z';
    const refunds = [
      { id: '9001', created_at, units },
      { id: '9002', created_at, transactions: [{ status: 'SUCCESS', amount: '5.0' }] },
    ];
    const api = shopifyApi({ orders: [{ ...ORDER, refunds }], page: 2 });
    expect((await said('lines', api))?.refunds_counted).toEqual(['9001', '9002']);
    const reading = shopify.normalize(PAID, await answersOf(api));
    const told = reading.is === 'facts' ? reading.facts.filter((it) => it.kind === 'refund') : [];
    expect(told.filter((it) => it.group === 'lines').map((it) => it.snapshot.content)).toEqual([
      { units },
      { units: {} },
    ]);
  });

  const shipped: readonly [string, string, { amount: string; tax?: string }[], boolean][] = [
    ['is the whole of it', '5.0', [{ amount: '5.0' }], true],
    ['is the whole of it with its tax', '5.95', [{ amount: '5.0', tax: '0.95' }], true],
    ['is the whole of it, the tax being part of the price', '5.0', [{ amount: '5.0', tax: '0.8' }], true],
    ['is the whole of it in two lines', '8.0', [{ amount: '5.0' }, { amount: '3.0' }], true],
    ['is a part of it', '10.0', [{ amount: '5.0' }], false],
    ['is none of it', '5.0', [], false],
  ];
  test.each(shipped)('of a refund whose shipping %s says the same as its webhook', async (...given) => {
    const [, amount, shipping, isShipping] = given;
    const created_at = '2026-11-02T10:00:00Z';
    const refund = {
      id: '9001',
      created_at,
      shipping,
      transactions: [{ status: 'SUCCESS', amount }],
    };
    const api = shopifyApi({ orders: [{ ...ORDER, refunds: [refund] }] });
    const told = shopify.normalize(
      eventOf(
        'refunds/create',
        JSON.stringify({
          id: 9001,
          order_id: ID,
          created_at,
          refund_line_items: [],
          order_adjustments: [],
          refund_shipping_lines: shipping.map((it) => ({
            subtotal_amount_set: { shop_money: { amount: it.amount } },
            shipping_line: { tax_lines: it.tax ? [{ price: it.tax }] : [] },
          })),
          transactions: [{ kind: 'refund', status: 'success', amount: `${amount}0`, currency: 'USD' }],
        }),
      ),
      [],
    );
    const asked = shopify.normalize(PAID, await answersOf(api));
    const moneyOf = (reading: typeof asked) =>
      (reading.is === 'facts' ? reading.facts : []).find((it) => it.kind === 'refund' && it.group === 'money')
        ?.snapshot.content;
    expect(moneyOf(asked)).toMatchObject({ currency: 'usd', ...(isShipping && { shipping_only: true }) });
    expect(Object(moneyOf(asked)).shipping_only).toBe(isShipping || undefined);
    expect(Object(moneyOf(told)).shipping_only).toBe(isShipping || undefined);
  });

  test('of an order that changed between two pages is asked for again later', async () => {
    const api = shopifyApi({ orders: [ORDER], page: 2 });
    const fetch: typeof api.fetch = async (...given) => {
      const response = await api.fetch(...given);
      api.put({ ...ORDER, updated_at: '2026-11-02T10:00:09Z' });
      return response;
    };
    const result = await ask({ ...api, fetch });
    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'shop_unavailable', detail: expect.stringMatching('changed') },
    });
  });

  test('marks gift cards and the tip, which the API itself does not mark', async () => {
    const lines = [
      ...LINES.slice(0, 1),
      { id: '21', title: 'Gift card', quantity: 1, gift_card: true, product_id: '8', variant_id: '9' },
      { id: '22', title: 'Consulting', quantity: 1, total: '80.0' },
      { id: '23', title: 'Tip', quantity: 1, total: '5.0' },
    ];
    const tipped = await said('lines', shopifyApi({ orders: [{ ...ORDER, lines, tips: '5.00' }] }));
    expect(tipped?.lines.map((it) => it.not_licensed)).toEqual([undefined, 'gift card', undefined, 'tip']);
    const untipped = await said('lines', shopifyApi({ orders: [{ ...ORDER, lines }] }));
    expect(untipped?.lines.map((it) => it.not_licensed)).toEqual([
      undefined,
      'gift card',
      undefined,
      undefined,
    ]);
  });

  test('of a counter sale names nobody', async () => {
    const buyer = await said('buyer', shopifyApi({ orders: [{ ...ORDER, email: null, customer: null }] }));
    expect(buyer).toMatchObject({ email: null, reference: null });
  });

  test('of an order that the shop does not know says so', async () => {
    const [answer] = await answersOf(shopifyApi({}));
    expect(answer?.body).toEqual({ order: null });
  });
});

describe('scopes', () => {
  test('a token that may not read customers leaves the buyer unsaid and reads the rest', async () => {
    const api = shopifyApi({ orders: [ORDER] });
    api.denied.push('order.customer');
    expect(await said('buyer', api)).toBeUndefined();
    expect(await said('lines', api)).toBeDefined();
  });

  test.each(['order', 'order.lineItems.nodes.variant', 'order.lineItems.nodes.product'])(
    'a token that may not read %s is refused rather than guessed around',
    async (path) => {
      const api = shopifyApi({ orders: [ORDER] });
      api.denied.push(path);
      expect(await ask(api)).toMatchObject({
        ok: false,
        problem: { code: 'api_key_refused', detail: `the token may not read ${path}` },
      });
    },
  );
});

describe('failures', () => {
  const cases: readonly [Fault, string][] = [
    ['401', 'api_key_refused'],
    ['403', 'api_key_refused'],
    ['404', 'api_key_refused'],
    ['429', 'shop_unavailable'],
    ['500', 'shop_unavailable'],
    ['throttled', 'shop_unavailable'],
    ['cut', 'shop_unavailable'],
    ['not_json', 'shop_unavailable'],
  ];
  test.each(cases)('%s is %s, and the next time it goes well', async (fault, code) => {
    const api = shopifyApi({ orders: [ORDER] });
    api.faults.push(fault);
    const result = await ask(api);
    expect(result.ok || result.problem.code).toBe(code);
    expect((await ask(api)).ok).toBe(true);
  });

  test('a wrong token is refused, and its problem does not tell it', async () => {
    const result = await ask(shopifyApi({ orders: [ORDER] }), { admin_token: 'shpat_wrong' });
    expect(result).toMatchObject({ ok: false, problem: { code: 'api_key_refused' } });
    expect(JSON.stringify(result)).not.toContain('shpat_wrong');
  });

  test('a token that no header can carry is not told by the failure it makes', async () => {
    // Settings refuse such a token; here it gets past them.
    const parsed = shopify.settings.parse(SETTINGS);
    const broken = { ...SETTINGS, ...Object(parsed), admin_token: 'shpat_SECRET\nTAIL' };
    const result = await shopify.gather(PAID, broken, { fetch, clock }, 0);
    expect(result).toMatchObject({ ok: false, problem: { code: 'shop_unavailable' } });
    expect(JSON.stringify(result)).not.toMatch(/SECRET|TAIL/);
  });

  const echoes: readonly [string, unknown, string][] = [
    ['a message', { errors: [{ message: `no ${TOKEN}` }] }, 'shop_unavailable'],
    ['a text', { errors: `no ${TOKEN}` }, 'shop_unavailable'],
    ['a code', { errors: [{ message: '', extensions: { code: `${TOKEN}.1` } }] }, 'shop_unavailable'],
    [
      'a denial',
      { errors: [{ message: TOKEN, extensions: { code: 'ACCESS_DENIED' }, path: [TOKEN] }] },
      'api_key_refused',
    ],
  ];
  test.each(echoes)("%s in the answer is not repeated: it is anybody's text", async (_, body, code) => {
    const result = await ask({ fetch: async () => Response.json(body) });
    expect(result).toMatchObject({ ok: false, problem: { code } });
    expect(JSON.stringify(result)).not.toContain(TOKEN);
  });

  test("the shop's own code is told", async () => {
    const api = shopifyApi({ orders: [ORDER] });
    api.faults.push('throttled');
    expect(await ask(api)).toMatchObject({ problem: { detail: 'the shop answered THROTTLED' } });
  });

  test('a failure on the second page is no half order', async () => {
    const api = shopifyApi({ orders: [ORDER], page: 2 });
    const fetch: typeof api.fetch = (...given) => {
      if (api.asked.length === 1) api.faults.push('500');
      return api.fetch(...given);
    };
    expect((await ask({ ...api, fetch })).ok).toBe(false);
  });

  test('a shop that never answers is left after the limit', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    const api = shopifyApi({ orders: [ORDER] });
    api.faults.push('slow');
    expect(await ask(api)).toMatchObject({
      ok: false,
      problem: { code: 'shop_unavailable', detail: 'no answer within 7 seconds' },
    });
    expect(timeout).toHaveBeenCalledWith(LIMITS.ask_timeout_ms);
  });
});
