/** What a sale entitles its buyer to: the rules of core.md §4 to §6, one history after the other. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/sale.ts';
import { line, order, paid, refund, sale } from './sold.ts';

const PRO = '[{ when: { sku: "*" }, grant: { product: acmepro } }]';
const SEATS =
  '[{ when: { sku: "*" }, grant: { product: acmepro, policy: annual, per: line, values: { max_activations: "{{quantity}}" } } }]';

/** Said at the very beginning, whenever the table was written. */
function earliest(it: Fact): Fact {
  return { ...it, snapshot: { ...it.snapshot, stamp: 0 } };
}

describe('units', () => {
  test('a line of n units gives the indices 0 to n-1', () => {
    expect(sale(PRO).tell(paid(line('a', 3))).licenses).toEqual([
      'a/0/acmepro.0 active',
      'a/1/acmepro.0 active',
      'a/2/acmepro.0 active',
    ]);
  });

  test('a drop ends the highest, and a rise reinstates the same license', () => {
    const it = sale(PRO).tell(paid(line('a', 3)));
    expect(it.tell(paid(line('a', 1))).changes).toEqual(['revoke a/1/acmepro.0', 'revoke a/2/acmepro.0']);
    expect(it.tell(paid(line('a', 2))).changes).toEqual(['reinstate a/1/acmepro.0']);
    expect(it.licenses).toHaveLength(3);
  });

  test('a line that left the order ends', () => {
    const it = sale(PRO).tell(paid(line('a'), line('b')));
    expect(it.tell(paid(line('b'))).changes).toEqual(['revoke a/0/acmepro.0']);
  });

  test('seats follow the quantity in one license', () => {
    const it = sale(SEATS).tell(paid(line('a', 5)));
    expect(it.grants.grants[0]?.fields.max_activations).toBe(5);
    expect(it.tell(paid(line('a', 7))).changes).toEqual(['alter a/0/acmepro.0']);
    expect(it.grants.grants[0]?.fields.max_activations).toBe(7);
  });

  test.each([
    ['a quantity that is no number', null, 'quantity_unknown'],
    ['more units than allowed', 11, 'too_many_units'],
  ] as const)('%s parks the line', (_name, quantity, code) => {
    const it = sale(PRO).tell(paid(line('a', quantity)));
    expect(it.grants.state).toBe('parked');
    expect(it.grants.lines[0]?.problem?.code).toBe(code);
    expect(it.licenses).toEqual([]);
  });

  test('lines are taken in order until the order is full; the one that would pass its bound parks', () => {
    const it = sale(PRO).tell(paid(line('a', 10), line('b', 9), line('c', 7), line('d', 6)));
    expect(it.grants.lines.map(({ state, problem }) => [state, problem?.detail ?? null])).toEqual([
      ['granted', null],
      ['granted', null],
      ['parked', '26 units in the order up to this line; the limit is 25'],
      ['granted', null],
    ]);
    expect(it.grants.grants).toHaveLength(25);
  });

  test('one license for the whole line is one, whatever its quantity', () => {
    const it = sale(SEATS).tell(paid(line('a', 400), line('b', 400)));
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'b/0/acmepro.0 active']);
  });

  test.each([
    [
      'trial_days',
      '{ license_type: time-limited, is_trial: true, trial_days: "{{quantity}}" }',
      36_500,
      36_501,
    ],
    ['valid_duration', '{ license_type: time-limited, valid_duration: "{{quantity}}y" }', 99_999, 100_000],
    ['max_activations', '{ max_activations: "{{quantity}}" }', 9, Number.MAX_SAFE_INTEGER + 1],
  ])(
    'a quantity that grows beyond what %s may say parks the line, and its license stays',
    (_field, values, fits, tooMuch) => {
      const rules = `[{ when: { sku: "*" }, grant: { product: acmepro, per: line, values: ${values} } }]`;
      const it = sale(rules).tell(paid(line('a', fits)));
      expect(it.licenses).toEqual(['a/0/acmepro.0 active']);
      it.tell(paid(line('a', tooMuch)));
      expect([it.grants.lines[0]?.problem?.code, it.changes]).toEqual(['value_invalid', []]);
      expect(it.tell(paid(line('a', fits))).changes).toEqual([]);
    },
  );

  test('without units a license for the whole line is still given', () => {
    const whole = '[{ when: { sku: "*" }, grant: { product: acmepro, per: line } }]';
    expect(sale(whole).tell(paid(line('a', null))).licenses).toEqual(['a/0/acmepro.0 active']);
  });
});

