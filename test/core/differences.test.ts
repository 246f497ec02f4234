/** The laws of what differs: nothing of the same, and applied to the one it gives the other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Difference, differencesOf, nameOf } from '../../src/core/differences.ts';
import { type Json, same } from '../../src/core/json.ts';

const RUNS = { seed: 7, numRuns: 600 };

/** Few words, so that lists share members, and members share names. */
const word = fc.constantFrom('a', 'b', 'c', '__proto__', 'code', '0', '1');
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  word,
  fc.constant(null),
  fc.boolean(),
);
const { value } = fc.letrec<{ value: Json; group: Json; member: Json }>((tie) => ({
  group: fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  member: fc.oneof(
    fc.record({ code: word, x: tie('value') }),
    fc.record({ name: word, when: leaf }),
    fc.record({ when: fc.dictionary(word, leaf, { maxKeys: 1 }) }),
    tie('group'),
  ),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('group'),
    fc.array(tie('member'), { maxLength: 4 }),
    fc.array(leaf, { maxLength: 3 }),
  ),
}));

test('what is the same has no difference', () => {
  fc.assert(
    fc.property(value, (it) => {
      expect(differencesOf(it, structuredClone(it))).toEqual([]);
    }),
    RUNS,
  );
});

test('all differences applied to the one give the other', () => {
  fc.assert(
    fc.property(value, value, (before, after) => {
      const told = differencesOf(before, after);
      const there = told.reduce<Json>(
        // What came last in a list was told last: the others go away from the end.
        (it, one) => apply(it, one.path, one),
        before,
      );
      expect(same(settled(there, told), after)).toBe(true);
      expect(told.length > 0).toBe(!same(before, after));
    }),
    RUNS,
  );
});

/** Marks what goes, so that positions hold until all is applied. */
const GONE = { '\0': 'gone' };

function apply(it: Json, [step, ...rest]: readonly (string | number)[], one: Difference): Json {
  if (step === undefined) {
    if (one.kind === 'removed') return GONE;
    if (one.kind === 'moved') {
      const list = it as readonly Json[];
      return one.after.map((name) => list.find((member) => nameOf(member) === name) ?? null);
    }
    return one.after;
  }
  if (!Array.isArray(it)) {
    const members = new Map(Object.entries(it as Readonly<Record<string, Json>>));
    members.set(String(step), apply(members.get(String(step)) ?? null, rest, one));
    return Object.fromEntries(members);
  }
  const at = typeof step === 'number' ? step : it.findIndex((member) => nameOf(member) === step);
  if (at >= 0 && at < it.length) return it.with(at, apply(it[at] ?? null, rest, one));
  if (one.kind !== 'added' || rest.length > 0 || one.at === null) throw new Error(`nothing at ${step}`);
  // What goes still holds its place.
  const left = it.filter((member) => !same(member, GONE));
  return left.toSpliced(one.at, 0, one.after);
}

function settled(it: Json, told: readonly Difference[]): Json {
  if (told.length === 0 || typeof it !== 'object' || it === null) return it;
  if (Array.isArray(it)) return it.filter((one) => !same(one, GONE)).map((one) => settled(one, told));
  const kept = Object.entries(it).filter(([, one]) => !same(one, GONE));
  return Object.fromEntries(kept.map(([key, one]) => [key, settled(one, told)]));
}

describe('members of a list', () => {
  const rule = (name: string, policy = 'a') => ({ name, when: {}, grant: [{ product: 'p', policy }] });

  test('are told by their name, wherever they stand', () => {
    expect(differencesOf([rule('one'), rule('two')], [rule('new'), rule('one'), rule('two', 'b')])).toEqual([
      { path: ['new'], kind: 'added', after: rule('new'), at: 0 },
      { path: ['two', 'grant', 'p', 'policy'], kind: 'changed', before: 'a', after: 'b' },
    ]);
  });

  test('in another order are told as such, for the first that fits decides', () => {
    expect(differencesOf([rule('one'), rule('two')], [rule('two'), rule('one')])).toEqual([
      { path: [], kind: 'moved', before: ['one', 'two'], after: ['two', 'one'] },
    ]);
  });

  test('without a name are told by what they fit', () => {
    const unnamed = (sku: string, ignore: string) => ({ when: { sku: [sku] }, ignore });
    expect(differencesOf([unnamed('A', 'x'), unnamed('B', 'y')], [unnamed('B', 'z')])).toEqual([
      { path: ['{"sku":["A"]}'], kind: 'removed', before: unnamed('A', 'x') },
      { path: ['{"sku":["B"]}', 'ignore'], kind: 'changed', before: 'y', after: 'z' },
    ]);
  });

  test('of one name are told by their position', () => {
    expect(differencesOf([rule('one'), rule('one')], [rule('one')])).toEqual([
      { path: [1], kind: 'removed', before: rule('one') },
    ]);
  });
});
