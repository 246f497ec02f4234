/**
 * How the simulated Stripe bills: invoices, their lines, and what a payment that comes or fails does to them. What must
 * never happen here: an invoice that is paid without its charge, unless it was paid by hand or costs nothing.
 */
import type { Stage } from './stripe-shop.ts';
import { paymentOf } from './stripe-shop-objects.ts';
import { type Invoice, type InvoiceLine, type Item, LENGTH, type Subscription } from './stripe-shop-world.ts';

/** How an attempt to collect goes. `by hand`: the money came outside of Stripe. `on its way`: a bank will say. */
export type Outcome = 'paid' | 'failed' | 'by hand' | 'on its way';

type NewLine = Omit<InvoiceLine, 'id'>;

export function lineOf(item: Item, free = false): NewLine {
  const { id, price, quantity, start, end } = item;
  const amount = free ? 0 : quantity * (price.endsWith('_y') ? 10_000 : 1000);
  return { amount, item: id, price, quantity, start, end, proration: false };
}

/** What is left of the old is credited, what comes instead is charged. */
export function prorated(before: Item | null, after: Item | null, from: number): NewLine[] {
  return [before, after].flatMap((it, n): NewLine[] =>
    it
      ? [
          {
            amount: (n === 0 ? -4 : 6) * it.quantity * 100,
            item: it.id,
            price: it.price,
            quantity: it.quantity,
            start: from,
            end: it.end,
            proration: true,
          },
        ]
      : [],
  );
}

export function draftInvoice({ world, id, now }: Stage, reason: string, lines: readonly NewLine[]): Invoice {
  const it: Invoice = {
    id: id('in'),
    status: 'draft',
    reason,
    subscription: world.subscription?.id ?? null,
    created: now(),
    finalized_at: null,
    paid_at: null,
    lines: lines.map((line) => ({ ...line, id: id('il') })),
    total: lines.reduce((sum, { amount }) => sum + amount, 0),
    amount_paid: 0,
    payment_intent: null,
    charge: null,
  };
  world.invoices.push(it);
  return it;
}

/** From here on it is to be paid; what costs nothing is. */
export function finalize({ id, now, tell }: Stage, it: Invoice): void {
  it.status = 'open';
  it.finalized_at = now();
  if (it.total > 0) it.payment_intent = id('pi');
  tell('invoice.finalized', 'invoice', it.id);
  if (it.total > 0) return;
  it.status = 'paid';
  it.paid_at = now();
  tell('invoice.paid', 'invoice', it.id);
}

/** @returns whether the invoice is settled by it */
export function collect(stage: Stage, it: Invoice, outcome: Outcome): boolean {
  if (it.status === 'paid') return true;
  const { world, id, now, tell } = stage;
  if (outcome === 'on its way') return false;
  if (outcome === 'failed') {
    tell('invoice.payment_failed', 'invoice', it.id);
    return false;
  }
  it.status = 'paid';
  it.paid_at = now();
  it.amount_paid = it.total;
  if (outcome === 'by hand') {
    it.payment_intent = null;
  } else {
    const intent = it.payment_intent ?? id('pi');
    it.payment_intent = intent;
    it.charge = id('ch');
    world.charges.push({
      id: it.charge,
      payment_intent: intent,
      invoice: it.id,
      created: now(),
      amount: it.total,
    });
    tell('invoice_payment.paid', 'invoice_payment', paymentOf(it.id));
  }
  tell('invoice.paid', 'invoice', it.id);
  return true;
}

/** Draws up, finalizes and collects at once. */
export function bill(stage: Stage, reason: string, lines: readonly NewLine[], outcome: Outcome): boolean {
  const it = draftInvoice(stage, reason, lines);
  finalize(stage, it);
  const paid = collect(stage, it, outcome);
  const { subscription } = stage.world;
  if (subscription) subscription.latest_invoice = it.id;
  return paid;
}

/** The period after this one; of another rhythm from now on. */
export function nextPeriod(sub: Subscription, from: number): void {
  for (const it of sub.items) {
    it.start = from;
    it.end = from + (it.price.endsWith('_y') ? LENGTH.y : LENGTH.m);
  }
}

export function periodEnd(sub: Subscription): number {
  return Math.max(...sub.items.map(({ end }) => end));
}
