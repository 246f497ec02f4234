/** A line keeps what it was sold as: the pins of core.md §5, and the keyless line of a session. */
import { describe, expect, test } from 'vitest';
import { line, order, paid, refund, sale } from './sold.ts';

const PRO = '[{ when: { sku: "*" }, grant: { product: acmepro } }]';
const CLI = '[{ when: { sku: "*" }, grant: { product: acmecli } }]';
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

describe('what the line is', () => {
  const RULES =
    '[{ when: { sku: pro }, grant: { product: acmepro } }, { when: { sku: cli }, grant: { product: acmecli } }]';

  test('another variant is mapped anew, and the license of the first one ends', () => {
    const it = sale(RULES).tell(paid(line('a', 1, { refs: { sku: 'pro', variant: '1' } })));
    it.tell(paid(line('a', 1, { refs: { sku: 'cli', variant: '2' } })));
    expect(it.licenses).toEqual(['a/0/acmepro.0 revoked', 'a/0/acmecli.0 active']);
    expect(it.grants.pins.a?.refs).toEqual({ sku: 'cli', variant: '2' });
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
