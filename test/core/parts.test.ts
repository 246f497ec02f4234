/** A settle that is too large for one value of the database, cut into parts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { inParts } from '../../src/core/settlement.ts';
import { endOf, issueOf, NOON, settlementOf, suspensionOf } from '../fakes/settlements.ts';

const end = endOf({ id: 'evt_1', lease: 'lease_1' });
const issues = (count: number) =>
  Array.from({ length: count }, (_, unit) => issueOf(`n${unit}`, { unit, key: `KEY-${unit}` }));

test('what fits into one value stays one settlement, as it was', () => {
  const it = settlementOf('small', { changes: issues(3), ends: [end] });
  expect(inParts(it, 1_000_000)).toEqual([it]);
});

test('a settlement without changes is one, however small the values are', () => {
  const it = settlementOf('none', { ends: [end] });
  expect(inParts(it, 10)).toEqual([it]);
});

test('each part has a version of its own, names come with the first, and the event ends with the last', () => {
  const new_buyers = [{ kind: 'reference', name: '77' }] as const;
  const parts = inParts(
    settlementOf('large', { version: 4, new_buyers, changes: issues(100), ends: [end] }),
    20_000,
  );
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.map(({ version }) => version)).toEqual(parts.map((_, n) => 4 + n));
  expect(parts.map(({ new_refs }) => new_refs.length)).toEqual(parts.map((_, n) => (n === 0 ? 1 : 0)));
  expect(parts.map((it) => it.new_buyers.length)).toEqual(parts.map((_, n) => (n === 0 ? 1 : 0)));
  expect(parts.map(({ ends }) => ends.length)).toEqual(parts.map((_, n) => (n === parts.length - 1 ? 1 : 0)));
});

test('until the last is written the clock is set to take the sale up again', () => {
  const parts = inParts(settlementOf('large', { changes: issues(100), next_at: null }), 20_000);
  expect(parts.slice(0, -1).every(({ next_at }) => next_at === NOON + LIMITS.lease_ms)).toBe(true);
  expect(parts.at(-1)?.next_at).toBeNull();
});

test('a license and the one that takes its slot are never in two parts', () => {
  const changes = issues(50).flatMap((issue, unit) => [
    suspensionOf(`old${unit}`, { unit, replaced: true }),
    { ...issue, generation: 1 },
  ]);
  const parts = inParts(settlementOf('replaced', { changes }), 3_000);
  expect(parts.length).toBeGreaterThan(10);
  const places = parts.flatMap((part, n) => part.changes.map(({ unit }) => ({ unit, n })));
  for (const [, slot] of Map.groupBy(places, ({ unit }) => unit))
    expect(new Set(slot.map(({ n }) => n)).size).toBe(1);
});

test('whatever the sizes, every change is in one part, in its order, and a part fits unless it is one slot', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 300, max: 20_000 }), (titles, bytes) => {
      const changes = titles.map((length, unit) =>
        issueOf(`n${unit}`, { unit, fields: { license_type: 'perpetual', note: 'ж'.repeat(length) } }),
      );
      const parts = inParts(settlementOf('any', { changes }), bytes);
      expect(parts.flatMap((part) => part.changes)).toEqual(changes);
      for (const part of parts) {
        const size = new TextEncoder().encode(JSON.stringify(part.changes)).length;
        // Brackets and commas are beside the shares' own count.
        expect(size <= bytes + part.changes.length + 2 || part.changes.length === 1).toBe(true);
      }
    }),
  );
});
