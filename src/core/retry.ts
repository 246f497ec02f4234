/** When the machine tries again by itself, and when it stops and parks. */

import { LIMITS } from './limits.ts';
import type { Problem } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Waits after the first, second… failure, in ms; the last one repeats. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;
/** A shop that has been out of reach for about three days: a person must look. */
const FAILURES = 100;
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
 * @param name of the event: what failed together comes back one by one
 * @returns ms to wait before the next attempt, or null when a person must look
 */
export function retryAfter(it: Problem, failures: number, name: string): number | null {
  const most = WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? WAITS_MS[0];
  const wait = Math.ceil(most * (1 - chanceOf(`${name}/${failures}`) / 2));
  if (LOOKED_AT_AGAIN.includes(it.code)) return wait;
  if (PROBLEMS[it.code].retry !== 'later') return null;
  return failures >= (it.code === 'bug' ? BUG_FAILURES : FAILURES) ? null : wait;
}

/**
 * When an event comes back that waits for a shop to have rested, epoch ms: soon after, and not all of them at once.
 * @param name of the event; null: it comes last
 */
export function afterRest(until: number, name: string | null, now: number): number {
  const within = Math.min(Math.max((until - now) / 2, LIMITS.shop_probed_ms), LIMITS.shop_spread_ms);
  return Math.ceil(until + within * (name === null ? 1 : chanceOf(`${name}/${until}`)));
}

/** Between 0 and 1, as if drawn, and the same for the same text: FNV-1a, its bits mixed once more. */
function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
