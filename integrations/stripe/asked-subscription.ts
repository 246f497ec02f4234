/**
 * What Stripe answered about a subscription, all of it together: itself, the session that it began with, what was
 * bought once beside it, and its invoices. Every event about any of these asks the same, so they are read here.
 * What must never happen here: a list that was not asked for read as an empty one.
 */
import type { Answer } from '../../src/core/integration.ts';
import { type Fact, fact } from '../../src/core/sale.ts';
import { type From, type Read, read, rounds } from './answers.ts';
import { invoiceFacts, namesOfPayments } from './invoice-facts.ts';
import { isBoughtOnce, linesOf } from './lines.ts';
import { refsOf, sessionFacts } from './session-facts.ts';
import { unique } from './shapes.ts';
import type { CheckoutSession } from './shapes-session.ts';
import type { Invoice, Subscription } from './shapes-subscription.ts';
import { subscriptionFacts } from './subscription-facts.ts';

export interface AskedSubscription {
  /** As the newest answer has it; null where none can be read. */
  readonly subscription: Subscription | null;
  readonly invoices: readonly Invoice[];
  /** Other names of the sale. */
  readonly refs: readonly string[];
  readonly facts: readonly Fact[];
}

export function askedSubscription(answers: readonly Answer[]): AskedSubscription {
  const all = rounds(answers).map(readRound);
  return {
    subscription: all.findLast((it) => it.subscription)?.subscription ?? null,
    invoices: all.flatMap((it) => it.invoices),
    refs: unique(all.flatMap((it) => it.refs)),
    facts: all.flatMap((it) => it.facts),
  };
}

function readRound(answers: readonly Answer[]): AskedSubscription {
  const subscription = read(answers, 'subscription').at(-1);
  if (!subscription) return { subscription: null, invoices: [], refs: [], facts: [] };
  const listed = read(answers, 'checkout.sessions').at(-1);
  const session = listed && sessionOf(listed.value.data);
  const items = read(answers, 'line_items').at(-1);
  const invoices = read(answers, 'invoices').at(-1);
  const facts = [...subscriptionFacts(subscription.value, subscription.from)];
  if (listed && session) facts.push(...sessionFacts(session, listed.from));
  if (session && items) {
    const own = items.value.data.filter(isBoughtOnce);
    const content = { lines: linesOf(own, session), refunds_counted: [] };
    // The lines of a session never change.
    facts.push(fact('checkout', session.id, 'lines', content, { ...items.from, finality: 1 }));
  }
  if (invoices) facts.push(...invoices.value.data.flatMap((it) => invoiceFacts(it, invoices.from)));
  if (listed) {
    const content = {
      refs: session ? [session.id] : [],
      checkout: session?.id ?? null,
      invoices_asked: invoices !== undefined,
    };
    facts.push(fact('subscription', subscription.value.id, 'links', content, older(listed, invoices)));
  }
  return {
    subscription: subscription.value,
    invoices: invoices?.value.data ?? [],
    refs: [
      ...(session ? [session.id, ...refsOf(session)] : []),
      ...(invoices?.value.data ?? []).flatMap((it) => [it.id, ...namesOfPayments(it)]),
    ],
    facts,
  };
}

/** Stripe lists the newest first; one that was begun and left is no purchase. */
export function sessionOf(all: readonly CheckoutSession[]): CheckoutSession | undefined {
  return all.findLast((it) => it.status === 'complete');
}

/** What two answers say together was so when the first of them was given. */
function older(a: Read<unknown>, b: Read<unknown> | undefined): From {
  return b && b.from.stamp < a.from.stamp ? b.from : a.from;
}
