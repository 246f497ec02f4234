/**
 * Reads a stored event and the answers gathered for it as facts about one sale. Pure.
 * Where Stripe was asked, the answers speak and the payload gives only names of the sale (and what became of a
 * delayed payment); where it was not, the payload speaks with the event's own time. A thin event has no payload:
 * of it only the answers speak, and its twin tells the same of the same session, so both together double nothing.
 * What must never happen here: a field that a payload leaves out becoming a claim, or an unknown value throwing.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import { type Fact, fact, type Snapshot } from '../../src/core/sale.ts';
import { keylessLine, linesOf } from './lines.ts';
import {
  type CheckoutSession,
  checkoutSession,
  lineItems,
  sessionEvent,
  thinEvent,
  typeOf,
} from './shapes.ts';

/** Goes up whenever the same bytes are read differently. */
export const READER = 2;

type From = Omit<Snapshot, 'content' | 'finality'>;

/** What an event says about the payment of its session. */
const PAYMENT_STANDING = new Map<string, 'succeeded' | 'failed' | null>([
  ['checkout.session.completed', null],
  ['checkout.session.async_payment_succeeded', 'succeeded'],
  ['checkout.session.async_payment_failed', 'failed'],
]);

/** What a thin destination is sent to be tried out. */
const PING = 'v2.core.event_destination.ping';

export function normalize(event: StoredEvent, answers: readonly Answer[]): Reading {
  const { thin, type } = typeOf(event.type);
  const expired = type === 'checkout.session.expired';
  const paymentStanding = PAYMENT_STANDING.get(type);
  if (event.type === PING) {
    return { is: 'ignored', problem: problem('not_a_sale', 'Stripe tries out the destination') };
  }
  if (paymentStanding === undefined && !expired) {
    return { is: 'ignored', problem: problem('type_unknown', event.type) };
  }
  const told = thin ? null : sessionEvent(event.body)?.session;
  const id = thin ? thinEvent(event.body)?.session_id : told?.id;
  if (id === undefined) {
    const where = thin ? 'related_object' : 'data.object';
    return { is: 'parked', problem: problem('body_unparsable', `no checkout session in ${where}`) };
  }
  if (expired) {
    return { is: 'ignored', problem: problem('not_a_sale', 'the checkout expired: nothing was bought') };
  }
  const asked = answers.flatMap((answer) => {
    const session = answer.asked === 'checkout.session' ? checkoutSession.safeParse(answer.body) : null;
    return session?.success ? [{ answer, session: session.data }] : [];
  });
  const known = told ?? asked.at(-1)?.session;
  if (!known) return withoutAnswer(answers);
  const unreadable = notAPurchase(known);
  if (unreadable) return unreadable;
  const sessions = [...(told ? [told] : []), ...asked.map((it) => it.session)];
  if (!sessions.some((it) => typeof it.payment_status === 'string')) {
    return { is: 'parked', problem: problem('fields_missing', 'payment_status') };
  }

  // Event ids and answer ids are Keyferry's own; the time is the shop's.
  const byEvent: From = {
    stamp: event.created_at ?? secondsToMs(known.created) ?? 0,
    asked: false,
    origin: event.id,
    reader: READER,
  };
  const answered = asked.flatMap(({ answer, session }) => sessionFacts(session, byAnswer(answer)));
  const lines = answers.flatMap((answer) => {
    const items = answer.asked === 'line_items' ? lineItems.safeParse(answer.body) : null;
    if (!items?.success) return [];
    const session = sameRound(asked, answer)?.session ?? known;
    const content = { lines: linesOf(items.data.data, session), refunds_counted: [] };
    // The lines of a session never change, and they outrank the one line that stands for all of them.
    return [fact('checkout', id, 'lines', content, { ...byAnswer(answer), finality: 1 })];
  });
  if (!told && lines.length === 0) return withoutAnswer(answers);
  const spoken = new Set([...answered, ...lines].map((it) => it.group));
  // An answer may come from a replica that lags behind: what never goes back is said by the payload too.
  const own = (told ? payloadFacts(told, byEvent) : []).filter(
    (it) => it.snapshot.finality > 0 || !spoken.has(it.group),
  );
  const payment = paymentStanding
    ? [fact('payment', known.payment_intent?.id ?? id, 'standing', { state: paymentStanding }, byEvent)]
    : [];
  const refs = unique(sessions.flatMap(refsOf));
  return { is: 'facts', creates: id, refs, facts: [...answered, ...lines, ...own, ...payment] };
}