describe('money', () => {
  test('nothing is issued before it is there', () => {
    const it = sale(PRO).tell(order({ lines: [line('a')], money: 'unpaid', state: 'complete' }));
    expect([it.grants.state, it.licenses]).toEqual(['pending', []]);
    expect(it.tell(order({ money: 'paid' })).licenses).toEqual(['a/0/acmepro.0 active']);
  });

  test('nothing is issued before it is known whether the order is cancelled, or a test', () => {
    const it = sale(PRO).tell(order({ lines: [line('a')], money: 'paid', paid_lines: { a: 1 } }));
    expect([it.grants.state, it.grants.lines[0]?.state, it.licenses]).toEqual(['pending', 'pending', []]);
    expect(it.tell(order({ state: 'complete' })).licenses).toEqual(['a/0/acmepro.0 active']);
  });

  test('an edit that waits for its money leaves what was paid', () => {
    const it = sale(PRO).tell(paid(line('a', 2)));
    it.tell(order({ lines: [line('a', 3), line('b')], money: 'unpaid' }));
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(it.grants.lines.map(({ line: { id }, state }) => `${id} ${state}`)).toEqual([
      'a granted',
      'b pending',
    ]);
    it.tell(paid(line('a', 3), line('b')));
    expect(it.changes).toEqual(['issue a/2/acmepro.0', 'issue b/0/acmepro.0']);
  });

  test('what was taken out of the order while it waits for money is gone', () => {
    const it = sale(PRO).tell(paid(line('a', 2)));
    it.tell(order({ lines: [line('a', 1), line('b')], money: 'unpaid' }));
    expect(it.changes).toEqual(['revoke a/1/acmepro.0']);
  });

  test('a voided payment ends the order', () => {
    const it = sale(PRO).tell(order({ lines: [line('a')], money: 'voided', state: 'complete' }));
    expect([it.grants.state, it.licenses]).toEqual(['cancelled', []]);
  });
});

