/**
 * Walk two within one invocation: as many rounds as its bounds allow, and what the next one is told. What must
 * never happen here: truth in a message. Messages only say "look"; what is due stands in the database, and the
 * clock looks every minute whether or not one came.
 */
import type { Bridge } from '../bridge.ts';
import { LIMITS } from '../core/limits.ts';
import type { Clock, Log } from '../core/ports.ts';
import { isUnavailable } from '../core/store.ts';
import type { OpenHouse } from './open.ts';
import type { Pause, Queue } from './platform.ts';

/** No round begins after this many statements, of the thousand that D1 allows to one invocation. */
const QUERIES = 500;
/** Nor after this time, in ms: what goes on after an answer is cut off after thirty seconds. */
const LONGEST_MS = 15_000;
/** What is due later than this is found by the clock. */
const SOON_MS = 60_000;

/**
 * Before each try after the first where the database does not answer, in ms. What an invocation leaves without
 * giving it back looks as if its worker had died, and few deaths park an event.
 */
const PAUSES_MS = [250, 500, 1_000, 2_000] as const;

/** What is left: work that is due already, work that is due soon, or nothing that this invocation knows of. */
export type Left = { readonly due_in_ms: number } | null;

/** @throws when a round failed as a whole, again and again; what it held comes back when its leases run out */
export async function workWithin(
  { bridge, records, tally }: OpenHouse,
  clock: Clock,
  pause: Pause,
): Promise<Left> {
  const begun = clock.now();
  let worked = false;
  for (;;) {
    const took = await patiently(pause, () => bridge.work());
    worked ||= took > 0;
    if (took === 0) break;
    if (tally.count() >= QUERIES || clock.now() - begun >= LONGEST_MS) return { due_in_ms: 0 };
  }
  // Only whoever worked asks when to come again: a message that finds nothing to do is the last of its kind.
  const next = worked ? await records.nextDue() : null;
  const due_in_ms = next === null ? SOON_MS : Math.max(0, next - clock.now());
  return due_in_ms < SOON_MS ? { due_in_ms } : null;
}

async function patiently<T>(pause: Pause, run: () => Promise<T>): Promise<T> {
  for (const ms of PAUSES_MS) {
    try {
      return await run();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    await pause(ms);
  }
  return run();
}

/** Asks for another invocation. One that gets lost costs a minute at most. */
export async function sendWord(queue: Queue, { due_in_ms }: NonNullable<Left>, log: Log): Promise<void> {
  try {
    await queue.send('look', { delaySeconds: Math.ceil(due_in_ms / 1000) });
  } catch (error) {
    log('warn', 'no word sent to the queue; the clock finds the work', { error: String(error) });
  }
}

/** Keeps what a long call holds, be it a round or a replay, for as long as it lasts. */
export async function renewing<T>(bridge: Bridge, log: Log, run: () => Promise<T>): Promise<T> {
  const renewal = setInterval(() => {
    bridge.renew().catch((error: unknown) => log('error', 'leases not renewed', { error: String(error) }));
  }, LIMITS.lease_renew_ms);
  try {
    return await run();
  } finally {
    clearInterval(renewal);
  }
}
