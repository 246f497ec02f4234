/** A line keeps what it was sold as: the pins of core.md §5, and the keyless line of a session. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/sale.ts';
import type { Line } from '../../src/core/things.ts';
import { line, order, paid, refund, sale } from './sold.ts';

const PRO = '[{ when: { sku: "*" }, grant: { product: acmepro } }]';
const CLI = '[{ when: { sku: "*" }, grant: { product: acmecli } }]';
const SOLD = { lines: [line('a')], money: 'paid', state: 'complete' } as const;
const NONE = '[{ when: { sku: other }, grant: { product: acmecli } }]';

describe('a revision written later', () => {
  test('does not remap what was sold, not even when the quantity changes', () => {
    const it = sale(PRO).tell(paid(line('a', 1)));
    expect(it.run(CLI).changes).toEqual([]);
    expect(it.tell(paid(line('a', 2))).changes).toEqual(['issue a/1/acmepro.0']);
    expect(it.grants.pins.a).toMatchObject({ revision: 'rev_1', rule: 'rule 1' });
  });

  test('maps lines that come later', () => {
    const it = sale(PRO).tell(paid(line('a')));
    it.run(CLI).tell(paid(line('a'), line('b')));
    expect(it.changes).toEqual(['issue b/0/acmecli.0']);
  });

  test('does not take back what is gone from it', () => {
    const it = sale(PRO).tell(paid(line('a')));
    expect(it.run(NONE).changes).toEqual([]);
    expect(it.grants.state).toBe('issued');
  });

  test('issues the lines that were parked', () => {
    const it = sale(NONE).tell(paid(line('a')));
    expect([it.grants.state, it.grants.lines[0]?.problem?.code]).toEqual(['parked', 'unmapped']);
    expect(it.run(PRO).changes).toEqual(['issue a/0/acmepro.0']);
  });

  test('maps what is not paid yet: nothing was promised', () => {
    const it = sale(PRO).tell(order({ lines: [line('a')], money: 'unpaid', state: 'complete' }));
    expect(it.run(CLI).tell(order({ money: 'paid' })).changes).toEqual(['issue a/0/acmecli.0']);
  });

  test('leaves an ignored line ignored', () => {
    const it = sale('[{ when: { sku: "*" }, ignore: physical goods }]').tell(paid(line('a')));
    expect(it.grants.lines[0]).toMatchObject({ state: 'ignored', reason: 'physical goods' });
    expect(it.run(PRO).changes).toEqual([]);
  });

  test('leaves the values that templates had', () => {
    const rules =
      '[{ when: { sku: "*" }, grant: { product: acmepro, values: { note: "{{buyer.company}}" } } }]';
    const it = sale(rules).tell(paid(line('a')), order({ company: 'Analytical' }));
    expect(it.grants.grants[0]?.fields.note).toBe('Analytical');
    it.tell(order({ company: 'Somebody else' }));
    expect([it.changes, it.grants.grants[0]?.fields.note]).toEqual([[], 'Analytical']);
  });
});

describe('the policies that were in force when it was sold', () => {
  const kept = { on: { refund_full: 'keep', order_cancelled: 'keep' } };

  test('decide what comes later, whatever the mapping says by then', () => {
    const it = sale(PRO).tell(paid(line('a')));
    it.run(PRO, kept).tell(order({ money: 'refunded' }));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
    const other = sale(PRO, kept).tell(paid(line('a')));
    expect(other.run(PRO, {}).tell(order({ state: 'cancelled' })).changes).toEqual([]);
  });

  test('are not undone by an edit: what was decided stays decided', () => {
    const it = sale(PRO).tell(paid(line('a')), order({ money: 'refunded' }));
    const revoked = sale(PRO)
      .tell(paid(line('a')))
      .tell(order({ money: 'refunded' }));
    expect(revoked.run(PRO, kept).tell(order({ state: 'complete' })).licenses).toEqual([
      'a/0/acmepro.0 revoked',
    ]);
    // One that was never issued has none of its own.
    expect(it.grants.on).toBeNull();
    expect(revoked.grants.on?.refund_full).toBe('revoke');
  });

  test('are today’s for a sale that was never issued, and after a remap', () => {
    const waiting = sale(PRO).tell(order({ lines: [line('a')], money: 'unpaid', state: 'complete' }));
    waiting
      .run(PRO, kept)
      .tell(order({ money: 'paid' }))
      .tell(order({ money: 'refunded' }));
    expect(waiting.licenses).toEqual(['a/0/acmepro.0 active']);
    const old = sale(PRO).tell(paid(line('a')));
    old
      .run(PRO, kept)
      .remap()
      .run(PRO, {})
      .tell(order({ money: 'refunded' }));
    expect(old.licenses).toEqual(['a/0/acmepro.0 active']);
  });

  test('do not begin with a line that is ignored: nothing was issued yet', () => {
    const goods =
      '[{ when: { sku: sku-a }, ignore: goods }, { when: { sku: sku-b }, grant: { product: acmepro } }]';
    const it = sale(goods).tell(paid(line('a')));
    expect(it.grants.on).toBeNull();
    it.run(goods, kept)
      .tell(paid(line('a'), line('b')))
      .tell(order({ money: 'refunded' }));
    expect(it.licenses).toEqual(['b/0/acmepro.0 active']);
  });
});

describe('a remap', () => {
  test('maps what was issued or ignored by the rules of today', () => {
    const it = sale(PRO).tell(paid(line('a')));
    expect(it.run(CLI).remap().changes).toEqual(['revoke a/0/acmepro.0', 'issue a/0/acmecli.0']);
    const goods = sale('[{ when: { sku: "*" }, ignore: goods }]').tell(paid(line('a')));
    expect(goods.run(PRO).remap().changes).toEqual(['issue a/0/acmepro.0']);
  });

  test('leaves a line that no rule fits any more as it was sold', () => {
    const it = sale(PRO).tell(paid(line('a', 2)));
    it.run(NONE).remap();
    expect([it.changes, it.grants.state, it.grants.pins.a?.rule]).toEqual([[], 'issued', 'rule 1']);
    expect(it.tell(refund('r1', { a: 1 })).changes).toEqual(['revoke a/1/acmepro.0']);
  });

  test('leaves the pin of a line that has ended: it may come back', () => {
    const it = sale(PRO)
      .tell(paid(line('a'), line('b')))
      .tell(paid(line('a', 0), line('b')));
    it.run(CLI).remap();
    expect(it.grants.pins.a?.revision).toBe('rev_1');
    expect(it.tell(paid(line('a', 1), line('b'))).changes).toEqual(['reinstate a/0/acmepro.0']);
  });

  test('may ignore what was issued as a test order, and it stays ignored', () => {
    const it = sale(PRO, { test_orders: 'issue' }).tell(
      order({ lines: [line('a')], money: 'paid', state: 'complete', test: true }),
    );
    it.run(PRO, { test_orders: 'ignore' }).remap();
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked']);
    expect(it.tell(order({ money: 'paid' })).changes).toEqual([]);
  });
});

describe('an ignored line', () => {
  const ignoring =
    '[{ when: { vendor: Shirts }, ignore: shirts }, { when: { vendor: Acme }, grant: { product: acmepro } }]';
  const by = (vendor: string, more: Partial<Line> = {}) => line('a', 1, { attributes: { vendor }, ...more });
  const first = (it: readonly Fact[]) =>
    it.map((one) => ({ ...one, snapshot: { ...one.snapshot, stamp: 0 } }));

  /** The same words one by one, the other way round, and together. */
  function everyWay(rules: string, words: readonly (readonly Fact[])[], rest: Record<string, unknown> = {}) {
    const ways = [
      words.reduce((it, word) => it.tell(word), sale(rules, rest)),
      words.toReversed().reduce((it, word) => it.tell(word), sale(rules, rest)),
      sale(rules, rest).tell(...words),
    ];
    return ways.map((it) => [it.licenses, it.grants.lines.map(({ state }) => state)]);
  }

  test.each<[string, string, (readonly Fact[])[], string[], string, Record<string, unknown>]>([
    [
      'ignored by a rule until the shop says otherwise',
      ignoring,
      [first(paid(by('Shirts'))), paid(by('Acme'))],
      ['a/0/acmepro.0 active'],
      'granted',
      {},
    ],
    [
      'ignored by a rule until no rule fits',
      ignoring,
      [first(paid(by('Shirts'))), paid(by('Others'))],
      [],
      'parked',
      {},
    ],
    [
      'a gift card that turns out to be goods',
      PRO,
      [first(paid(by('Acme', { not_licensed: 'gift card' }))), paid(by('Acme'))],
      ['a/0/acmepro.0 active'],
      'granted',
      {},
    ],
    [
      'a test order that turns out to be none',
      PRO,
      [first(order({ ...SOLD, test: true })), order({ ...SOLD, test: false })],
      ['a/0/acmepro.0 active'],
      'granted',
      { test_orders: 'ignore' },
    ],
  ])(
    'ends the same whether its words come one by one or together: %s',
    (_name, rules, words, licenses, state, rest) => {
      for (const way of everyWay(rules, words, rest)) expect(way).toEqual([licenses, [state]]);
    },
  );

  test('that is ignored no longer is forgotten: a later rule may give it', () => {
    const it = sale(ignoring)
      .tell(paid(by('Shirts')))
      .tell(paid(by('Others')));
    expect(it.run(PRO).changes).toEqual(['issue a/0/acmepro.0']);
  });

  test('of what the shop itself never licenses is not pinned', () => {
    const gift = sale(PRO).tell(paid(by('Acme', { not_licensed: 'gift card' })));
    expect([gift.grants.lines[0]?.state, gift.grants.pins]).toEqual(['ignored', {}]);
    const test = sale(PRO, { test_orders: 'ignore' }).tell(order({ ...SOLD, test: true }));
    expect([test.grants.lines[0]?.state, test.grants.pins]).toEqual(['ignored', {}]);
  });
});