describe('refunds', () => {
  test('one that names units takes exactly those, once, by its id', () => {
    const it = sale(PRO).tell(paid(line('a', 2), line('b')));
    expect(it.tell(refund('r1', { a: 1 })).changes).toEqual(['revoke a/1/acmepro.0']);
    // The order's own quantities come later, and count that refund already.
    expect(it.tell(order({ lines: [line('a', 1), line('b')], counted: ['r1'] })).changes).toEqual([]);
    expect(it.tell(refund('r2', { b: 1 })).changes).toEqual(['revoke b/0/acmepro.0']);
  });

  test.each(['pending', 'failed', 'canceled', 'requires_action'] as const)(
    'one that is %s takes nothing',
    (state) => {
      const it = sale(PRO).tell(paid(line('a', 2)), refund('r1', { a: 1 }, '49.00', state));
      expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    },
  );

  test('one of money alone takes nothing, and a person is asked', () => {
    const it = sale(PRO).tell(paid(line('a', 2)), refund('r1', {}, '10.00'));
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(it.reviews).toEqual(['r1:look']);
    expect(it.decide('r1:look', 'declined').reviews).toEqual([]);
  });

  test.each([
    ['no money moved', refund('r1', {}, null)],
    ['nothing moved', refund('r1', {}, '0.00')],
  ])('where %s nobody is asked', (_name, facts) => {
    expect(sale(PRO).tell(paid(line('a')), facts).reviews).toEqual([]);
  });

  test('a full one that names every unit leaves them to refund_full', () => {
    const told = (act: string) =>
      sale(PRO, { on: { refund_full: act } })
        .tell(paid(line('a', 2)))
        .tell(refund('r1', { a: 2 }))
        .tell(order({ lines: [line('a', 0)], counted: ['r1'], money: 'refunded' })).licenses;
    expect(told('suspend')).toEqual(['a/0/acmepro.0 suspended', 'a/1/acmepro.0 suspended']);
    expect(told('keep')).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(told('revoke')).toEqual(['a/0/acmepro.0 revoked', 'a/1/acmepro.0 revoked']);
  });

  describe('a unit refunded before the rest was', () => {
    const first = refund('r1', { a: 1 });
    const rest = refund('r2', { a: 1 });
    const all = order({ lines: [line('a', 0)], counted: ['r1', 'r2'], money: 'refunded' });
    const bought = () => paid(line('a', 2)).map(earliest);
    test.each([
      ['suspend', 'suspended', []],
      ['keep', 'active', []],
      ['review', 'active', ['refund_full:revoke']],
      ['revoke', 'revoked', []],
    ] as const)('stays revoked; refund_full decides about the rest: %s', (act, state, reviews) => {
      const of = () => sale(PRO, { on: { refund_full: act } });
      const expected = [`a/0/acmepro.0 ${state}`, 'a/1/acmepro.0 revoked'];
      const stepByStep = of().tell(bought()).tell(first).tell(rest).tell(all);
      expect([stepByStep.licenses, stepByStep.reviews]).toEqual([expected, reviews]);
      const lastFirst = of().tell(bought()).tell(all).tell(rest).tell(first);
      expect([lastFirst.licenses, lastFirst.reviews]).toEqual([expected, reviews]);
    });

    test('stays revoked even if the refund of the rest is not known: it was counted while the order was called paid', () => {
      const it = sale(PRO, { on: { refund_full: 'keep' } })
        .tell(bought())
        .tell(first);
      it.tell(order({ lines: [line('a', 1)], counted: ['r1'], money: 'paid', paid_lines: { a: 1 } }));
      expect(it.tell(order({ money: 'refunded' })).licenses).toEqual([
        'a/0/acmepro.0 active',
        'a/1/acmepro.0 revoked',
      ]);
    });

    test('waits for its own review, until the whole sale is over', () => {
      const it = sale(PRO, { on: { refund_full: 'suspend', refund_partial: 'review' } });
      it.tell(bought(), first, rest, all);
      expect(it.reviews).toEqual(['r1/a:take_units']);
      expect(
        sale(PRO, { on: { refund_partial: 'review' } }).tell(bought(), first, rest, all).reviews,
      ).toEqual([]);
    });
  });

  describe('a unit that an edit removed before the order was cancelled', () => {
    const AT_NOON = 43_200_000;
    const bought = () => paid(line('a', 3)).map(earliest);
    const edit = refund('r1', { a: 1 }, null, 'succeeded', AT_NOON - 3_600_000);
    const cancelling = (at?: number) => [
      refund('r2', { a: 2 }, null, 'succeeded', AT_NOON),
      order({
        lines: [line('a', 0)],
        counted: ['r1', 'r2'],
        state: 'cancelled',
        ...(at !== undefined && { cancelled_at: at }),
      }),
    ];
    test.each([
      ['its time is said', AT_NOON],
      ['it was noted just after what it took back', AT_NOON + 2_000],
      ['its time is not said', undefined],
    ])('stays removed under order_cancelled: keep; %s', (_name, at) => {
      const expected = ['a/0/acmepro.0 active', 'a/1/acmepro.0 active', 'a/2/acmepro.0 revoked'];
      const of = () => sale(PRO, { on: { order_cancelled: 'keep' } });
      expect(
        of()
          .tell(bought())
          .tell(edit)
          .tell(...cancelling(at)).licenses,
      ).toEqual(expected);
      expect(
        of()
          .tell(...cancelling(at))
          .tell(bought())
          .tell(edit).licenses,
      ).toEqual(expected.slice(0, 2));
    });

    test('stays removed where the cancelling found nothing left to take', () => {
      const it = sale(PRO, { on: { order_cancelled: 'keep' } });
      it.tell(bought(), refund('r1', { a: 3 }, null, 'succeeded', AT_NOON - 3_600_000));
      it.tell(order({ lines: [line('a', 0)], counted: ['r1'], state: 'cancelled', cancelled_at: AT_NOON }));
      expect(it.licenses.every((one) => one.endsWith('revoked'))).toBe(true);
    });
  });

  test('units that were given back before the cancelling stay ended, whatever order_cancelled says', () => {
    const it = sale(PRO, { on: { order_cancelled: 'keep' } })
      .tell(paid(line('a', 3)))
      .tell(refund('r1', { a: 1 }));
    it.tell(
      refund('r2', { a: 2 }, null),
      order({ lines: [line('a', 0)], counted: ['r1', 'r2'], state: 'cancelled' }),
    );
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active', 'a/2/acmepro.0 revoked']);
  });
});

