/**
 * What charges, refunds, disputes and early fraud warnings say, as facts. It stands at the end of normalize. What
 * must never happen here: a state that this version does not know read as one that it knows.
 */
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Dispute as DisputeThing, Refund as RefundThing } from '../../src/core/things.ts';
import type { From } from './answers.ts';
import { secondsToMs, unique } from './shapes.ts';
import type { Charge, Dispute, Refund, Warning } from './shapes-money.ts';

/** How a refund goes on: later in this list is later, whatever the time. */
const PROGRESS: readonly RefundThing['standing']['state'][] = [
  'pending',
  'requires_action',
  'succeeded',
  'canceled',
  'failed',
];

/** `charge_refunded` is of old: refunded before the dispute took any money. */
const DISPUTES: ReadonlyMap<string, DisputeThing['standing']['state']> = new Map([
  ['warning_needs_response', 'inquiry'],
  ['warning_under_review', 'inquiry'],
  ['warning_closed', 'inquiry_closed'],
  ['needs_response', 'opened'],
  ['under_review', 'opened'],
  ['lost', 'lost'],
  ['appeal_needs_response', 'appealed'],
  ['appeal_under_review', 'appealed'],
  ['won', 'won'],
  ['prevented', 'prevented'],
  ['charge_refunded', 'prevented'],
]);

/** Says of its money how much went back in all; of single refunds only where it lists them. */
export function chargeFacts(it: Charge, from: From): readonly Fact[] {
  const { id, status, amount, amount_captured, amount_refunded, currency } = it;
  const facts: Fact[] = [];
  if (status === 'succeeded' || status === 'pending' || status === 'failed') {
    facts.push(fact('payment', id, 'standing', { state: status }, from));
  }
  const paid = amount_captured || amount;
  if (typeof paid === 'number' && currency) {
    const content = {
      amount: String(paid),
      currency: currency.toLowerCase(),
      ...(typeof amount_refunded === 'number' && { refunded: String(amount_refunded) }),
    };
    facts.push(fact('payment', id, 'money', content, from));
  }
  if (it.payment_intent !== undefined || it.invoice !== undefined) {
    facts.push(fact('payment', id, 'links', { refs: unique([it.invoice, it.payment_intent]) }, from));
  }
  return [...facts, ...(it.refunds?.data ?? []).flatMap((one) => refundFacts(one, from))];
}

/** What it is of, and how much, never changes: that is said as of the time it was made. */
export function refundFacts(it: Refund, from: From): readonly Fact[] {
  const { id, amount, currency } = it;
  const made = { ...from, stamp: secondsToMs(it.created) ?? from.stamp };
  const facts: Fact[] = [];
  const state = PROGRESS.find((one) => one === it.status);
  if (state) {
    facts.push(fact('refund', id, 'standing', { state }, { ...from, finality: PROGRESS.indexOf(state) }));
  }
  if (typeof amount === 'number' && currency) {
    const content = { amount: String(amount), currency: currency.toLowerCase() };
    facts.push(fact('refund', id, 'money', content, made));
  }
  const refs = unique([it.payment_intent, it.charge]);
  if (refs.length > 0) facts.push(fact('refund', id, 'links', { refs }, made));
  return facts;
}

export function disputeFacts(it: Dispute, from: From): readonly Fact[] {
  const { id, amount, currency, reason = null } = it;
  const facts: Fact[] = [];
  const state = DISPUTES.get(it.status ?? '');
  if (state) facts.push(fact('dispute', id, 'standing', { state, reason }, from));
  if (currency) {
    const content = {
      amount: typeof amount === 'number' ? String(amount) : null,
      currency: currency.toLowerCase(),
    };
    facts.push(fact('dispute', id, 'money', content, from));
  }
  const refs = unique([it.payment_intent, it.charge]);
  if (refs.length > 0) facts.push(fact('dispute', id, 'links', { refs }, from));
  return facts;
}

export function warningFacts(it: Warning, from: From): readonly Fact[] {
  const standing = { state: 'warning', reason: it.fraud_type ?? null } as const;
  const refs = unique([it.payment_intent, it.charge]);
  return [
    fact('dispute', it.id, 'standing', standing, from),
    ...(refs.length > 0 ? [fact('dispute', it.id, 'links', { refs }, from)] : []),
  ];
}

/** A state that this version does not know; null where it does. */
export function unknownRefundState({ status }: Refund): string | null {
  return PROGRESS.some((it) => it === status) ? null : String(status);
}

export function unknownDisputeState({ status }: Dispute): string | null {
  return DISPUTES.has(status ?? '') ? null : String(status);
}
