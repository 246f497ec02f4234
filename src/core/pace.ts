/**
 * How often a shop usually speaks, and when its silence is longer than that. Pure. It stands beside the river. What
 * must never happen here: an alarm for a shop that is new, or that sells rarely.
 */

/** What is known of a source's pace: its gaps of the last PACE_DAYS. */
export interface Pace {
  /** Since when it is known, and when it spoke last: epoch ms. */
  readonly since: number;
  readonly last_at: number;
  /** Gaps of at least HEARD_MS between two of its events. */
  readonly gaps: number;
  /** The longest of them, in ms. What was longer than its patience is none of them, flagged or not: it was not usual. */
  readonly longest_ms: number;
}

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What comes within this time is one beat: shops send several events for one sale. */
export const HEARD_MS = 60_000;
/** The days of which the longest gap is kept: four weekends. */
export const PACE_DAYS = 28;
/** A pace is known only after a whole week, nights and weekend included, and so many gaps: about one sale a day. */
export const KNOWN_MS = 7 * DAY_MS;
export const KNOWN_GAPS = 30;
/**
 * Where events come by chance, one gap in about 50,000 is this many times as long as the longest of the thirty
 * before it.
 */
export const FACTOR = 4;
/** Shorter silences are no matter, however busy the shop is. */
export const LEAST_MS = 6 * HOUR_MS;

/** @returns how long it may be silent, in ms; null while its pace is not known */
export function patienceWith({ since, last_at, gaps, longest_ms }: Pace): number | null {
  if (gaps < KNOWN_GAPS || last_at - since < KNOWN_MS) return null;
  return Math.max(LEAST_MS, FACTOR * longest_ms);
}

/** @returns since when it is silent for longer than usual, epoch ms; null when it is not */
export function silentSince(pace: Pace, now: number): number | null {
  const patience = patienceWith(pace);
  return patience !== null && now - pace.last_at > patience ? pace.last_at : null;
}

/** As a person says it: `36 hours`, `5 days`. */
export function sayGap(ms: number): string {
  const hours = Math.round(ms / HOUR_MS);
  if (hours >= 72) return `${Math.round(hours / 24)} days`;
  if (hours >= 2) return `${hours} hours`;
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
