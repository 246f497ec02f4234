/** Normalize: what comes after the sale and is no order. Disputes, an app that is taken away, and requests by law. */
import { describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Reading } from '../../src/core/integration.ts';
import { readSale } from '../../src/core/known.ts';
import { merge } from '../../src/core/sale.ts';
import type { Contents } from '../../src/core/things.ts';

function read(
  type: string,
  body: unknown,
  id = 'evt_1',
  headers: Readonly<Record<string, string>> = {},
): Reading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return shopify.normalize(
    {
      id,
      source: 'shopify',
      account: '',
      key: id,
      type,
      created_at: null,
      received_at: 0,
      headers,
      body: new TextEncoder().encode(text),
    },
    [],
  );
}

const DISPUTE = {
  id: 285332461,
  order_id: 6100000000001,
  type: 'chargeback',
  amount: '49.00',
  currency: 'USD',
  reason: 'fraudulent',
  network_reason_code: '4837',
  status: 'needs_response',
  evidence_due_by: '2026-11-20T19:00:00-05:00',
  evidence_sent_on: null,
  finalized_on: null,
  initiated_at: '2026-11-10T19:00:00-05:00',
};

describe('a dispute', () => {
  const dispute = (changes: object = {}, type = 'disputes/update') => read(type, { ...DISPUTE, ...changes });
  function standing(reading: Reading): Contents['dispute']['standing'] | undefined {
    if (reading.is !== 'facts') throw new Error(JSON.stringify(reading));
    const found = reading.facts.find((it) => it.kind === 'dispute' && it.group === 'standing');
    // `fact()` ties content to kind and group.
    return found?.snapshot.content as Contents['dispute']['standing'] | undefined;
  }

  test('looks for its order and never makes one', () => {
    const reading = dispute({}, 'disputes/create');
    expect(reading).toMatchObject({ is: 'facts', creates: null, refs: ['6100000000001'] });
    expect(
      reading.is === 'facts' && reading.facts.map((it) => [it.kind, it.id, it.group, it.snapshot.content]),
    ).toEqual([
      ['dispute', '285332461', 'standing', { state: 'opened', reason: 'fraudulent' }],
      ['dispute', '285332461', 'money', { amount: '49.00', currency: 'usd' }],
      ['dispute', '285332461', 'links', { refs: ['6100000000001'] }],
    ]);
  });

  const states: readonly [string, string, string][] = [
    ['chargeback', 'needs_response', 'opened'],
    ['chargeback', 'under_review', 'opened'],
    ['chargeback', 'charge_refunded', 'prevented'],
    ['chargeback', 'prevented', 'prevented'],
    ['chargeback', 'accepted', 'lost'],
    ['chargeback', 'lost', 'lost'],
    ['chargeback', 'won', 'won'],
    ['inquiry', 'needs_response', 'inquiry'],
    ['inquiry', 'under_review', 'inquiry'],
    ['inquiry', 'charge_refunded', 'inquiry_closed'],
    ['inquiry', 'won', 'inquiry_closed'],
    ['inquiry', 'lost', 'inquiry_closed'],
    ['CHARGEBACK', 'WON', 'won'],
  ];
  test.each(states)('of type %s and status %s is %s', (type, status, state) => {
    expect(standing(dispute({ type, status }))?.state).toBe(state);
  });

  const unsaid: readonly [string, object, string, string][] = [
    [
      'an unknown status',
      { status: 'arbitrated' },
      'word_unknown',
      'a dispute of type chargeback and status arbitrated',
    ],
    [
      'an unknown type',
      { type: 'retrieval' },
      'word_unknown',
      'a dispute of type retrieval and status needs_response',
    ],
    [
      'a status that is a sentence',
      { status: 'ask Ada' },
      'word_unknown',
      'a dispute of type chargeback and status (no word)',
    ],
    ['no status', { status: undefined }, 'fields_missing', 'status'],
    ['no type', { type: null }, 'fields_missing', 'type'],
  ];
  test.each(unsaid)('with %s leaves its standing unsaid, with a remark', (_, changes, code, detail) => {
    const reading = dispute(changes);
    expect(standing(reading)).toBeUndefined();
    expect(reading).toMatchObject({ is: 'facts', remark: { code, detail } });
  });

  test('ends as its last word, whatever order its words arrive in', () => {
    const life = [
      { type: 'inquiry', status: 'needs_response' },
      { status: 'needs_response' },
      { status: 'under_review', evidence_sent_on: '2026-11-12T09:00:00-05:00' },
      // Sent for a loss, and not for the win that came after it.
      { status: 'lost', finalized_on: '2026-12-20T09:00:00-05:00' },
      { status: 'won', finalized_on: null },
    ].map((it, at) => read('disputes/update', { ...DISPUTE, ...it }, `evt_${at}`));
    const facts = (all: readonly Reading[]) => all.flatMap((it) => (it.is === 'facts' ? it.facts : []));
    for (let times = 0; times < 5; times++) {
      const turned = [...life.slice(times), ...life.slice(0, times)];
      for (const told of [turned, turned.toReversed(), [...turned, ...life]]) {
        const sale = readSale(merge({}, facts(told)));
        expect(sale.disputes[0]?.standing?.state).toBe('won');
        expect(sale.ambiguous).toBe(false);
      }
      const open = readSale(merge({}, facts(life.slice(0, 3).toReversed())));
      expect(open.disputes[0]?.standing?.state).toBe('opened');
    }
  });

  test('whose times a field filter drops is ordered all the same', () => {
    const { initiated_at: _, ...timeless } = DISPUTE;
    expect(standing(read('disputes/create', timeless))?.state).toBe('opened');
  });

  test('keeps ids beyond 2^53 to the last digit', () => {
    const body = JSON.stringify(DISPUTE)
      .replace('285332461', '285332461850802051')
      .replace('6100000000001', '720982911946154509');
    const reading = read('disputes/create', body);
    expect(reading).toMatchObject({ is: 'facts', refs: ['720982911946154509'] });
    expect(reading.is === 'facts' && reading.facts[0]?.id).toBe('285332461850802051');
  });

  const others: readonly [string, string, unknown, string, string][] = [
    ['of no order', 'disputes/create', { ...DISPUTE, order_id: null }, 'ignored', 'not_a_sale'],
    [
      'in a sample of the shop',
      'disputes/create',
      JSON.stringify(DISPUTE).replace('6100000000001', '820982911946154508'),
      'ignored',
      'not_a_sale',
    ],
    [
      'whose order a filter drops',
      'disputes/create',
      { ...DISPUTE, order_id: undefined },
      'parked',
      'fields_missing',
    ],
    ['without its id', 'disputes/create', { ...DISPUTE, id: undefined }, 'parked', 'fields_missing'],
    ['under refunds/create', 'refunds/create', DISPUTE, 'parked', 'topic_mismatch'],
    ['under orders/paid', 'orders/paid', DISPUTE, 'parked', 'topic_mismatch'],
  ];
  test.each(others)('%s', (_, type, body, is, code) => {
    expect(read(type, body)).toMatchObject({ is, problem: { code } });
  });
});

