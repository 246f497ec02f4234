/** When a shop is asked, and when it is left alone. */
import { describe, expect, test } from 'vitest';
import { troubleOf } from '../../src/core/answers.ts';
import {
  afterAnswer,
  afterNothing,
  afterTrouble,
  type Breaker,
  CLOSED,
  leaveToAsk,
  stateOf,
} from '../../src/core/breaker.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { problem } from '../../src/core/problem.ts';

const NOW = Date.UTC(2026, 10, 2, 10);
const AWAY = problem('shop_unavailable', 'HTTP 500');
const SILENT = { rest_ms: null };

function troubles(times: number, from: Breaker = CLOSED, rest_ms: number | null = null): Breaker {
  let it = from;
  for (let time = 0; time < times; time++) it = afterTrouble(it, { rest_ms }, AWAY, NOW, false);
  return it;
}
/** Opened, and its rest is over: the next question is the one that is let through. */
function probed(it: Breaker, at: number): Breaker {
  const leave = leaveToAsk(it, at);
  if (leave.is !== 'asks' || !leave.probe) throw new Error('no question is let through');
  return leave.breaker;
}
const OPEN = troubles(LIMITS.shop_failures);

describe('a breaker', () => {
  test('lets everybody ask while fewer questions than that failed in a row', () => {
    const it = troubles(LIMITS.shop_failures - 1);
    expect(leaveToAsk(it, NOW)).toEqual({ is: 'asks', probe: false, breaker: it });
    expect(stateOf(it, NOW)).toMatchObject({ state: 'closed', failures: LIMITS.shop_failures - 1 });
  });

  test('opens with the next, and says why and until when', () => {
    const until = NOW + LIMITS.shop_rest_ms;
    expect(leaveToAsk(OPEN, NOW)).toEqual({ is: 'waits', until });
    expect(stateOf(OPEN, NOW)).toEqual({ state: 'open', failures: 5, until, problem: AWAY });
  });

  test('forgets failures with the first answer', () => {
    const it = troubles(LIMITS.shop_failures - 1, afterAnswer(troubles(4), false));
    expect(stateOf(it, NOW).state).toBe('closed');
  });

  test('lets one question through after the rest, and the others wait for what comes of it', () => {
    const later = NOW + LIMITS.shop_rest_ms;
    expect(stateOf(OPEN, later)).toMatchObject({ state: 'half_open', until: null });
    const asking = probed(OPEN, later);
    expect(leaveToAsk(asking, later)).toEqual({ is: 'waits', until: later + LIMITS.shop_probed_ms });
    expect(leaveToAsk(afterAnswer(asking, true), later)).toMatchObject({ is: 'asks', probe: false });
  });

  test('lets another through when that one learned nothing, or was never heard of again', () => {
    const later = NOW + LIMITS.shop_rest_ms;
    const asking = probed(OPEN, later);
    expect(leaveToAsk(afterNothing(asking, true), later)).toMatchObject({ is: 'asks', probe: true });
    expect(leaveToAsk(asking, later + LIMITS.shop_probe_ms)).toMatchObject({ is: 'asks', probe: true });
  });

  test('rests twice as long each time, and never longer than the most', () => {
    let it = OPEN;
    const rests: number[] = [LIMITS.shop_rest_ms];
    let at = NOW + LIMITS.shop_rest_ms;
    for (let time = 0; time < 100; time++) {
      it = afterTrouble(probed(it, at), SILENT, AWAY, at, true);
      rests.push((it.until ?? 0) - at);
      at = it.until ?? 0;
    }
    expect(rests.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(Math.max(...rests)).toBe(LIMITS.shop_rest_most_ms);
    expect(afterAnswer(it, true)).toEqual(CLOSED);
  });

  test('takes no notice of what was asked before it opened', () => {
    expect(afterAnswer(OPEN, false)).toBe(OPEN);
    expect(troubles(7, OPEN)).toMatchObject({ until: OPEN.until, rests: 1, failures: 12 });
  });

  test('lets a person ask at any time, and learns from it', () => {
    const leave = leaveToAsk(OPEN, NOW, true);
    expect(leave).toMatchObject({ is: 'asks', probe: true });
    expect(leave.is === 'asks' && afterAnswer(leave.breaker, leave.probe)).toEqual(CLOSED);
  });

  test('is not opened by a question that was let through, once another was answered', () => {
    const later = NOW + LIMITS.shop_rest_ms;
    const answered = afterAnswer(probed(probed(OPEN, later), later + LIMITS.shop_probe_ms), true);
    const it = afterTrouble(answered, SILENT, AWAY, later + LIMITS.shop_probe_ms, true);
    expect(it).toMatchObject({ until: null, failures: 1 });
  });

  test('opens at once for a shop that says how long, and for no longer than the bound', () => {
    expect(troubles(1, CLOSED, 30_000).until).toBe(NOW + 30_000);
    expect(troubles(1, CLOSED, 7 * 24 * 3_600_000).until).toBe(NOW + LIMITS.shop_told_rest_ms);
    expect(troubles(1, OPEN, 60_000).until).toBe(NOW + 60_000);
    expect(troubles(1, CLOSED, 0).until).toBeNull();
  });

  test('opens again after a told rest for its own time, though few questions failed', () => {
    const later = NOW + 30_000;
    const it = afterTrouble(probed(troubles(1, CLOSED, 30_000), later), SILENT, AWAY, later, true);
    expect(it.until).toBeGreaterThan(later);
  });

  test('is not kept open by a clock that is set back', () => {
    expect(leaveToAsk(OPEN, NOW - 3_600_000)).toMatchObject({ is: 'asks', probe: true });
    const asking = probed(OPEN, NOW + LIMITS.shop_rest_ms);
    expect(leaveToAsk(asking, NOW - 3_600_000)).toMatchObject({ is: 'asks', probe: true });
  });
});

describe('what HTTP says of a shop', () => {
  const answered = (status: number, headers: Record<string, string> = {}) =>
    troubleOf(new Response(null, { status, headers }), NOW);

  test.each([200, 301, 400, 401, 403, 404, 409])('%i is an answer', (status) => {
    expect(answered(status, { 'retry-after': '9' })).toBeNull();
  });

  test.each([408, 429, 500, 502, 503, 504])('%i is trouble', (status) => {
    expect(answered(status)).toEqual({ rest_ms: null });
  });

  test.each<[string, number | null]>([
    ['30', 30_000],
    ['0', 0],
    ['Mon, 02 Nov 2026 10:00:20 GMT', 20_000],
    ['Mon, 02 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
    ['', null],
  ])('Retry-After %j is a rest of %j ms', (text, rest_ms) => {
    expect(answered(503, { 'retry-after': text, date: 'Mon, 02 Nov 2026 10:00:00 GMT' })).toEqual({
      rest_ms,
    });
    expect(answered(429, { 'retry-after': text })).toEqual({ rest_ms });
  });

  test("a time in Retry-After is read by the shop's own clock", () => {
    const headers = { 'retry-after': 'Mon, 02 Nov 2026 11:00:20 GMT', date: 'Mon, 02 Nov 2026 11:00:00 GMT' };
    expect(answered(503, headers)).toEqual({ rest_ms: 20_000 });
  });
});
