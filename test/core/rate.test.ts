/** How often one may ask: at once, on end, after a rest, and beside others. */
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { type Buckets, takeToken } from '../../src/core/rate.ts';

const { key_requests: full, key_requests_a_second: speed } = LIMITS;
const NOW = 1_000_000;

function takeMany(buckets: Buckets, who: string, count: number, now: number): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (takeToken(buckets, who, now) === 0) taken++;
  return taken;
}

test('so many requests are let through at once, and the next one is told how long to wait', () => {
  const buckets: Buckets = new Map();
  expect(takeMany(buckets, 'a', full + 10, NOW)).toBe(full);
  const wait = takeToken(buckets, 'a', NOW);
  expect(wait).toBe(1_000 / speed);
  expect(takeToken(buckets, 'a', NOW + wait - 1)).toBeGreaterThan(0);
  expect(takeToken(buckets, 'a', NOW + wait)).toBe(0);
});

test('on end it is so many in a second, and after a rest as many as at first', () => {
  const buckets: Buckets = new Map();
  takeMany(buckets, 'a', full, NOW);
  expect(takeMany(buckets, 'a', full, NOW + 1_000)).toBe(speed);
  expect(takeMany(buckets, 'a', 2 * full, NOW + 3_600_000)).toBe(full);
});

test('nobody pays for another', () => {
  const buckets: Buckets = new Map();
  takeMany(buckets, 'a', full + 1, NOW);
  expect(takeMany(buckets, 'b', full, NOW)).toBe(full);
});

test('a clock that is set back fills nothing, and locks nobody out', () => {
  const buckets: Buckets = new Map();
  takeMany(buckets, 'a', full, NOW);
  expect(takeToken(buckets, 'a', NOW - 3_600_000)).toBeGreaterThan(0);
  expect(takeMany(buckets, 'a', full, NOW - 3_600_000 + 1_000)).toBe(speed);
  const later: Buckets = new Map();
  takeToken(later, 'a', NOW);
  expect(takeMany(later, 'a', full, NOW - 3_600_000)).toBe(full - 1);
});

test('who has asked nothing for a while is forgotten', () => {
  const buckets: Buckets = new Map();
  for (let i = 0; i < 100; i++) takeToken(buckets, `key ${i}`, NOW + i);
  takeToken(buckets, 'another', NOW + 50 + (full / speed) * 1_000);
  expect([...buckets.keys()].includes('key 50')).toBe(false);
  expect([...buckets.keys()].includes('key 51')).toBe(true);
});
