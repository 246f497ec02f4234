/**
 * The loops of walk two on Node: how its rounds follow each other, rest, and end. Node's door starts them. What must
 * never happen here: an event left with a process that has stopped.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Bridge } from '../bridge.ts';
import { LIMITS } from '../core/limits.ts';
import { traceOf } from '../core/observation.ts';
import type { Log } from '../core/ports.ts';

/**
 * Rounds of walk two under way at once. A round settles what it can and waits for its slowest shop; the bound of
 * each source (LIMITS.source_count) leaves rounds for the others.
 */
const ROUNDS = 8;
/** After a round that failed as a whole, the database out of reach for example. */
const AFTER_FAILURE_MS = 2_000;
/** A stop waits so long for the rounds under way; what they hold then is given back to whoever comes next. */
const ROUNDS_END_MS = 2_000;

/**
 * They rest while nothing is due. One wakes when something arrives, and one by the clock, for
 * what was left by others; where it finds work, it wakes the next.
 */
export function makeLoops(bridge: Bridge, log: Log, idleMs: number) {
  let stopping = false;
  let arrived = 0;
  let sleepers: (() => void)[] = [];
  let running: Promise<void>[] = [];
  let timers: NodeJS.Timeout[] = [];
  /** Loops that wait after a failure: until they look again, the clock wakes nobody else. */
  const failing = new Set<() => void>();

  async function loop(): Promise<void> {
    while (!stopping) {
      const seen = arrived;
      const worked = await bridge.work().catch((error) => {
        log('error', 'a round failed', { error: traceOf(error) });
        return -1;
      });
      // Where there was work there may be more: one more looks.
      if (worked > 0) wakeOne();
      else if (worked < 0) await restAfterFailure();
      else if (seen === arrived && !stopping) await new Promise<void>((wake) => sleepers.push(wake));
    }
  }

  async function restAfterFailure(): Promise<void> {
    if (stopping) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        failing.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, AFTER_FAILURE_MS);
      failing.add(wake);
    });
  }

  function wakeOne(): void {
    sleepers.shift()?.();
  }

  function wakeAll(): void {
    const waking = [...sleepers, ...failing];
    sleepers = [];
    for (const wake of waking) wake();
  }

  return {
    notify: () => {
      arrived++;
      wakeOne();
    },
    start: () => {
      if (running.length > 0) return;
      running = Array.from({ length: ROUNDS }, loop);
      bridge.begin().catch((error) => log('error', 'the clock was not looked at', { error: String(error) }));
      const renew = () =>
        bridge.renew().catch((error) => log('error', 'leases not renewed', { error: String(error) }));
      const look = () => {
        if (failing.size === 0) wakeOne();
      };
      timers = [setInterval(renew, LIMITS.lease_renew_ms), setInterval(look, idleMs)];
    },
    stop: async () => {
      stopping = true;
      wakeAll();
      const late = new AbortController();
      await Promise.race([
        Promise.all(running),
        wait(ROUNDS_END_MS, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      await bridge.release();
      for (const timer of timers) clearInterval(timer);
    },
  };
}
