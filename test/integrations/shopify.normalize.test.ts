/** Normalize: what each body of the shop says, and what it does not say. */
import { describe, expect, test } from 'vitest';
import { sameAmount, sum } from '../../integrations/shopify/decimal.ts';
import { shopify } from '../../integrations/shopify/index.ts';
import { parseText } from '../../integrations/shopify/lossless.ts';
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';
import type { Fact } from '../../src/core/sale.ts';
import type { Contents } from '../../src/core/things.ts';

const AT = Date.UTC(2026, 10, 2, 10);

function eventOf(type: string, body: unknown): StoredEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    id: 'evt_1',
    source: 'shopify',
    account: '',
    key: 'k',
    type,
    created_at: null,
    received_at: AT,
    headers: {},
    body: new TextEncoder().encode(text),
  };
}

const LINE = {
  id: 11,
  title: 'Acme Pro',
  name: 'Acme Pro - Team',
  variant_title: 'Team',
  quantity: 3,
  current_quantity: 2,
  sku: 'ACME-PRO-1',
  variant_id: 501,
  product_id: 401,
  vendor: 'Acme',
  gift_card: false,
  selling_plan_id: 901,
  properties: [{ name: 'Team', value: 'Blue' }],
};
const ORDER = {
  id: 6100000000001,
  admin_graphql_api_id: 'gid://shopify/Order/6100000000001',
  name: '#1001',
  created_at: '2026-11-02T04:59:00-05:00',
  processed_at: '2026-11-02T04:59:30-05:00',
  updated_at: '2026-11-02T05:00:00-05:00',
  cancelled_at: null,
  confirmed: true,
  test: false,
  financial_status: 'paid',
  currency: 'USD',
  total_price: '98.00',
  source_name: 'web',
  email: 'ada@example.com',
  contact_email: 'ada@example.com',
  phone: null,
  customer_locale: 'en-US',
  customer: { id: 7001, email: 'ada@example.com', first_name: 'Ada', last_name: 'Example', phone: null },
  billing_address: { name: 'Ada Example', company: 'Example Analytics', country_code: 'US', phone: null },
  line_items: [LINE],
  refunds: [],
};
const REFUND = {
  id: 9001,
  admin_graphql_api_id: 'gid://shopify/Refund/9001',
  order_id: 6100000000001,
  created_at: '2026-11-02T06:00:00-05:00',
  refund_line_items: [{ id: 1, line_item_id: 11, quantity: 1, restock_type: 'no_restock' }],
  order_adjustments: [],
  total_duties_set: { shop_money: { amount: '0.00', currency_code: 'USD' } },
  transactions: [{ kind: 'refund', status: 'success', amount: '49.00', currency: 'USD' }],
};
const EDIT = { order_edit: { id: 5, order_id: 6100000000001, line_items: { additions: [], removals: [] } } };

