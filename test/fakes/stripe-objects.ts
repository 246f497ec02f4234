/**
 * Small objects of a subscription's life for the tests of Stripe: the subscription, its invoices, and what becomes of
 * their money, in the fields of either generation (before and since API version 2025-03-31.basil).
 */
import { normalize } from '../../integrations/stripe/normalize.ts';
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { AT, stored } from './stripe-sessions.ts';

export type Generation = 'before basil' | 'since basil';
export const GENERATIONS: readonly Generation[] = ['before basil', 'since basil'];
export const VERSIONS: Readonly<Record<Generation, string>> = {
  'before basil': '2025-02-24.acacia',
  'since basil': '2026-10-28.endive',
};

export type Members = Readonly<Record<string, unknown>>;

/** Seconds. */
export const NOW = AT / 1000;
export const MONTH = 30 * 86_400;

export function price(id: string, more: Members = {}): Members {
  return {
    id,
    object: 'price',
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: 'prod_A',
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    type: 'recurring',
    ...more,
  };
}

export function item(id: string, more: Members = {}): Members {
  return {
    id,
    object: 'subscription_item',
    metadata: {},
    price: price('price_m'),
    quantity: 1,
    ...more,
  };
}

/** Its period begins with `NOW`. */
export function subscription(
  generation: Generation,
  differs: Members = {},
  items: readonly Members[] = [item('si_1')],
): Members {
  const period = { current_period_start: NOW, current_period_end: NOW + MONTH };
  const basil = generation === 'since basil';
  return {
    id: 'sub_1',
    object: 'subscription',
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    created: NOW,
    currency: 'eur',
    ...(basil ? {} : period),
    customer: 'cus_1',
    ended_at: null,
    items: {
      object: 'list',
      data: basil ? items.map((it) => ({ ...period, ...it })) : items,
      has_more: false,
    },
    latest_invoice: 'in_1',
    metadata: {},
    pause_collection: null,
    pending_update: null,
    start_date: NOW,
    status: 'active',
    trial_end: null,
    ...differs,
  };
}

export function invoiceLine(generation: Generation, differs: Members = {}): Members {
  const ofItem = { subscription: 'sub_1', subscription_item: 'si_1', proration: false };
  const parent = { type: 'subscription_item_details', subscription_item_details: ofItem };
  return {
    id: 'il_1',
    object: 'line_item',
    amount: 4900,
    period: { start: NOW, end: NOW + MONTH },
    ...(generation === 'since basil' ? { parent } : { type: 'subscription', ...ofItem }),
    ...differs,
  };
}

export function invoice(
  generation: Generation,
  differs: Members = {},
  lines: readonly Members[] = [invoiceLine(generation)],
): Members {
  const parent = { type: 'subscription_details', subscription_details: { subscription: 'sub_1' } };
  return {
    id: 'in_1',
    object: 'invoice',
    amount_paid: 4900,
    billing_reason: 'subscription_create',
    created: NOW,
    currency: 'eur',
    customer: 'cus_1',
    customer_address: { city: 'Ghent', country: 'BE' },
    customer_email: 'noor@example.com',
    customer_name: 'Noor Veerman',
    customer_phone: null,
    due_date: null,
    lines: { object: 'list', data: lines, has_more: false },
    status: 'paid',
    status_transitions: { finalized_at: NOW },
    ...(generation === 'since basil'
      ? { parent }
      : { subscription: 'sub_1', payment_intent: 'pi_1', charge: 'ch_1' }),
    ...differs,
  };
}

export const invoicePayment = (differs: Members = {}): Members => ({
  id: 'inpay_1',
  object: 'invoice_payment',
  amount_paid: 4900,
  amount_requested: 4900,
  currency: 'eur',
  invoice: 'in_1',
  payment: { type: 'payment_intent', payment_intent: 'pi_1' },
  status: 'paid',
  ...differs,
});

export const charge = (generation: Generation, differs: Members = {}): Members => ({
  id: 'ch_1',
  object: 'charge',
  amount: 4900,
  amount_captured: 4900,
  amount_refunded: 4900,
  currency: 'EUR',
  payment_intent: 'pi_1',
  refunded: true,
  status: 'succeeded',
  ...(generation === 'since basil' ? {} : { invoice: 'in_1' }),
  ...differs,
});

export const refund = (differs: Members = {}): Members => ({
  id: 're_1',
  object: 'refund',
  amount: 4900,
  charge: 'ch_1',
  created: NOW - 60,
  currency: 'eur',
  payment_intent: 'pi_1',
  status: 'succeeded',
  ...differs,
});

export const dispute = (status: string, differs: Members = {}): Members => ({
  id: 'dp_1',
  object: 'dispute',
  amount: 4900,
  charge: 'ch_1',
  currency: 'eur',
  payment_intent: 'pi_1',
  reason: 'fraudulent',
  status,
  ...differs,
});

export const warning = (differs: Members = {}): Members => ({
  id: 'issfr_1',
  object: 'radar.early_fraud_warning',
  actionable: true,
  charge: 'ch_1',
  fraud_type: 'made_with_stolen_card',
  payment_intent: 'pi_1',
  ...differs,
});

/** A stored snapshot event of one generation. */
export function told(
  generation: Generation,
  type: string,
  object: Members,
  previous_attributes?: Members,
): StoredEvent {
  const body = {
    id: 'evt_1',
    object: 'event',
    api_version: VERSIONS[generation],
    type,
    data: { object, ...(previous_attributes && { previous_attributes }) },
  };
  return { ...stored(type, null), body: new TextEncoder().encode(JSON.stringify(body)) };
}

/** A stored thin event about an object. */
export function toldThin(type: string, object: string, id: string): StoredEvent {
  const body = {
    id: 'evt_test_1',
    object: 'v2.core.event',
    context: null,
    created: new Date(AT).toISOString(),
    livemode: false,
    related_object: { id, type: object, url: `/v1/${object}s/${id}` },
    type,
  };
  return { ...stored(type, null), body: new TextEncoder().encode(JSON.stringify(body)) };
}

export function readTold(
  generation: Generation,
  type: string,
  object: Members,
  answers: readonly Answer[] = [],
): Reading {
  return normalize(told(generation, type, object), answers);
}
