/** When a shop's silence is longer than usual, and when it is no such thing. */
import { describe, expect, test } from 'vitest';
import {
  DAY_MS,
  HEARD_MS,
  PACE_DAYS,
  type Pace,
  patienceWith,
  sayGap,
  silentSince,
} from '../../src/core/pace.ts';

const HOUR = 3_600_000;
const MONDAY = Date.UTC(2026, 10, 2);

/** The pace that events of these times leave, as it is stored. */
function paceOf(times: readonly number[]): Pace {
  const last_at = times.at(-1) ?? 0;
  const kept = (at: number) => Math.floor(at / DAY_MS) > Math.floor(last_at / DAY_MS) - PACE_DAYS;
  const gaps = times.flatMap((at, i) => (i > 0 && kept(at) ? [at - (times[i - 1] ?? at)] : []));
  return {
    since: times.find(kept) ?? last_at,
    last_at,
    gaps: gaps.filter((it) => it >= HEARD_MS).length,
    longest_ms: Math.max(0, ...gaps),
  };
}

/** How long after its last event it is flagged, in hours; null: never. */
function flaggedAfter(times: readonly number[]): number | null {
  const pace = paceOf(times);
  for (let hours = 1; hours < 24 * 365; hours++)
    if (silentSince(pace, pace.last_at + hours * HOUR) !== null) return hours;
  return null;
}

/** Every `every` ms for so many days, where `open` says that the shop sells. */
function sold(days: number, every: number, open: (at: number) => boolean = () => true): number[] {
  const times: number[] = [];
  for (let at = MONDAY; at < MONDAY + days * DAY_MS; at += every) if (open(at)) times.push(at);
  return times;
}

const isDay = (at: number) => at % DAY_MS >= 8 * HOUR && at % DAY_MS < 20 * HOUR;
const isWeekday = (at: number) => ![0, 6].includes(new Date(at).getUTCDay());

describe('is flagged', () => {
  test('a busy shop after six hours, and not before', () => {
    expect(flaggedAfter(sold(28, 5 * 60_000))).toBe(7);
  });

  test('one that sleeps at night after several nights', () => {
    const hours = flaggedAfter(sold(28, HOUR, isDay)) ?? 0;
    expect(hours).toBeGreaterThan(2 * 12);
    expect(hours).toBeLessThan(3 * 24);
  });

  test('since its last event', () => {
    const pace = paceOf(sold(28, HOUR));
    expect(silentSince(pace, pace.last_at + 2 * DAY_MS)).toBe(pace.last_at);
  });
});

describe('is not flagged', () => {
  test.each<readonly [string, readonly number[]]>([
    ['a shop that is new, however busy it was', sold(6, 60_000)],
    ['one that never sold', []],
    ['one that sold once', [MONDAY]],
    ['one that sells rarely', sold(28, 3 * DAY_MS)],
    ['one whose events all came within a minute', sold(1, 1_000, (at) => at < MONDAY + HEARD_MS)],
  ])('%s', (_what, times) => {
    expect(flaggedAfter(times)).toBeNull();
  });

  test('one that is closed at the weekend, over a weekend and a holiday', () => {
    const times = sold(26, HOUR, (at) => isDay(at) && isWeekday(at));
    // From Friday evening over three days until Tuesday morning.
    expect(flaggedAfter(times)).toBeGreaterThan(3 * 24 + 12);
  });

  test('but for one in hundreds, one whose events come by chance', () => {
    let drawn = 1;
    // A generator of Lehmer's: the same each time.
    const chance = () => {
      drawn = (drawn * 48_271) % 2_147_483_647;
      return drawn / 2_147_483_647;
    };
    let flagged = 0;
    for (let shop = 0; shop < 300; shop++) {
      // About one event a day to one an hour, watched for four weeks, then until its next event.
      const mean = HOUR + 23 * HOUR * chance();
      const times = [MONDAY];
      const next = () => (times.at(-1) ?? MONDAY) - mean * Math.log(chance());
      while ((times.at(-1) ?? 0) < MONDAY + 28 * DAY_MS) times.push(next());
      if (silentSince(paceOf(times), next()) !== null) flagged++;
    }
    expect(flagged).toBeLessThanOrEqual(1);
  });
});

test('how long it is waited for is not known before its pace is', () => {
  const known: Pace = { since: 0, last_at: 7 * DAY_MS, gaps: 30, longest_ms: 10 * HOUR };
  expect(patienceWith(known)).toBe(40 * HOUR);
  expect(patienceWith({ ...known, longest_ms: HOUR })).toBe(6 * HOUR);
  expect(patienceWith({ ...known, gaps: 29 })).toBeNull();
  expect(patienceWith({ ...known, last_at: 7 * DAY_MS - 1 })).toBeNull();
});

test('a clock that is set back makes nobody silent', () => {
  const pace = paceOf(sold(28, HOUR));
  expect(silentSince(pace, MONDAY)).toBeNull();
});

test.each([
  [20_000, '1 minute'],
  [80 * 60_000, '80 minutes'],
  [36 * HOUR, '36 hours'],
  [5 * DAY_MS, '5 days'],
])('%i ms is told as %s', (ms, words) => expect(sayGap(ms)).toBe(words));