function without(body: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

function read(type: string, body: unknown, answers: readonly Answer[] = []): Reading {
  return shopify.normalize(eventOf(type, body), answers);
}

function factsOf(reading: Reading): readonly Fact[] {
  if (reading.is !== 'facts') throw new Error(JSON.stringify(reading));
  return reading.facts;
}

function said<K extends keyof Contents, G extends keyof Contents[K]>(reading: Reading, kind: K, group: G) {
  const found = factsOf(reading).find((it) => it.kind === kind && it.group === group);
  // `fact()` ties content to kind and group.
  return found?.snapshot.content as Contents[K][G] | undefined;
}

const order = (changes: object = {}, type = 'orders/updated') => read(type, { ...ORDER, ...changes });
const line = (changes: object) =>
  said(order({ line_items: [{ ...LINE, ...changes }] }), 'checkout', 'lines')?.lines[0];

describe('an order', () => {
  test("says standing, money, lines, what was paid, buyer and links, by the shop's own clock", () => {
    const reading = order({}, 'orders/paid');
    expect(reading).toMatchObject({
      is: 'facts',
      creates: '6100000000001',
      refs: ['gid://shopify/Order/6100000000001'],
    });
    expect(factsOf(reading).map((it) => [it.kind, it.id, it.group, it.snapshot.content])).toEqual([
      [
        'checkout',
        '6100000000001',
        'standing',
        {
          state: 'complete',
          bought_at: Date.parse('2026-11-02T09:59:30Z'),
          test: false,
          void_reason: null,
          label: '#1001',
        },
      ],
      ['checkout', '6100000000001', 'money', { state: 'paid', currency: 'usd', total: '98.00' }],
      [
        'checkout',
        '6100000000001',
        'lines',
        {
          lines: [
            {
              id: '11',
              title: 'Acme Pro - Team',
              quantity: 2,
              refs: { variant: '501', product: '401', sku: 'ACME-PRO-1' },
              attributes: {
                title: 'Acme Pro',
                name: 'Acme Pro - Team',
                vendor: 'Acme',
                selling_plan: '901',
                source_name: 'web',
                'property.Team': 'Blue',
              },
            },
          ],
          refunds_counted: [],
        },
      ],
      ['checkout', '6100000000001', 'paid_lines', { quantities: { 11: 2 }, refunds_counted: [] }],
      [
        'checkout',
        '6100000000001',
        'buyer',
        {
          email: 'ada@example.com',
          name: 'Ada Example',
          first_name: 'Ada',
          last_name: 'Example',
          company: 'Example Analytics',
          phone: null,
          reference: '7001',
          locale: 'en-US',
          country: 'US',
        },
      ],
      ['checkout', '6100000000001', 'links', { refs: ['gid://shopify/Order/6100000000001'] }],
    ]);
    for (const { snapshot } of factsOf(reading)) {
      expect(snapshot).toMatchObject({ stamp: AT, asked: false, origin: 'evt_1', reader: 3, finality: 0 });
    }
  });

  test.each([
    'orders/create',
    'orders/paid',
    'orders/updated',
    'orders/cancelled',
    'orders/fulfilled',
    'orders/partially_fulfilled',
  ])('means the same under %s', (type) => {
    expect(order({}, type)).toEqual(order({}, 'orders/updated'));
  });

  test.each([
    ['paid', 'paid'],
    ['partially_refunded', 'paid'],
    ['refunded', 'refunded'],
    ['voided', 'voided'],
    ['expired', 'voided'],
    ['pending', 'unpaid'],
    ['authorized', 'unpaid'],
    ['partially_paid', 'unpaid'],
    ['something_new', 'unpaid'],
    [null, 'unpaid'],
  ])('with financial status %s is %s', (status, state) => {
    const reading = order({ financial_status: status });
    expect(said(reading, 'checkout', 'money')?.state).toBe(state);
    expect(said(reading, 'checkout', 'paid_lines') !== undefined).toBe(state === 'paid');
  });

  test('of nothing to pay is paid', () => {
    expect(said(order({ total_price: '0.00' }), 'checkout', 'money')).toMatchObject({
      state: 'paid',
      total: '0.00',
    });
  });

  test('is cancelled when it has a time of cancellation', () => {
    expect(said(order({ cancelled_at: '2026-11-02T05:00:00-05:00' }), 'checkout', 'standing')?.state).toBe(
      'cancelled',
    );
  });

  test('marked as a test says so', () => {
    expect(said(order({ test: true }), 'checkout', 'standing')?.test).toBe(true);
  });

  test('was bought when it was created, if it does not say when it was processed', () => {
    const standing = said(order({ processed_at: null }), 'checkout', 'standing');
    expect(standing?.bought_at).toBe(Date.parse('2026-11-02T09:59:00Z'));
  });
});

describe('a line', () => {
  test('has its ids with all their digits', () => {
    const text = JSON.stringify(ORDER)
      .replace('"id":11', '"id":866550311766439021')
      .replace('501', '866550311766439023');
    const lines = said(read('orders/paid', text), 'checkout', 'lines')?.lines;
    expect(lines?.[0]).toMatchObject({ id: '866550311766439021', refs: { variant: '866550311766439023' } });
  });

  const cases: readonly [string, object, object][] = [
    ['with a blank SKU has none', { sku: '' }, { refs: { variant: '501', product: '401' } }],
    [
      'of a deleted product keeps its SKU',
      { product_id: null, variant_id: null },
      { refs: { sku: 'ACME-PRO-1' } },
    ],
    ['without a variant title is called by its title', { variant_title: null }, { title: 'Acme Pro' }],
    ['that left the order stays with quantity 0', { current_quantity: 0 }, { quantity: 0 }],
    ['of a gift card is not licensed', { gift_card: true }, { not_licensed: 'gift card' }],
    [
      'without a number of units says so, and holds no other line up',
      { current_quantity: null },
      { quantity: null },
    ],
    ['of more units than anyone sells is read as it is', { current_quantity: 1e9 }, { quantity: 1e9 }],
    ['of less than none is no number of units', { current_quantity: -1 }, { quantity: null }],
    ['of a tip is not licensed', { tip_payment_gateway: null }, { not_licensed: 'tip' }],
  ];
  test.each(cases)('%s', (_, changes, expected) => {
    expect(line(changes)).toMatchObject(expected);
  });

  test('a tip does not make a tip of the next line', () => {
    const lines = said(
      order({ line_items: [{ ...LINE, id: 12, tip_payment_gateway: 'x' }, LINE] }),
      'checkout',
      'lines',
    );
    expect(lines?.lines.map((it) => it.not_licensed)).toEqual(['tip', undefined]);
  });

  test.each([[{}], [null], [[]]])('may write no properties as %j', (properties) => {
    const names = Object.keys(line({ properties })?.attributes ?? {});
    expect(names.filter((it) => it.startsWith('property.'))).toEqual([]);
  });

  test('keeps properties of text and number, hidden ones too', () => {
    const properties = [
      { name: '_id', value: 7 },
      { name: 'Seats', value: '5' },
      { name: 'File', value: null },
    ];
    expect(line({ properties })?.attributes).toMatchObject({ 'property._id': '7', 'property.Seats': '5' });
    expect(line({ properties })?.attributes).not.toHaveProperty('property.File');
  });
});

describe('a buyer', () => {
  const buyer = (changes: object) => said(order(changes), 'checkout', 'buyer');

  test('of a counter sale is nobody', () => {
    const nobody = {
      email: '',
      contact_email: null,
      customer: null,
      billing_address: null,
      customer_locale: null,
    };
    expect(buyer(nobody)).toMatchObject({
      email: null,
      name: null,
      company: null,
      phone: null,
      reference: null,
    });
  });

  test('is written to under the first address that there is', () => {
    expect(buyer({ email: '', contact_email: 'b@example.com' })?.email).toBe('b@example.com');
    expect(buyer({ email: null, contact_email: null })?.email).toBe('ada@example.com');
  });

  test('without a name at the customer has that of the bill', () => {
    const customer = { id: 7001, first_name: null, last_name: null };
    const billing_address = { first_name: 'Grace', last_name: 'Example', company: null };
    expect(buyer({ customer, billing_address })).toMatchObject({
      name: 'Grace Example',
      first_name: 'Grace',
    });
  });

  test('has the company of the bill, else of the customer', () => {
    const customer = { ...ORDER.customer, default_address: { company: 'Home Ltd' } };
    expect(buyer({ customer })?.company).toBe('Example Analytics');
    expect(buyer({ customer, billing_address: null })?.company).toBe('Home Ltd');
  });
});

describe('refunds inside an order', () => {
  test('are counted by the current quantities, and are things of their own', () => {
    const reading = order({ refunds: [REFUND] });
    expect(said(reading, 'checkout', 'lines')?.refunds_counted).toEqual(['9001']);
    expect(said(reading, 'refund', 'lines')).toEqual({ units: { 11: 1 } });
  });

  test('are the very facts that refunds/create tells', () => {
    const inside = factsOf(order({ refunds: [REFUND] })).filter((it) => it.kind === 'refund');
    expect(inside).toEqual(factsOf(read('refunds/create', REFUND)));
  });

  test('are not counted where only the ordered quantity is said', () => {
    const { current_quantity: _, ...old } = LINE;
    const lines = said(order({ line_items: [old], refunds: [REFUND] }), 'checkout', 'lines');
    expect(lines).toMatchObject({ lines: [{ quantity: 3 }], refunds_counted: [] });
  });
});

describe('a field filter', () => {
  const problemOf = (reading: Reading) => {
    if (reading.is === 'request') return undefined;
    return reading.is === 'facts' ? reading.remark : reading.problem;
  };
  const { current_quantity: _, quantity: __, ...uncounted } = LINE;
  const cases: readonly [string, object, string][] = [
    ['line_items', without(ORDER, 'line_items'), 'line_items'],
    ['refunds', without(ORDER, 'refunds'), 'refunds'],
    ['updated_at', without(ORDER, 'updated_at'), 'updated_at'],
    ['every quantity', { ...ORDER, line_items: [uncounted] }, 'line_items.current_quantity'],
    ["the lines' SKU", { ...ORDER, line_items: [LINE, without(LINE, 'sku')] }, 'line_items.sku'],
    ["the lines' variant", { ...ORDER, line_items: [without(LINE, 'variant_id')] }, 'line_items.variant_id'],
    ["the lines' product", { ...ORDER, line_items: [without(LINE, 'product_id')] }, 'line_items.product_id'],
    ["the lines' title", { ...ORDER, line_items: [without(LINE, 'title')] }, 'line_items.title'],
    ["the lines' vendor", { ...ORDER, line_items: [without(LINE, 'vendor')] }, 'line_items.vendor'],
    ['what tells gift cards', { ...ORDER, line_items: [without(LINE, 'gift_card')] }, 'line_items.gift_card'],
    [
      "the lines' properties",
      { ...ORDER, line_items: [without(LINE, 'properties')] },
      'line_items.properties',
    ],
    [
      'several fields of lines',
      { ...ORDER, line_items: [without(LINE, 'sku', 'product_id')], test: undefined },
      'test, line_items.sku, line_items.product_id',
    ],
    ['the source of the order', without(ORDER, 'source_name'), 'source_name'],
    ['the ids of lines', { ...ORDER, line_items: [without(LINE, 'id')] }, 'line_items.id'],
    ['the id', { ...without(ORDER, 'id') }, 'orders/updated without id'],
  ];
  test.each(cases)('that drops %s parks the event and names it', (_, body, detail) => {
    const reading = read('orders/updated', body);
    expect(reading.is).toBe('parked');
    expect(problemOf(reading)).toMatchObject({ code: 'fields_missing', detail });
  });

  test('that leaves of a refund only its id does not let its units be taken twice', () => {
    const reading = order({ refunds: [{ id: 9001 }] });
    expect(said(reading, 'checkout', 'lines')).toMatchObject({ refunds_counted: ['9001'] });
    expect(problemOf(reading)).toMatchObject({ code: 'fields_missing', detail: 'refunds.created_at' });
    expect(problemOf(order({ refunds: [{ note: null }] }))).toMatchObject({
      detail: 'refunds.id, refunds.created_at',
    });
  });

  test('that drops the gid claims no other name', () => {
    expect(
      said(read('orders/updated', without(ORDER, 'admin_graphql_api_id')), 'checkout', 'links'),
    ).toBeUndefined();
  });

  test('is not at work where fields of a line are null', () => {
    const empty = {
      sku: null,
      variant_id: null,
      product_id: null,
      vendor: null,
      title: null,
      properties: null,
    };
    expect(line({ ...empty, gift_card: null })).toMatchObject({ id: '11', refs: {} });
    expect(said(order({ source_name: null }), 'checkout', 'lines')).toBeDefined();
  });

  test('that drops fields of lines leaves them to the answer of the shop', () => {
    const found: Answer = {
      id: 'evt_1/0/order',
      asked: 'order',
      stamp: AT,
      body: parseText(JSON.stringify({ order: ORDER })),
    };
    const later = { ...ORDER, updated_at: '2026-11-02T10:00:09Z', line_items: [without(LINE, 'sku')] };
    const reading = read('orders/updated', later, [found]);
    const lines = factsOf(reading).filter((it) => it.group === 'lines');
    expect(lines.map((it) => it.snapshot.asked)).toEqual([true]);
    expect(problemOf(reading)).toMatchObject({ code: 'fields_missing', detail: 'line_items.sku' });
  });

  test.each(['cancelled_at', 'test'])('that drops %s leaves the standing of a paid order unsaid', (name) => {
    const reading = read('orders/paid', without(ORDER, name));
    expect(said(reading, 'checkout', 'standing')).toBeUndefined();
    expect(said(reading, 'checkout', 'money')?.state).toBe('paid');
  });

  test('that drops the cancellation leaves the standing unsaid, with a remark', () => {
    const reading = read('orders/updated', without(ORDER, 'cancelled_at'));
    expect(said(reading, 'checkout', 'standing')).toBeUndefined();
    expect(said(reading, 'checkout', 'lines')).toBeDefined();
    expect(problemOf(reading)).toMatchObject({ code: 'fields_missing', detail: 'cancelled_at' });
  });

  test('that drops the financial status leaves the money unsaid, never unpaid', () => {
    const reading = read('orders/updated', without(ORDER, 'financial_status'));
    expect(said(reading, 'checkout', 'money')).toBeUndefined();
    expect(said(reading, 'checkout', 'paid_lines')).toBeUndefined();
  });

  test('that drops who buys leaves the buyer unsaid, never nobody', () => {
    const reading = read('orders/updated', without(ORDER, 'email', 'contact_email', 'customer'));
    expect(said(reading, 'checkout', 'buyer')).toBeUndefined();
  });
});

describe('a refund', () => {
  const refund = (changes: object = {}) => read('refunds/create', { ...REFUND, ...changes });

  test('looks for its order and never makes one', () => {
    const reading = refund();
    expect(reading).toMatchObject({ is: 'facts', creates: null, refs: ['6100000000001'] });
    expect(factsOf(reading).map((it) => [it.kind, it.id, it.group, it.snapshot.content])).toEqual([
      ['refund', '9001', 'standing', { state: 'succeeded' }],
      ['refund', '9001', 'money', { amount: '49.00', currency: 'usd' }],
      ['refund', '9001', 'lines', { units: { 11: 1 } }],
      ['refund', '9001', 'links', { refs: ['6100000000001'] }],
    ]);
    expect(factsOf(reading)[0]?.snapshot.stamp).toBe(Date.parse('2026-11-02T11:00:00Z'));
  });

  const of = (...statuses: string[]) => ({
    transactions: statuses.map((status) => ({ kind: 'refund', status, amount: '10.10', currency: 'USD' })),
  });
  const money = { refund_line_items: [] };
  const states: readonly [string, object, string, string | null][] = [
    ['of units takes them back although its money failed', of('failure'), 'succeeded', null],
    ['of units takes them back while its money is pending', of('pending'), 'succeeded', null],
    ['of units without any transaction takes them back', of(), 'succeeded', null],
    [
      'of money alone succeeds with its transactions',
      { ...money, ...of('success', 'success') },
      'succeeded',
      '20.20',
    ],
    ['of money alone is pending while one is', { ...money, ...of('success', 'pending') }, 'pending', '10.10'],
    ['of money alone fails when all fail', { ...money, ...of('failure', 'error') }, 'failed', null],
    ['of money alone counts what succeeded', { ...money, ...of('failure', 'success') }, 'succeeded', '10.10'],
  ];
  test.each(states)('%s', (_, changes, state, amount) => {
    expect(said(refund(changes), 'refund', 'standing')).toEqual({ state });
    expect(said(refund(changes), 'refund', 'money')).toEqual({
      amount,
      currency: 'usd',
    });
  });

  test('of an amount or of shipping takes no units', () => {
    const adjustment = { id: 3, amount: '-5.00', kind: 'shipping_refund' };
    const reading = refund({ ...money, order_adjustments: [adjustment], ...of('success') });
    expect(said(reading, 'refund', 'lines')).toEqual({ units: {} });
  });

  const shippings: readonly [string, object, boolean][] = [
    [
      'since 2024-10 by its lines',
      {
        order_adjustments: [],
        refund_shipping_lines: [{ subtotal_amount_set: { shop_money: { amount: '10.10' } } }],
      },
      true,
    ],
    [
      'by its lines, of which one is written without an amount',
      { order_adjustments: [], refund_shipping_lines: [{}] },
      false,
    ],
    ['before by adjustments', { order_adjustments: [{ amount: '-10.10', kind: 'shipping_refund' }] }, true],
    [
      'by adjustments with their taxes',
      { order_adjustments: [{ amount: '-9.00', tax_amount: '-1.10', kind: 'shipping_refund' }] },
      true,
    ],
    [
      'by adjustments of another kind',
      { order_adjustments: [{ amount: '-10.10', kind: 'refund_discrepancy' }] },
      false,
    ],
    ['by nothing', { order_adjustments: [] }, false],
  ];
  test.each(shippings)('of shipping alone is told %s', (_, changes, isShipping) => {
    const told = said(refund({ ...money, ...changes, ...of('success') }), 'refund', 'money');
    expect(told?.shipping_only).toBe(isShipping || undefined);
  });

  test('of one line in two parts takes both', () => {
    const part = REFUND.refund_line_items[0];
    expect(said(refund({ refund_line_items: [part, part] }), 'refund', 'lines')).toEqual({
      units: { 11: 2 },
    });
  });

  test('whose transactions progress says the later word, though its time stays', () => {
    const pending = factsOf(refund({ ...money, ...of('pending') }))[0];
    const done = factsOf(refund({ ...money, ...of('success') }))[0];
    expect(done?.snapshot.stamp).toBe(pending?.snapshot.stamp);
    expect(done?.snapshot.finality).toBeGreaterThan(pending?.snapshot.finality ?? 9);
  });

  test.each([
    ['order_id', 'refunds/create without order_id'],
    ['refund_line_items', 'refund_line_items'],
  ])('without %s is parked', (name, detail) => {
    const reading = read('refunds/create', without(REFUND, name));
    expect(reading).toMatchObject({ is: 'parked', problem: { code: 'fields_missing', detail } });
  });
});

describe('what is not read', () => {
  const cases: readonly [string, string, unknown, string, string][] = [
    ['another topic', 'products/update', { id: 1 }, 'ignored', 'type_unknown'],
    ['a deleted order', 'orders/delete', { id: 1 }, 'ignored', 'type_unknown'],
    ['a refund under orders/paid', 'orders/paid', REFUND, 'parked', 'topic_mismatch'],
    ['an order under refunds/create', 'refunds/create', ORDER, 'parked', 'topic_mismatch'],
    ['an order under orders/edited', 'orders/edited', ORDER, 'parked', 'topic_mismatch'],
    ['an edit under orders/updated', 'orders/updated', EDIT, 'parked', 'topic_mismatch'],
    [
      'a product under orders/updated',
      'orders/updated',
      { id: 1, admin_graphql_api_id: 'gid://shopify/Product/1' },
      'parked',
      'topic_mismatch',
    ],
    [
      'a transaction under refunds/create',
      'refunds/create',
      { id: 1, order_id: 2, kind: 'refund' },
      'parked',
      'topic_mismatch',
    ],
    [
      'a refund without its gid under orders/paid',
      'orders/paid',
      without(REFUND, 'admin_graphql_api_id'),
      'parked',
      'topic_mismatch',
    ],
    ['no JSON', 'orders/paid', 'id=1', 'parked', 'body_unparsable'],
    ['a list', 'orders/paid', '[]', 'parked', 'body_unparsable'],
  ];
  test.each(cases)('%s', (_, type, body, is, code) => {
    expect(read(type, body)).toMatchObject({ is, problem: { code } });
  });

  const torn: readonly [string, string][] = [
    ['{"email":"ada@example.com",}', 'the body is not JSON from position 27 on'],
    ['{"email":"ada@example.com"', 'the body is not JSON from position 26 on'],
    ['ada@example.com at position 7', 'the body is not JSON'],
    ['[]', 'the body is not a JSON object'],
  ];
  test.each(torn)('a body like %s is described without quoting it', (body, detail) => {
    const reading = read('orders/paid', body);
    expect(reading).toMatchObject({ is: 'parked', problem: { code: 'body_unparsable', detail } });
  });

  const sample = {
    ...ORDER,
    test: true,
    confirmed: false,
    financial_status: 'voided',
    cancelled_at: '2021-12-31T19:00:00-05:00',
  };
  const samples: readonly [string, string, string][] = [
    ['an order by its marks', 'orders/paid', JSON.stringify(sample)],
    [
      'an order by its id',
      'orders/create',
      JSON.stringify(ORDER).replace('6100000000001', '820982911946154508'),
    ],
    [
      'a refund',
      'refunds/create',
      JSON.stringify(REFUND).replace('"order_id":6100000000001', '"order_id":820982911946154508'),
    ],
    ['an edit', 'orders/edited', '{"order_edit":{"id":78912328793123782,"order_id":820982911946154508}}'],
  ];
  test.each(samples)("the shop's own sample: %s", (_, type, body) => {
    expect(read(type, body)).toMatchObject({ is: 'ignored', problem: { code: 'not_a_sale' } });
  });

  test('a test order that was voided and cancelled is a sale all the same', () => {
    expect(order({ test: true, financial_status: 'voided', cancelled_at: ORDER.updated_at }).is).toBe(
      'facts',
    );
  });

  test('a byte order mark before the body is no hindrance, invalid UTF-8 is', () => {
    const mark = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(JSON.stringify(ORDER))]);
    expect(shopify.normalize({ ...eventOf('orders/paid', ''), body: mark }, []).is).toBe('facts');
    const broken = new Uint8Array([0x22, 0xff, 0x22]);
    expect(shopify.normalize({ ...eventOf('orders/paid', ''), body: broken }, [])).toMatchObject({
      problem: { code: 'body_unparsable' },
    });
  });
});

