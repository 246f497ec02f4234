/** What is asked about the life after a purchase, and how the answers are read. */
import { describe, expect, test } from 'vitest';
import { gather } from '../../integrations/stripe/gather.ts';
import { normalize } from '../../integrations/stripe/normalize.ts';
import type { Answer, StoredEvent } from '../../src/core/integration.ts';
import {
  FAKE_STRIPE_KEY,
  FAKE_STRIPE_TIME,
  type StripeApi,
  stripeApi,
  stripeLine,
} from '../fakes/stripe-api.ts';
import {
  charge,
  dispute,
  invoice,
  invoicePayment,
  item,
  type Members,
  MONTH,
  NOW,
  price,
  refund,
  subscription,
  told,
  toldThin,
  warning,
} from '../fakes/stripe-objects.ts';
import { AT, COMPLETED, codeOf, contents, PAID, stored, storedThin } from '../fakes/stripe-sessions.ts';

const UPDATED = 'customer.subscription.updated';
const CUSTOMER = { id: 'cus_1', object: 'customer', email: 'noor@example.com', name: 'Noor' };
const SESSION = {
  ...PAID,
  mode: 'subscription',
  payment_intent: null,
  invoice: 'in_1',
  subscription: 'sub_1',
};
const BASIL = 'since basil';
const OF_PI = '/v1/invoice_payments?payment[payment_intent]=pi_1&payment[type]=payment_intent';

/** A Stripe that knows one subscription, bought with a set-up fee. */
function shop(differs: Members = {}, items?: readonly Members[]): StripeApi {
  const api = stripeApi();
  const paid = { ...invoice(BASIL), payments: { data: [invoicePayment()], has_more: false } };
  api.put('/v1/subscriptions/sub_1', subscription(BASIL, { customer: CUSTOMER, ...differs }, items));
  api.put('/v1/checkout/sessions?subscription=sub_1', [SESSION]);
  api.put('/v1/invoices?subscription=sub_1', [paid]);
  api.put('/v1/invoices/in_1', paid);
  const recurring = stripeLine({ price: 'price_m' });
  api.add({
    session: SESSION,
    lines: [stripeLine({ price: 'price_fee' }), { ...recurring, price: price('price_m') }],
  });
  return api;
}

async function ask(event: StoredEvent, api: StripeApi) {
  const settings = { webhook_secrets: ['whsec_x'], api_key: FAKE_STRIPE_KEY, api_base: undefined };
  return gather(event, settings, { fetch: api.fetch, clock: { now: () => AT + 9000 } }, 0);
}
async function answersTo(event: StoredEvent, api: StripeApi): Promise<readonly Answer[]> {
  const asked = await ask(event, api);
  if (!asked.ok) throw new Error(asked.problem.code);
  return asked.value;
}
const names = (answers: readonly Answer[]) => answers.map(({ asked }) => asked);
const WHOLE = ['subscription', 'checkout.sessions', 'line_items', 'invoices'];

