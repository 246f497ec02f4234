/** What the shop says twice within one second, leaves out, or names wrongly: nothing is issued on a guess. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/core/sale.ts';
import { line, order, paid, refund, sale } from './sold.ts';

const RULES = '- { when: {}, grant: { product: acmepro } }';
/** The same facts, told in the same second as these. */
const atOnce = (facts: readonly Fact[], stamp: number): Fact[] =>
  facts.map((it) => ({ ...it, snapshot: { ...it.snapshot, stamp } }));
const LATE = 1_000;

describe('two snapshots of one second', () => {
  const two = atOnce(paid(line('a', 2)), LATE);
  const five = atOnce(order({ lines: [line('a', 5)], money: 'unpaid', state: 'complete' }), LATE);
  const none = atOnce(paid(line('a', 0)), LATE);

  test.each([
    ['paid first', [two, five]],
    ['unpaid first', [five, two]],
  ])('two units paid and five unpaid: two are issued (%s)', (_, facts) => {
    const it = sale(RULES).tell(...facts);
    expect(it.licenses).toEqual(['a/0/acmepro.0 active', 'a/1/acmepro.0 active']);
    expect(it.grants.flags).toEqual(['ambiguous_order']);
  });

  test.each([
    ['one by one', (it: ReturnType<typeof sale>) => it.tell(two).tell(none)],
    ['the other way round', (it: ReturnType<typeof sale>) => it.tell(none).tell(two)],
  ])('both paid, and a line removed: it is not owed (%s)', (_, tell) => {
    const licenses = tell(sale(RULES)).licenses;
    expect(licenses.filter((it) => it.endsWith('active'))).toEqual([]);
  });
});

test('a paid sale without lines says so, for a person to look at', () => {
  expect(sale(RULES).tell(paid()).grants).toMatchObject({ state: 'pending', flags: ['no_lines'] });
});

test('a refund of a line that the sale does not have asks a person', () => {
  const it = sale(RULES).tell(paid(line('a')), refund('r1', { another: 1 }));
  expect(it.reviews).toEqual(['r1:look']);
  expect(it.licenses).toEqual(['a/0/acmepro.0 active']);
});
