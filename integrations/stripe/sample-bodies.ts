/**
 * The bodies of the samples: an event around a Checkout Session, in the shape of API version 2026-10-28.endive. Every
 * id is made of the seed: the same seed is the same session. What must never happen here: anything from a real
 * account.
 */

/** A buyer takes this long to pay. */
export const SECONDS_AT_CHECKOUT = 90;

export const sessionId = (seed: string) => `cs_test_a1Keyferry${seed}`;

/** A session as Stripe shows it after a card payment; cases override what differs. */
export function session(created: number, seed: string, differs: Record<string, unknown> = {}) {
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

export type Mode = 'live' | 'test';

export function event(
  name: string,
  type: string,
  at: number,
  seed: string,
  mode: Mode,
  object: Record<string, unknown>,
  previous_attributes?: Record<string, unknown> | undefined,
) {
  const livemode = mode === 'live';
  const body = {
    id: `evt_1Keyferry${name.replaceAll('-', '')}${seed}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(at / 1000),
    data: { object: { ...object, livemode }, ...(previous_attributes && { previous_attributes }) },
    livemode,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
  return { type, body: JSON.stringify(body, null, 2) };
}
