/** What a shop says of a subscription, in neutral words: facts for the tables of these tests. */
import { type Fact, fact, pastDueFact } from '../../src/core/sale.ts';
import type { Dispute, Invoice, Line, Refund, Subscription } from '../../src/core/things.ts';
import { AT } from './sold.ts';

export const DAY = 86_400_000;
/** The subscription's n-th period begins: thirty days each. */
export const period = (n: number) => AT + n * 30 * DAY;

let told = AT;
const from = (at?: number) => {
  const stamp = at ?? ++told;
  return { stamp, asked: false, origin: `evt_${told}_${stamp}`, reader: 1 };
};

export function seats(quantity: number | null = 1, more: Partial<Line> = {}): Line {
  return { id: 'si_1', title: 'Acme Pro', quantity, refs: { price: 'price_a' }, attributes: {}, ...more };
}

/** A snapshot of the subscription, later than those made before: its state in its n-th period. */
export function subscription(
  state: Subscription['standing']['state'],
  n = 0,
  lines: readonly Line[] = [seats()],
  more: Partial<Subscription['standing']> = {},
): Fact[] {
  const at = from();
  const final = state === 'canceled' || state === 'incomplete_expired';
  const standing = {
    state,
    currency: 'eur',
    started_at: AT,
    trial_ends_at: null,
    ends_at: null,
    ended_at: null,
    collection_paused: false,
    ...more,
  };
  const periods = Object.fromEntries(lines.map(({ id }) => [id, { start: period(n), end: period(n + 1) }]));
  return [
    fact('subscription', 'sub_1', 'standing', standing, { ...at, finality: final ? 1 : 0 }),
    fact('subscription', 'sub_1', 'lines', { lines, periods }, at),
    ...(state === 'past_due' ? [pastDueFact('sub_1', period(n), { ...at, stamp: period(n) })] : []),
  ];
}

/** The shop was asked: there was no checkout, and these are all of its invoices. */
export function asked(invoices_asked = true): Fact[] {
  const links = { refs: [], checkout: null, invoices_asked };
  return [fact('subscription', 'sub_1', 'links', links, { ...from(), asked: true })];
}

/** The invoice of the n-th period, for these lines. */
export function invoice(
  n: number,
  state: Invoice['standing']['state'] = 'paid',
  { amount = '4900', lines = ['si_1'] as readonly (string | null)[], whole = true } = {},
): Fact[] {
  const id = `in_${n}`;
  const at = from();
  const periods = lines.map((line) => ({ line, start: period(n), end: period(n + 1) }));
  return [
    fact(
      'invoice',
      id,
      'standing',
      { state, due_at: period(n) },
      { ...at, finality: state === 'paid' ? 1 : 0 },
    ),
    fact('invoice', id, 'money', { amount, currency: 'eur' }, at),
    fact('invoice', id, 'lines', { periods, whole }, at),
    fact('invoice', id, 'links', { refs: [`pi_${n}`] }, at),
  ];
}

/** Money of the n-th period's payment goes back. */
export function refundOf(
  n: number,
  id = `re_${n}`,
  amount = '4900',
  state: Refund['standing']['state'] = 'succeeded',
): Fact[] {
  const progress = ['pending', 'requires_action', 'succeeded', 'canceled', 'failed'].indexOf(state);
  const at = from();
  return [
    fact('refund', id, 'standing', { state }, { ...at, finality: progress }),
    fact('refund', id, 'money', { amount, currency: 'eur' }, at),
    fact('refund', id, 'links', { refs: [`pi_${n}`, `ch_${n}`] }, at),
  ];
}

export function dispute(state: Dispute['standing']['state'], id = 'dp_1', n = 0): Fact[] {
  const at = from();
  return [
    fact('dispute', id, 'standing', { state, reason: 'fraudulent' }, at),
    fact('dispute', id, 'links', { refs: [`pi_${n}`] }, at),
  ];
}
