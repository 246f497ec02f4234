/**
 * The simulated Stripe's objects as it shows them: `old` as before API version 2025-03-31.basil, `basil` since then
 * (facts: which field lives where). Answers are always shown as since basil, since that is what our client asks for.
 * What must never happen here: a field of one generation shown in the other.
 */
import {
  amountRefunded,
  type Charge,
  type Dispute,
  type Invoice,
  type InvoiceLine,
  type Item,
  LENGTH,
  productOf,
  type Refund,
  type Session,
  type Subscription,
  type Warning,
  type World,
  wareOf,
} from './stripe-shop-world.ts';

export type Generation = 'old' | 'basil';
export const VERSIONS = { old: '2024-12-18.acacia', basil: '2026-10-28.endive' } as const;

type Shown = Record<string, unknown>;

export interface Showing {
  readonly generation: Generation;
  readonly world: World;
  /** Of the sale: makes its customer's name. */
  readonly number: number;
  /** Product and customer as objects, which only an answer has. */
  readonly expanded?: boolean;
}

function listOf(data: readonly unknown[], url: string): Shown {
  return { object: 'list', data, has_more: false, total_count: data.length, url };
}

function price(id: string, { expanded }: Showing): Shown {
  const ware = wareOf(id);
  const rhythm = id.endsWith('_m') ? 'month' : id.endsWith('_y') ? 'year' : null;
  const product = productOf(id);
  return {
    id,
    object: 'price',
    active: true,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: expanded ? { id: product, object: 'product', name: `The ${product}`, metadata: {} } : product,
    recurring: rhythm && {
      interval: rhythm,
      interval_count: 1,
      usage_type: ware === 'metered' ? 'metered' : 'licensed',
    },
    type: rhythm ? 'recurring' : 'one_time',
    unit_amount: rhythm === 'year' ? 10_000 : 1000,
  };
}

export function customer(number: number): Shown {
  return {
    id: `cus_${number}`,
    object: 'customer',
    email: `buyer${number}@example.com`,
    name: 'Noor Veerman',
    phone: null,
    address: { country: 'NL' },
    preferred_locales: ['nl'],
    metadata: {},
  };
}

export function session(it: Session, showing: Showing): Shown {
  const { world, number } = showing;
  const charge = world.charges.find((one) => one.payment_intent === it.payment_intent)?.id ?? null;
  const intent = it.payment_intent;
  return {
    id: it.id,
    object: 'checkout.session',
    amount_total: it.amount,
    created: it.created,
    currency: 'eur',
    customer: it.mode === 'subscription' ? `cus_${number}` : null,
    customer_details: { email: `buyer${number}@example.com`, name: 'Noor Veerman', phone: null },
    customer_email: null,
    invoice: it.invoice,
    livemode: false,
    locale: 'en',
    metadata: { campaign: 'spring' },
    mode: it.mode,
    payment_intent:
      showing.expanded && intent
        ? { id: intent, object: 'payment_intent', latest_charge: charge, metadata: {} }
        : intent,
    payment_link: it.payment_link,
    payment_status: it.payment_status,
    status: 'complete',
    subscription: it.subscription,
  };
}

export function lineItem(it: Session['lines'][number], showing: Showing): Shown {
  return {
    id: it.id,
    object: 'item',
    description: `The ${wareOf(it.price)}`,
    metadata: {},
    price: price(it.price, showing),
    quantity: it.quantity,
  };
}

function item(it: Item, of: Subscription, showing: Showing): Shown {
  const metered = wareOf(it.price) === 'metered';
  return {
    id: it.id,
    object: 'subscription_item',
    created: of.created,
    metadata: {},
    price: price(it.price, showing),
    ...(!metered && { quantity: it.quantity }),
    subscription: of.id,
    ...(showing.generation === 'basil' && { current_period_start: it.start, current_period_end: it.end }),
  };
}

export function subscription(it: Subscription, showing: Showing): Shown {
  const { generation, number, expanded } = showing;
  const { pending_update: pending } = it;
  const starts = it.items.map(({ start }) => start);
  const ends = it.items.map(({ end }) => end);
  return {
    id: it.id,
    object: 'subscription',
    cancel_at: it.cancel_at,
    cancel_at_period_end: it.cancel_at_period_end,
    canceled_at: it.canceled_at,
    collection_method: 'charge_automatically',
    created: it.created,
    currency: 'eur',
    ...(generation === 'old' && {
      current_period_start: Math.max(it.created, ...starts),
      current_period_end: Math.max(it.created, ...ends),
    }),
    customer: expanded ? customer(number) : `cus_${number}`,
    ended_at: it.ended_at,
    items: listOf(
      it.items.map((one) => item(one, it, showing)),
      `/v1/subscription_items?subscription=${it.id}`,
    ),
    latest_invoice: it.latest_invoice,
    livemode: false,
    metadata: { note: String(it.note) },
    pause_collection: it.pause_collection && { behavior: it.pause_collection, resumes_at: null },
    pending_update: pending && {
      expires_at: it.created + LENGTH.m,
      subscription_items: [{ id: pending.item, quantity: pending.quantity }],
    },
    start_date: it.created,
    status: it.status,
    trial_end: it.trial_end,
    trial_start: it.trial_start,
  };
}

