/** Two rules of what is shown: the state that the clock gives a license, and where each license is listed. */
import { describe, expect, test } from 'vitest';
import { itemsWithLicenses } from '../../src/core/order-items.ts';
import type { LicenseState } from '../../src/core/plan.ts';
import { includesScope, type LicenseRecord, shownState } from '../../src/core/records.ts';
import type { OrderItem } from '../../src/core/store.ts';

describe('the state of a license at 1000', () => {
  test.each<readonly [LicenseState, number | null, string]>([
    ['active', null, 'active'],
    ['active', 1001, 'active'],
    ['active', 1000, 'expired'],
    ['suspended', null, 'suspended'],
    ['suspended', 1001, 'suspended'],
    ['suspended', 999, 'suspended'],
    ['revoked', 999, 'revoked'],
    ['revoked', null, 'revoked'],
  ])('%s until %s is %s', (state, until, shown) => {
    expect(shownState(state, until, 1000)).toBe(shown);
  });
});

describe('each license stands under its item', () => {
  const item = (line_id: string, part: string | null): OrderItem => ({
    line_id,
    title: line_id,
    quantity: 1,
    state: part === null ? 'parked' : 'issued',
    rule: null,
    product: part,
    policy: null,
    part,
    refs: {},
    problem: null,
    reason: null,
  });
  const license = (id: string, line_id: string, part: string): LicenseRecord => ({
    id,
    order_id: 'ord_1',
    line_id,
    unit: 0,
    part,
    generation: 0,
    replaced: false,
    key: id,
    product: 'acmepro',
    policy: 'perpetual',
    license_type: 'perpetual',
    state: 'active',
    fields: {},
    reasons: [],
    starts_at: 0,
    valid_until: null,
    issuer: 'embedded',
    created_at: 0,
    updated_at: 0,
  });
  const shown = (items: readonly OrderItem[], licenses: readonly LicenseRecord[]) =>
    itemsWithLicenses(items, licenses).map((it) => [
      it.line_id,
      it.part,
      it.state,
      it.licenses.map(({ id }) => id),
    ]);

  test('by line and part', () => {
    const licenses = [license('a', '1', 'pro.0'), license('b', '1', 'cli.0'), license('c', '2', 'pro.0')];
    expect(shown([item('1', 'pro.0'), item('1', 'cli.0'), item('2', 'pro.0')], licenses)).toEqual([
      ['1', 'pro.0', 'issued', ['a']],
      ['1', 'cli.0', 'issued', ['b']],
      ['2', 'pro.0', 'issued', ['c']],
    ]);
  });

  test('a parked line keeps what was issued before', () => {
    expect(shown([item('1', null)], [license('a', '1', 'pro.0')])).toEqual([['1', null, 'parked', ['a']]]);
  });

  test('what the order no longer lists is shown all the same', () => {
    expect(shown([item('1', 'pro.0')], [license('a', '2', 'pro.0'), license('b', '1', 'cli.0')])).toEqual([
      ['1', 'pro.0', 'issued', []],
      ['2', 'pro.0', 'ended', ['a']],
      ['1', 'cli.0', 'ended', ['b']],
    ]);
  });
});

test('a scope includes those before it', () => {
  expect(includesScope(['operate'], 'issue')).toBe(true);
  expect(includesScope(['operate'], 'admin')).toBe(false);
  expect(includesScope(['read', 'admin'], 'operate')).toBe(true);
  expect(includesScope([], 'read')).toBe(false);
});
