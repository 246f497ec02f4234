/** When the machine tries again, and what it says when it cannot go on. */
import { describe, expect, test } from 'vitest';
import { describe as describeProblem, type ProblemCode, problem } from '../../src/core/problem.ts';
import { PROBLEMS } from '../../src/core/problems.ts';
import { retryAfter } from '../../src/core/retry.ts';

const HOUR = 3_600_000;

/** All waits of an event that keeps failing in one way, bounded by a year of hours. */
function waits(code: ProblemCode): number[] {
  const all: number[] = [];
  for (let failures = 1; failures < 24 * 365; failures++) {
    const wait = retryAfter(problem(code), failures);
    if (wait === null) return all;
    all.push(wait);
  }
  return all;
}

describe('the retry schedule', () => {
  test('begins quickly: 0.5, 1, 2, 5 seconds', () => {
    expect(waits('shop_unavailable').slice(0, 4)).toEqual([500, 1_000, 2_000, 5_000]);
  });

  test('never waits less than before, and never more than an hour', () => {
    const all = waits('shop_unavailable');
    expect(all.toSorted((a, b) => a - b)).toEqual(all);
    expect(all.at(-1)).toBe(HOUR);
  });

  test('goes on for about three days, then a person must look', () => {
    const total = waits('line_items_unavailable').reduce((sum, it) => sum + it, 0);
    expect(total).toBeGreaterThan(2.5 * 24 * HOUR);
    expect(total).toBeLessThan(3.5 * 24 * HOUR);
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
