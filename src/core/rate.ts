/**
 * How fast somebody may ask: a bucket of tokens for each, which fills up again with time. Pure. What must never happen
 * here: one who asks too often paid for by others.
 */
import { LIMITS } from './limits.ts';

/** What is left for one of them, and when that was. Times are epoch ms. */
export interface Bucket {
  readonly left: number;
  readonly at: number;
}

export type Buckets = Map<string, Bucket>;

const A_SECOND_MS = 1_000;

/**
 * Takes a token out of somebody's bucket.
 * @param buckets those of all; who has asked nothing for a while has none
 * @returns 0, or how long until there is one, in ms: then none was taken
 */
export function takeToken(buckets: Buckets, who: string, now: number): number {
  const { key_requests: full, key_requests_a_second: speed } = LIMITS;
  const { left, at } = buckets.get(who) ?? { left: full, at: now };
  const filled = Math.min(full, left + (Math.max(0, now - at) / A_SECOND_MS) * speed);
  if (filled < 1) {
    // The clock was set back: without this the bucket would stay empty until it has caught up.
    if (now < at) buckets.set(who, { left, at: now });
    return Math.ceil(((1 - filled) / speed) * A_SECOND_MS);
  }
  // Behind the others: who asked longest ago stands first.
  buckets.delete(who);
  buckets.set(who, { left: filled - 1, at: now });
  for (const [other, { at: then }] of buckets) {
    if (now - then < (full / speed) * A_SECOND_MS) break;
    buckets.delete(other);
  }
  return 0;
}
