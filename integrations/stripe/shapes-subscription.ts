/**
 * What is read of a subscription and of its invoices, before and since API version 2025-03-31.basil; see shapes.ts.
 * Which fields are there says which generation it is: the other's are left out, not null. What must never happen
 * here: a field of one generation required of the other.
 */
import * as z from 'zod';
import { country, id, idOf, listOf, maybe, metadata, price, seconds } from './shapes.ts';

/** Its id alone, or what it says of the buyer. */
const customer = z.union([
  id.transform((it) => ({ id: it, deleted: undefined, email: undefined })),
  z.object({
    id,
    deleted: maybe(z.boolean()),
    email: maybe(z.string()),
    name: maybe(z.string()),
    individual_name: maybe(z.string()),
    business_name: maybe(z.string()),
    phone: maybe(z.string()),
    address: maybe(country),
    preferred_locales: maybe(z.array(z.string())),
  }),
]);

/** A subscription item: https://docs.stripe.com/api/subscription_items/object */
const subscriptionItem = z.object({
  id,
  quantity: maybe(z.int().nonnegative()),
  metadata: maybe(metadata),
  price: maybe(price),
  /** Where an old API version has no price yet. */
  plan: maybe(z.object({ id, product: maybe(idOf), usage_type: maybe(z.string()) })),
  /** Since basil. */
  current_period_start: maybe(seconds),
  current_period_end: maybe(seconds),
});
export type SubscriptionItem = z.output<typeof subscriptionItem>;

/** A subscription: https://docs.stripe.com/api/subscriptions/object */
export const subscription = z.object({
  id,
  status: maybe(z.string()),
  currency: maybe(z.string()),
  created: maybe(seconds),
  start_date: maybe(seconds),
  trial_end: maybe(seconds),
  cancel_at: maybe(seconds),
  cancel_at_period_end: maybe(z.boolean()),
  ended_at: maybe(seconds),
  pause_collection: maybe(z.object({ behavior: maybe(z.string()) })),
  /** Before basil: one period for all items. */
  current_period_start: maybe(seconds),
  current_period_end: maybe(seconds),
  customer: maybe(customer),
  latest_invoice: maybe(idOf),
  metadata: maybe(metadata),
  items: maybe(listOf(subscriptionItem)),
});
export type Subscription = z.output<typeof subscription>;

const payment = z.object({
  type: maybe(z.string()),
  payment_intent: maybe(idOf),
  charge: maybe(idOf),
});

const ofSubscription = maybe(
  z.object({ subscription_details: maybe(z.object({ subscription: maybe(idOf) })) }),
);

/** What an invoice was paid with, since basil: https://docs.stripe.com/api/invoice-payment/object */
export const invoicePayment = z.object({
  id,
  status: maybe(z.string()),
  amount_paid: maybe(z.int()),
  currency: maybe(z.string()),
  payment: maybe(payment),
  invoice: maybe(
    z.union([
      id.transform((it) => ({ id: it, parent: undefined, subscription: undefined })),
      z.object({ id, parent: ofSubscription, subscription: maybe(idOf) }),
    ]),
  ),
});
export type InvoicePayment = z.output<typeof invoicePayment>;

/** What is stored of the invoices that Stripe says a payment belongs to. */
export const invoicePayments = z.object({ data: z.array(invoicePayment) });

/** A line of an invoice: https://docs.stripe.com/api/invoice-line-item/object */
const invoiceLine = z.object({
  amount: maybe(z.int()),
  period: maybe(z.object({ start: seconds, end: seconds })),
  subscription: maybe(idOf),
  /** Before basil. */
  type: maybe(z.string()),
  proration: maybe(z.boolean()),
  subscription_item: maybe(idOf),
  /** Since basil. */
  parent: maybe(
    z.object({
      subscription_item_details: maybe(
        z.object({
          subscription: maybe(idOf),
          subscription_item: maybe(idOf),
          proration: maybe(z.boolean()),
        }),
      ),
      invoice_item_details: maybe(z.object({ subscription: maybe(idOf), proration: maybe(z.boolean()) })),
    }),
  ),
});
export type InvoiceLine = z.output<typeof invoiceLine>;

/** An invoice: https://docs.stripe.com/api/invoices/object */
export const invoice = z.object({
  id,
  status: maybe(z.string()),
  currency: maybe(z.string()),
  amount_paid: maybe(z.int()),
  created: maybe(seconds),
  due_date: maybe(seconds),
  status_transitions: maybe(z.object({ finalized_at: maybe(seconds) })),
  customer: maybe(idOf),
  customer_account: maybe(idOf),
  customer_email: maybe(z.string()),
  customer_name: maybe(z.string()),
  customer_phone: maybe(z.string()),
  customer_address: maybe(country),
  /** Before basil. */
  subscription: maybe(idOf),
  payment_intent: maybe(idOf),
  charge: maybe(idOf),
  /** Since basil. */
  parent: ofSubscription,
  payments: maybe(listOf(invoicePayment)),
  lines: maybe(listOf(invoiceLine)),
});
export type Invoice = z.output<typeof invoice>;

/** What is stored of the invoices that Stripe lists for a subscription, the newest first. */
export const invoices = z.object({ data: z.array(invoice) });

/** The subscription that an invoice is of, in the place of either generation. */
export function subscriptionOf({
  parent,
  subscription: older,
}: Pick<Invoice, 'parent' | 'subscription'>): string | null {
  return parent?.subscription_details?.subscription ?? older ?? null;
}
