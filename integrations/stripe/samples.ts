/**
 * Written, realistic webhooks for `keyferry send stripe <case>`, in the shape of API version 2026-10-28.endive.
 * Every id is made of the seed: the same seed is the same session, so `delayed-unpaid` and then `delayed-paid`
 * with one seed tell one purchase's story. Nothing here comes from a real account.
 */
import type { SampleCase } from '../../src/core/integration.ts';

const SECONDS_AT_CHECKOUT = 90;

const sessionId = (seed: string) => `cs_test_a1Keyferry${seed}`;

/** A session as Stripe shows it after a card payment; cases override what differs. */
function session(created: number, seed: string, differs: Record<string, unknown> = {}) {
  return {
    id: sessionId(seed),
    object: 'checkout.session',
    adaptive_pricing: { enabled: true },
    after_expiration: null,
    allow_promotion_codes: true,
    allowed_payment_method_types: null,
    amount_subtotal: 14900,
    amount_total: 14900,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: 'auto',
    cancel_url: 'https://acme.example/pricing',
    client_reference_id: null,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    created,
    currency: 'eur',
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: {
      address: {
        city: 'Utrecht',
        country: 'NL',
        line1: 'Werfstraat 12',
        line2: null,
        postal_code: '3511 AA',
        state: null,
      },
      business_name: 'Veerman Charts',
      email: 'noor.veerman@example.com',
      individual_name: null,
      name: 'Noor Veerman',
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
    customer_email: null,
    discounts: [],
    expires_at: created + 86_400,
    integration_identifier: null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: 'en',
    managed_payments: { enabled: false },
    metadata: { product_code: 'acmepro', license_policy: 'perpetual' },
    mode: 'payment',
    origin_context: null,
    payment_intent: `pi_3Keyferry${seed}`,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'paid',
    permissions: null,
    phone_number_collection: { enabled: false },
    presentment_details: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'complete',
    submit_type: null,
    subscription: null,
    success_url: 'https://acme.example/thanks',
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: null,
    wallet_options: null,
    ...differs,
  };
}

type Mode = 'live' | 'test';

function event(
  name: string,
  type: string,
  at: number,
  seed: string,
  mode: Mode,
  object: Record<string, unknown>,
) {
  const livemode = mode === 'live';
  const body = {
    id: `evt_1Keyferry${name.replaceAll('-', '')}${seed}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(at / 1000),
    data: { object: { ...object, livemode } },
    livemode,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
  return { type, body: JSON.stringify(body, null, 2) };
}

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

export const samples: readonly SampleCase[] = [
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
  sample(
    'subscription',
    'A subscription checkout: kept for a later release',
    'checkout.session.completed',
    (seed) => ({
      customer: `cus_Keyferry${seed}`,
      customer_creation: 'always',
      invoice: `in_1Keyferry${seed}`,
      invoice_creation: null,
      metadata: { product_code: 'acmepro', license_policy: 'annual' },
      mode: 'subscription',
      payment_intent: null,
      payment_method_collection: 'always',
      subscription: `sub_1Keyferry${seed}`,
    }),
  ),
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
