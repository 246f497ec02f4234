/**
 * Written, realistic webhooks for `keyferry send stripe <case>`. Every id is made of the seed: the same seed is the
 * same purchase, so `delayed-unpaid` and then `delayed-paid` with one seed tell one story, and so do `subscription`
 * and what follows it. Nothing here comes from a real account.
 */
import type { SampleCase } from '../../src/core/integration.ts';
import { event, type Mode, SECONDS_AT_CHECKOUT, session, sessionId } from './sample-bodies.ts';
import { charge, DAYS_30, dispute, invoice, refund, subscription } from './sample-objects.ts';

/** A case about one session. */
function sample(
  name: string,
  title: string,
  type: string,
  differs: (seed: string) => Record<string, unknown> = () => ({}),
): SampleCase {
  return {
    name,
    title,
    make: (at, seed, mode = 'test') => {
      const created = Math.floor(at / 1000) - SECONDS_AT_CHECKOUT;
      return event(name, type, at, seed, mode, session(created, seed, differs(seed)));
    },
  };
}

/** A bank debit: the buyer is through, the money is not there yet. */
const bankDebit = (payment_status: string) => () => ({
  payment_status,
  payment_method_types: ['card', 'sepa_debit'],
  payment_method_options: { sepa_debit: {} },
});

const firstSamples: readonly SampleCase[] = [
  sample('one-time', 'A card checkout, paid at once', 'checkout.session.completed'),
  sample('zero-total', 'A checkout with 100 % off: nothing is charged', 'checkout.session.completed', () => ({
    amount_total: 0,
    discounts: [{ coupon: 'LAUNCH100', promotion_code: null }],
    payment_intent: null,
    payment_status: 'no_payment_required',
    payment_method_options: {},
    total_details: { amount_discount: 14900, amount_shipping: 0, amount_tax: 0 },
  })),
  sample(
    'delayed-unpaid',
    'A bank debit was started: no license yet',
    'checkout.session.completed',
    bankDebit('unpaid'),
  ),
  sample(
    'delayed-paid',
    'The bank debit of the same seed came through',
    'checkout.session.async_payment_succeeded',
    bankDebit('paid'),
  ),
  sample(
    'delayed-failed',
    'The bank debit of the same seed failed',
    'checkout.session.async_payment_failed',
    bankDebit('unpaid'),
  ),
  sample(
    'payment-link',
    'A purchase through the payment link plink_1AcmePro',
    'checkout.session.completed',
    () => ({
      metadata: {},
      payment_link: 'plink_1AcmePro',
      success_url: 'https://stripe.com',
      cancel_url: 'https://stripe.com',
      submit_type: 'auto',
    }),
  ),
  sample('setup', 'A card is saved, nothing is sold: ignored', 'checkout.session.completed', (seed) => ({
    amount_subtotal: null,
    amount_total: null,
    currency: null,
    customer: `cus_Keyferry${seed}`,
    customer_creation: null,
    metadata: {},
    mode: 'setup',
    payment_intent: null,
    payment_status: 'no_payment_required',
    setup_intent: `seti_1Keyferry${seed}`,
    total_details: null,
  })),
  sample('subscription', 'A subscription was bought: its session', 'checkout.session.completed', (seed) => ({
    customer: `cus_Keyferry${seed}`,
    customer_creation: 'always',
    invoice: `in_1Keyferry${seed}`,
    invoice_creation: null,
    metadata: { product_code: 'acmepro', license_policy: 'annual' },
    mode: 'subscription',
    payment_intent: null,
    payment_method_collection: 'always',
    subscription: `sub_1Keyferry${seed}`,
  })),
  {
    name: 'thin',
    title: 'A thin event: says only which session to ask for, so it needs the API key',
    make: (at, seed, mode = 'test') => {
      const type = 'v1.checkout.session.completed';
      const id = sessionId(seed);
      const body = {
        id: `evt_test_1Keyferrythin${seed}`,
        object: 'v2.core.event',
        context: null,
        created: new Date(at).toISOString(),
        livemode: mode === 'live',
        reason: null,
        related_object: { id, type: 'checkout.session', url: `/v1/checkout/sessions/${id}` },
        snapshot_event: `evt_1Keyferryonetime${seed}`,
        type,
      };
      return { type, body: JSON.stringify(body) };
    },
  },
  {
    name: 'unknown-type',
    title: 'An event that concerns no sale: stored and ignored',
    make: (at, seed, mode = 'test') => {
      const created = Math.floor(at / 1000);
      const product = {
        id: `prod_Keyferry${seed}`,
        object: 'product',
        active: true,
        created,
        default_price: null,
        description: null,
        images: [],
        livemode: false,
        marketing_features: [],
        metadata: {},
        name: 'Acme Mug',
        package_dimensions: null,
        shippable: null,
        statement_descriptor: null,
        tax_code: null,
        type: 'service',
        unit_label: null,
        updated: created,
        url: null,
      };
      return event('unknown-type', 'product.created', at, seed, mode, product);
    },
  },
];

