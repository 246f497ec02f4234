/**
 * What a Checkout Session says, as facts of a checkout: each group that its shape says whole, nothing about the
 * others. It stands at the end of normalize. What must never happen here: a field that a payload leaves out becoming
 * a claim.
 */
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Checkout } from '../../src/core/things.ts';
import type { From } from './answers.ts';
import { sessionAttributes } from './lines.ts';
import { secondsToMs, text, unique } from './shapes.ts';
import type { CheckoutSession } from './shapes-session.ts';

export function sessionFacts(session: CheckoutSession, from: From): readonly Fact[] {
  const { id, status, payment_status, payment_intent } = session;
  const facts: Fact[] = [];
  if (status === 'open' || status === 'complete' || status === 'expired') {
    const content = {
      state: status,
      bought_at: secondsToMs(session.created),
      test: false,
      void_reason: null,
    } as const;
    const finality = status === 'open' ? 0 : 1;
    facts.push(fact('checkout', id, 'standing', content, { ...from, finality }));
  }
  if (typeof payment_status === 'string') {
    const content = {
      state: isPaid(session) ? ('paid' as const) : ('unpaid' as const),
      currency: session.currency?.toLowerCase() ?? '',
      total: typeof session.amount_total === 'number' ? String(session.amount_total) : null,
    };
    // A session that is complete, or paid, never goes back.
    const finality = content.state === 'paid' ? 1 : 0;
    facts.push(fact('checkout', id, 'money', content, { ...from, finality }));
  }
  const buyer = buyerOf(session);
  if (buyer) facts.push(fact('checkout', id, 'buyer', buyer, from));
  if (session.mode === 'subscription') {
    // The lines of the subscription are its own; what the session says of them is told beside.
    const content = { refs: refsOf(session), attributes: sessionAttributes(session, []) };
    facts.push(fact('checkout', id, 'links', content, from));
  } else if (payment_intent !== undefined || session.invoice !== undefined) {
    facts.push(fact('checkout', id, 'links', { refs: refsOf(session) }, from));
  }
  if (session.mode === 'payment' && isPaid(session) && payment_intent && session.amount_total) {
    const content = {
      amount: String(session.amount_total),
      currency: session.currency?.toLowerCase() ?? '',
    };
    facts.push(fact('payment', payment_intent.id, 'money', content, from));
  }
  return facts;
}

function buyerOf(session: CheckoutSession): Checkout['buyer'] | null {
  const { customer_details: details, customer_email } = session;
  const reference = session.customer ?? session.customer_account ?? null;
  if (!details && !customer_email && !reference) return null;
  return {
    email: text(details?.email) ?? text(customer_email),
    name: text(details?.individual_name) ?? text(details?.name),
    company: text(details?.business_name) ?? text(session.custom_fields?.[0]?.text.value),
    phone: text(details?.phone),
    reference,
    locale: session.locale === 'auto' ? null : text(session.locale),
    country: text(details?.address?.country),
  };
}

/** An order that costs nothing is `paid` or `no_payment_required`, and has no payment intent: both are seen. */
function isPaid({ status, payment_status }: CheckoutSession): boolean {
  return status === 'complete' && (payment_status === 'paid' || payment_status === 'no_payment_required');
}

/** Names of this one sale. Never the customer nor the payment link: those have many. */
export function refsOf({ payment_intent, invoice }: CheckoutSession): string[] {
  return unique([payment_intent?.id, payment_intent?.latest_charge, invoice]);
}
