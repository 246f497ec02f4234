/** What doctor makes of the refusals of the last day. */
import { expect, test } from 'vitest';
import { judgeRefusals } from '../../src/cli/doctor-refusals.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { problem } from '../../src/core/problem.ts';
import type { Diagnosis, RefusalRecord } from '../../src/core/refusals.ts';

const NOW = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;

const refusal = (
  minutesAgo: number,
  code: Diagnosis['code'],
  source = 'stripe',
  certain = true,
): RefusalRecord => ({
  id: `ref_${minutesAgo}`,
  source,
  known: code !== 'path_unknown',
  at: NOW - minutesAgo * MINUTE,
  problem: problem('signature_wrong'),
  diagnosis: { code, certain, detail: 'of the source stripe-live' },
});
const judged = (refusals: readonly RefusalRecord[], lastMinutesAgo: number | null = 0) =>
  judgeRefusals(
    refusals,
    new Map([['stripe', lastMinutesAgo === null ? null : NOW - lastMinutesAgo * MINUTE]]),
    ['stripe', 'shopify'],
    NOW,
  );

test('no refusal is good news', () => {
  expect(judged([])).toEqual([
    { verdict: 'ok', about: 'refusals', says: 'no webhook was refused in the last 24 hours', remedy: '' },
  ]);
});

test('they are grouped by source and by what was wrong, the newest speaks for its group', () => {
  const found = judged([
    refusal(5, 'other_mode_secret'),
    refusal(60, 'body_altered'),
    refusal(200, 'other_mode_secret'),
  ]);
  expect(found).toEqual([
    {
      verdict: 'warn',
      about: 'source stripe',
      says: "2 webhooks refused, the first 3 h ago, the last 5 min ago: Signed for another mode's secret (certain): of the source stripe-live",
      remedy: expect.stringContaining('Test and live'),
    },
    {
      verdict: 'warn',
      about: 'source stripe',
      says: '1 webhook refused 60 min ago: The body was altered on the way (certain): of the source stripe-live',
      remedy: expect.stringContaining('proxy'),
    },
  ]);
});

test.each([
  ['an event came through since', 1, true, 7, 'warn'],
  ['none since, and it is proved that the shop sent it', 1, true, 11, 'fail'],
  ['none since, and it may be a stranger', 1, false, 11, 'warn'],
  ['none since, and it comes again and again', 3, false, 11, 'fail'],
  ['none ever, whoever sent it', 1, false, null, 'fail'],
] as const)('of refusals at a source, where %s', (_what, times, certain, last, verdict) => {
  const refusals = Array.from({ length: times }, (_, i) =>
    refusal(8 + i, 'secret_unknown', 'stripe', certain),
  );
  expect(judged(refusals, last).map((it) => it.verdict)).toEqual([verdict]);
});

test('a large body, which anybody can send, makes no set-up look broken', () => {
  expect(judged([refusal(1, 'body_too_large')], 5).map((it) => it.verdict)).toEqual(['warn']);
});

test('wrong paths are one finding, which names the one that was meant', () => {
  const found = judged([refusal(1, 'path_unknown', 'wp-login'), refusal(2, 'path_unknown', 'stirpe')], null);
  expect(found).toEqual([
    {
      verdict: 'warn',
      about: 'refusals',
      says: '2 webhooks refused, the first 2 min ago, the last 60 s ago where there is no source, like /webhooks/stirpe; the nearest source is stripe',
      remedy: expect.stringContaining('correct the address'),
    },
  ]);
});

test('a full list says that there were more', () => {
  const all = Array.from({ length: LIMITS.refusals_kept }, (_, i) => refusal(i, 'body_altered'));
  expect(judged(all)[0]?.says).toMatch(/^100 webhooks and more refused, the first 2 h ago/);
});
