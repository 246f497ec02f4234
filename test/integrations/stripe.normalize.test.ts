import { describe, expect, test } from 'vitest';
import { normalize } from '../../integrations/stripe/normalize.ts';
import {
  AT,
  buyer,
  COMPLETED,
  contents,
  FAILED,
  money,
  PAID,
  read,
  SUCCEEDED,
  stored,
} from '../fakes/stripe-sessions.ts';

describe('events that bring no sale', () => {
  test.each<[string, string, Record<string, unknown>, string, string]>([
    ['an event of another object', 'product.created', {}, 'ignored', 'type_unknown'],
    ['an invoice under way', 'invoice.created', {}, 'ignored', 'type_unknown'],
    ['a ping', 'v2.core.event_destination.ping', {}, 'ignored', 'not_a_sale'],
    ['a thin type with a payload', 'v1.checkout.session.completed', {}, 'parked', 'body_unparsable'],
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
    ['a subscription without its name', COMPLETED, { mode: 'subscription' }, 'parked', 'fields_missing'],
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
      'payment/pi_1/money': { amount: '14900', currency: 'eur' },
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
      reading.is === 'facts'
        ? reading.facts.map(({ snapshot: { content: _, finality: __, ...rest } }) => rest)
        : [];
    expect(new Set(from.map((it) => JSON.stringify(it)))).toEqual(
      new Set([JSON.stringify({ stamp: AT, asked: false, origin: 'ev_1', reader: 3 })]),
    );
    const undated = normalize(stored(COMPLETED, PAID, null), []);
    expect(undated).toMatchObject({ facts: [{ snapshot: { stamp: AT - 60_000 } }, {}, {}, {}, {}, {}] });
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
