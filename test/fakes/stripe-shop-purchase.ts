/**
 * How a sale of the simulated Stripe begins: by Checkout, by a Payment Link, or outside of Checkout. What must never
 * happen here: a session told complete that is not.
 */

import type { Stage } from './stripe-shop.ts';
import { bill, collect, draftInvoice, finalize, lineOf, type Outcome } from './stripe-shop-billing.ts';
import { DAY, type Item, LENGTH, priceOf, type Rhythm, type Ware } from './stripe-shop-world.ts';

export interface Bought {
  readonly ware: Ware;
  readonly quantity: number;
}

export interface Purchase {
  readonly by: 'checkout' | 'link' | 'api';
  /** Bought once; outside of Checkout there is none. */
  readonly once: readonly Bought[];
  /** None: a sale of its own, else a subscription. */
  readonly items: readonly Bought[];
  readonly rhythm: Exclude<Rhythm, 'once'>;
  readonly pay: Outcome;
  /** 0: no trial. */
  readonly trial_days: number;
  /** A one-time purchase may have an invoice of its own. */
  readonly invoiced: boolean;
}

export function purchase(stage: Stage, it: Purchase): void {
  if (it.items.length > 0) beginSubscription(stage, it);
  else buyOnce(stage, it);
}

function onceLines(stage: Stage, once: readonly Bought[]) {
  return once.map(({ ware, quantity }) => ({ id: stage.id('li'), price: priceOf(ware, 'once'), quantity }));
}

function linkOf({ by }: Purchase): string | null {
  return by === 'link' ? 'plink_shop' : null;
}

function buyOnce(stage: Stage, it: Purchase): void {
  const { world, id, now, tell, say } = stage;
  const lines = onceLines(stage, it.once.length > 0 ? it.once : [{ ware: 'pro', quantity: 1 }]);
  const amount = 1000 * lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const paid = it.pay === 'paid' || it.pay === 'by hand';
  const intent = it.pay === 'by hand' ? null : id('pi');
  say(`bought once by ${it.by}: ${told(it.once)}, ${paid ? 'paid' : it.pay}${intent ? '' : ', for nothing'}`);
  world.session = {
    id: id('cs_test'),
    mode: 'payment',
    created: now() - 60,
    payment_status: intent === null ? 'no_payment_required' : paid ? 'paid' : 'unpaid',
    amount: intent === null ? 0 : amount,
    payment_intent: intent,
    invoice: null,
    subscription: null,
    payment_link: linkOf(it),
    lines,
  };
  world.bank_thinks = it.pay === 'on its way';
  if (it.invoiced && paid && intent) invoiceOnce(stage, intent, amount);
  else if (paid && intent) charged(stage, intent, amount, null);
  tell('checkout.session.completed', 'session', world.session.id);
}

function charged({ world, id, now }: Stage, intent: string, amount: number, invoice: string | null): string {
  const charge = id('ch');
  world.charges.push({ id: charge, payment_intent: intent, invoice, created: now(), amount });
  return charge;
}

function invoiceOnce(stage: Stage, intent: string, amount: number): void {
  const { world, now } = stage;
  const line = {
    amount,
    item: null,
    price: 'price_pro',
    quantity: 1,
    start: now(),
    end: now(),
    proration: false,
  };
  const invoice = draftInvoice(stage, 'manual', [line]);
  finalize(stage, invoice);
  invoice.payment_intent = intent;
  collect(stage, invoice, 'paid');
  if (world.session) world.session.invoice = invoice.id;
}

/** The bank has spoken, or nobody heard of it. */
export function bankSpeaks(stage: Stage, ok: boolean): void {
  const { world, tell } = stage;
  const { session } = world;
  if (!session) return;
  if (ok) session.payment_status = 'paid';
  if (session.mode === 'payment' && ok && session.payment_intent) {
    charged(stage, session.payment_intent, session.amount, null);
  }
  tell(`checkout.session.async_payment_${ok ? 'succeeded' : 'failed'}`, 'session', session.id);
}

function beginSubscription(stage: Stage, it: Purchase): void {
  const { world, id, now, tell, say, update } = stage;
  const from = now();
  const trial = it.trial_days > 0 ? from + it.trial_days * DAY : null;
  const { pay } = it;
  const subId = id('sub');
  say(
    `subscribed by ${it.by}: ${told(it.items)} for each ${it.rhythm}, once ${told(it.once) || 'nothing'}, trial of ${it.trial_days} days, first payment ${pay}`,
  );
  const items = it.items.map(({ ware, quantity }): Item => {
    const price = priceOf(ware, it.rhythm);
    return { id: id('si'), price, quantity, start: from, end: trial ?? from + LENGTH[it.rhythm] };
  });
  world.subscription = {
    id: subId,
    status: trial === null ? 'incomplete' : 'trialing',
    created: from,
    trial_start: trial === null ? null : from,
    trial_end: trial,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    ended_at: null,
    pause_collection: null,
    items,
    latest_invoice: null,
    pending_update: null,
    note: 0,
    past_due: {},
  };
  tell('customer.subscription.created', 'subscription', subId);
  const once = it.by === 'api' ? [] : onceLines(stage, it.once);
  const lines = [
    ...items.map((item) => lineOf(item, trial !== null)),
    ...once.map(({ price, quantity }) => ({
      amount: 500 * quantity,
      item: null,
      price,
      quantity,
      start: from,
      end: from,
      proration: false,
    })),
  ];
  // A checkout that is paid at once completes only when it is: what fails there is tried again by the buyer.
  const outcome = it.by !== 'api' && pay === 'failed' ? 'paid' : pay === 'by hand' ? 'paid' : pay;
  const paid = bill(stage, 'subscription_create', lines, outcome);
  world.bank_thinks = !paid && outcome === 'on its way';
  const [invoice] = world.invoices;
  // While a bank thinks it over the subscription is active already.
  if (trial === null && (paid || outcome === 'on its way')) {
    update((sub) => {
      sub.status = 'active';
    });
  }
  if (it.by === 'api') return;
  world.session = {
    id: id('cs_test'),
    mode: 'subscription',
    created: from - 60,
    payment_status: invoice?.total === 0 ? 'no_payment_required' : paid ? 'paid' : 'unpaid',
    amount: Math.max(0, invoice?.total ?? 0),
    payment_intent: null,
    invoice: invoice?.id ?? null,
    subscription: subId,
    payment_link: linkOf(it),
    lines: [...items.map(({ price, quantity }) => ({ id: id('li'), price, quantity })), ...once],
  };
  tell('checkout.session.completed', 'session', world.session.id);
}

function told(all: readonly Bought[]): string {
  return all.map(({ ware, quantity }) => `${quantity} ${ware}`).join(', ');
}
