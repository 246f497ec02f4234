/**
 * The way to the shops: every question of walk two goes through here, under the breaker of its source. It stands
 * between understand and the integrations' gather, which it hands a `fetch` of its own. What must never happen here:
 * a shop that rests being asked, or one shop's trouble counted for another.
 */
import { troubleOf } from './answers.ts';
import {
  afterAnswer,
  afterNothing,
  afterTrouble,
  type Breaker,
  CLOSED,
  type Leave,
  leaveToAsk,
  type Shops,
  stateOf,
  type Trouble,
} from './breaker.ts';
import type { Answered } from './integration.ts';
import type { Clock, Fetch, Log } from './ports.ts';
import { type Problem, problem } from './problem.ts';

export interface ShopsPorts {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Where the breakers are kept; outlives the house where a door makes one for each call. */
  readonly breakers?: Map<string, Breaker>;
}

/** The shop rests, which is no fault of the event that asked. */
export interface Resting {
  readonly ok: false;
  readonly problem: Problem;
  /** Epoch ms. */
  readonly rests_until: number;
  /** It was asked about this event, and the rest goes on: the next time another comes first. */
  readonly probed: boolean;
}

export interface AskedShops {
  /** @returns null unless whoever asks this shop now would only learn that it rests: they need not wait for their turn */
  rests(source: string): Resting | null;
  /**
   * Runs what may ask the shop of this source. Whoever asks it nothing is not held up.
   * @param by_hand a person waits for the answer: it is asked even while it rests
   */
  ask<T>(
    source: string,
    by_hand: boolean,
    question: (fetch: Fetch) => Promise<Answered<T>>,
  ): Promise<Answered<T> | Resting>;
  states(): Shops;
}

export function makeShops({ clock, fetch, log, breakers = new Map() }: ShopsPorts): AskedShops {
  const breakerOf = (source: string) => breakers.get(source) ?? CLOSED;

  async function ask<T>(
    source: string,
    by_hand: boolean,
    question: (fetch: Fetch) => Promise<Answered<T>>,
  ): Promise<Answered<T> | Resting> {
    const here: { leave: Leave | null; seen: Trouble | null } = { leave: null, seen: null };
    const enter = (): Leave => {
      const given = leaveToAsk(breakerOf(source), clock.now(), by_hand);
      if (given.is === 'asks') breakers.set(source, given.breaker);
      return given;
    };
    const asking: Fetch = async (input, init) => {
      here.leave ??= enter();
      // What the integration makes of this is not read.
      if (here.leave.is === 'waits') throw new Error('the shop rests');
      try {
        const response = await fetch(input, init);
        here.seen = longer(here.seen, troubleOf(response, clock.now()));
        return response;
      } catch (error) {
        here.seen = longer(here.seen, { rest_ms: null });
        throw error;
      }
    };
    /** What was learned of the shop. */
    const learn = (change: (it: Breaker, probe: boolean) => Breaker): void => {
      if (here.leave?.is !== 'asks') return;
      const before = breakerOf(source);
      const after = change(before, here.leave.probe);
      breakers.set(source, after);
      tell(source, before, after);
    };
    try {
      const answered = await question(asking);
      if (here.leave?.is === 'waits') return resting(breakerOf(source), here.leave.until);
      const trouble = answered.ok ? null : longer(here.seen, answered.trouble ?? null);
      if (answered.ok || !trouble) {
        learn(afterAnswer);
        return answered;
      }
      learn((it, probe) => afterTrouble(it, trouble, answered.problem, clock.now(), probe));
      const { until } = breakerOf(source);
      return here.leave?.probe && until !== null
        ? { ok: false, problem: answered.problem, rests_until: until, probed: true }
        : { ...answered, trouble };
    } catch (error) {
      learn(afterNothing);
      throw error;
    }
  }

  function rests(source: string): Resting | null {
    const breaker = breakerOf(source);
    const leave = leaveToAsk(breaker, clock.now());
    return leave.is === 'waits' ? resting(breaker, leave.until) : null;
  }

  function tell(source: string, before: Breaker, after: Breaker): void {
    if (after.until !== null && after.until !== before.until) {
      const { failures, problem: it } = after;
      const until = new Date(after.until).toISOString();
      log('warn', 'the shop is not asked for a while', { source, until, failures, problem: it?.code });
    }
    if (after.until === null && before.until !== null) log('info', 'the shop answers again', { source });
  }

  return {
    ask,
    rests,
    states: () => new Map([...breakers].map(([source, it]) => [source, stateOf(it, clock.now())])),
  };
}

function resting({ problem: last }: Breaker, rests_until: number): Resting {
  const until = `not asked before ${new Date(rests_until).toISOString()}`;
  const why = last?.detail ? `: ${last.detail}` : '';
  const it = problem('shop_unavailable', `${until}${why}`);
  return { ok: false, problem: it, rests_until, probed: false };
}

function longer(one: Trouble | null, other: Trouble | null): Trouble | null {
  if (!one || !other) return one ?? other;
  return (other.rest_ms ?? 0) > (one.rest_ms ?? 0) ? other : one;
}