/** With an API key gather answers whole or fails. So where nothing is stored, there was no key. */
function withoutAnswer(answers: readonly Answer[]): Reading {
  return answers.length === 0
    ? { is: 'parked', problem: problem('api_key_needed', 'a thin event only names its session') }
    : { is: 'parked', problem: problem('answer_missing', 'the session or its line items') };
}

/** All that a snapshot's payload says. */
function payloadFacts(told: CheckoutSession, from: From): readonly Fact[] {
  // The type says it where an old API version has no `status` yet.
  const payload = { ...told, status: told.status ?? 'complete' };
  const lines = { lines: [keylessLine(told)], refunds_counted: [] };
  return [...sessionFacts(payload, from), fact('checkout', told.id, 'lines', lines, from)];
}

/** Why a completed session brings no sale into being, or null where it does. */
function notAPurchase(session: CheckoutSession): Reading | null {
  switch (session.mode) {
    case 'payment':
      return null;
    case 'setup':
      return { is: 'ignored', problem: problem('not_a_sale', 'a session that only saves a payment method') };
    case 'subscription':
      return { is: 'parked', problem: problem('subscription_unsupported', session.id) };
    case undefined:
    case null:
      return { is: 'parked', problem: problem('fields_missing', 'mode') };
    default:
      return { is: 'parked', problem: problem('body_unparsable', `the session's mode is ${session.mode}`) };
  }
}

/** Each group that this shape says whole; nothing about the others. */
function sessionFacts(session: CheckoutSession, from: From): readonly Fact[] {
  const { id, status, payment_status, customer_details: details } = session;
  const facts: Fact[] = [];
  if (status === 'open' || status === 'complete' || status === 'expired') {
    const bought_at = secondsToMs(session.created);
    facts.push(
      fact(
        'checkout',
        id,
        'standing',
        { state: status, bought_at, test: false, void_reason: null },
        { ...from, finality: status === 'open' ? 0 : 1 },
      ),
    );
  }
  if (typeof payment_status === 'string') {
    const content = {
      state: isPaid(session) ? ('paid' as const) : ('unpaid' as const),
      currency: session.currency?.toLowerCase() ?? '',
      total: typeof session.amount_total === 'number' ? String(session.amount_total) : null,
    };
    // A session that is complete, or paid, never goes back.
    facts.push(
      fact('checkout', id, 'money', content, { ...from, finality: content.state === 'paid' ? 1 : 0 }),
    );
  }
  const reference = session.customer ?? session.customer_account ?? null;
  if (details || session.customer_email || reference) {
    const content = {
      email: text(details?.email) ?? text(session.customer_email),
      name: text(details?.individual_name) ?? text(details?.name),
      company: text(details?.business_name) ?? text(session.custom_fields?.[0]?.text.value),
      phone: text(details?.phone),
      reference,
      locale: session.locale === 'auto' ? null : text(session.locale),
      country: text(details?.address?.country),
    };
    facts.push(fact('checkout', id, 'buyer', content, from));
  }
  if (session.payment_intent !== undefined || session.invoice !== undefined) {
    facts.push(fact('checkout', id, 'links', { refs: refsOf(session) }, from));
  }
  return facts;
}

/** An order that costs nothing is `paid` or `no_payment_required`, and has no payment intent: both are seen. */
function isPaid({ status, payment_status }: CheckoutSession): boolean {
  return status === 'complete' && (payment_status === 'paid' || payment_status === 'no_payment_required');
}

function byAnswer(answer: Answer): From {
  return { stamp: answer.stamp, asked: true, origin: answer.id, reader: READER };
}

/** The session asked in the same refresh as these lines; answer ids are `<event>/<refresh>/<asked>`. */
function sameRound<T extends { readonly answer: Answer }>(asked: readonly T[], lines: Answer): T | undefined {
  const roundOf = (id: string) => id.slice(0, id.lastIndexOf('/'));
  return asked.find((it) => roundOf(it.answer.id) === roundOf(lines.id)) ?? asked.at(-1);
}

/** Names of this one sale. Never the customer nor the payment link: those have many. */
function refsOf({ payment_intent, invoice }: CheckoutSession): string[] {
  return unique([payment_intent?.id, payment_intent?.latest_charge, invoice]);
}

function unique(ids: readonly (string | null | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

function text(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

function secondsToMs(seconds: number | null | undefined): number | null {
  return typeof seconds === 'number' ? seconds * 1000 : null;
}
