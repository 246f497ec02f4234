/** When the machine tries again by itself, and when it stops and parks. */

import type { Problem } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Waits after the first, second… failure, in ms; the last one repeats. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;
/** A shop that has been out of reach for about three days: a person must look. */
const FAILURES = 80;
/** A failure of our own: trying for days would not mend it. */
const BUG_FAILURES = 6;
/** What a person must mend, but not event by event: the machine looks again for as long as it takes. */
const LOOKED_AT_AGAIN: readonly Problem['code'][] = [
  'source_unknown',
  'source_closed',
  'secret_white_space',
  'not_stored',
  'conflict_persists',
];

/**
 * @param failures of this event so far, this one counted: at least 1
 * @returns ms to wait before the next attempt, or null when a person must look
 */
export function retryAfter(it: Problem, failures: number): number | null {
  const wait = WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? WAITS_MS[0];
  if (LOOKED_AT_AGAIN.includes(it.code)) return wait;
  if (PROBLEMS[it.code].retry !== 'later') return null;
  return failures >= (it.code === 'bug' ? BUG_FAILURES : FAILURES) ? null : wait;
}
