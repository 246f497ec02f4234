/**
 * Reads the events of a Checkout Session: a sale of its own, or the beginning of a subscription. Where Stripe was
 * asked, the answers speak and the payload gives only names of the sale, and what never goes back. A thin event has
 * no payload: its twin tells the same of the same session, so both together double nothing. What must never happen
 * here: a session that sells nothing bringing a sale into being.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import { type Fact, fact } from '../../src/core/sale.ts';
import { type From, isGone, READER, type Read, read, withoutAnswer, withPayload } from './answers.ts';
import { askedSubscription } from './asked-subscription.ts';
import { keylessLine, linesOf } from './lines.ts';
import { refsOf, sessionFacts } from './session-facts.ts';
import { secondsToMs, unique } from './shapes.ts';
import { type CheckoutSession, checkoutSession } from './shapes-session.ts';
import type { Told } from './types.ts';

/** What an event says about the payment of its session. */
const PAYMENT_STANDING = new Map<string, 'succeeded' | 'failed'>([
  ['checkout.session.async_payment_succeeded', 'succeeded'],
  ['checkout.session.async_payment_failed', 'failed'],
]);

export function readSession(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  if (told.type === 'checkout.session.expired') {
    return { is: 'ignored', problem: problem('not_a_sale', 'the checkout expired: nothing was bought') };
  }
  const payload = told.object && checkoutSession.safeParse(told.object).data;
  const asked = read(answers, 'checkout.session');
  const listed = read(answers, 'checkout.sessions').flatMap(({ value }) => value.data);
  const sessions = [...(payload ? [payload] : []), ...asked.map(({ value }) => value), ...listed];
  const known = payload ?? asked.at(-1)?.value;
  if (!known) return withoutAnswer(answers, 'session');
  const unreadable = notAPurchase(known);
  if (unreadable) return unreadable;
  if (!sessions.some((it) => typeof it.payment_status === 'string')) {
    return { is: 'parked', problem: problem('fields_missing', 'payment_status') };
  }
  // Event ids and answer ids are Keyferry's own; the time is the shop's.
  const from: From = {
    stamp: event.created_at ?? secondsToMs(known.created) ?? 0,
    asked: false,
    origin: event.id,
    reader: READER,
  };
  const standing = PAYMENT_STANDING.get(told.type);
  const payment = standing
    ? [fact('payment', known.payment_intent?.id ?? known.id, 'standing', { state: standing }, from)]
    : [];
  const round = { asked, payload: payload ?? null, known, from, payment };
  return known.mode === 'subscription' ? ofSubscription(round, answers) : ofPayment(round, answers, sessions);
}

interface Round {
  readonly asked: readonly Read<CheckoutSession>[];
  /** Null of a thin event. */
  readonly payload: CheckoutSession | null;
  readonly known: CheckoutSession;
  readonly from: From;
  readonly payment: readonly Fact[];
}

function ofPayment(
  { asked, payload, known, from, payment }: Round,
  answers: readonly Answer[],
  sessions: readonly CheckoutSession[],
): Reading {
  const answered = asked.flatMap((it) => sessionFacts(it.value, it.from));
  const lines = read(answers, 'line_items').map((items) => {
    const session = sameRound(asked, items.answer)?.value ?? known;
    const content = { lines: linesOf(items.value.data, session), refunds_counted: [] };
    // The lines of a session never change, and they outrank the one line that stands for all of them.
    return fact('checkout', known.id, 'lines', content, { ...items.from, finality: 1 });
  });
  if (!payload && lines.length === 0) return withoutAnswer(answers, 'line items');
  const own = payload ? [...payloadFacts(payload, from), keylessFact(payload, from)] : [];
  return {
    is: 'facts',
    creates: known.id,
    refs: unique(sessions.flatMap(refsOf)),
    facts: [...withPayload([...answered, ...lines], own), ...payment],
  };
}

/** The sale is the subscription's: its lines are told by its own events, or by asking. */
function ofSubscription(
  { asked, payload, known, from, payment }: Round,
  answers: readonly Answer[],
): Reading {
  if (!known.subscription) return { is: 'parked', problem: problem('fields_missing', 'subscription') };
  const whole = askedSubscription(answers);
  const gone = isGone(answers, 'subscription');
  if (!payload && !whole.subscription && !gone) return withoutAnswer(answers, 'subscription');
  const answered = [...asked.flatMap((it) => sessionFacts(it.value, it.from)), ...whole.facts];
  const own = payload ? payloadFacts(payload, from) : [];
  return {
    is: 'facts',
    creates: known.subscription,
    refs: unique([known.id, ...refsOf(known), ...whole.refs]),
    facts: [...withPayload(answered, own), ...payment],
    ...(gone && { remark: problem('shop_object_gone', known.subscription) }),
  };
}

/** All that a snapshot's payload says, its lines apart. */
function payloadFacts(told: CheckoutSession, from: From): readonly Fact[] {
  // The type says it where an old API version has no `status` yet.
  return sessionFacts({ ...told, status: told.status ?? 'complete' }, from);
}

function keylessFact(told: CheckoutSession, from: From): Fact {
  return fact('checkout', told.id, 'lines', { lines: [keylessLine(told)], refunds_counted: [] }, from);
}

/** Why a completed session brings no sale into being, or null where it does. */
function notAPurchase(session: CheckoutSession): Reading | null {
  switch (session.mode) {
    case 'payment':
    case 'subscription':
      return null;
    case 'setup':
      return { is: 'ignored', problem: problem('not_a_sale', 'a session that only saves a payment method') };
    case undefined:
    case null:
      return { is: 'parked', problem: problem('fields_missing', 'mode') };
    default:
      return { is: 'parked', problem: problem('body_unparsable', `the session's mode is ${session.mode}`) };
  }
}

/** The session asked in the same refresh as these lines; answer ids are `<event>/<refresh>/<asked>`. */
function sameRound<T extends { readonly answer: Answer }>(asked: readonly T[], lines: Answer): T | undefined {
  const roundOf = (id: string) => id.slice(0, id.lastIndexOf('/'));
  return asked.find((it) => roundOf(it.answer.id) === roundOf(lines.id)) ?? asked.at(-1);
}
