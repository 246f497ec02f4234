/** The three laws of merge, over generated snapshots: without them the order of arrival would decide. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/core/json.ts';
import { type Fact, merge, mergeThings, type Snapshot, type Things } from '../../src/core/sale.ts';
import { runs, SEED } from './runs.ts';

const RUNS = { seed: SEED, numRuns: runs(800) };

/** Small ranges, so that ties, equal words and shared origins are common. */
const snapshot: fc.Arbitrary<Snapshot> = fc.record(
  {
    stamp: fc.integer({ min: 1, max: 3 }),
    asked: fc.boolean(),
    finality: fc.integer({ min: 0, max: 2 }),
    origin: fc.constantFrom('evt_1', 'evt_2', 'evt_3', 'evt_2/0/order'),
    reader: fc.integer({ min: 1, max: 3 }),
    content: fc.constantFrom<unknown>({ state: 'unpaid' }, { state: 'paid' }, { state: 'paid', total: null }),
    previous: fc.constantFrom<unknown>({ state: 'unpaid' }, {}),
  },
  { requiredKeys: ['stamp', 'asked', 'finality', 'origin', 'reader', 'content'] },
);

const fact: fc.Arbitrary<Fact> = fc.record({
  kind: fc.constantFrom('checkout', 'refund', 'payment'),
  id: fc.constantFrom('cs_1', 'gid://shop/Order/1'),
  group: fc.constantFrom('standing', 'money'),
  snapshot,
});
const facts = fc.array(fact, { maxLength: 12 });

const NOTHING: Things = {};
function same(a: Things, b: Things): void {
  expect(canonical(a)).toBe(canonical(b));
}

describe('merge', () => {
  test('is commutative: any order of facts ends as the same sale', () => {
    const both = facts.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(both, ([all, shuffled]) => same(merge(NOTHING, all), merge(NOTHING, shuffled))),
      RUNS,
    );
  });

  test('is associative: it does not matter what was joined first', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        const together = merge(NOTHING, [...a, ...b, ...c]);
        same(merge(merge(merge(NOTHING, a), b), c), together);
        const [x, y, z] = [merge(NOTHING, a), merge(NOTHING, b), merge(NOTHING, c)];
        same(mergeThings(mergeThings(x, y), z), together);
        same(mergeThings(x, mergeThings(y, z)), together);
      }),
      RUNS,
    );
  });

  test('is idempotent: what was said before changes nothing, and gives back the very same object', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (all, skip) => {
        const things = merge(NOTHING, all);
        expect(merge(things, all)).toBe(things);
        expect(merge(things, all.slice(skip % (all.length + 1)))).toBe(things);
        same(mergeThings(things, things), things);
        same(mergeThings(NOTHING, things), things);
        same(mergeThings(things, NOTHING), things);
      }),
      RUNS,
    );
  });

  test('one fact at a time, in groups, or two halves joined: the same', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (all, at) => {
        const cut = at % (all.length + 1);
        const halves = mergeThings(merge(NOTHING, all.slice(0, cut)), merge(NOTHING, all.slice(cut)));
        same(
          halves,
          all.reduce((things, one) => merge(things, [one]), NOTHING),
        );
        same(mergeThings(halves, merge(NOTHING, all.slice(0, cut))), halves);
      }),
      RUNS,
    );
  });

  test('keeps what it cannot decide: equally late words that differ all stay, and no earlier one does', () => {
    fc.assert(
      fc.property(fc.array(snapshot, { minLength: 1, maxLength: 10 }), (snapshots) => {
        const register = Object.values(merge(NOTHING, snapshots.map(aboutOne)))[0] ?? [];
        const rank = (it: Snapshot) => [it.finality, it.stamp, Number(it.asked), it.reader].join('/');
        const latest = snapshots.map(rank).sort().at(-1);
        const words = (all: readonly Snapshot[]) =>
          [...new Set(all.map((it) => canonical([it.content, it.previous ?? null])))].sort();
        expect(register.map(rank).every((it) => it === latest)).toBe(true);
        expect(words(register)).toEqual(words(snapshots.filter((it) => rank(it) === latest)));
        // Each word once: two events that say the same do not pile up.
        expect(register).toHaveLength(words(register).length);
      }),
      RUNS,
    );
  });

  test('lets a mended reader replace what an older one read of the same event', () => {
    fc.assert(
      fc.property(snapshot, fc.integer({ min: 1, max: 5 }), (read, more) => {
        const mended = { ...read, reader: read.reader + more, content: { state: 'mended' } };
        for (const order of [
          [read, mended],
          [mended, read],
        ]) {
          expect(Object.values(merge(NOTHING, order.map(aboutOne)))).toEqual([[mended]]);
        }
      }),
      RUNS,
    );
  });

  test('things and groups do not touch each other', () => {
    fc.assert(
      fc.property(facts, fact, (all, one) => {
        const name = `${one.kind}/${one.id}/${one.group}`;
        const before = merge(NOTHING, all);
        const { [name]: _before, ...others } = before;
        const { [name]: _after, ...othersAfter } = merge(before, [one]);
        same(othersAfter, others);
      }),
      RUNS,
    );
  });
});

function aboutOne(it: Snapshot): Fact {
  return { kind: 'checkout', id: 'cs_1', group: 'money', snapshot: it };
}
