/**
 * The questions that Stripe is asked, each with the permission that it needs. It stands between ask.ts and gather,
 * which says what is asked about which event. What must never happen here: a first page taken for the whole.
 */
import type Stripe from 'stripe';
import * as z from 'zod';
import type { Answered } from '../../src/core/integration.ts';
import { ok } from '../../src/core/problem.ts';
import type { Asked } from './answers.ts';
import {
  type Asker,
  ask,
  type Brought,
  brought,
  broughtAll,
  broughtPage,
  PAGE,
  pagedAll,
  plain,
} from './ask.ts';
import { sessionOf } from './asked-subscription.ts';
import { idOf, maybe } from './shapes.ts';
import { charge, dispute, disputes, refund, refunds, warning, warnings } from './shapes-money.ts';
import { checkoutSession, lineItems, sessions } from './shapes-session.ts';
import {
  invoice,
  invoicePayment,
  invoicePayments,
  invoices,
  type Subscription,
  subscription,
} from './shapes-subscription.ts';
import { isPlain } from './types.ts';

/** What was asked, and what came. */
export interface Found extends Pick<Brought<unknown>, 'stamp' | 'body'> {
  readonly asked: Asked;
}

/** A session holds at most 100 lines and its optional items, a subscription 20 items; beyond this something is wrong. */
const MOST = 1000;

const found = (asked: Asked, { stamp, body }: Brought<unknown>): Found => ({ asked, stamp, body });

const troubled = z.array(
  z.object({
    payment_intent: maybe(idOf),
    amount_refunded: maybe(z.int()),
    refunded: maybe(z.boolean()),
    disputed: maybe(z.boolean()),
  }),
);

/** Stripe knows no such object. */
export function goneAt(asked: Asked, { clock }: Asker): Found {
  return { asked, stamp: clock.now(), body: null };
}

export function askSession(by: Asker, id: string) {
  return ask('Checkout Sessions, PaymentIntents', async () => {
    const expand = { expand: ['payment_intent'] };
    const it = brought(
      checkoutSession,
      id,
      await by.stripe.checkout.sessions.retrieve(id, expand, by.scope),
      by,
    );
    return { value: it.value, found: found('checkout.session', it) };
  });
}

export function askLines(by: Asker, id: string): Promise<Answered<Found>> {
  return ask(
    'Checkout Sessions, Prices, Products',
    async () => {
      const params = { limit: PAGE, expand: ['data.price.product'] };
      const list = by.stripe.checkout.sessions.listLineItems(id, params, by.scope);
      return found('line_items', await broughtAll(lineItems, list, { count: MOST, of: 'line items' }, by));
    },
    'line_items_unavailable',
  );
}

/**
 * All that there is to know of a subscription: itself, its session with what was bought once, its invoices. A failure
 * of one is a failure of all; that it is gone is `shop_object_gone`.
 */
export async function askSubscription(by: Asker, id: string): Promise<Answered<readonly Found[]>> {
  const parts = await Promise.all([askItself(by, id), askItsSession(by, id), askItsInvoices(by, id)]);
  const all: Found[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    all.push(...part.value);
  }
  return ok(all);
}

function askItself(by: Asker, id: string): Promise<Answered<readonly Found[]>> {
  return ask('Subscriptions, Customers, Prices, Products', async () => {
    const params = { expand: ['customer', 'items.data.price.product'] };
    const answer = await by.stripe.subscriptions.retrieve(id, params, by.scope);
    const it = brought(subscription, id, answer, by);
    return [found('subscription', it.value.items?.has_more ? await withAllItems(by, it) : it)];
  });
}

async function withAllItems(by: Asker, it: Brought<Subscription>): Promise<Brought<Subscription>> {
  const params: Stripe.SubscriptionItemListParams = {
    subscription: it.value.id,
    limit: PAGE,
    expand: ['data.price.product'],
  };
  const items = await pagedAll(by.stripe.subscriptionItems.list(params, by.scope), {
    count: MOST,
    of: 'subscription items',
  });
  const value = subscription.parse({ ...it.value, items: { data: items, has_more: false } });
  return { stamp: it.stamp, body: plain(value), value };
}

async function askItsSession(by: Asker, id: string): Promise<Answered<readonly Found[]>> {
  const listed = await ask('Checkout Sessions', async () => {
    const page = await by.stripe.checkout.sessions.list({ subscription: id, limit: PAGE }, by.scope);
    return broughtPage(sessions, page, by);
  });
  if (!listed.ok) return listed;
  const session = sessionOf(listed.value.value.data);
  const lines = session && isPlain(session.id) ? await askLines(by, session.id) : null;
  if (lines && !lines.ok) return lines;
  return ok([found('checkout.sessions', listed.value), ...(lines ? [lines.value] : [])]);
}

/** The newest hundred: of the years before, nothing is owed any more. */
function askItsInvoices(by: Asker, id: string): Promise<Answered<readonly Found[]>> {
  return ask('Invoices', async () => {
    const params = { subscription: id, limit: PAGE, expand: ['data.payments'] };
    return [found('invoices', broughtPage(invoices, await by.stripe.invoices.list(params, by.scope), by))];
  });
}

export function askInvoice(by: Asker, id: string) {
  return ask('Invoices', async () => {
    const answer = await by.stripe.invoices.retrieve(id, { expand: ['payments'] }, by.scope);
    const it = brought(invoice, id, answer, by);
    return { value: it.value, found: found('invoice', it) };
  });
}

