/**
 * The objects that live on after a purchase, for the samples: a subscription with one item, its invoices, a charge
 * and what becomes of it. In the shape of API version 2026-10-28.endive. What must never happen here: anything from a
 * real account.
 */

export const DAYS_30 = 30 * 86_400;

const subscriptionId = (seed: string) => `sub_1Keyferry${seed}`;
const itemId = (seed: string) => `si_1Keyferry${seed}`;

/** @param now the beginning of its current period, in seconds */
export function subscription(
  now: number,
  seed: string,
  differs: Record<string, unknown> = {},
  quantity = 1,
): Record<string, unknown> {
  const id = subscriptionId(seed);
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: now,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: now,
    currency: 'eur',
    customer: `cus_Keyferry${seed}`,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: { account_tax_ids: null, custom_fields: null, issuer: { type: 'self' } },
    items: {
      object: 'list',
      data: [
        {
          id: itemId(seed),
          object: 'subscription_item',
          billing_thresholds: null,
          created: now,
          current_period_end: now + DAYS_30,
          current_period_start: now,
          current_trial: null,
          discounts: [],
          metadata: {},
          price: recurringPrice(),
          quantity,
          subscription: id,
          tax_rates: [],
        },
      ],
      has_more: false,
      total_count: 1,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: `in_1Keyferry${seed}`,
    managed_payments: { enabled: false },
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: { payment_method_options: null, payment_method_types: ['card'] },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: null,
    ...differs,
  };
}

function recurringPrice() {
  return {
    id: 'price_1AcmeProMonthly',
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: 1_790_000_000,
    currency: 'eur',
    custom_unit_amount: null,
    lookup_key: null,
    metadata: {},
    nickname: 'Acme Pro, monthly',
    product: 'prod_AcmePro',
    recurring: { interval: 'month', interval_count: 1, meter: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: 14900,
    unit_amount_decimal: '14900',
  };
}

/** @param start of the period that it charges for, in seconds; the second invoice is another one than the first */
export function invoice(
  start: number,
  seed: string,
  { number = 1, billing_reason = 'subscription_create' } = {},
): Record<string, unknown> {
  const id = number === 1 ? `in_1Keyferry${seed}` : `in_1Keyferry${seed}n${number}`;
  const subscription = subscriptionId(seed);
  return {
    id,
    object: 'invoice',
    amount_due: 14900,
    amount_overpaid: 0,
    amount_paid: 14900,
    amount_remaining: 0,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    billing_reason,
    collection_method: 'charge_automatically',
    created: start,
    currency: 'eur',
    customer: `cus_Keyferry${seed}`,
    customer_address: { city: 'Utrecht', country: 'NL', line1: 'Werfstraat 12', postal_code: '3511 AA' },
    customer_email: 'noor.veerman@example.com',
    customer_name: 'Noor Veerman',
    customer_phone: null,
    description: null,
    due_date: null,
    lines: {
      object: 'list',
      data: [
        {
          id: `il_1Keyferry${seed}n${number}`,
          object: 'line_item',
          amount: 14900,
          currency: 'eur',
          description: '1 × Acme Pro (at €149.00 / month)',
          invoice: id,
          metadata: {},
          parent: {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration: false,
              proration_details: { credited_items: null },
              subscription,
              subscription_item: itemId(seed),
            },
            type: 'subscription_item_details',
          },
          period: { end: start + DAYS_30, start },
          pricing: {
            price_details: { price: 'price_1AcmeProMonthly', product: 'prod_AcmePro' },
            type: 'price_details',
            unit_amount_decimal: '14900',
          },
          quantity: 1,
          subtotal: 14900,
        },
      ],
      has_more: false,
      total_count: 1,
      url: `/v1/invoices/${id}/lines`,
    },
    metadata: {},
    number: `KF-000${number}`,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription },
      type: 'subscription_details',
    },
    period_end: start,
    period_start: start,
    status: 'paid',
    status_transitions: {
      finalized_at: start,
      marked_uncollectible_at: null,
      paid_at: start,
      voided_at: null,
    },
    subtotal: 14900,
    total: 14900,
  };
}

/** Of the one-time purchase of the same seed. */
const chargeId = (seed: string) => `ch_3Keyferry${seed}`;
const paymentId = (seed: string) => `pi_3Keyferry${seed}`;

export function charge(
  now: number,
  seed: string,
  differs: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: chargeId(seed),
    object: 'charge',
    amount: 14900,
    amount_captured: 14900,
    amount_refunded: 0,
    billing_details: { address: null, email: 'noor.veerman@example.com', name: 'Noor Veerman', phone: null },
    captured: true,
    created: now,
    currency: 'eur',
    customer: null,
    description: null,
    disputed: false,
    metadata: {},
    paid: true,
    payment_intent: paymentId(seed),
    receipt_email: null,
    refunded: false,
    status: 'succeeded',
    ...differs,
  };
}

export function refund(
  now: number,
  seed: string,
  name: string,
  differs: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `re_3Keyferry${seed}${name}`,
    object: 'refund',
    amount: 14900,
    balance_transaction: null,
    charge: chargeId(seed),
    created: now,
    currency: 'eur',
    destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
    metadata: {},
    payment_intent: paymentId(seed),
    reason: 'requested_by_customer',
    receipt_number: null,
    status: 'succeeded',
    ...differs,
  };
}

export function dispute(now: number, seed: string, status: string): Record<string, unknown> {
  return {
    id: `dp_1Keyferry${seed}`,
    object: 'dispute',
    amount: 14900,
    balance_transactions: [],
    charge: chargeId(seed),
    created: now,
    currency: 'eur',
    evidence: {},
    evidence_details: { due_by: now + 7 * 86_400, has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    metadata: {},
    payment_intent: paymentId(seed),
    payment_method_details: { card: { brand: 'visa', case_type: 'chargeback' }, type: 'card' },
    reason: 'product_not_received',
    status,
  };
}
