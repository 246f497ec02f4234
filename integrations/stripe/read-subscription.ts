/**
 * Reads the events of a subscription and of its invoices. With an API key all of them ask for the same, and the
 * payload gives names, and what never goes back. What must never happen here: an invoice bringing a sale into
 * being.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import { pastDueFact } from '../../src/core/sale.ts';
import { type From, isGone, READER, read, withoutAnswer, withPayload } from './answers.ts';
import { type AskedSubscription, askedSubscription } from './asked-subscription.ts';
import { invoiceFacts, namesOfPayments } from './invoice-facts.ts';
import { secondsToMs, unique } from './shapes.ts';
import {
  type Invoice,
  invoice,
  type Subscription,
  subscription,
  subscriptionOf,
} from './shapes-subscription.ts';
import { asBefore, subscriptionFacts, unknownState } from './subscription-facts.ts';
import type { Told } from './types.ts';

export function readSubscription(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  const whole = askedSubscription(answers);
  const payload = told.object && subscription.safeParse(told.object).data;
  if (!payload) return readThin(told, whole, answers, event);
  const from = by(event, payload.created);
  const own = subscriptionFacts(payload, from, asBefore(told.object ?? {}, told.previous));
  return {
    is: 'facts',
    creates: payload.id,
    refs: unique([payload.latest_invoice, ...whole.refs]),
    facts: withPayload(whole.facts, own),
    ...remarkOf(payload, whole, answers),
  };
}

function readThin(
  { id, type }: Told,
  { subscription: known, refs, facts }: AskedSubscription,
  answers: readonly Answer[],
  event: StoredEvent,
): Reading {
  if (!known) return withoutAnswer(answers, 'subscription');
  // It was past due when the event says so, however late Stripe was asked, if it is the same period still.
  const [late] = facts.flatMap((it) => (it.group === 'past_due' ? [it.id] : []));
  const since = type === 'customer.subscription.past_due' ? event.created_at : null;
  const told =
    late !== undefined && since !== null
      ? [pastDueFact(id, Number(late.slice(id.length + 1)), by(event, since / 1000))]
      : [];
  return {
    is: 'facts',
    creates: id,
    refs: unique([known.latest_invoice, ...refs]),
    facts: [...facts, ...told],
    ...remarkOf(known, null, answers),
  };
}

/** What a person should know of what could not be read of it. */
function remarkOf(it: Subscription, whole: AskedSubscription | null, answers: readonly Answer[]) {
  if (isGone(answers, 'subscription')) return { remark: problem('shop_object_gone', it.id) };
  const newest = whole?.subscription ?? it;
  const state = unknownState(newest);
  if (state !== null) return { remark: problem('word_unknown', `the subscription is called ${state}`) };
  if (newest.items && !newest.items.has_more) return {};
  const detail = newest.items
    ? `the payload names only the first ${newest.items.data.length} of its items`
    : 'the payload leaves out its items';
  return { remark: problem('api_key_needed', detail) };
}

export function readInvoice(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  const whole = askedSubscription(answers);
  const asked = read(answers, 'invoice');
  const payload = told.object && invoice.safeParse(told.object).data;
  const known: Invoice | undefined = payload ?? asked.at(-1)?.value;
  if (!known) return withoutAnswer(answers, 'invoice');
  const of = subscriptionOf(known);
  if (of === null) {
    return { is: 'ignored', problem: problem('not_a_sale', 'an invoice of no subscription') };
  }
  const gone = isGone(answers, 'subscription');
  if (!payload && !whole.subscription && !gone) return withoutAnswer(answers, 'subscription');
  const own = payload ? invoiceFacts(payload, by(event, payload.created)) : [];
  const answered = [...asked.flatMap((it) => invoiceFacts(it.value, it.from)), ...whole.facts];
  return {
    is: 'facts',
    creates: null,
    refs: unique([of, known.id, ...namesOfPayments(known), ...whole.refs]),
    facts: withPayload(answered, own),
    ...(gone && { remark: problem('shop_object_gone', of) }),
  };
}

/** Event ids are Keyferry's own; the time is the shop's. */
function by(event: StoredEvent, created: number | null | undefined): From {
  const stamp = event.created_at ?? secondsToMs(created) ?? 0;
  return { stamp, asked: false, origin: event.id, reader: READER };
}