describe('what the line is', () => {
  const RULES =
    '[{ when: { sku: pro }, grant: { product: acmepro } }, { when: { sku: cli }, grant: { product: acmecli } }]';

  test('another variant is mapped anew, and the license of the first one ends', () => {
    const it = sale(RULES).tell(paid(line('a', 1, { refs: { sku: 'pro', variant: '1' } })));
    it.tell(paid(line('a', 1, { refs: { sku: 'cli', variant: '2' } })));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked', 'a/0/acmecli.0 active']);
    expect(it.grants.pins.a?.refs).toEqual({ sku: 'cli', variant: '2' });
  });

  test('a payload that said fewer refs at first does not make it another line', () => {
    const it = sale('[{ when: { variant: "1" }, grant: { product: acmepro } }]').tell(
      paid(line('a', 1, { refs: { variant: '1' } })),
    );
    it.run('[{ when: { sku: x }, grant: { product: acmecli } }]');
    it.tell(paid(line('a', 1, { refs: { variant: '1', sku: 'x' } })));
    expect([it.changes, it.licenses]).toEqual([[], ['a/0/acmepro.0 active']]);
    // Another value of what both say does.
    it.tell(paid(line('a', 1, { refs: { variant: '2', sku: 'x' } })));
    expect(it.changes).toEqual(['revoke a/0/acmepro.0', 'issue a/0/acmecli.0']);
  });

  test('a product deleted in the shop takes refs away, and the line stays what it is', () => {
    const byVariant = '[{ when: { variant: "1" }, grant: { product: acmepro } }]';
    const it = sale(byVariant).tell(paid(line('a', 2, { refs: { sku: 'pro', variant: '1' } })));
    it.tell(paid(line('a', 2, { refs: { sku: 'pro' } })));
    expect([it.changes, it.grants.state]).toEqual([[], 'issued']);
    expect(it.tell(refund('r1', { a: 1 })).changes).toEqual(['revoke a/1/acmepro.0']);
  });
});

