/**
 * Reads the events about money that was paid: with which payment an invoice was paid, what went back, what is
 * disputed. None of them brings a sale into being; each leads to the sale by the names that it tells. What must never
 * happen here: a payment tied to an invoice that nobody named.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import type { Fact } from '../../src/core/sale.ts';
import {
  type Asked,
  type From,
  isGone,
  READER,
  type Read,
  read,
  withoutAnswer,
  withPayload,
} from './answers.ts';
import { invoicePaymentFacts } from './invoice-facts.ts';
import {
  chargeFacts,
  disputeFacts,
  refundFacts,
  unknownDisputeState,
  unknownRefundState,
  warningFacts,
} from './money-facts.ts';
import { secondsToMs, unique } from './shapes.ts';
import { type Charge, charge, dispute, refund, warning } from './shapes-money.ts';
import { type InvoicePayment, invoicePayment, subscriptionOf } from './shapes-subscription.ts';
import type { Told } from './types.ts';

export function readInvoicePayment(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  const asked = read(answers, 'invoice_payment');
  const payload = told.object && invoicePayment.safeParse(told.object).data;
  const known = asked.at(-1)?.value ?? payload;
  if (!known) return withoutAnswer(answers, 'invoice payment');
  // Where Stripe was asked it says what the invoice is of.
  const of = known.invoice && subscriptionOf(known.invoice);
  if (asked.length > 0 && of === null) {
    return { is: 'ignored', problem: problem('not_a_sale', 'a payment for an invoice of no subscription') };
  }
  const own = payload ? invoicePaymentFacts(payload, by(event, null)) : [];
  const { payment } = known;
  return {
    is: 'facts',
    creates: null,
    refs: unique([of, known.invoice?.id, payment?.payment_intent, payment?.charge]),
    facts: withPayload(
      asked.flatMap((it) => invoicePaymentFacts(it.value, it.from)),
      own,
    ),
    ...(isGone(answers, 'invoice_payment') && { remark: problem('shop_object_gone', told.id) }),
  };
}

export function readCharge(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  const more = read(answers, 'refunds').flatMap((it) =>
    it.value.data.flatMap((one) => refundFacts(one, it.from)),
  );
  return readOne<Charge>(told, answers, event, {
    asked: 'charge',
    answers: read(answers, 'charge'),
    payload: told.object && (charge.safeParse(told.object).data ?? null),
    facts: chargeFacts,
    more,
    names: (it) => [it.invoice, it.payment_intent, it.id],
  });
}

export function readRefund(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  return readOne(told, answers, event, {
    asked: 'refund',
    answers: read(answers, 'refund'),
    payload: told.object && (refund.safeParse(told.object).data ?? null),
    facts: refundFacts,
    names: (it) => [it.payment_intent, it.charge],
    unknown: unknownRefundState,
  });
}

export function readDispute(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  return readOne(told, answers, event, {
    asked: 'dispute',
    answers: read(answers, 'dispute'),
    payload: told.object && (dispute.safeParse(told.object).data ?? null),
    facts: disputeFacts,
    names: (it) => [it.payment_intent, it.charge],
    unknown: unknownDisputeState,
  });
}

export function readWarning(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  return readOne(told, answers, event, {
    asked: 'early_fraud_warning',
    answers: read(answers, 'early_fraud_warning'),
    payload: told.object && (warning.safeParse(told.object).data ?? null),
    facts: warningFacts,
    names: (it) => [it.payment_intent, it.charge],
  });
}

interface How<T> {
  readonly asked: Asked;
  readonly answers: readonly Read<T>[];
  /** Null of a thin event. */
  readonly payload: T | null;
  readonly facts: (it: T, from: From) => readonly Fact[];
  /** What else was answered. */
  readonly more?: readonly Fact[];
  /** The surest first. */
  readonly names: (it: T) => readonly (string | null | undefined)[];
  readonly unknown?: (it: T) => string | null;
}

function readOne<T extends { readonly id: string }>(
  told: Told,
  answers: readonly Answer[],
  event: StoredEvent,
  how: How<T>,
): Reading {
  const newest = how.answers.at(-1)?.value ?? how.payload;
  if (!newest) return withoutAnswer(answers, how.asked.replaceAll('_', ' '));
  const links = read(answers, 'invoice_payments');
  const invoicesOf = links.flatMap(({ value }) => value.data);
  const answered = [
    ...how.answers.flatMap((it) => how.facts(it.value, it.from)),
    ...(how.more ?? []),
    ...links.flatMap((it) => it.value.data.flatMap((one) => invoicePaymentFacts(one, it.from))),
  ];
  const own = how.payload ? how.facts(how.payload, by(event, null)) : [];
  const named = [how.payload, ...how.answers.map(({ value }) => value)].flatMap((it) =>
    it ? how.names(it) : [],
  );
  const state = how.unknown?.(newest) ?? null;
  const remark = remarkOf(told, answers, how.asked, state);
  return {
    is: 'facts',
    creates: null,
    refs: unique([...namesOfInvoices(invoicesOf), ...named]),
    facts: withPayload(answered, own),
    ...(remark && { remark }),
  };
}

/** The subscriptions first: they name sales. */
function namesOfInvoices(all: readonly InvoicePayment[]): readonly (string | null | undefined)[] {
  const invoices = all.flatMap(({ invoice }) => invoice ?? []);
  return [...invoices.map(subscriptionOf), ...invoices.map(({ id }) => id)];
}

function remarkOf(
  { id, basil }: Told,
  answers: readonly Answer[],
  asked: Asked,
  state: string | null,
): Problem | null {
  if (isGone(answers, asked)) return problem('shop_object_gone', id);
  if (state !== null) return problem('word_unknown', `${id} is called ${state}`);
  // Before basil invoices name their payments themselves; an answer says whose payment it is.
  if (!basil || answers.length > 0) return null;
  return problem(
    'payment_unlinked',
    'if it is of a subscription, only invoice_payment.paid says which invoice it paid: switch that event on, or set api_key and replay',
  );
}

/** Event ids are Keyferry's own; the time is the shop's. */
function by(event: StoredEvent, created: number | null): From {
  const stamp = event.created_at ?? secondsToMs(created) ?? 0;
  return { stamp, asked: false, origin: event.id, reader: READER };
}