describe('on:', () => {
  const cancelled = order({ state: 'cancelled' });
  const refunded = order({ money: 'refunded' });
  test.each([
    ['order_cancelled', 'revoke', cancelled, 'revoked', []],
    ['order_cancelled', 'suspend', cancelled, 'suspended', []],
    ['order_cancelled', 'keep', cancelled, 'active', []],
    ['order_cancelled', 'review', cancelled, 'active', ['order_cancelled:revoke']],
    ['refund_full', 'revoke', refunded, 'revoked', []],
    ['refund_full', 'suspend', refunded, 'suspended', []],
    ['refund_full', 'keep', refunded, 'active', []],
    ['refund_full', 'review', refunded, 'active', ['refund_full:revoke']],
    ['refund_partial', 'by_unit', refund('r1', { a: 1 }), 'revoked', []],
    ['refund_partial', 'keep', refund('r1', { a: 1 }), 'active', []],
    ['refund_partial', 'review', refund('r1', { a: 1 }), 'active', ['r1/a:take_units']],
  ] as const)('%s: %s', (word, act, facts, state, reviews) => {
    const it = sale(PRO, { on: { [word]: act } }).tell(paid(line('a')));
    // The table was written before the sale: its words come later all the same.
    it.tell(
      facts.map((one) => ({ ...one, snapshot: { ...one.snapshot, stamp: one.snapshot.stamp + 1_000_000 } })),
    );
    expect(it.licenses).toEqual([`a/0/acmepro.0 ${state}`]);
    expect(it.reviews).toEqual(reviews);
  });

  test.each([
    ['order_cancelled', order({ lines: [line('a')], money: 'paid', state: 'cancelled' })],
    ['refund_full', order({ lines: [line('a')], money: 'refunded', state: 'complete' })],
  ] as const)('%s: nothing is issued for a sale that is known to be over', (_word, facts) => {
    const it = sale(PRO).tell(facts);
    expect([it.licenses, it.grants.state, it.grants.lines[0]?.state]).toEqual([[], 'cancelled', 'ended']);
  });
});

describe('a sale that is over', () => {
  const BY_SKU = '[{ when: { sku: sku-a }, grant: { product: acmepro } }]';
  test('ends a line that became another and parked, with its licenses', () => {
    const it = sale(BY_SKU).tell(paid(line('a')));
    it.tell(paid(line('a', 1, { refs: { sku: 'other' } })));
    expect([it.grants.state, it.licenses]).toEqual(['parked', ['a/0/acmepro.0 active']]);
    it.tell(order({ money: 'refunded' }));
    expect([it.grants.state, it.grants.lines[0]?.state]).toEqual(['cancelled', 'ended']);
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
  });

  test('parks nothing, and no revision wakes it', () => {
    const it = sale(BY_SKU).tell(paid(line('z')));
    expect(it.grants.lines[0]?.state).toBe('parked');
    it.tell(order({ state: 'cancelled' }));
    expect(it.grants.lines[0]).toMatchObject({ state: 'ended', problem: null });
    expect(it.run(PRO).licenses).toEqual([]);
  });

  test('ends a line whose units are no number or too many', () => {
    for (const quantity of [null, 11]) {
      const it = sale(PRO).tell(paid(line('a', quantity)), order({ money: 'refunded' }));
      expect(it.grants.lines[0]).toMatchObject({ state: 'ended', problem: null });
    }
  });
});