export function askInvoicePayment(by: Asker, id: string): Promise<Answered<Found>> {
  return ask('Invoices', async () => {
    const answer = await by.stripe.invoicePayments.retrieve(id, { expand: ['invoice'] }, by.scope);
    return found('invoice_payment', brought(invoicePayment, id, answer, by));
  });
}

/** Which invoices were paid with a payment. */
export function askInvoicesOf(by: Asker, paymentIntent: string): Promise<Answered<Found>> {
  return ask('Invoices', async () => {
    const params: Stripe.InvoicePaymentListParams = {
      payment: { type: 'payment_intent', payment_intent: paymentIntent },
      limit: PAGE,
      expand: ['data.invoice'],
    };
    const page = await by.stripe.invoicePayments.list(params, by.scope);
    return found('invoice_payments', broughtPage(invoicePayments, page, by));
  });
}

export function askRefund(by: Asker, id: string) {
  return ask('Charges and Refunds', async () => {
    const it = brought(refund, id, await by.stripe.refunds.retrieve(id, {}, by.scope), by);
    return { value: it.value, found: found('refund', it) };
  });
}

export function askCharge(by: Asker, id: string) {
  return ask('Charges and Refunds', async () => {
    const it = brought(charge, id, await by.stripe.charges.retrieve(id, {}, by.scope), by);
    return { value: it.value, found: found('charge', it) };
  });
}

export function askRefundsOf(by: Asker, id: string): Promise<Answered<Found>> {
  return ask('Charges and Refunds', async () => {
    const list = by.stripe.refunds.list({ charge: id, limit: PAGE }, by.scope);
    return found('refunds', await broughtAll(refunds, list, { count: MOST, of: 'refunds' }, by));
  });
}

export function askDispute(by: Asker, id: string) {
  return ask('Disputes', async () => {
    const it = brought(dispute, id, await by.stripe.disputes.retrieve(id, {}, by.scope), by);
    return { value: it.value, found: found('dispute', it) };
  });
}

export function askWarning(by: Asker, id: string) {
  return ask('Radar', async () => {
    const answer = await by.stripe.radar.earlyFraudWarnings.retrieve(id, {}, by.scope);
    const it = brought(warning, id, answer, by);
    return { value: it.value, found: found('early_fraud_warning', it) };
  });
}

/** The sessions that a payment belongs to: one that was left and taken up again has several. */
export function askSessionsOf(by: Asker, paymentIntent: string): Promise<Answered<Found>> {
  return ask('Checkout Sessions', async () => {
    const params = { payment_intent: paymentIntent, limit: PAGE };
    return found(
      'checkout.sessions',
      broughtPage(sessions, await by.stripe.checkout.sessions.list(params, by.scope), by),
    );
  });
}

/** Payments of a customer of which something went back, or is disputed. */
export function askTroubledPayments(by: Asker, customer: string): Promise<Answered<readonly string[]>> {
  return ask('Charges and Refunds', async () => {
    const list = by.stripe.charges.list({ customer, limit: PAGE }, by.scope);
    const all = await pagedAll(list, { count: MOST, of: 'charges' });
    return troubled.parse(all).flatMap(({ payment_intent: id, amount_refunded = 0, disputed, refunded }) => {
      const isTroubled = disputed === true || refunded === true || (amount_refunded ?? 0) > 0;
      return isTroubled && id && isPlain(id) ? [id] : [];
    });
  });
}

/** All refunds and disputes of these payments, as one answer each. */
export async function askMoneyOf(
  by: Asker,
  payments: readonly string[],
): Promise<Answered<readonly Found[]>> {
  const back: Brought<z.output<typeof refunds>>[] = [];
  const disputed: Brought<z.output<typeof disputes>>[] = [];
  for (const payment_intent of payments) {
    const params = { payment_intent, limit: PAGE };
    const [its, theirs] = await Promise.all([
      ask('Charges and Refunds', () =>
        broughtAll(refunds, by.stripe.refunds.list(params, by.scope), { count: MOST, of: 'refunds' }, by),
      ),
      ask('Disputes', () =>
        broughtAll(disputes, by.stripe.disputes.list(params, by.scope), { count: MOST, of: 'disputes' }, by),
      ),
    ]);
    if (!its.ok) return its;
    if (!theirs.ok) return theirs;
    back.push(its.value);
    disputed.push(theirs.value);
  }
  return ok([...joined('refunds', back), ...joined('disputes', disputed)]);
}

/** Who does not use them may leave the key without this permission: then nothing is said of them. */
export async function askWarningsOf(
  by: Asker,
  payments: readonly string[],
): Promise<Answered<readonly Found[]>> {
  const all: Brought<z.output<typeof warnings>>[] = [];
  for (const payment_intent of payments) {
    const params = { payment_intent, limit: PAGE };
    const asked = await ask('Radar', () => {
      const list = by.stripe.radar.earlyFraudWarnings.list(params, by.scope);
      return broughtAll(warnings, list, { count: MOST, of: 'warnings' }, by);
    });
    if (!asked.ok) return asked.problem.code === 'api_key_refused' ? ok([]) : asked;
    all.push(asked.value);
  }
  return ok(joined('early_fraud_warnings', all));
}

/** Several lists as one, which was so when the first of them was given. */
function joined(
  asked: Asked,
  all: readonly Brought<{ readonly data: readonly unknown[] }>[],
): readonly Found[] {
  if (all.length === 0) return [];
  const stamp = Math.min(...all.map((it) => it.stamp));
  return [{ asked, stamp, body: plain({ data: all.flatMap(({ value }) => value.data) }) }];
}