describe('an app that is taken away', () => {
  test('is told with an alarm, and changes no sale', () => {
    const shop = {
      id: 548380009,
      name: 'Acme',
      email: 'ada@example.com',
      myshopify_domain: 'acme.myshopify.com',
    };
    expect(read('app/uninstalled', shop)).toEqual({
      is: 'ignored',
      problem: { code: 'app_uninstalled', detail: 'acme.myshopify.com' },
      alarm: true,
    });
  });

  test('is not believed of a body that is no shop', () => {
    expect(read('app/uninstalled', DISPUTE)).toMatchObject({
      is: 'parked',
      problem: { code: 'topic_mismatch' },
    });
    expect(read('app/uninstalled', { id: 1 })).toMatchObject({
      is: 'parked',
      problem: { code: 'topic_mismatch' },
    });
  });
});

describe('a request by law', () => {
  const shop = { shop_id: 954889, shop_domain: 'acme.myshopify.com' };
  const customer = { id: 191167, email: 'ada@example.com', phone: '555-625-1199' };
  const data = { ...shop, orders_requested: [299938, 280263], customer, data_request: { id: 9999 } };
  const forget = { ...shop, customer, orders_to_redact: [299938] };

  test('for records names the orders and the customer', () => {
    expect(read('customers/data_request', data)).toEqual({
      is: 'request',
      request: {
        kind: 'export',
        subject: { orders: ['299938', '280263'], customer: '191167', email: 'ada@example.com' },
      },
    });
  });

  test('to be forgotten names them too, to the last digit', () => {
    const body = JSON.stringify(forget).replace('299938', '866550311766439020,866550311766439000');
    expect(read('customers/redact', body)).toMatchObject({
      request: { kind: 'redact_customer', subject: { orders: ['866550311766439020', '866550311766439000'] } },
    });
  });

  test('may know an email alone, or no order', () => {
    const poor = { ...shop, customer: { email: 'ada@example.com' }, orders_to_redact: [] };
    expect(read('customers/redact', poor)).toMatchObject({
      request: { subject: { orders: [], customer: null, email: 'ada@example.com' } },
    });
  });

  test('to forget a shop names nobody, and is read where verify found that it is this one', () => {
    const own = { 'keyferry-own-shop': 'acme.myshopify.com' };
    expect(read('shop/redact', shop, 'evt_1', own)).toEqual({
      is: 'request',
      request: { kind: 'redact_shop', subject: { orders: [], customer: null, email: null } },
    });
    expect(read('shop/redact', shop)).toMatchObject({ is: 'parked', problem: { code: 'shop_unproven' } });
  });

  const widened: readonly [string, string, unknown][] = [
    ["a customer's as that of the whole shop", 'shop/redact', forget],
    ["a customer's without orders as that of the whole shop", 'shop/redact', { ...shop, customer }],
    ['one for records as one to forget', 'customers/redact', data],
    ['an order as one to forget a shop', 'shop/redact', { id: 1, financial_status: 'paid' }],
    [
      "a shop's own body as one to forget it",
      'shop/redact',
      { id: 1, myshopify_domain: 'acme.myshopify.com' },
    ],
    ['an empty body as one to forget a shop', 'shop/redact', {}],
  ];
  test.each(widened)('is never read as a wider one, whatever the topic says: %s', (_, type, body) => {
    expect(read(type, body)).toMatchObject({ is: 'parked', problem: { code: 'topic_mismatch' } });
  });
});