describe('of a subscription all is asked at once', () => {
  test.each<[string, StoredEvent, string[]]>([
    ['its own event', told(BASIL, UPDATED, subscription(BASIL)), WHOLE],
    ['its session', stored(COMPLETED, SESSION), WHOLE],
    ['its invoice', told(BASIL, 'invoice.paid', invoice(BASIL)), WHOLE],
    ['its invoice of old', told('before basil', 'invoice.paid', invoice('before basil')), WHOLE],
    ['a thin event', toldThin(`v1.${UPDATED}`, 'subscription', 'sub_1'), WHOLE],
    ['a finer thin event', toldThin('v1.customer.subscription.item_added', 'subscription', 'sub_1'), WHOLE],
    ['a thin event of its invoice', toldThin('v1.invoice.paid', 'invoice', 'in_1'), ['invoice', ...WHOLE]],
  ])('by %s', async (_, event, expected) => {
    const answers = await answersTo(event, shop());
    expect(names(answers)).toEqual(expected);
    expect(answers.every((it) => it.stamp === FAKE_STRIPE_TIME && it.id === `ev_1/0/${it.asked}`)).toBe(true);
  });

  test('by a thin event of its session, once that says what it is', async () => {
    const api = shop();
    api.add({ session: SESSION, lines: [] });
    const answers = await answersTo(storedThin(`v1.${COMPLETED}`), api);
    expect(names(answers)).toEqual(['checkout.session', ...WHOLE]);
  });

  test('and all of it is told: standing, lines, buyer, checkout, what was bought once, invoices', async () => {
    const event = told(BASIL, UPDATED, subscription(BASIL, { status: 'incomplete' }));
    const reading = normalize(event, await answersTo(event, shop()));
    expect(reading).toMatchObject({ is: 'facts', creates: 'sub_1', refs: ['in_1', 'cs_1', 'pi_1'] });
    const facts = contents(reading);
    expect(Object.keys(facts).sort()).toEqual([
      'checkout/cs_1/buyer',
      'checkout/cs_1/lines',
      'checkout/cs_1/links',
      'checkout/cs_1/money',
      'checkout/cs_1/standing',
      'invoice/in_1/buyer',
      'invoice/in_1/lines',
      'invoice/in_1/links',
      'invoice/in_1/money',
      'invoice/in_1/standing',
      'subscription/sub_1/buyer',
      'subscription/sub_1/lines',
      'subscription/sub_1/links',
      'subscription/sub_1/standing',
    ]);
    expect(facts).toMatchObject({
      'subscription/sub_1/standing': { state: 'active' },
      'subscription/sub_1/links': { refs: ['cs_1'], checkout: 'cs_1', invoices_asked: true },
      'subscription/sub_1/buyer': { email: 'noor@example.com' },
      'checkout/cs_1/lines': { lines: [{ id: 'price_fee.1' }] },
      'invoice/in_1/links': { refs: ['pi_1'] },
    });
    expect(reading).not.toHaveProperty('remark');
  });

  test('one that was made without a checkout says so', async () => {
    const api = shop();
    api.put('/v1/checkout/sessions?subscription=sub_1', []);
    const event = told(BASIL, UPDATED, subscription(BASIL));
    const answers = await answersTo(event, api);
    expect(names(answers)).toEqual(['subscription', 'checkout.sessions', 'invoices']);
    expect(contents(normalize(event, answers))['subscription/sub_1/links']).toEqual({
      refs: [],
      checkout: null,
      invoices_asked: true,
    });
  });

  test('items beyond the first are paged to their end', async () => {
    const many = Array.from({ length: 120 }, (_, n) =>
      item(`si_${n}`, { current_period_start: NOW, current_period_end: NOW + MONTH }),
    );
    const api = shop({ items: { data: many.slice(0, 10), has_more: true } });
    api.put('/v1/subscription_items?subscription=sub_1', many);
    const event = told(BASIL, UPDATED, subscription(BASIL));
    const lines = contents(normalize(event, await answersTo(event, api)))['subscription/sub_1/lines'];
    expect(lines).toMatchObject({ lines: many.map(({ id }) => ({ id })) });
    expect(api.calls.filter((it) => it.path === '/v1/subscription_items')).toHaveLength(2);
  });

  test('what is stored of it is what is read, and nothing of the card', async () => {
    const api = shop({ default_payment_method: { card: { last4: '4242' } }, description: 'for Noor' });
    const [it] = await answersTo(told(BASIL, UPDATED, subscription(BASIL)), api);
    expect(it?.body).toEqual({
      id: 'sub_1',
      status: 'active',
      currency: 'eur',
      created: NOW,
      start_date: NOW,
      trial_end: null,
      cancel_at: null,
      cancel_at_period_end: false,
      ended_at: null,
      pause_collection: null,
      customer: { id: 'cus_1', email: 'noor@example.com', name: 'Noor' },
      latest_invoice: 'in_1',
      metadata: {},
      items: {
        data: [
          {
            id: 'si_1',
            quantity: 1,
            metadata: {},
            price: {
              id: 'price_m',
              type: 'recurring',
              lookup_key: null,
              nickname: null,
              metadata: {},
              product: { id: 'prod_A' },
              recurring: { usage_type: 'licensed' },
            },
            current_period_start: NOW,
            current_period_end: NOW + MONTH,
          },
        ],
        has_more: false,
      },
    });
  });

  test('an invoice of no subscription asks nothing, and is no sale', async () => {
    const api = shop();
    const event = told(BASIL, 'invoice.paid', invoice(BASIL, { parent: null }));
    expect(await answersTo(event, api)).toEqual([]);
    expect(api.calls).toEqual([]);
    api.put('/v1/invoices/in_2', invoice(BASIL, { id: 'in_2', parent: null }));
    const thin = toldThin('v1.invoice.paid', 'invoice', 'in_2');
    expect(codeOf(normalize(thin, await answersTo(thin, api)))).toBe('not_a_sale');
  });

  test('what never goes back is said by the payload too, however far an answer lags behind', async () => {
    const ended = told(BASIL, 'customer.subscription.deleted', subscription(BASIL, { status: 'canceled' }));
    const reading = normalize(ended, await answersTo(ended, shop()));
    const standings = reading.is === 'facts' ? reading.facts.filter((it) => it.group === 'standing') : [];
    expect(standings.filter((it) => it.kind === 'subscription').map((it) => it.snapshot)).toMatchObject([
      { asked: true, finality: 0, content: { state: 'active' } },
      { asked: false, finality: 1, content: { state: 'canceled' } },
    ]);
  });

  test('that it was past due is said by the event, whatever it is by now', async () => {
    const event = told(BASIL, UPDATED, subscription(BASIL, { status: 'past_due' }));
    const facts = contents(normalize(event, await answersTo(event, shop())));
    expect(facts).toMatchObject({
      'subscription/sub_1/standing': { state: 'active' },
      [`subscription/sub_1@${AT}/past_due`]: { since: AT },
    });
  });

  test('a thin past_due dates from the event, not from the question', async () => {
    const event = toldThin('v1.customer.subscription.past_due', 'subscription', 'sub_1');
    const reading = normalize(event, await answersTo(event, shop({ status: 'past_due' })));
    const since = reading.is === 'facts' ? reading.facts.filter((it) => it.group === 'past_due') : [];
    expect(since.map((it) => it.snapshot.stamp)).toEqual([FAKE_STRIPE_TIME, AT]);
  });
});