/** A case about another object. */
function about(
  name: string,
  title: string,
  type: string,
  object: (seconds: number, seed: string) => Record<string, unknown>,
  previous: (seconds: number, seed: string) => Record<string, unknown> | undefined = () => undefined,
): SampleCase {
  return {
    name,
    title,
    make: (at, seed, mode: Mode = 'test') =>
      event(
        name,
        type,
        at,
        seed,
        mode,
        object(Math.floor(at / 1000), seed),
        previous(Math.floor(at / 1000), seed),
      ),
  };
}

const laterSamples: readonly SampleCase[] = [
  about(
    'subscription-created',
    'The subscription of the same seed, as it begins',
    'customer.subscription.created',
    (seconds, seed) => subscription(seconds, seed),
  ),
  about('subscription-paid', 'Its first invoice was paid', 'invoice.paid', (seconds, seed) =>
    invoice(seconds, seed),
  ),
  about('renewal', 'Its next period was paid: the license is extended', 'invoice.paid', (seconds, seed) =>
    invoice(seconds + DAYS_30, seed, { number: 2, billing_reason: 'subscription_cycle' }),
  ),
  about(
    'seats',
    'Three seats instead of one',
    'customer.subscription.updated',
    (seconds, seed) => subscription(seconds, seed, {}, 3),
    (seconds, seed) => ({ items: subscription(seconds, seed).items }),
  ),
  about(
    'past-due',
    'A renewal could not be charged: kept for a while, then suspended',
    'customer.subscription.updated',
    (seconds, seed) => subscription(seconds, seed, { status: 'past_due' }),
    () => ({ status: 'active' }),
  ),
  about(
    'cancel-later',
    'The buyer gave notice: it runs to the end of what was paid',
    'customer.subscription.updated',
    (seconds, seed) =>
      subscription(seconds, seed, {
        cancel_at: seconds + DAYS_30,
        cancel_at_period_end: true,
        canceled_at: seconds,
      }),
    () => ({ cancel_at: null, cancel_at_period_end: false, canceled_at: null }),
  ),
  about('canceled', 'The subscription ended', 'customer.subscription.deleted', (seconds, seed) =>
    subscription(seconds, seed, { status: 'canceled', canceled_at: seconds, ended_at: seconds }),
  ),
  about('refund', 'All of a one-time purchase went back', 'refund.created', (seconds, seed) =>
    refund(seconds, seed, 'whole'),
  ),
  about('refund-part', 'A part of a one-time purchase went back', 'refund.created', (seconds, seed) =>
    refund(seconds, seed, 'part', { amount: 4900 }),
  ),
  about('charge-refunded', 'The same as its charge tells it', 'charge.refunded', (seconds, seed) =>
    charge(seconds, seed, { amount_refunded: 14900, refunded: true }),
  ),
  about(
    'dispute',
    "The buyer's bank disputes a one-time purchase",
    'charge.dispute.created',
    (seconds, seed) => dispute(seconds, seed, 'needs_response'),
  ),
  about('dispute-won', 'That dispute was won', 'charge.dispute.closed', (seconds, seed) =>
    dispute(seconds, seed, 'won'),
  ),
  about('dispute-lost', 'That dispute was lost', 'charge.dispute.closed', (seconds, seed) =>
    dispute(seconds, seed, 'lost'),
  ),
];

export const samples: readonly SampleCase[] = [...firstSamples, ...laterSamples];
