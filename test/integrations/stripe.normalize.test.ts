import { describe, expect, test } from 'vitest';
import { normalize } from '../../integrations/stripe/normalize.ts';
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const ASKED_AT = AT + 4000;
const COMPLETED = 'checkout.session.completed';
const SUCCEEDED = 'checkout.session.async_payment_succeeded';
const FAILED = 'checkout.session.async_payment_failed';

const PAID = {
  id: 'cs_1',
  object: 'checkout.session',
  amount_total: 14900,
  created: AT / 1000 - 60,
  currency: 'EUR',
  customer: null,
  customer_details: { email: 'Noor@Example.com ', name: 'Noor Veerman', business_name: null, phone: null },
  customer_email: null,
  metadata: { campaign: 'spring' },
  mode: 'payment',
  payment_intent: 'pi_1',
  invoice: null,
  payment_link: 'plink_1AcmePro',
  payment_status: 'paid',
  status: 'complete',
};

function stored(type: string, session: unknown, created_at: number | null = AT): StoredEvent {
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object: session } });
  return {
    id: 'ev_1',
    source: 'stripe',
    account: '',
    key: 'evt_1',
    type,
    created_at,
    received_at: AT + 1000,
    headers: {},
    body: new TextEncoder().encode(body),
  };
}

const read = (type: string, differs: Record<string, unknown> = {}, answers: readonly Answer[] = []) =>
  normalize(stored(type, { ...PAID, ...differs }), answers);

function answer(asked: string, body: Json, refresh = 0, stamp = ASKED_AT): Answer {
  return { id: `ev_1/${refresh}/${asked}`, asked, stamp, body };
}
const sessionAnswer = (differs: Record<string, Json> = {}, refresh = 0, stamp = ASKED_AT) =>
  answer('checkout.session', { ...PAID, ...differs }, refresh, stamp);

function line(price: string, more: Record<string, Json> = {}, priceMore: Record<string, Json> = {}): Json {
  return {
    id: `li_${price}`,
    description: 'Acme Pro',
    quantity: 1,
    price: {
      id: price,
      lookup_key: null,
      metadata: {},
      product: { id: 'prod_A', name: 'Acme Pro', metadata: {} },
      ...priceMore,
    },
    ...more,
  };
}
const linesAnswer = (...data: Json[]) => answer('line_items', { data });

/** `kind/id/group` → content, of the facts of a reading. */
function contents(reading: Reading): Record<string, unknown> {
  if (reading.is !== 'facts') throw new Error(`${reading.is}: ${reading.problem.code}`);
  return Object.fromEntries(
    reading.facts.map((it) => [`${it.kind}/${it.id}/${it.group}`, it.snapshot.content]),
  );
}
const money = (reading: Reading) => contents(reading)['checkout/cs_1/money'];
const buyer = (reading: Reading) => contents(reading)['checkout/cs_1/buyer'];
function lines(reading: Reading): unknown {
  const content = contents(reading)['checkout/cs_1/lines'];
  return typeof content === 'object' && content !== null && 'lines' in content ? content.lines : undefined;
}

