/**
 * What an invoice and its payments say, in either generation of their fields, as facts. It stands at the end of
 * normalize. What must never happen here: a credit, or a part of a list, taken for a period that was paid.
 */
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Invoice as Thing } from '../../src/core/things.ts';
import type { From } from './answers.ts';
import { secondsToMs, text, unique } from './shapes.ts';
import {
  type Invoice,
  type InvoiceLine,
  type InvoicePayment,
  subscriptionOf,
} from './shapes-subscription.ts';

const STATES: readonly Thing['standing']['state'][] = ['draft', 'open', 'paid', 'void', 'uncollectible'];

/** Nothing of a draft, which may still become anything. */
export function invoiceFacts(it: Invoice, from: From): readonly Fact[] {
  const { id } = it;
  const state = STATES.find((one) => one === it.status);
  if (state === 'draft') return [];
  const facts: Fact[] = [];
  const at = { ...from, finality: state === 'paid' || state === 'void' ? 1 : 0 };
  if (state) {
    const due_at = secondsToMs(it.due_date ?? it.status_transitions?.finalized_at ?? it.created);
    facts.push(fact('invoice', id, 'standing', { state, due_at }, at));
  }
  if (typeof it.amount_paid === 'number' && it.currency) {
    const content = { amount: String(it.amount_paid), currency: it.currency.toLowerCase() };
    facts.push(fact('invoice', id, 'money', content, at));
  }
  if (it.lines) {
    const whole = !it.lines.has_more;
    const periods = it.lines.data.flatMap((line) => periodsOf(line, it));
    // Once it is no draft its lines stay; all of them say more than the first of them.
    facts.push(fact('invoice', id, 'lines', { periods, whole }, { ...from, finality: whole ? 1 : 0 }));
  }
  const reference = it.customer ?? it.customer_account ?? null;
  if (it.customer_email !== undefined || it.customer_name !== undefined) {
    const content = {
      email: text(it.customer_email),
      name: text(it.customer_name),
      company: null,
      phone: text(it.customer_phone),
      reference,
      country: text(it.customer_address?.country),
    };
    facts.push(fact('invoice', id, 'buyer', content, from));
  }
  // Since basil the payments are only there when they were asked for: nothing is said then, not that there are none.
  if (it.payments || it.payment_intent !== undefined || it.charge !== undefined) {
    facts.push(fact('invoice', id, 'links', { refs: namesOfPayments(it) }, from));
  }
  return facts;
}

/** Its payments and their charges, as far as it names them. */
export function namesOfPayments({ payment_intent, charge, payments }: Invoice): string[] {
  const paidWith = (payments?.data ?? []).map(({ payment }) => payment);
  return unique([
    payment_intent,
    ...paidWith.map((it) => it?.payment_intent),
    charge,
    ...paidWith.map((it) => it?.charge),
  ]);
}

/** For what time a line charges. Credits give nothing; a thing bought once beside the subscription has no time. */
function periodsOf(line: InvoiceLine, it: Invoice): Thing['lines']['periods'] {
  const { amount, period, parent } = line;
  if (!period || (amount ?? 0) < 0) return [];
  const of = parent?.subscription_item_details;
  const item = of?.subscription_item ?? line.subscription_item ?? null;
  const once = parent?.invoice_item_details ?? (line.type === 'invoiceitem' ? line : null);
  if (item === null && once && !once.proration) return [];
  const owner = of?.subscription ?? line.subscription ?? null;
  if (owner !== null && owner !== subscriptionOf(it)) return [];
  const { start, end } = of?.proration || line.proration ? period : opened(period, it.created);
  return [{ line: item, start: start * 1000, end: end * 1000 }];
}

/** Metered usage is charged when its time is over: whoever paid for it goes on for as long again. */
function opened(period: Period, invoiced: number | null | undefined): Period {
  const { start, end } = period;
  if (typeof invoiced !== 'number' || end > invoiced) return period;
  return { start: end, end: end + (end - start) };
}

interface Period {
  readonly start: number;
  readonly end: number;
}

/** What a payment of an invoice says of its payment: which money it is, and what was paid with it. */
export function invoicePaymentFacts(it: InvoicePayment, from: From): readonly Fact[] {
  const name = it.payment?.payment_intent ?? it.payment?.charge;
  if (!name || !it.invoice) return [];
  const facts: Fact[] = [fact('payment', name, 'links', { refs: [it.invoice.id] }, from)];
  if (it.status === 'paid' && typeof it.amount_paid === 'number' && it.currency) {
    const content = { amount: String(it.amount_paid), currency: it.currency.toLowerCase() };
    facts.push(
      fact('payment', name, 'standing', { state: 'succeeded' }, from),
      fact('payment', name, 'money', content, from),
    );
  }
  return facts;
}
