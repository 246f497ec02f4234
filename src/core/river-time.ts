/**
 * Time as leases and waits know it: it does not go back by itself, and what a clock that jumped leaves behind is set
 * right. It stands between the clock and the rounds of walk two. What must never happen here: an event that rests
 * until a clock that was wrong comes true.
 */
import { LIMITS } from './limits.ts';
import type { Clock } from './ports.ts';

export interface RiverTime {
  /** Not earlier than before: small steps back are waited out. */
  now(): number;
  /** To be awaited before each round. */
  notice(): Promise<void>;
}

export interface Jumps {
  /** The clock was set back: what is due later than `now` was meant to be due `by_ms` earlier. */
  setBack(now: number, by_ms: number): Promise<void>;
  /** Nobody looked since then: the machine slept, or the clock was set forward. Leases of that time ran out. */
  slept(now: number, since: number): Promise<void>;
}

export function makeRiverTime(clock: Clock, { setBack, slept }: Jumps): RiverTime {
  let latest = 0;
  return {
    now: () => {
      latest = Math.max(latest, clock.now());
      return latest;
    },
    notice: async () => {
      const [now, before] = [clock.now(), latest];
      if (now < before - LIMITS.clock_step_ms) {
        // At once: of the rounds that begin together one sets it right.
        latest = now;
        try {
          await setBack(now, before - now);
        } catch (error) {
          latest = Math.max(latest, before);
          throw error;
        }
      } else {
        latest = Math.max(now, before);
        if (before > 0 && now > before + LIMITS.lease_ms / 2) await slept(now, before);
      }
    },
  };
}