describe('events that bring no sale', () => {
  test.each<[string, string, Record<string, unknown>, string, string]>([
    ['an event of another object', 'product.created', {}, 'ignored', 'type_unknown'],
    ['a refund, for now', 'charge.refunded', {}, 'ignored', 'type_unknown'],
    ['a ping', 'v2.core.event_destination.ping', {}, 'ignored', 'type_unknown'],
    ['a thin checkout event', 'v1.checkout.session.completed', {}, 'parked', 'thin_event_unsupported'],
    ['a thin event about something else', 'v1.product.created', {}, 'ignored', 'type_unknown'],
    ['a set-up session', COMPLETED, { mode: 'setup', payment_intent: null }, 'ignored', 'not_a_sale'],
    ['an abandoned cart', 'checkout.session.expired', { status: 'expired' }, 'ignored', 'not_a_sale'],
    [
      'an abandoned subscription',
      'checkout.session.expired',
      { mode: 'subscription' },
      'ignored',
      'not_a_sale',
    ],
    ['a subscription', COMPLETED, { mode: 'subscription' }, 'parked', 'subscription_unsupported'],
    ['a mode of the future', COMPLETED, { mode: 'rental' }, 'parked', 'body_unparsable'],
    ['no mode', COMPLETED, { mode: undefined }, 'parked', 'fields_missing'],
    ['no payment status', COMPLETED, { payment_status: undefined }, 'parked', 'fields_missing'],
    ['another object', COMPLETED, { object: 'invoice' }, 'parked', 'body_unparsable'],
    ['no id', COMPLETED, { id: null }, 'parked', 'body_unparsable'],
  ])('%s', (_, type, differs, is, code) => {
    expect(read(type, differs)).toMatchObject({ is, problem: { code } });
  });

  test.each(['', 'null', '{', '[]', '{"data":{}}'])('a stored body %j parks and does not throw', (body) => {
    const event = { ...stored(COMPLETED, PAID), body: new TextEncoder().encode(body) };
    expect(normalize(event, [])).toMatchObject({ is: 'parked', problem: { code: 'body_unparsable' } });
  });
});

describe('a paid checkout without an API key', () => {
  test('tells standing, money, buyer, links and the one line that stands for all', () => {
    const reading = read(COMPLETED);
    expect(reading).toMatchObject({ is: 'facts', creates: 'cs_1', refs: ['pi_1'] });
    expect(contents(reading)).toEqual({
      'checkout/cs_1/standing': { state: 'complete', bought_at: AT - 60_000, test: false, void_reason: null },
      'checkout/cs_1/money': { state: 'paid', currency: 'eur', total: '14900' },
      'checkout/cs_1/buyer': {
        email: 'Noor@Example.com',
        name: 'Noor Veerman',
        company: null,
        phone: null,
        reference: null,
        locale: null,
        country: null,
      },
      'checkout/cs_1/links': { refs: ['pi_1'] },
      'checkout/cs_1/lines': {
        lines: [
          {
            id: 'session',
            title: 'Checkout session',
            quantity: 1,
            refs: {},
            attributes: { mode: 'payment', payment_link: 'plink_1AcmePro', 'metadata.campaign': 'spring' },
            stands_for_all: true,
          },
        ],
        refunds_counted: [],
      },
    });
  });

  test('is stamped by the event’s own time, never by our clock', () => {
    const reading = read(COMPLETED);
    const from =
      reading.is === 'facts' ? reading.facts.map(({ snapshot: { content: _, ...rest } }) => rest) : [];
    expect(new Set(from.map((it) => JSON.stringify(it)))).toEqual(
      new Set([JSON.stringify({ finality: 0, stamp: AT, asked: false, origin: 'ev_1', reader: 1 })]),
    );
    const undated = normalize(stored(COMPLETED, PAID, null), []);
    expect(undated).toMatchObject({ facts: [{ snapshot: { stamp: AT - 60_000 } }, {}, {}, {}, {}] });
  });
});