describe('of money it is asked what became of it, and whose it is', () => {
  const linked = { ...invoicePayment(), invoice: invoice(BASIL) };
  function bank(): StripeApi {
    const api = stripeApi();
    api.put('/v1/refunds/re_1', refund());
    api.put('/v1/refunds?charge=ch_1', [refund(), refund({ id: 're_2' })]);
    api.put('/v1/charges/ch_1', charge(BASIL));
    api.put('/v1/disputes/dp_1', dispute('lost'));
    api.put('/v1/radar/early_fraud_warnings/issfr_1', warning());
    api.put('/v1/invoice_payments/inpay_1', linked);
    api.put(OF_PI, [linked]);
    return api;
  }

  test.each<[string, string, string, Members, string[], string[]]>([
    [
      'refund.created',
      'refund',
      're_1',
      refund({ status: 'pending' }),
      ['refund', 'invoice_payments'],
      ['ch_1'],
    ],
    ['charge.refunded', 'charge', 'ch_1', charge(BASIL), ['charge', 'refunds', 'invoice_payments'], ['ch_1']],
    ['charge.dispute.closed', 'dispute', 'dp_1', dispute('lost'), ['dispute', 'invoice_payments'], ['ch_1']],
    [
      'radar.early_fraud_warning.created',
      'radar.early_fraud_warning',
      'issfr_1',
      warning(),
      ['early_fraud_warning', 'invoice_payments'],
      ['ch_1'],
    ],
    ['invoice_payment.paid', 'invoice_payment', 'inpay_1', invoicePayment(), ['invoice_payment'], []],
  ])('%s, whole and thin', async (type, object, id, body, expected, more) => {
    for (const event of [told(BASIL, type, body), toldThin(`v1.${type}`, object, id)]) {
      const answers = await answersTo(event, bank());
      expect(names(answers)).toEqual(expected);
      const reading = normalize(event, answers);
      expect(reading).toMatchObject({ creates: null, refs: ['sub_1', 'in_1', 'pi_1', ...more] });
      expect(reading).not.toHaveProperty('remark');
      expect(contents(reading)['payment/pi_1/links']).toEqual({ refs: ['in_1'] });
    }
  });

  test('all refunds of a charge become known by their names', async () => {
    const event = told(BASIL, 'charge.refunded', charge(BASIL));
    const facts = contents(normalize(event, await answersTo(event, bank())));
    expect(Object.keys(facts)).toEqual(expect.arrayContaining(['refund/re_1/money', 'refund/re_2/money']));
  });

  test('a payment for no invoice leads by its own name alone', async () => {
    const api = bank();
    api.put(OF_PI, []);
    const event = told(BASIL, 'refund.created', refund());
    const reading = normalize(event, await answersTo(event, api));
    expect(reading).toMatchObject({ refs: ['pi_1', 'ch_1'] });
    expect(reading).not.toHaveProperty('remark');
    expect(contents(reading)).not.toHaveProperty('payment/pi_1/links');
  });

  test('a payment for an invoice of no subscription is no sale', async () => {
    const api = bank();
    api.put('/v1/invoice_payments/inpay_1', { ...linked, invoice: invoice(BASIL, { parent: null }) });
    const event = told(BASIL, 'invoice_payment.paid', invoicePayment());
    expect(codeOf(normalize(event, await answersTo(event, api)))).toBe('not_a_sale');
  });
});