describe('a parked line', () => {
  test('claims nothing: its licenses stay as they are', () => {
    const it = sale('[{ when: { sku: pro }, grant: { product: acmepro } }]');
    it.tell(paid(line('a', 2, { refs: { sku: 'pro' } }), line('b', 1, { refs: { sku: 'pro' } })));
    it.tell(paid(line('a', 1, { refs: { sku: 'unknown' } }), line('b', 1, { refs: { sku: 'pro' } })));
    expect(it.changes).toEqual([]);
    expect(it.grants.state).toBe('partly_parked');
  });

  test('does not hold the other lines up', () => {
    const it = sale('[{ when: { sku: sku-a }, grant: { product: acmepro } }]').tell(
      paid(line('a'), line('b')),
    );
    expect([it.grants.state, it.licenses]).toEqual(['partly_parked', ['a/0/acmepro.0 active']]);
  });

  test('beside an ignored line is partly parked; alone it is parked', () => {
    const goods = '[{ when: { sku: sku-a }, ignore: goods }]';
    expect(sale(goods).tell(paid(line('a'), line('b'))).grants.state).toBe('partly_parked');
    expect(sale(goods).tell(paid(line('b'))).grants.state).toBe('parked');
  });

  test('of an order that is not paid does not alarm anybody yet', () => {
    const it = sale(NONE).tell(order({ lines: [line('a')], money: 'unpaid', state: 'complete' }));
    expect(it.grants.state).toBe('pending');
  });
});

describe('the keyless line of a session', () => {
  const BY_LINK =
    '[{ when: { payment_link: plink_1 }, grant: { product: acmepro } }, { when: { price: "*" }, grant: { product: acmepro } }]';
  const keyless = line('session', 1, {
    refs: {},
    attributes: { payment_link: 'plink_1' },
    stands_for_all: true,
  });
  const one = line('price_1.1', 2, { refs: { price: 'price_1' } });

  test('keeps its license when the true lines come later, with a review', () => {
    const it = sale(BY_LINK).tell(paid(keyless));
    expect(it.licenses).toEqual(['session/0/acmepro.0 active']);
    it.tell(paid(one));
    expect([it.changes, it.licenses]).toEqual([[], ['session/0/acmepro.0 active']]);
    expect(it.reviews).toEqual(['lines_known_later:look']);
    expect(it.decide('lines_known_later:look', 'accepted').reviews).toEqual([]);
  });

  test('stays when a person has the sale mapped anew', () => {
    const it = sale(BY_LINK).tell(paid(keyless)).tell(paid(one)).remap();
    expect([it.changes, it.licenses]).toEqual([[], ['session/0/acmepro.0 active']]);
  });

  test('asks nobody while nothing else is known', () => {
    const it = sale(BY_LINK).tell(paid(keyless));
    expect([it.reviews, it.tell(paid(keyless)).reviews]).toEqual([[], []]);
  });

  test('gives way to the true lines when it was not issued yet', () => {
    const it = sale('[{ when: { price: "*" }, grant: { product: acmepro } }]').tell(paid(keyless));
    expect(it.grants.lines[0]?.problem?.code).toBe('line_refs_unknown');
    expect(it.tell(paid(one)).licenses).toEqual([
      'price_1.1/0/acmepro.0 active',
      'price_1.1/1/acmepro.0 active',
    ]);
    expect(it.reviews).toEqual([]);
  });
});