describe('money', () => {
  test.each<[string, string, Record<string, unknown>, unknown]>([
    ['a card', COMPLETED, {}, { state: 'paid', currency: 'eur', total: '14900' }],
    ['a bank debit under way', COMPLETED, { payment_status: 'unpaid' }, { state: 'unpaid' }],
    ['a bank debit come through', SUCCEEDED, {}, { state: 'paid' }],
    ['a bank debit failed', FAILED, { payment_status: 'unpaid' }, { state: 'unpaid' }],
    [
      '100 % off, said as paid',
      COMPLETED,
      { amount_total: 0, payment_intent: null },
      { state: 'paid', currency: 'eur', total: '0' },
    ],
    [
      '100 % off, said as no_payment_required',
      COMPLETED,
      { amount_total: 0, payment_intent: null, payment_status: 'no_payment_required' },
      { state: 'paid', currency: 'eur', total: '0' },
    ],
    ['a payment status of the future', COMPLETED, { payment_status: 'half' }, { state: 'unpaid' }],
    ['a session still open', COMPLETED, { status: 'open' }, { state: 'unpaid' }],
    ['an old API version without status', COMPLETED, { status: undefined }, { state: 'paid' }],
    ['no amount', COMPLETED, { amount_total: undefined }, { state: 'paid', total: null }],
  ])('%s', (_, type, differs, expected) => {
    expect(money(read(type, differs))).toMatchObject({ ...(expected as object) });
  });

  test.each([
    [COMPLETED, undefined],
    [SUCCEEDED, { state: 'succeeded' }],
    [FAILED, { state: 'failed' }],
  ])('%s says of the payment: %j', (type, standing) => {
    expect(contents(read(type))['payment/pi_1/standing']).toEqual(standing);
  });

  test('a delayed payment without an intent is named by its session', () => {
    expect(contents(read(FAILED, { payment_intent: null }))['payment/cs_1/standing']).toEqual({
      state: 'failed',
    });
  });
});

describe('names of the sale', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['payment intent', {}, ['pi_1']],
    ['and its invoice', { invoice: 'in_1' }, ['pi_1', 'in_1']],
    [
      'expanded ones with the charge',
      { payment_intent: { id: 'pi_1', latest_charge: { id: 'ch_1' } }, invoice: { id: 'in_1' } },
      ['pi_1', 'ch_1', 'in_1'],
    ],
    ['none when nothing was charged', { payment_intent: null }, []],
    [
      'never the customer, the link or the buyer',
      { customer: 'cus_1', client_reference_id: 'u_1' },
      ['pi_1'],
    ],
  ])('%s', (_, differs, refs) => {
    const reading = read(COMPLETED, differs);
    expect(reading).toMatchObject({ refs });
    expect(contents(reading)['checkout/cs_1/links']).toEqual({ refs });
  });

  test('links are not claimed by a shape that leaves them out', () => {
    const reading = read(COMPLETED, { payment_intent: undefined, invoice: undefined });
    expect(contents(reading)).not.toHaveProperty('checkout/cs_1/links');
  });
});

describe('the buyer', () => {
  const details = { email: null, name: null, phone: null, business_name: null };
  test.each<[string, Record<string, unknown>, unknown]>([
    ['email from customer_details', {}, { email: 'Noor@Example.com' }],
    [
      'else the prefilled one',
      { customer_details: details, customer_email: 'pre@example.com' },
      { email: 'pre@example.com' },
    ],
    ['the customer', { customer: 'cus_1' }, { reference: 'cus_1' }],
    ['an expanded customer', { customer: { id: 'cus_1', object: 'customer' } }, { reference: 'cus_1' }],
    ['a customer account', { customer_account: 'acct_c1' }, { reference: 'acct_c1' }],
    [
      'the business name',
      { customer_details: { ...details, business_name: ' Veerman ' } },
      { company: 'Veerman' },
    ],
    [
      'the person rather than the business',
      { customer_details: { ...details, name: 'Veerman BV', individual_name: 'Noor' } },
      { name: 'Noor' },
    ],
    [
      'the company from a custom field',
      {
        custom_fields: [
          { key: 'color', type: 'text', text: { value: 'red' } },
          { key: 'company', type: 'dropdown', dropdown: { value: 'x' } },
          { key: 'CompanyName', type: 'text', text: { value: 'Veerman Charts' } },
        ],
      },
      { company: 'Veerman Charts' },
    ],
    [
      'language and country',
      { locale: 'nl', customer_details: { ...details, address: { country: 'NL' } } },
      { locale: 'nl', country: 'NL' },
    ],
    ['no language when Stripe chooses it', { locale: 'auto' }, { locale: null }],
    ['a blank name is none', { customer_details: { ...details, name: '  ' } }, { name: null }],
  ])('%s', (_, differs, expected) => {
    expect(buyer(read(COMPLETED, differs))).toMatchObject(expected as object);
  });

  test.each<[string, Record<string, unknown>]>([
    ['left out', { customer: undefined, customer_details: undefined, customer_email: undefined }],
    ['null', { customer: null, customer_details: null, customer_email: null }],
    ['of a wrong kind', { customer: 7, customer_details: 'x', customer_email: [] }],
  ])('is not claimed when %s', (_, differs) => {
    expect(contents(read(COMPLETED, differs))).not.toHaveProperty('checkout/cs_1/buyer');
  });
});

