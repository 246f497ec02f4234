/**
 * What is read of charges, refunds, disputes and early fraud warnings; see shapes.ts. What must never happen here:
 * the evidence of a dispute, or a card, being kept.
 */
import * as z from 'zod';
import { id, idOf, listOf, maybe, seconds } from './shapes.ts';

/** A refund: https://docs.stripe.com/api/refunds/object */
export const refund = z.object({
  id,
  status: maybe(z.string()),
  amount: maybe(z.int().nonnegative()),
  currency: maybe(z.string()),
  created: maybe(seconds),
  payment_intent: maybe(idOf),
  charge: maybe(idOf),
});
export type Refund = z.output<typeof refund>;

/** What is stored of all refunds of a charge, or of a sale. */
export const refunds = z.object({ data: z.array(refund) });

/** A charge: https://docs.stripe.com/api/charges/object */
export const charge = z.object({
  id,
  status: maybe(z.string()),
  amount: maybe(z.int().nonnegative()),
  amount_captured: maybe(z.int().nonnegative()),
  amount_refunded: maybe(z.int().nonnegative()),
  currency: maybe(z.string()),
  payment_intent: maybe(idOf),
  /** Before basil. */
  invoice: maybe(idOf),
  /** Only before API version 2022-11-15, or expanded. */
  refunds: maybe(listOf(refund)),
});
export type Charge = z.output<typeof charge>;

/** A dispute: https://docs.stripe.com/api/disputes/object */
export const dispute = z.object({
  id,
  status: maybe(z.string()),
  reason: maybe(z.string()),
  amount: maybe(z.int()),
  currency: maybe(z.string()),
  payment_intent: maybe(idOf),
  charge: maybe(idOf),
});
export type Dispute = z.output<typeof dispute>;

/** What is stored of all disputes of a sale. */
export const disputes = z.object({ data: z.array(dispute) });

/** An early fraud warning: https://docs.stripe.com/api/radar/early_fraud_warnings/object */
export const warning = z.object({
  id,
  fraud_type: maybe(z.string()),
  payment_intent: maybe(idOf),
  charge: maybe(idOf),
});
export type Warning = z.output<typeof warning>;

/** What is stored of all warnings of a payment. */
export const warnings = z.object({ data: z.array(warning) });