describe('an edit', () => {
  test('without an answer tells only which order, and that orders/updated says the rest', () => {
    expect(read('orders/edited', EDIT)).toMatchObject({
      is: 'facts',
      creates: null,
      refs: ['6100000000001'],
      facts: [],
      remark: { code: 'api_key_needed', detail: expect.stringMatching(/orders\/updated/) },
    });
  });
});

describe('an answer of the shop', () => {
  const answer = (body: unknown): Answer => ({
    id: 'evt_1/0/order',
    asked: 'order',
    stamp: AT,
    body: parseText(JSON.stringify(body)) as Json,
  });
  const now = {
    ...ORDER,
    updated_at: '2026-11-02T10:00:01Z',
    financial_status: 'refunded',
    refunds: [REFUND],
  };

  test('is what counts; the payload gives only refs', () => {
    const reading = read('orders/paid', ORDER, [answer({ order: now })]);
    expect(said(reading, 'checkout', 'money')?.state).toBe('refunded');
    for (const { snapshot } of factsOf(reading))
      expect(snapshot).toMatchObject({ asked: true, origin: 'evt_1/0/order' });
    expect(reading).toMatchObject({ creates: '6100000000001', refs: ['gid://shopify/Order/6100000000001'] });
  });

  test('makes an edit and a filtered payload readable, and a refund no new sale', () => {
    expect(said(read('orders/edited', EDIT, [answer({ order: now })]), 'checkout', 'lines')).toBeDefined();
    expect(
      said(read('orders/updated', { id: 6100000000001 }, [answer({ order: now })]), 'checkout', 'lines'),
    ).toBeDefined();
    expect(read('refunds/create', REFUND, [answer({ order: now })])).toMatchObject({ creates: null });
  });

  test('that lags behind the payload does not hide it', () => {
    const reading = read('orders/paid', ORDER, [
      answer({ order: { ...now, updated_at: '2026-11-02T09:59:59Z' } }),
    ]);
    const told = factsOf(reading).filter((it) => it.group === 'money' && it.kind === 'checkout');
    expect(told.map((it) => it.snapshot.asked)).toEqual([true, false]);
  });

  test('that does not know the refund yet does not hide it', () => {
    const reading = read('refunds/create', REFUND, [answer({ order: { ...now, refunds: [] } })]);
    expect(said(reading, 'refund', 'lines')).toEqual({ units: { 11: 1 } });
  });

  test('that may not tell who buys leaves it to the payload', () => {
    const reading = read('orders/paid', ORDER, [
      answer({ order: without(now, 'email', 'contact_email', 'customer') }),
    ]);
    expect(said(reading, 'checkout', 'buyer')?.email).toBe('ada@example.com');
  });

  test('that the order is gone leaves the payload to be read, with a remark', () => {
    const reading = read('orders/paid', ORDER, [answer({ order: null })]);
    expect(said(reading, 'checkout', 'money')?.state).toBe('paid');
    expect(reading).toMatchObject({ remark: { code: 'shop_object_gone' } });
  });

  test('that the order is gone parks an edit', () => {
    const reading = read('orders/edited', EDIT, [answer({ order: null })]);
    expect(reading).toMatchObject({ is: 'parked', problem: { code: 'shop_object_gone' } });
  });
});

describe('numbers', () => {
  test('that JavaScript would write differently stay text; ids always are', () => {
    const text =
      '{"id":1,"order_id":866550311766439021,"n":9007199254740993,"price":199.0,"rate":0.06,"quantity":2}';
    expect(parseText(text)).toEqual({
      id: '1',
      order_id: '866550311766439021',
      n: '9007199254740993',
      price: '199.0',
      rate: 0.06,
      quantity: 2,
    });
  });

  test('amounts add up exactly', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3');
    expect(sum(['9007199254740993.01', '0.990'])).toBe('9007199254740994.000');
    expect(sum(['5', '-7.25'])).toBe('-2.25');
    expect(sum([])).toBeNull();
    expect(sum(['1,5'])).toBeNull();
    expect(sameAmount('5', '5.00')).toBe(true);
    expect(sameAmount('5.00', '5.01')).toBe(false);
    expect(sameAmount('-5', '-5.0')).toBe(true);
  });
});