function invoiceLine(it: InvoiceLine, of: Invoice, { generation }: Showing): Shown {
  const { item: itemId, proration } = it;
  const common = {
    id: it.id,
    object: 'line_item',
    amount: it.amount,
    currency: 'eur',
    description: `${it.quantity} × ${wareOf(it.price)}`,
    period: { start: it.start, end: it.end },
    quantity: it.quantity,
  };
  if (generation === 'old') {
    return {
      ...common,
      price: { id: it.price, object: 'price', product: productOf(it.price) },
      proration,
      subscription: of.subscription,
      ...(itemId && { subscription_item: itemId }),
      type: itemId && !proration ? 'subscription' : 'invoiceitem',
    };
  }
  const { subscription: owner } = of;
  return {
    ...common,
    parent: itemId
      ? {
          type: 'subscription_item_details',
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: null,
            proration,
            subscription: owner,
            subscription_item: itemId,
          },
        }
      : {
          type: 'invoice_item_details',
          invoice_item_details: { invoice_item: `ii_${it.id}`, proration, subscription: owner },
          subscription_item_details: null,
        },
    pricing: {
      type: 'price_details',
      price_details: { price: it.price, product: productOf(it.price) },
    },
  };
}

/** With its payments only where they were asked for. */
export function invoice(it: Invoice, showing: Showing): Shown {
  const { generation, number, expanded } = showing;
  return {
    id: it.id,
    object: 'invoice',
    amount_due: Math.max(0, it.total),
    amount_paid: it.amount_paid,
    billing_reason: it.reason,
    created: it.created,
    currency: 'eur',
    customer: `cus_${number}`,
    customer_address: { country: 'NL' },
    customer_email: `buyer${number}@example.com`,
    customer_name: 'Noor Veerman',
    customer_phone: null,
    due_date: null,
    lines: listOf(
      it.lines.map((line) => invoiceLine(line, it, showing)),
      `/v1/invoices/${it.id}/lines`,
    ),
    livemode: false,
    metadata: {},
    status: it.status,
    status_transitions: { finalized_at: it.finalized_at, paid_at: it.paid_at },
    total: it.total,
    ...(generation === 'old'
      ? { charge: it.charge, payment_intent: it.payment_intent, subscription: it.subscription }
      : {
          parent: it.subscription && {
            type: 'subscription_details',
            quote_details: null,
            subscription_details: { metadata: {}, subscription: it.subscription },
          },
          ...(expanded && {
            payments: listOf(it.payment_intent ? [invoicePayment(it)] : [], '/v1/invoice_payments'),
          }),
        }),
  };
}

/** Since basil only. */
export function invoicePayment(it: Invoice, of: unknown = it.id): Shown {
  const paid = it.charge !== null;
  return {
    id: paymentOf(it.id),
    object: 'invoice_payment',
    amount_paid: paid ? it.amount_paid : null,
    amount_requested: it.total,
    created: it.finalized_at,
    currency: 'eur',
    invoice: of,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: it.payment_intent },
    status: paid ? 'paid' : it.status === 'void' ? 'canceled' : 'open',
  };
}

export function paymentOf(invoiceId: string): string {
  return invoiceId.replace(/^in_/, 'inpay_');
}

export function charge(it: Charge, { generation, world }: Showing): Shown {
  const back = amountRefunded(world, it.id);
  return {
    id: it.id,
    object: 'charge',
    amount: it.amount,
    amount_captured: it.amount,
    amount_refunded: back,
    created: it.created,
    currency: 'eur',
    disputed: world.disputes.some(({ charge: of }) => of === it.id),
    ...(generation === 'old' && { invoice: it.invoice }),
    livemode: false,
    paid: true,
    payment_intent: it.payment_intent,
    refunded: back >= it.amount,
    status: 'succeeded',
  };
}

/** What refunds, disputes and warnings have in common. */
function ofCharge(
  it: { readonly id: string; readonly charge: string; readonly created: number },
  { world }: Showing,
): Shown {
  const intent = world.charges.find(({ id }) => id === it.charge)?.payment_intent ?? null;
  return { id: it.id, charge: it.charge, created: it.created, metadata: {}, payment_intent: intent };
}

export function refund(it: Refund, showing: Showing): Shown {
  const { amount, status } = it;
  return { ...ofCharge(it, showing), object: 'refund', amount, currency: 'eur', reason: null, status };
}

export function dispute(it: Dispute, showing: Showing): Shown {
  const { amount, status } = it;
  return {
    ...ofCharge(it, showing),
    object: 'dispute',
    amount,
    currency: 'eur',
    evidence: {},
    reason: 'fraudulent',
    status,
  };
}

export function warning(it: Warning, showing: Showing): Shown {
  return {
    ...ofCharge(it, showing),
    object: 'radar.early_fraud_warning',
    actionable: true,
    fraud_type: 'unauthorized_use_of_card',
  };
}
