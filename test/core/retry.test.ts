/** When the machine tries again, and what it says when it cannot go on. */
import { describe, expect, test } from 'vitest';
import { describe as describeProblem, type ProblemCode, problem } from '../../src/core/problem.ts';
import { PROBLEMS } from '../../src/core/problems.ts';
import { afterRest, retryAfter } from '../../src/core/retry.ts';

const HOUR = 3_600_000;
const NAMES = Array.from({ length: 400 }, (_, at) => `evt_01K${at}`);

/** All waits of an event that keeps failing in one way, bounded by a year of hours. */
function waits(code: ProblemCode, name = 'evt_1'): number[] {
  const all: number[] = [];
  for (let failures = 1; failures < 24 * 365; failures++) {
    const wait = retryAfter(problem(code), failures, name);
    if (wait === null) return all;
    all.push(wait);
  }
  return all;
}

describe('the retry schedule', () => {
  const most = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, HOUR];

  test('begins quickly, and is never longer than an hour', () => {
    for (const name of NAMES) {
      const all = waits('shop_unavailable', name);
      const bounds = all.map((_, at) => most[at] ?? HOUR);
      expect(all.filter((wait, at) => wait > (bounds[at] ?? 0) || wait < (bounds[at] ?? 0) / 2)).toEqual([]);
    }
  });

  test('is spread: what failed together does not come back together', () => {
    const all = NAMES.map((name) => waits('shop_unavailable', name)[5] ?? 0).sort((a, b) => a - b);
    expect(new Set(all).size).toBeGreaterThan(NAMES.length * 0.95);
    // Quarter by quarter of what is possible, about as many.
    const quarters = [0, 1, 2, 3].map(
      (at) => all.filter((it) => Math.min(3, Math.floor((it - 30_000) / 7_500)) === at).length,
    );
    expect(Math.min(...quarters)).toBeGreaterThan(NAMES.length / 6);
  });

  test('is the same for the same event and attempt, whoever computes it', () => {
    expect(waits('shop_unavailable')).toEqual(waits('shop_unavailable'));
  });

  test('goes on for about three days, then a person must look', () => {
    for (const name of NAMES) {
      const total = waits('line_items_unavailable', name).reduce((sum, it) => sum + it, 0);
      expect(total).toBeGreaterThan(2.5 * 24 * HOUR);
      expect(total).toBeLessThan(3.5 * 24 * HOUR);
    }
  });

  test('is short for a failure of our own', () => {
    expect(waits('bug')).toEqual(waits('shop_unavailable').slice(0, 5));
  });

  test.each<ProblemCode>([
    'source_unknown',
    'source_closed',
    'secret_white_space',
    'not_stored',
    'conflict_persists',
  ])('never gives an event up to a person for %s: what is mended once is mended for all', (code) => {
    expect(waits(code)).toHaveLength(24 * 365 - 1);
  });

  test.each<ProblemCode>(['api_key_refused', 'fields_missing', 'shop_object_gone'])(
    'asks a person at once for %s',
    (code) => {
      expect(waits(code)).toEqual([]);
    },
  );
});

describe('those who wait for a shop to have rested', () => {
  const NOW = Date.UTC(2026, 10, 2, 10);

  test.each([5_000, 60_000, 300_000, 900_000])('come back after %i ms, one by one', (rest) => {
    const all = NAMES.map((name) => afterRest(NOW + rest, name, NOW) - NOW - rest);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...all)).toBeLessThan(rest / 20);
    expect(Math.max(...all)).toBeLessThanOrEqual(Math.min(rest / 2, 150_000));
    expect(new Set(all).size).toBeGreaterThan(NAMES.length / 2);
  });
});

// The keys of a literal are its codes.
const CODES = Object.keys(PROBLEMS) as ProblemCode[];

describe('the table of problems', () => {
  test.each(CODES)('%s has a title without a period and a hint of one or two sentences', (code) => {
    const { title, hint, status } = describeProblem(problem(code));
    expect(title).toMatch(/^[A-Z].*[^.:]$/);
    expect(title.length).toBeLessThan(90);
    expect(hint).toMatch(/^[A-Z`].*\.$/);
    // A sentence ends with a period before a capital or the end; `a.b` and `https://x.y` are none.
    const sentences = hint.split(/(?<=[.?])\s+(?=[A-Z`])/);
    expect(sentences.length, hint).toBeLessThanOrEqual(2);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  test('codes are snake_case', () => {
    expect(CODES.filter((it) => !/^[a-z]+(_[a-z]+)*$/.test(it))).toEqual([]);
  });

  test('a problem is data: its code and what was special this time, and no empty list of errors', () => {
    expect(problem('unmapped', 'price price_1')).toEqual({ code: 'unmapped', detail: 'price price_1' });
    expect(describeProblem(problem('unmapped'))).toMatchObject({
      stage: 'map',
      retry: 'after-change',
      status: 422,
    });
  });
});
