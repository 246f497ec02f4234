/** What a person's act does to a sale's document, and what it may not undo. */
import { expect, test } from 'vitest';
import { afterAct as actOn, type Decision, markedBy, type PersonAct, wordsOf } from '../../src/core/acts.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import { settlementOf, suspensionOf } from '../fakes/settlements.ts';
import { revisionOf } from '../laws/vendor.ts';

const { order_id, source, account, external_id, version, revision_id, state, doc } = settlementOf('1');
const sale = (reviews: readonly string[], decisions: LoadedSale['doc']['decisions'] = {}): LoadedSale => ({
  ...{ order_id, source, account, external_id, version, revision_id, state, reviews },
  ...{ next_at: null, licenses: [], items: [], flags: [] },
  doc: { ...doc, decisions },
});
const afterAct = (it: LoadedSale, act: PersonAct) =>
  actOn(it, act, revisionOf('shopify'), { by: 'key_1', at: 0 });
const decide = (review: string, decision: Decision['decision'] = 'accepted'): Decision => ({
  act: 'decide',
  review,
  decision,
});

test.each(['accepted', 'declined'] as const)(
  'a review that is open becomes %s, beside those before',
  (decision) => {
    const before = sale(['a', 'b'], { c: 'declined' });
    const after = afterAct(before, decide('a', decision));
    expect(after).toEqual({
      ok: true,
      value: { ...before, doc: { ...doc, decisions: { c: 'declined', a: decision } } },
    });
  },
);

test('the same again is the very same sale', () => {
  const before = sale([], { a: 'accepted' });
  expect(afterAct(before, decide('a'))).toEqual({ ok: true, value: before });
  const after = afterAct(before, decide('a'));
  expect(after.ok && after.value).toBe(before);
});

test.each([
  ['decided otherwise', 'a', 'review_decided', 'it was declined'],
  ['no longer proposed', 'gone', 'review_gone', 'ord_1'],
  ['named like a part of JavaScript', '__proto__', 'review_gone', 'ord_1'],
  ['named like another part of it', 'constructor', 'review_gone', 'ord_1'],
])('one that was %s is not decided', (_what, name, code, detail) => {
  expect(afterAct(sale(['b'], { a: 'declined' }), decide(name))).toMatchObject({
    ok: false,
    problem: { code, detail: expect.stringContaining(detail) },
  });
});

test('what accepting changed is marked with the settlement; declining changed nothing of its own', () => {
  const changes = [suspensionOf('a')];
  const settlement = settlementOf('1', { changes });
  expect(markedBy(decide('a'), settlement).decided).toEqual({ review: 'a', decision: 'accepted', changes });
  expect(markedBy(decide('a', 'declined'), settlement).decided?.changes).toBeNull();
  expect([wordsOf(decide('a')), wordsOf(decide('a', 'declined'))]).toEqual([
    'accept review a',
    'decline review a',
  ]);
});
