/**
 * What is asked for an event of our own, which only names a sale: all that there is of it, money that went back and
 * disputes included, since no other event may ever tell of them. It stands beside gather, which asks for the shop's
 * events. What must never happen here: a sale told without the refund that ended it.
 */
import type { Answered } from '../../src/core/integration.ts';
import { ok } from '../../src/core/problem.ts';
import { read } from './answers.ts';
import type { Asker } from './ask.ts';
import { sessionOf } from './asked-subscription.ts';
import { namesOfPayments } from './invoice-facts.ts';
import {
  askInvoicesOf,
  askLines,
  askMoneyOf,
  askSession,
  askSessionsOf,
  askSubscription,
  askTroubledPayments,
  askWarningsOf,
  type Found,
} from './questions.ts';
import { secondsToMs, unique } from './shapes.ts';
import { subscriptionOf } from './shapes-subscription.ts';
import { isPlain, type Told } from './types.ts';

type All = Promise<Answered<readonly Found[]>>;

const WARNED_MS = 120 * 24 * 3_600_000;
/** Of the newest payments of a subscription: each is a question. */
const WARNED_AT_MOST = 5;

export async function aboutLook({ kind, id }: Told, by: Asker): All {
  if (kind === 'session') return wholeSession(by, id);
  return kind === 'subscription' ? wholeSubscription(by, id) : wholePayment(by, id);
}

async function wholeSession(by: Asker, id: string): All {
  const asked = await askSession(by, id);
  if (!asked.ok) return asked;
  const { value, found } = asked.value;
  const { mode, subscription, payment_intent } = value;
  if (mode === 'subscription') {
    const more = await (subscription && isPlain(subscription) ? wholeSubscription(by, subscription) : ok([]));
    return more.ok ? ok([found, ...more.value]) : more;
  }
  if (mode !== 'payment') return ok([found]);
  const paidWith = payment_intent && isPlain(payment_intent.id) ? payment_intent.id : null;
  return joined([
    ok([found]),
    askLines(by, id).then((it) => (it.ok ? ok([it.value]) : it)),
    paidWith === null ? ok([]) : askMoneyOf(by, [paidWith]),
    paidWith === null ? ok([]) : askWarningsOf(by, [paidWith]),
  ]);
}

/** @param payment one of which something is known to have become */
async function wholeSubscription(by: Asker, id: string, payment?: string): All {
  const asked = await askSubscription(by, id);
  if (!asked.ok) return asked;
  const answers = asked.value.map((it, n) => ({ ...it, id: `look/0/${n}` }));
  const customer = read(answers, 'subscription').at(-1)?.value.customer?.id;
  const invoices = read(answers, 'invoices').flatMap(({ value }) => value.data);
  const own = new Set(invoices.flatMap(namesOfPayments));
  const troubled = customer && isPlain(customer) ? await askTroubledPayments(by, customer) : ok([]);
  if (!troubled.ok) return troubled;
  // Banks ask about, and warn of, what was paid lately; whether an inquiry marks its charge, nobody says.
  const lately = by.clock.now() - WARNED_MS;
  const late = invoices.filter((it) => (secondsToMs(it.created) ?? 0) >= lately).slice(0, WARNED_AT_MOST);
  const paidWith = unique([payment, ...late.flatMap(namesOfPayments)]).filter((it) => it.startsWith('pi_'));
  const recent = paidWith.filter(isPlain);
  const payments = unique([...recent, ...troubled.value.filter((it) => own.has(it))]);
  return joined([asked, askMoneyOf(by, payments), askWarningsOf(by, recent)]);
}

/** First whose payment it is: what it paid for says it, or the checkout that it was made in. */
async function wholePayment(by: Asker, id: string): All {
  const links = await askInvoicesOf(by, id);
  if (!links.ok) return links;
  const answers = [{ ...links.value, id: 'look/0/0' }];
  const paid = read(answers, 'invoice_payments').flatMap(({ value }) => value.data);
  const [subscription] = unique(paid.map((it) => it.invoice && subscriptionOf(it.invoice)));
  if (subscription !== undefined && isPlain(subscription)) {
    return joined([ok([links.value]), wholeSubscription(by, subscription, id)]);
  }
  const listed = await askSessionsOf(by, id);
  if (!listed.ok) return listed;
  const all = read([{ ...listed.value, id: 'look/0/0' }], 'checkout.sessions').flatMap(
    ({ value }) => value.data,
  );
  const session = sessionOf(all);
  // That there is none is an answer too.
  return session && isPlain(session.id) ? wholeSession(by, session.id) : ok([links.value]);
}

/** A failure of one is a failure of all. */
async function joined(all: readonly (All | Awaited<All>)[]): All {
  const found: Found[] = [];
  for (const it of await Promise.all(all)) {
    if (!it.ok) return it;
    found.push(...it.value);
  }
  return ok(found);
}
