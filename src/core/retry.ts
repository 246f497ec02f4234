/** When the machine tries again by itself, and when it stops and parks. */

/** Waits after the first, second… failed attempt, in ms; the last one repeats. Total: about three days. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;
const ATTEMPTS = 80;

/**
 * @param attempts failed attempts so far, at least 1
 * @returns ms to wait before the next one, or null when a person must look
 */
export function retryAfter(attempts: number): number | null {
  if (attempts >= ATTEMPTS) return null;
  return WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? null;
}

const BUG_ATTEMPTS = 6;

/** Like `retryAfter`, for a failure of our own: trying for days would not mend it. */
export function bugRetryAfter(attempts: number): number | null {
  return attempts >= BUG_ATTEMPTS ? null : retryAfter(attempts);
}
