/**
 * Of which sale a listed event is: Stripe keeps events for thirty days, and those that never reached us name sales that
 * changed. It stands under reconcile.ts. What must never happen here: anything but a name being read of such an event;
 * what it says of its object may be old.
 */

import { charge } from './shapes-money.ts';
import { checkoutSession } from './shapes-session.ts';
import { invoice, subscriptionOf } from './shapes-subscription.ts';
import { EVENTS_TO_ENABLE, kindOf } from './types.ts';

/** Listed by themselves, or told by another of these as well; Stripe takes no more than twenty types. */
const TOLD_ANYHOW: readonly string[] = [
  'customer.subscription.created',
  'invoice.finalized',
  'invoice_payment.paid',
  'refund.created',
];
export const RECONCILED_EVENTS = EVENTS_TO_ENABLE.filter((it) => !TOLD_ANYHOW.includes(it));

/** @returns null for what is of no sale */
export function nameInEvent(type: string, object: Readonly<Record<string, unknown>>): string | null {
  switch (kindOf(type)) {
    case 'session': {
      const session = checkoutSession.safeParse(object).data;
      if (session?.mode === 'subscription') return session.subscription ?? null;
      return session?.mode === 'payment' ? session.id : null;
    }
    case 'subscription':
      return typeof object.id === 'string' ? object.id : null;
    case 'invoice': {
      const read = invoice.safeParse(object).data;
      return read ? subscriptionOf(read) : null;
    }
    case 'charge':
    case 'refund':
    case 'dispute':
    case 'warning':
      return charge.safeParse(object).data?.payment_intent ?? null;
    default:
      return null;
  }
}
