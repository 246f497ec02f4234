/** Renewals: orders that a subscription makes by itself, with and without a word about the order it began with. */
import { describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Answer, Reading } from '../../src/core/integration.ts';
import { type FakeLine, type FakeOrder, shopifyApi } from '../fakes/shopify-api.ts';

const FIRST = '6100000000001';
const NEXT = '6200000000001';
const contract = { id: '31', origin: FIRST, interval: 'MONTH', interval_count: 1 };
const line = (id: string, more: Partial<FakeLine> = {}): FakeLine => ({
  id,
  title: 'Acme Pro',
  quantity: 1,
  sku: 'ACME-PRO-1',
  ...more,
});
const first: FakeOrder = {
  id: FIRST,
  updated_at: '2026-10-02T10:00:01Z',
  status: 'PAID',
  lines: [line('11', { contract }), line('12'), line('13', { contract: { ...contract, id: '32' } })],
};
const next = (more: Partial<FakeOrder> = {}): FakeOrder => ({
  id: NEXT,
  updated_at: '2026-11-02T10:00:01Z',
  status: 'PAID',
  source_name: 'subscription_contract_checkout_one',
  lines: [line('21', { contract })],
  ...more,
});

const settings = shopify.settings.parse({
  webhook_secrets: 'x',
  shop_domain: 'acme.myshopify.com',
  admin_token: 'shpat_fake',
});
function eventOf(type: string, body: unknown) {
  return {
    id: 'evt_1',
    source: 'shopify',
    account: '',
    key: 'k',
    type,
    created_at: null,
    received_at: 0,
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
const clock = { now: () => 0 };
const PAID = eventOf('orders/paid', { id: NEXT, financial_status: 'paid' });

async function answersOf(
  orders: readonly FakeOrder[],
  more: {
    readonly denied?: readonly string[];
    readonly event?: ReturnType<typeof eventOf>;
    readonly page?: number;
  } = {},
): Promise<readonly Answer[]> {
  const api = shopifyApi({ orders, page: more.page ?? 50 });
  api.denied.push(...(more.denied ?? []));
  const asked = await shopify.gather(more.event ?? PAID, settings, { fetch: api.fetch, clock }, 0);
  if (!asked.ok) throw new Error(`${asked.problem.code} ${asked.problem.detail}`);
  return asked.value;
}
async function readingOf(...given: Parameters<typeof answersOf>): Promise<Reading> {
  return shopify.normalize(given[1]?.event ?? PAID, await answersOf(...given));
}
function shown(reading: Reading) {
  if (reading.is !== 'facts') throw new Error(JSON.stringify(reading));
  return Object.fromEntries(
    reading.facts.map((it) => [`${it.kind}/${it.id}/${it.group}`, it.snapshot.content]),
  );
}
const at = Date.parse('2026-11-02T10:00:00Z');

describe('a renewal whose first order the shop names', () => {
  test('is an invoice of that order, and no sale of its own', async () => {
    const reading = await readingOf([first, next()]);
    expect(reading).toMatchObject({
      is: 'facts',
      creates: null,
      refs: [FIRST, NEXT],
    });
    expect(shown(reading)).toEqual({
      [`invoice/${NEXT}/standing`]: { state: 'paid', due_at: at },
      [`invoice/${NEXT}/lines`]: {
        periods: [{ line: '11', start: at, end: Date.parse('2026-12-02T10:00:00Z') }],
        whole: true,
      },
      [`invoice/${NEXT}/links`]: { refs: [`gid://shopify/Order/${NEXT}`] },
    });
  });

  const states: readonly [string, Partial<FakeOrder>, string][] = [
    ['pending', { status: 'PENDING' }, 'open'],
    ['partly paid', { status: 'PARTIALLY_PAID' }, 'open'],
    ['partly refunded', { status: 'PARTIALLY_REFUNDED' }, 'paid'],
    ['refunded', { status: 'REFUNDED' }, 'void'],
    ['voided', { status: 'VOIDED' }, 'void'],
    ['expired', { status: 'EXPIRED' }, 'void'],
    ['cancelled', { cancelled_at: '2026-11-03T10:00:00Z' }, 'void'],
  ];
  test.each(states)('%s is such an invoice', async (_, more, state) => {
    expect(shown(await readingOf([first, next(more)]))[`invoice/${NEXT}/standing`]).toMatchObject({ state });
  });

  const lasting: readonly [string, number, string][] = [
    ['DAY', 10, '2026-11-12'],
    ['WEEK', 2, '2026-11-16'],
    ['MONTH', 3, '2027-02-02'],
    ['YEAR', 1, '2027-11-02'],
  ];
  test.each(lasting)('lasts as long as its contract says: %s × %i', async (interval, interval_count, end) => {
    const of = { ...contract, interval, interval_count };
    const orders = [
      { ...first, lines: [line('11', { contract: of })] },
      next({ lines: [line('21', { contract: of })] }),
    ];
    expect(shown(await readingOf(orders))[`invoice/${NEXT}/lines`]).toMatchObject({
      periods: [{ line: '11', end: Date.parse(`${end}T10:00:00Z`) }],
    });
  });

  test('names no line where the first order is no longer told', async () => {
    expect(shown(await readingOf([next()]))[`invoice/${NEXT}/lines`]).toMatchObject({
      periods: [{ line: null }],
    });
  });

  test('is asked to the last page, of both orders', async () => {
    const many = (from: number) => Array.from({ length: 5 }, (_, n) => line(`${from + n}`, { contract }));
    const orders = [{ ...first, lines: many(11) }, next({ lines: many(21) })];
    const read = shown(await readingOf(orders, { page: 2 }))[`invoice/${NEXT}/lines`];
    expect(read).toMatchObject({ periods: ['11', '12', '13', '14', '15'].map((it) => ({ line: it })) });
  });

  test('brings its refunds along, by whichever event they are told', async () => {
    const refund = {
      id: '9001',
      created_at: '2026-11-03T10:00:00Z',
      units: { 21: 1 },
      transactions: [{ status: 'SUCCESS', amount: '49.0' }],
    };
    const event = eventOf('refunds/create', { id: 9001, order_id: NEXT, created_at: refund.created_at });
    const reading = await readingOf([first, next({ status: 'REFUNDED', refunds: [refund] })], { event });
    expect(reading).toMatchObject({ creates: null, refs: [FIRST, NEXT] });
    expect(shown(reading)).toMatchObject({
      [`invoice/${NEXT}/standing`]: { state: 'void' },
      'refund/9001/standing': { state: 'succeeded' },
      'refund/9001/links': { refs: [NEXT] },
    });
    expect(Object.keys(shown(reading)).some((it) => it.startsWith('checkout/'))).toBe(false);
  });

  test('is never a checkout, also where the payload is newer than the answer', async () => {
    const body = {
      id: NEXT,
      admin_graphql_api_id: `gid://shopify/Order/${NEXT}`,
      updated_at: '2026-11-02T10:00:09Z',
      processed_at: '2026-11-02T10:00:00Z',
      cancelled_at: null,
      test: false,
      financial_status: 'refunded',
      currency: 'USD',
      source_name: 'subscription_contract',
      email: 'ada@example.com',
      line_items: [],
      refunds: [],
    };
    const event = eventOf('orders/updated', body);
    const reading = await readingOf([first, next()], { event });
    expect(reading).toMatchObject({ creates: null, refs: [FIRST, NEXT, `gid://shopify/Order/${NEXT}`] });
    if (reading.is !== 'facts') throw new Error('not read');
    expect(new Set(reading.facts.map((it) => it.kind))).toEqual(new Set(['invoice']));
    const told = reading.facts.filter((it) => it.group === 'standing').map((it) => it.snapshot.content);
    expect(told).toMatchObject([{ state: 'paid' }, { state: 'void' }]);
  });
});

describe('a renewal whose first order nobody names', () => {
  const unlinked: readonly [string, Parameters<typeof answersOf>][] = [
    ['the contract belongs to another app', [[first, next({ lines: [line('21')] })]]],
    ['the token may not read contracts', [[first, next()], { denied: ['order.lineItems.nodes.contract'] }]],
    [
      'the contract was imported',
      [[next({ lines: [line('21', { contract: { ...contract, origin: null } })] })]],
    ],
    ['something was bought besides', [[first, next({ lines: [line('21', { contract }), line('22')] })]]],
    [
      'two contracts were billed at once',
      [
        [
          first,
          next({ lines: [line('21', { contract }), line('22', { contract: { ...contract, id: '32' } })] }),
        ],
      ],
    ],
    ['it names itself', [[next({ lines: [line('21', { contract: { ...contract, origin: NEXT } })] })]]],
  ];
  test.each(unlinked)('is a sale of its own, and says that it renews: %s', async (_, given) => {
    const reading = await readingOf(...given);
    expect(reading).toMatchObject({ is: 'facts', creates: NEXT, refs: [] });
    const lines = shown(reading)[`checkout/${NEXT}/lines`];
    expect(JSON.stringify(lines).match(/"renewal":"true"/g)).toHaveLength(given[0].at(-1)?.lines.length ?? 0);
  });

  test.each(['subscription_contract', 'subscription_contract_checkout_one'])(
    'is known without a token by its source %s',
    (source_name) => {
      const body = {
        id: NEXT,
        updated_at: '2026-11-02T10:00:00Z',
        cancelled_at: null,
        test: false,
        financial_status: 'paid',
        currency: 'USD',
        source_name,
        line_items: [
          {
            id: 21,
            title: 'Acme Pro',
            sku: 'ACME-PRO-1',
            current_quantity: 1,
            variant_id: 1,
            product_id: 1,
            vendor: 'Acme',
            gift_card: false,
            properties: [],
          },
        ],
        refunds: [],
      };
      const reading = shopify.normalize(eventOf('orders/paid', body), []);
      expect(reading).toMatchObject({ creates: NEXT });
      expect(shown(reading)[`checkout/${NEXT}/lines`]).toMatchObject({
        lines: [{ attributes: { source_name, renewal: 'true' } }],
      });
      const web = shopify.normalize(eventOf('orders/paid', { ...body, source_name: 'web' }), []);
      expect(JSON.stringify(shown(web))).not.toContain('renewal');
    },
  );

  test('a gift card on it does not stand in the way of the link', async () => {
    const gift = line('22', { gift_card: true, sku: null });
    const reading = await readingOf([first, next({ lines: [line('21', { contract }), gift] })]);
    expect(reading).toMatchObject({ creates: null, refs: [FIRST, NEXT] });
  });
});

describe('asking for contracts', () => {
  test('is done of renewals only', async () => {
    const api = shopifyApi({ orders: [{ ...next(), source_name: 'web' }] });
    await shopify.gather(PAID, settings, { fetch: api.fetch, clock }, 0);
    expect(api.asked).toHaveLength(1);
  });

  test('that fails is no "no": the event comes again', async () => {
    for (const fault of ['500', 'throttled', 'cut'] as const) {
      const api = shopifyApi({ orders: [first, next()] });
      const fetch: typeof api.fetch = async (input, init) => {
        if (api.asked.length === 1) api.faults.push(fault);
        return api.fetch(input, init);
      };
      const asked = await shopify.gather(PAID, settings, { fetch, clock }, 0);
      expect(asked).toMatchObject({ ok: false, problem: { code: 'shop_unavailable' } });
    }
  });
});
