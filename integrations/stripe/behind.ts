/**
 * What an answer does not know yet of what its own thin event says. It stands beside gather. What must never happen
 * here: a state that may well have come after the event taken for one that lags behind it.
 */
import * as z from 'zod';
import { maybe } from './shapes.ts';

const answered = z.object({
  status: maybe(z.string()),
  payment_status: maybe(z.string()),
  /** Of a list. */
  data: maybe(z.array(z.unknown())),
});

/** By type: the states that only come before the event, and what is said of them. */
const BEFORE: Readonly<Record<string, { readonly states: readonly string[]; readonly says: string }>> = {
  'invoice.paid': { states: ['draft', 'open', 'uncollectible'], says: 'that the invoice is not paid' },
  'invoice.payment_succeeded': {
    states: ['draft', 'open', 'uncollectible'],
    says: 'that the invoice is not paid',
  },
  'invoice.finalized': { states: ['draft'], says: 'that the invoice is a draft' },
  'invoice.voided': { states: ['draft', 'open', 'uncollectible'], says: 'that the invoice is not void' },
  'invoice.marked_uncollectible': { states: ['draft', 'open'], says: 'that the invoice is open' },
  'customer.subscription.deleted': {
    states: ['incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused'],
    says: 'that the subscription goes on',
  },
  'customer.subscription.incomplete_expired': {
    states: ['incomplete'],
    says: 'that the subscription is incomplete',
  },
  'refund.failed': {
    states: ['pending', 'requires_action', 'succeeded'],
    says: 'that the refund has not failed',
  },
  'charge.dispute.closed': {
    states: ['warning_needs_response', 'warning_under_review', 'needs_response', 'under_review'],
    says: 'that the dispute is open',
  },
};

/** @param type in the words of a snapshot event */
export function whyBehind(type: string, answer: unknown): string | null {
  const read = answered.safeParse(answer);
  if (!read.success) return null;
  const { status, payment_status, data } = read.data;
  if (type.startsWith('checkout.session.') && status === 'open') return 'it says that the session is open';
  if (type === 'checkout.session.async_payment_succeeded' && payment_status === 'unpaid') {
    return 'it says that the payment has not come';
  }
  // A refund that fails is no longer in what the charge says went back; in the list of its refunds it stays.
  if (type === 'charge.refunded' && data?.length === 0) return 'it says that nothing was refunded';
  const before = BEFORE[type];
  return before && status && before.states.includes(status) ? `it says ${before.says}` : null;
}
