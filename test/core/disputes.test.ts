/** What a bank's word and money that goes back do to licenses: core.md §6, one history after the other. */
import { describe, expect, test } from 'vitest';
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Dispute } from '../../src/core/things.ts';
import { AT, line, order, paid, sale } from './sold.ts';
import { asked, dispute, invoice, refundOf, subscription } from './subscribed.ts';

const PRO = '[{ when: {}, grant: { product: acmepro } }]';
const bought = (on: Record<string, unknown> = {}) => sale(PRO, { on }).tell(paid(line('a')));

let told = AT + 1e9;
const from = () => ({ stamp: ++told, asked: false, origin: `evt_${told}`, reader: 1 });

/** The money of a checkout that counts in minor units, and its charge. */
function payment(amount = '4900'): Fact[] {
  return [
    fact('payment', 'pi_0', 'money', { amount, currency: 'eur' }, from()),
    fact('checkout', '1', 'links', { refs: ['pi_0'] }, from()),
  ];
}
function charge(refunded: string, amount = '4900'): Fact[] {
  return [
    fact('payment', 'ch_0', 'money', { amount, currency: 'eur', refunded }, from()),
    fact('payment', 'ch_0', 'links', { refs: ['pi_0'] }, from()),
  ];
}

describe('a dispute', () => {
  const courses: readonly (readonly [string, readonly Dispute['standing']['state'][], string, string])[] = [
    ['that is opened suspends', ['opened'], 'suspended', 'disputed'],
    ['that is lost revokes', ['opened', 'lost'], 'revoked', ''],
    ['that was lost before anybody heard of it revokes', ['lost'], 'revoked', ''],
    ['that is won takes back what it did', ['opened', 'won'], 'active', ''],
    ['that is won late, after it was lost, does so too', ['opened', 'lost', 'won'], 'active', ''],
    ['that is appealed is lost until it is won', ['opened', 'lost', 'appealed'], 'revoked', ''],
    ['that was prevented does nothing', ['prevented'], 'active', ''],
    ['that only asks is a flag', ['inquiry'], 'active', 'inquiry'],
    ['that only asked is nothing', ['inquiry', 'inquiry_closed'], 'active', ''],
    ['that was an inquiry first suspends', ['inquiry', 'opened'], 'suspended', 'disputed'],
    ['that is only likely is a flag', ['warning'], 'active', 'fraud_warning'],
  ];
  test.each(courses)('%s', (_title, states, state, flag) => {
    const it = bought();
    for (const one of states) it.tell(dispute(one));
    expect(it.licenses).toEqual([`a/0/acmepro.0 ${state}`]);
    expect(it.grants.flags).toEqual(flag ? [flag] : []);
  });

  test('that is won does not reinstate what was refunded', () => {
    const it = bought().tell(dispute('opened'), order({ lines: [line('a')], money: 'refunded' }));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
    expect(it.tell(dispute('won')).licenses).toEqual(['a/0/acmepro.0 revoked']);
  });

  test('beside another ends with its own outcome: one won, one lost', () => {
    const it = bought().tell(dispute('won', 'dp_1'), dispute('lost', 'dp_2'));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
    expect(it.tell(dispute('won', 'dp_2')).licenses).toEqual(['a/0/acmepro.0 active']);
  });

  test("is only a flag, or a person's to decide, where the policies say so", () => {
    const flagged = bought({ dispute_opened: 'flag' }).tell(dispute('opened'));
    expect(flagged.licenses).toEqual(['a/0/acmepro.0 active']);
    expect(flagged.grants.flags).toEqual(['disputed']);
    const asks = bought({ dispute_lost: 'review' }).tell(dispute('lost'));
    expect(asks.reviews).toEqual(['dp_1:revoke']);
    expect(asks.decide('dp_1:revoke', 'declined').reviews).toEqual([]);
    expect(asks.licenses).toEqual(['a/0/acmepro.0 active']);
    // Final for its cause; another dispute is another question.
    expect(asks.tell(dispute('lost', 'dp_2')).reviews).toEqual(['dp_2:revoke']);
  });

  test('before anything was issued keeps it from being issued, if it is lost', () => {
    expect(sale(PRO).tell(dispute('lost'), paid(line('a'))).licenses).toEqual([]);
  });

  test("of a subscription's payment is about all of its licenses", () => {
    const it = sale(PRO).tell(asked(), subscription('active'), invoice(0));
    expect(it.tell(dispute('opened')).licenses).toEqual(['si_1/0/acmepro.0 suspended']);
  });
});

