/**
 * The breaker of one source: whether its shop may be asked just now. Closed, everybody asks; after several questions
 * in a row that brought nothing it opens, and the shop rests; then one question at a time is let through, until one is
 * answered. Pure: plain values, and time is an argument. What must never happen here: a shop that is never asked again.
 */
import { LIMITS } from './limits.ts';
import type { Problem } from './problem.ts';

/** The shop itself is in trouble, whatever it is asked: out of reach, overrun, or answering nonsense. */
export interface Trouble {
  /** For how long it asked to be left alone, in ms; null when it did not say. */
  readonly rest_ms: number | null;
}

export interface Breaker {
  /** Questions in a row that brought nothing. */
  readonly failures: number;
  /** Rests in a row: each is longer than the one before. */
  readonly rests: number;
  /** Until when the shop rests, epoch ms; null: it does not. */
  readonly until: number | null;
  /** Until when the question is waited for that was let through after the rest; null: there is none under way. */
  readonly probe_until: number | null;
  /** What came of the last question that brought nothing. */
  readonly problem: Problem | null;
}

/** A breaker as it is shown. */
export interface ShopState {
  readonly state: 'closed' | 'open' | 'half_open';
  readonly failures: number;
  /** When it is asked again, epoch ms; null when it is asked now. */
  readonly until: number | null;
  readonly problem: Problem | null;
}

/** Shops by the names of their sources; those that nobody asked are missing. */
export type Shops = ReadonlyMap<string, ShopState>;

/** Of a shop that nobody asked yet. */
export const NOT_ASKED: ShopState = { state: 'closed', failures: 0, until: null, problem: null };

export const CLOSED: Breaker = { failures: 0, rests: 0, until: null, probe_until: null, problem: null };

/** How somebody may ask, or until when they wait. */
export type Leave =
  | { readonly is: 'asks'; readonly probe: boolean; readonly breaker: Breaker }
  | { readonly is: 'waits'; readonly until: number };

/** @param by_hand a person wants to know now: their question is the one that is let through */
export function leaveToAsk(it: Breaker, now: number, by_hand = false): Leave {
  if (it.until === null) return { is: 'asks', probe: false, breaker: it };
  const rests = isAhead(it.until, now);
  const probed = it.probe_until !== null && isAhead(it.probe_until, now);
  if (by_hand || (!rests && !probed)) {
    return { is: 'asks', probe: true, breaker: { ...it, probe_until: now + LIMITS.shop_probe_ms } };
  }
  return { is: 'waits', until: rests ? it.until : now + LIMITS.shop_probed_ms };
}

/** The shop answered, be it with a no. Of an open breaker only the question that was let through says anything. */
export function afterAnswer(it: Breaker, probe: boolean): Breaker {
  return it.until === null || probe ? CLOSED : it;
}

/** Nothing was learned about the shop: the next question may be the one that is let through. */
export function afterNothing(it: Breaker, probe: boolean): Breaker {
  return probe ? { ...it, probe_until: null } : it;
}

export function afterTrouble(
  it: Breaker,
  { rest_ms }: Trouble,
  problem: Problem,
  now: number,
  probe: boolean,
): Breaker {
  const failures = it.failures + 1;
  const told = Math.min(rest_ms ?? 0, LIMITS.shop_told_rest_ms);
  // Asked before it opened, and failed only now: nothing new, unless the shop says how long.
  if (it.until !== null && !probe) {
    return { ...it, failures, problem, until: told > 0 ? Math.max(it.until, now + told) : it.until };
  }
  // A person's question, or one that was given up for lost, may fail after another was answered: one failure of many.
  const opens = (probe && it.until !== null) || failures >= LIMITS.shop_failures;
  if (!opens && told === 0) return { ...it, failures, problem };
  const own = opens ? Math.min(LIMITS.shop_rest_ms * 2 ** it.rests, LIMITS.shop_rest_most_ms) : 0;
  return { failures, rests: it.rests + 1, until: now + Math.max(own, told), probe_until: null, problem };
}

export function stateOf({ failures, until, problem }: Breaker, now: number): ShopState {
  if (until === null) return { state: 'closed', failures, until: null, problem };
  return isAhead(until, now)
    ? { state: 'open', failures, until, problem }
    : { state: 'half_open', failures, until: null, problem };
}

/** No rest is longer than the longest: one that seems so was begun before the clock was set back. */
function isAhead(until: number, now: number): boolean {
  return until > now && until - now <= LIMITS.shop_told_rest_ms;
}