describe('reviews', () => {
  const asked = () =>
    sale(PRO, { on: { refund_partial: 'review' } }).tell(paid(line('a', 2)), refund('r1', { a: 1 }));

  test('propose, and do nothing until a person decides', () => {
    const it = asked();
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(it.grants.reviews).toMatchObject([{ name: 'r1/a:take_units', title: '1 × Line a refunded.' }]);
  });

  test('accepted: the unit goes, even if the shop has counted it by then', () => {
    const it = asked().decide('r1/a:take_units', 'accepted');
    expect(it.changes).toEqual(['revoke a/1/acmepro.0']);
    expect(it.tell(order({ lines: [line('a', 1)], counted: ['r1'] })).changes).toEqual([]);
    expect(it.reviews).toEqual([]);
  });

  test('declined: the unit stays, even if the shop has counted it by then', () => {
    const it = asked().decide('r1/a:take_units', 'declined');
    expect(it.tell(order({ lines: [line('a', 1)], counted: ['r1'] })).changes).toEqual([]);
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(it.reviews).toEqual([]);
  });

  test('a decision is final, and another refund is another review', () => {
    const it = asked().decide('r1/a:take_units', 'declined');
    expect(it.tell(refund('r1', { a: 1 })).reviews).toEqual([]);
    expect(it.tell(refund('r2', { a: 1 })).reviews).toEqual(['r2/a:take_units']);
  });

  test('a full refund is decided once, not by each of its units', () => {
    const it = sale(PRO, { on: { refund_full: 'review', refund_partial: 'review' } }).tell(
      paid(line('a', 2)),
    );
    it.tell(refund('r1', { a: 2 }), order({ lines: [line('a', 0)], counted: ['r1'], money: 'refunded' }));
    expect([it.reviews, it.licenses]).toEqual([
      ['refund_full:revoke'],
      ['a/0/acmepro.0 active', 'a/1/acmepro.0 active'],
    ]);
    it.decide('refund_full:revoke', 'accepted');
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked', 'a/1/acmepro.0 revoked']);
  });
});

describe('test orders', () => {
  const testOrder = order({ lines: [line('a')], money: 'paid', state: 'complete', test: true });
  test.each([
    ['issue', ['a/0/acmepro.0 active'], 'granted'],
    ['ignore', [], 'ignored'],
  ] as const)('test_orders: %s', (act, licenses, state) => {
    const it = sale(PRO, { test_orders: act }).tell(testOrder);
    expect([it.licenses, it.grants.lines[0]?.state]).toEqual([licenses, state]);
  });

  test('are ignored in a live shop and issued in a test shop, unless the mapping says otherwise', () => {
    expect(sale(PRO, { mode: 'live' }).tell(testOrder).licenses).toEqual([]);
    expect(sale(PRO, { mode: 'test' }).tell(testOrder).licenses).toEqual(['a/0/acmepro.0 active']);
  });

  test('that were issued stay, whatever the mapping says later', () => {
    const it = sale(PRO, { test_orders: 'issue' }).tell(testOrder);
    expect(it.run(PRO, { test_orders: 'ignore' }).changes).toEqual([]);
  });
});

test('two words that nothing but bytes could decide show the flag ambiguous_order', () => {
  const [first] = order({ lines: [line('a', 1)] });
  const [second] = order({ lines: [line('a', 2)] });
  if (!first || !second) throw new Error('no facts');
  const it = sale(PRO).tell(order({ money: 'paid', state: 'complete' }), [
    first,
    { ...second, snapshot: { ...second.snapshot, stamp: first.snapshot.stamp } },
  ]);
  expect(it.grants.flags).toEqual(['ambiguous_order']);
});
