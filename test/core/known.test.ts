/** Which of two equally late words is read: `choose`, and what a sale is known as. */
import { describe, expect, test } from 'vitest';
import { choose, isLive, readSale } from '../../src/core/known.ts';
import { fact, merge, type Snapshot } from '../../src/core/sale.ts';
import type { Group, ThingKind } from '../../src/core/things.ts';

const from = { stamp: 1, asked: false, reader: 1 };
const said = (content: unknown, more: Partial<Snapshot> = {}): Snapshot => ({
  ...from,
  finality: 0,
  origin: 'evt_1',
  content,
  ...more,
});
const money = (state: string) => ({ state, currency: 'eur', total: null });

describe('of equally late words', () => {
  test.each<[string, ThingKind, Group, unknown, unknown]>([
    ['paid over unpaid', 'checkout', 'money', money('unpaid'), money('paid')],
    ['voided over unpaid', 'checkout', 'money', money('unpaid'), money('voided')],
    ['refunded over paid', 'checkout', 'money', money('paid'), money('refunded')],
    ['complete over open', 'checkout', 'standing', { state: 'open' }, { state: 'complete' }],
    ['cancelled over complete', 'checkout', 'standing', { state: 'complete' }, { state: 'cancelled' }],
    ['more refunds counted', 'checkout', 'lines', { refunds_counted: [] }, { refunds_counted: ['r1'] }],
    [
      'fewer units paid',
      'checkout',
      'paid_lines',
      { quantities: { a: 2 }, refunds_counted: [] },
      { quantities: { a: 1 }, refunds_counted: [] },
    ],
    ['succeeded over failed', 'payment', 'standing', { state: 'failed' }, { state: 'succeeded' }],
    ['active over incomplete', 'subscription', 'standing', { state: 'incomplete' }, { state: 'active' }],
    ['paid over open', 'invoice', 'standing', { state: 'open' }, { state: 'paid' }],
    ['more refunded', 'payment', 'money', { refunded: '100' }, { refunded: '1000' }],
    ['won over lost', 'dispute', 'standing', { state: 'lost' }, { state: 'won' }],
    ['a larger dispute', 'dispute', 'money', { amount: '10.00' }, { amount: '20.00' }],
    ['more names told', 'invoice', 'links', { refs: ['pi_1'] }, { refs: ['pi_1', 'ch_1'] }],
  ])('the one further along is read: %s', (_name, kind, group, earlier, later) => {
    for (const register of [
      [said(earlier), said(later)],
      [said(later), said(earlier)],
    ]) {
      expect(choose(kind, group, register)).toEqual({ content: later, ambiguous: false });
    }
  });

  test('of several that follow each other the last is read, whoever else says the same without saying so', () => {
    const quantity = (units: number, before?: number) =>
      said({ units }, before === undefined ? {} : { previous: { units: before } });
    const register = [quantity(1), quantity(3, 1), quantity(3), quantity(2, 3)];
    expect(choose('subscription', 'lines', register)).toEqual({ content: { units: 2 }, ambiguous: false });
  });

  test('the one that says what was before it is read, whatever its progress', () => {
    const back = said(money('unpaid'), { previous: { state: 'paid' } });
    expect(choose('checkout', 'money', [said(money('paid')), back])).toEqual({
      content: money('unpaid'),
      ambiguous: false,
    });
  });

  test('where only bytes could decide, they do, the same way every time, and it is said', () => {
    const [a, b] = [said({ name: 'Ada' }), said({ name: 'Bob' })];
    const read = choose('checkout', 'buyer', [a, b]);
    expect(read.ambiguous).toBe(true);
    expect(choose('checkout', 'buyer', [b, a])).toEqual(read);
  });

  test('equal words are no contradiction', () => {
    const register = [said(money('paid')), said(money('paid'), { origin: 'evt_2' })];
    expect(choose('checkout', 'money', register)).toEqual({ content: money('paid'), ambiguous: false });
  });
});

test('a group that nobody said is unknown, not empty', () => {
  const known = readSale(
    merge({}, [fact('checkout', '1', 'links', { refs: [] }, { ...from, origin: 'evt_1' })]),
  );
  expect(known.checkout).toEqual({ id: '1', links: { refs: [] } });
  expect(readSale({})).toEqual({
    checkout: null,
    subscription: null,
    past_due: [],
    invoices: [],
    disputes: [],
    payments: [],
    refunds: [],
    ambiguous: false,
    lines_ambiguous: false,
  });
});

test('ids may hold slashes', () => {
  const id = 'gid://shop/Refund/1';
  const standing = fact('refund', id, 'standing', { state: 'succeeded' }, { ...from, origin: 'evt_1' });
  expect(readSale(merge({}, [standing])).refunds).toEqual([{ id, at: 1, standing: { state: 'succeeded' } }]);
});

test.each([
  ['succeeded', true],
  ['pending', false],
  ['requires_action', false],
  ['canceled', false],
  ['failed', false],
] as const)('a refund that is %s takes effect: %s', (state, live) => {
  expect(isLive({ standing: { state } })).toBe(live);
});

test('refunds are read in the order in which they were made; of those made at once, the ids count up', () => {
  const made = (id: string, stamp: number) =>
    fact('refund', id, 'standing', { state: 'succeeded' }, { ...from, stamp, origin: 'evt_1' });
  const known = readSale(merge({}, [made('10', 7), made('9', 7), made('11', 3)]));
  expect(known.refunds.map(({ id }) => id)).toEqual(['11', '9', '10']);
});