describe('where a shop tells what went back, and not whether that was all', () => {
  test('refunds that come to the whole end the order; one of them fails, and it is back', () => {
    const it = bought().tell(payment(), refundOf(0, 're_a', '2000'));
    expect(it.reviews).toEqual(['re_a:look']);
    expect(it.tell(refundOf(0, 're_b', '2900')).licenses).toEqual(['a/0/acmepro.0 revoked']);
    expect(it.grants.state).toBe('cancelled');
    it.tell(refundOf(0, 're_b', '2900', 'failed'));
    expect(it.licenses).toEqual(['a/0/acmepro.0 active']);
    expect(it.reviews).toEqual(['re_a:look']);
  });

  test.each([
    ['4900', 'eur', '49.00 EUR'],
    ['5', 'usd', '0.05 USD'],
    ['1500', 'jpy', '1500 JPY'],
    ['12.50', 'usd', '12.50 USD'],
  ])('a person reads %s of %s as money: %s', (amount, currency, words) => {
    const money = fact('refund', 're_a', 'money', { amount, currency }, from());
    const it = bought().tell(refundOf(0, 're_a', amount), [money]);
    expect(it.grants.reviews[0]?.title).toContain(`${words} refunded`);
  });

  test.each([['pending'], ['requires_action'], ['canceled'], ['failed']] as const)(
    'a refund that is %s does nothing',
    (state) => {
      const it = bought().tell(payment(), refundOf(0, 're_a', '4900', state));
      expect(it.licenses).toEqual(['a/0/acmepro.0 active']);
      expect(it.reviews).toEqual([]);
    },
  );

  test('what a charge says of its refunds counts while none of them is known by name', () => {
    const it = bought().tell(payment(), charge('4900'));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
    // Its only refund, by name: it is a part.
    expect(it.tell(refundOf(0, 're_a', '2000')).licenses).toEqual(['a/0/acmepro.0 active']);
    expect(it.reviews).toEqual(['re_a:look']);
  });

  test('the charges of one payment each say what went back of them, unless a refund of theirs does', () => {
    const part = (id: string, refunded: string) => [
      fact('payment', id, 'money', { amount: '2450', currency: 'eur', refunded }, from()),
      fact('payment', id, 'links', { refs: ['in_0'] }, from()),
    ];
    const begun = () =>
      sale(PRO).tell(
        paid(line('a')),
        [fact('checkout', '1', 'links', { refs: ['in_0', 'sub_1'] }, from())],
        subscription('active'),
        invoice(0),
      );
    const it = begun().tell(part('ch_a', '2450'), part('ch_b', '450'));
    expect(it.reviews).toEqual(['ch_b@450:look', 'ch_a@2450:look']);
    expect(it.tell(part('ch_b', '2450')).licenses).toEqual([
      'a/0/acmepro.0 revoked',
      'si_1/0/acmepro.0 revoked',
    ]);
  });

  test('a charge of which more went back is a new question', () => {
    const it = bought().tell(payment(), charge('1000'));
    expect(it.reviews).toEqual(['ch_0@1000:look']);
    it.decide('ch_0@1000:look', 'declined');
    expect(it.reviews).toEqual([]);
    expect(it.tell(charge('2000')).reviews).toEqual(['ch_0@2000:look']);
  });

  test('money of another currency is never taken for the whole', () => {
    const it = bought().tell(
      [fact('payment', 'pi_0', 'money', { amount: '4900', currency: 'usd' }, from())],
      refundOf(0, 're_a', '4900'),
    );
    expect(it.licenses).toEqual(['a/0/acmepro.0 active']);
    expect(it.reviews).toEqual(['re_a:look']);
  });

  test('the lines that a session sold beside a subscription end with the refund of its first invoice, and not before', () => {
    const both = () =>
      sale(PRO).tell(
        paid(line('a')),
        [fact('checkout', '1', 'links', { refs: ['in_0', 'sub_1'] }, from())],
        subscription('active'),
        invoice(0),
        invoice(1),
      );
    expect(both().tell(refundOf(1)).licenses).toEqual(['a/0/acmepro.0 active', 'si_1/0/acmepro.0 active']);
    expect(both().tell(refundOf(0)).licenses).toEqual(['a/0/acmepro.0 revoked', 'si_1/0/acmepro.0 active']);
    const ended = both().tell(subscription('canceled', 1, undefined, { ended_at: AT }));
    expect(ended.licenses).toEqual(['a/0/acmepro.0 active', 'si_1/0/acmepro.0 active']);
    expect(ended.grants.state).toBe('issued');
  });
});