describe('what Stripe no longer knows', () => {
  test.each<[string, Members, string]>([
    [UPDATED, subscription(BASIL), 'subscription'],
    ['invoice.paid', invoice(BASIL), 'subscription'],
    ['refund.created', refund(), 'refund'],
    ['charge.refunded', charge(BASIL), 'charge'],
    ['charge.dispute.created', dispute('lost'), 'dispute'],
    ['invoice_payment.paid', invoicePayment(), 'invoice_payment'],
  ])('%s is read from its payload, with a remark', async (type, object, asked) => {
    const event = told(BASIL, type, object);
    const answers = await answersTo(event, stripeApi());
    expect(answers).toMatchObject([{ asked, body: null, stamp: AT + 9000 }]);
    const { remark: _, ...alone } = { remark: null, ...normalize(event, []) };
    expect(normalize(event, answers)).toEqual({
      ...alone,
      remark: { code: 'shop_object_gone', detail: expect.any(String) },
    });
  });

  test('of a thin event there is nothing to fall back on', async () => {
    const thin = toldThin('v1.refund.created', 'refund', 're_1');
    expect(await ask(thin, stripeApi())).toMatchObject({ problem: { code: 'shop_object_gone' } });
  });
});

describe('what goes wrong', () => {
  const event = told(BASIL, UPDATED, subscription(BASIL));
  test.each([
    ['/v1/subscriptions/sub_1', 'Subscriptions, Customers, Prices, Products'],
    ['/v1/checkout/sessions', 'Checkout Sessions'],
    ['/line_items', 'Checkout Sessions, Prices, Products'],
    ['/v1/invoices', 'Invoices'],
  ])('a key that may not read %s is told which permission it lacks', async (path, permission) => {
    const api = shop();
    api.break(path, { status: 403, code: 'more_permissions_required' });
    expect(await ask(event, api)).toMatchObject({
      problem: {
        code: 'api_key_refused',
        detail: expect.stringContaining(`may the key read ${permission}?`),
      },
    });
  });

  test.each([
    ['/v1/subscriptions/sub_1', 'shop_unavailable'],
    ['/v1/checkout/sessions', 'shop_unavailable'],
    ['/line_items', 'line_items_unavailable'],
    ['/v1/invoices', 'shop_unavailable'],
  ])('a failure at %s is a failure of all, to be tried again', async (path, code) => {
    const api = shop();
    api.break(path, { status: 503 });
    expect(await ask(event, api)).toMatchObject({ problem: { code } });
    api.heal();
    expect(await ask(event, api)).toMatchObject({ ok: true });
  });

  test.each<[string, string, string, string, Members, (readonly Members[])?]>([
    [
      'v1.customer.subscription.deleted',
      'subscription',
      'sub_1',
      '/v1/subscriptions/sub_1',
      subscription(BASIL),
    ],
    ['v1.invoice.paid', 'invoice', 'in_1', '/v1/invoices/in_1', invoice(BASIL, { status: 'open' })],
    ['v1.refund.failed', 'refund', 're_1', '/v1/refunds/re_1', refund()],
    ['v1.charge.refunded', 'charge', 'ch_1', '/v1/charges/ch_1', charge(BASIL, { amount_refunded: 0 }), []],
    ['v1.charge.dispute.closed', 'dispute', 'dp_1', '/v1/disputes/dp_1', dispute('needs_response')],
  ])('an answer that is behind a thin %s is not believed', async (type, object, id, path, body, refunds) => {
    const api = shop();
    api.put(path, body);
    if (refunds) api.put(`/v1/refunds?charge=${id}`, refunds);
    expect(await ask(toldThin(type, object, id), api)).toMatchObject({
      problem: { code: 'shop_unavailable', detail: expect.stringContaining('older than the event') },
    });
  });

  test('a charge whose refund failed before anybody asked is no answer that lags behind', async () => {
    const api = shop();
    api.put('/v1/charges/ch_1', charge(BASIL, { amount_refunded: 0 }));
    api.put('/v1/refunds?charge=ch_1', [refund({ status: 'failed' })]);
    expect(await ask(toldThin('v1.charge.refunded', 'charge', 'ch_1'), api)).toMatchObject({ ok: true });
  });

  test('an id that climbs is never asked for', async () => {
    const api = shop();
    expect(await ask(toldThin('v1.refund.created', 'refund', 're_1/../../accounts'), api)).toEqual({
      ok: true,
      value: [],
    });
    const climbs = { ...subscription(BASIL), id: '..' };
    expect(await ask(told(BASIL, UPDATED, climbs), api)).toEqual({ ok: true, value: [] });
    expect(api.calls).toEqual([]);
  });
});