describe('a checkout whose lines were asked for', () => {
  test('the answers speak, the payload gives only names', () => {
    const answers = [
      sessionAnswer({ payment_intent: { id: 'pi_1', latest_charge: 'ch_1' }, customer: 'cus_1' }),
      linesAnswer(line('price_1AcmePro')),
    ];
    const reading = read(COMPLETED, { invoice: 'in_1' }, answers);
    expect(reading).toMatchObject({ creates: 'cs_1', refs: ['pi_1', 'in_1', 'ch_1'] });
    const origins = reading.is === 'facts' ? reading.facts.map((it) => [it.group, it.snapshot]) : [];
    const told = { stamp: ASKED_AT, asked: true };
    expect(origins).toMatchObject([
      ['standing', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['money', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['buyer', { ...told, origin: 'ev_1/0/checkout.session', content: { reference: 'cus_1' } }],
      ['links', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['lines', { ...told, origin: 'ev_1/0/line_items' }],
    ]);
  });

  test('the payload of a delayed payment still says what became of it', () => {
    const answers = [sessionAnswer({ payment_status: 'unpaid' }), linesAnswer(line('price_1AcmePro'))];
    const reading = read(FAILED, { payment_status: 'unpaid' }, answers);
    expect(contents(reading)['payment/pi_1/standing']).toEqual({ state: 'failed' });
    expect(money(reading)).toMatchObject({ state: 'unpaid' });
  });

  test('an answer that lags behind the signed event does not make a paid sale unpaid', () => {
    const answers = [
      sessionAnswer({ status: 'open', payment_status: 'unpaid' }),
      linesAnswer(line('price_1AcmePro')),
    ];
    const reading = read(COMPLETED, {}, answers);
    expect(contents(reading)).toMatchObject({
      'checkout/cs_1/standing': { state: 'complete' },
      'checkout/cs_1/money': { state: 'paid' },
    });
  });

  test('an answer newer than an unpaid event tells that it was paid since', () => {
    const answers = [sessionAnswer(), linesAnswer(line('price_1AcmePro'))];
    expect(money(read(COMPLETED, { payment_status: 'unpaid' }, answers))).toMatchObject({ state: 'paid' });
  });

  test('a refresh adds its answers, with the session of the same round', () => {
    const reading = read(COMPLETED, {}, [
      sessionAnswer({ metadata: { round: 'first' } }),
      linesAnswer(line('price_1AcmePro')),
      sessionAnswer({ metadata: { round: 'second' } }, 1, ASKED_AT + 9000),
      answer('line_items', { data: [line('price_1AcmePro')] }, 1, ASKED_AT + 9000),
    ]);
    const sets = reading.is === 'facts' ? reading.facts.filter((it) => it.group === 'lines') : [];
    expect(sets.map((it) => it.snapshot)).toMatchObject([
      { stamp: ASKED_AT, content: { lines: [{ attributes: { 'metadata.round': 'first' } }] } },
      { stamp: ASKED_AT + 9000, content: { lines: [{ attributes: { 'metadata.round': 'second' } }] } },
    ]);
  });

  test('a stored answer that cannot be read counts as none', () => {
    const reading = read(COMPLETED, {}, [
      answer('checkout.session', 'x'),
      answer('line_items', { data: 'x' }),
    ]);
    expect(lines(reading)).toMatchObject([{ id: 'session' }]);
    expect(money(reading)).toMatchObject({ state: 'paid' });
  });
});

describe('lines', () => {
  const asked = (...items: Json[]) => lines(read(COMPLETED, {}, [sessionAnswer(), linesAnswer(...items)]));

  test('say what they are and all that rules may match', () => {
    const item = line(
      'price_1AcmePro',
      { quantity: 3, description: 'Acme Pro (early bird)' },
      { lookup_key: 'acme-pro' },
    );
    expect(asked(item)).toEqual([
      {
        id: 'price_1AcmePro.1',
        title: 'Acme Pro (early bird)',
        quantity: 3,
        refs: { price: 'price_1AcmePro', product: 'prod_A' },
        attributes: {
          lookup_key: 'acme-pro',
          product_name: 'Acme Pro',
          mode: 'payment',
          payment_link: 'plink_1AcmePro',
          'metadata.campaign': 'spring',
        },
      },
    ]);
  });

  test('are named by their price and counted within it, whatever li_ ids Stripe gives', () => {
    const items = [
      line('price_A', { id: 'li_x' }),
      line('price_B', { id: 'li_y' }),
      line('price_A', { id: 'li_z' }),
    ];
    expect(asked(...items)).toMatchObject([{ id: 'price_A.1' }, { id: 'price_B.1' }, { id: 'price_A.2' }]);
  });

  test.each([
    ['left null', null, null],
    ['zero', 0, 0],
    ['a hundred', 100, 100],
    ['a fraction', 1.5, null],
    ['less than nothing', -1, null],
  ])('a quantity that is %s', (_, quantity, expected) => {
    expect(asked(line('price_A', { quantity }))).toMatchObject([{ quantity: expected }]);
  });

  test('metadata of the line goes before the price’s, then the product’s, then the session’s', () => {
    const items = [
      line(
        'price_A',
        { metadata: { d: 'line' } },
        {
          metadata: { b: 'price', c: 'price', d: 'price' },
          product: { id: 'prod_A', name: 'A', metadata: { a: 'product', b: 'product', campaign: 'product' } },
        },
      ),
    ];
    const answers = [
      sessionAnswer({ metadata: { z: 'session', a: 'session', campaign: 'session' } }),
      linesAnswer(...items),
    ];
    expect(lines(read(COMPLETED, {}, answers))).toMatchObject([
      {
        attributes: {
          'metadata.z': 'session',
          'metadata.a': 'product',
          'metadata.campaign': 'product',
          'metadata.b': 'price',
          'metadata.c': 'price',
          'metadata.d': 'line',
        },
      },
    ]);
  });

  test.each<[string, Json, unknown]>([
    [
      'a price that is gone',
      line('x', { price: null, description: null }),
      { id: 'no_price.1', title: 'no_price', refs: {} },
    ],
    [
      'a product not expanded',
      line('price_A', { description: null }, { product: 'prod_A' }),
      { title: 'price_A', refs: { price: 'price_A', product: 'prod_A' } },
    ],
    [
      'a deleted product',
      line('price_A', {}, { product: { id: 'prod_A', deleted: true } }),
      { refs: { price: 'price_A', product: 'prod_A' } },
    ],
    ['no description', line('price_A', { description: null }), { title: 'Acme Pro' }],
  ])('of %s', (_, item, expected) => {
    expect(asked(item)).toMatchObject([expected as object]);
  });

  test('the buyer’s own client_reference_id is carried for display only', () => {
    expect(lines(read(COMPLETED, { client_reference_id: 'user_7' }))).toMatchObject([
      { refs: {}, attributes: { client_reference_id: 'user_7' } },
    ]);
  });

  test('metadata with odd keys and kinds does no harm', () => {
    const odd = JSON.parse('{"__proto__":"x","constructor":"y","n":7,"o":{},"":"empty"}');
    expect(lines(read(COMPLETED, { metadata: odd }))).toMatchObject([
      { attributes: { 'metadata.constructor': 'y', 'metadata.': 'empty' } },
    ]);
  });
});
