/**
 * Durations as vendors write them: `72h`, `35d`, `3m`, `2y`. Used by policies, grace and `keep_for`.
 * What must never happen here: a time zone, or a month that spills into the one after next.
 */

const DURATION = /^([1-9]\d{0,4})([hdmy])$/;
const HOUR_MS = 3_600_000;

/** Hours, days, months or years; where hours make no sense the schema says so. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/**
 * Calendar arithmetic in UTC. A day that the target month lacks becomes its last: 31 Jan + 1m = 28 or 29 Feb.
 * @param at_ms epoch ms
 * @param duration as `isDuration` accepts it; anything else is a bug and throws
 * @param times three times `1m` is `3m`, which is not a month after a month after a month
 * @returns epoch ms
 */
export function addDuration(at_ms: number, duration: string, times = 1): number {
  const [, digits, unit] = DURATION.exec(duration) ?? [];
  if (digits === undefined) throw new Error(`not a duration: ${duration}`);
  const count = Number(digits) * times;
  if (unit === 'h') return at_ms + count * HOUR_MS;
  if (unit === 'd') return at_ms + count * 24 * HOUR_MS;
  const from = new Date(at_ms);
  const to = new Date(at_ms);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + count * (unit === 'y' ? 12 : 1));
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return to.getTime();
}
