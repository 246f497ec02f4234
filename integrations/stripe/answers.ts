/**
 * What Stripe answered, as it is stored with an event: under which name, in which shape, and how normalize gets at
 * it again. It stands between gather and the readers. What must never happen here: an answer that cannot be read
 * taken for one that says nothing.
 */
import type { ZodType, z } from 'zod';
import type { Answer, Reading } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import type { Fact, Snapshot } from '../../src/core/sale.ts';
import { charge, dispute, disputes, refund, refunds, warning, warnings } from './shapes-money.ts';
import { checkoutSession, lineItems, sessions } from './shapes-session.ts';
import { invoice, invoicePayment, invoicePayments, invoices, subscription } from './shapes-subscription.ts';

/** Goes up whenever the same bytes are read differently. */
export const READER = 3;

export const SHAPES = {
  'checkout.session': checkoutSession,
  'checkout.sessions': sessions,
  line_items: lineItems,
  subscription,
  invoice,
  invoices,
  invoice_payment: invoicePayment,
  invoice_payments: invoicePayments,
  charge,
  refund,
  refunds,
  dispute,
  disputes,
  early_fraud_warning: warning,
  early_fraud_warnings: warnings,
} as const satisfies Readonly<Record<string, ZodType>>;

export type Asked = keyof typeof SHAPES;

export type From = Omit<Snapshot, 'content' | 'finality'>;

/** One answer, read. */
export interface Read<T> {
  readonly value: T;
  readonly from: From;
  readonly answer: Answer;
}

/** All answers to one question that can be read, in their order. */
export function read<K extends Asked>(
  answers: readonly Answer[],
  asked: K,
): Read<z.output<(typeof SHAPES)[K]>>[] {
  return answers.flatMap((answer) => {
    const it = answer.asked === asked ? SHAPES[asked].safeParse(answer.body) : null;
    if (!it?.success) return [];
    const from = { stamp: answer.stamp, asked: true, origin: answer.id, reader: READER };
    // The shape of this very question has read it.
    return [{ answer, from, value: it.data as z.output<(typeof SHAPES)[K]> }];
  });
}

/** Stripe was asked and knows no such object: the answer's body is null. */
export function isGone(answers: readonly Answer[], asked: Asked): boolean {
  const bodies = answers.filter((it) => it.asked === asked).map(({ body }) => body);
  return bodies.length > 0 && bodies.every((body) => body === null);
}

/** The answers of one refresh together; answer ids are `<event>/<refresh>/<asked>`. */
export function rounds(answers: readonly Answer[]): readonly (readonly Answer[])[] {
  return [...Map.groupBy(answers, ({ id }) => id.slice(0, id.lastIndexOf('/'))).values()];
}

/**
 * Where Stripe was asked, the answers speak. An answer may come from a replica that lags behind: what never goes
 * back, and that a subscription once was past due, is said by the payload too.
 */
export function withPayload(answered: readonly Fact[], told: readonly Fact[]): readonly Fact[] {
  const placeOf = ({ kind, id, group }: Fact) => `${kind}/${id}/${group}`;
  const spoken = new Set(answered.map(placeOf));
  const own = told.filter(
    (it) => it.snapshot.finality > 0 || it.group === 'past_due' || !spoken.has(placeOf(it)),
  );
  return [...answered, ...own];
}

/** With an API key gather answers whole or fails. So where nothing is stored, there was no key. */
export function withoutAnswer(answers: readonly Answer[], what: string): Reading {
  return answers.length === 0
    ? { is: 'parked', problem: problem('api_key_needed', `a thin event only names its ${what}`) }
    : { is: 'parked', problem: problem('answer_missing', what) };
}
