/**
 * Keeps the pace of every source, and flags one from which nothing comes for longer than usual. It stands beside the
 * river: what was heard is remembered by walk one and written down once a minute. What must never happen here: a
 * failure that reaches an event.
 */
import type { Observe } from './observation.ts';
import { HEARD_MS, type Pace, sayGap, silentSince } from './pace.ts';
import type { Clock, Log } from './ports.ts';
import type { SourceStatus } from './sources.ts';

export interface Heard {
  readonly source: string;
  /** Epoch ms. */
  readonly at: number;
}

/** The paces as they are stored. */
export interface Paces {
  /** Each at its source. A flag of its silence goes with it. */
  hear(heard: readonly Heard[]): Promise<void>;
  of(sources: readonly string[]): Promise<ReadonlyMap<string, Pace>>;
  /** Flags its silence, unless it is flagged or something came by now. @returns whether this flagged it */
  flag(source: string, pace: Pace, detail: string, now: number): Promise<boolean>;
}

export interface SilencePorts {
  readonly paces: Paces;
  readonly statuses: () => Promise<readonly SourceStatus[]>;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
  readonly memory?: SilenceMemory;
  /** Since when this process listens, epoch ms; left out where the house is never down. */
  readonly listens_since?: number;
}

/** What outlives a house that is made for each call: plain values. */
export interface SilenceMemory {
  /** Source → when it was heard last, not written yet. */
  readonly heard: Map<string, number>;
  wrote_at: number | null;
  looked_at: number | null;
}

export function silenceMemory(): SilenceMemory {
  return { heard: new Map(), wrote_at: null, looked_at: null };
}

/** When a source was heard last, and since when it is silent for longer than usual. */
export interface Silence {
  readonly last_at: number;
  readonly silent_since: number | null;
}

export interface Silences {
  heard(source: string, at: number): void;
  /** Writes what was heard, once a minute at most, and flags who fell silent, every ten. Never throws. */
  look(): Promise<void>;
  /** Of those that were ever heard. */
  of(sources: readonly string[]): Promise<ReadonlyMap<string, Silence>>;
}

/** Who is flagged was silent for hours: minutes do not matter, and an idle house asks little. */
const LOOK_MS = 10 * 60_000;
/** After a start or a sleep, shops that could not reach us have this long to be heard again. */
const GRACE_MS = 3_600_000;

export function makeSilences(ports: SilencePorts): Silences {
  const { paces, clock, observe, log, memory = silenceMemory() } = ports;
  let { listens_since } = ports;
  let looked_last = listens_since;

  /** What was down or asleep heard nothing: that is no shop's silence. */
  function sinceWhen(pace: Pace, now: number): number | null {
    const settlingIn = listens_since !== undefined && now - listens_since < GRACE_MS;
    return settlingIn ? null : silentSince(pace, now);
  }

  /** Looks come every second or so. Where an hour lies between two, the machine slept, or its clock was set. */
  function noticeSleep(now: number): void {
    if (looked_last === undefined) return;
    if (Math.abs(now - looked_last) >= GRACE_MS) listens_since = now;
    looked_last = now;
  }

  async function writeHeard(): Promise<void> {
    const heard = [...memory.heard].map(([source, at]) => ({ source, at }));
    if (heard.length === 0) return;
    await paces.hear(heard);
    for (const { source, at } of heard) if (memory.heard.get(source) === at) memory.heard.delete(source);
  }

  async function flagSilent(now: number): Promise<void> {
    // From one that is closed nothing can come, and it says so itself.
    const names = (await ports.statuses()).filter((it) => it.open).map(({ name }) => name);
    for (const [source, pace] of await paces.of(names)) {
      const since = sinceWhen(pace, now);
      // It spoke, and that is not written down yet.
      if (since === null || memory.heard.has(source)) continue;
      const detail = `nothing since ${new Date(since).toISOString()}; its longest pause in four weeks was ${sayGap(pace.longest_ms)}`;
      if (await paces.flag(source, pace, detail, now)) observe({ is: 'silent', source, since });
    }
  }

  return {
    heard: (source, at) => {
      memory.heard.set(source, Math.max(at, memory.heard.get(source) ?? at));
    },

    look: async () => {
      const now = clock.now();
      noticeSleep(now);
      try {
        if (isOver(memory.wrote_at, HEARD_MS, now)) {
          memory.wrote_at = now;
          await writeHeard();
        }
        if (isOver(memory.looked_at, LOOK_MS, now)) {
          memory.looked_at = now;
          await flagSilent(now);
        }
      } catch (error) {
        log('warn', 'pace not kept', { error: String(error) });
      }
    },

    of: async (sources) => {
      const now = clock.now();
      const known = await paces.of(sources);
      return new Map(
        sources.flatMap((source) => {
          const pace = known.get(source);
          const heard = memory.heard.get(source);
          if (!pace) return heard === undefined ? [] : [[source, { last_at: heard, silent_since: null }]];
          const last_at = Math.max(pace.last_at, heard ?? 0);
          return [[source, { last_at, silent_since: sinceWhen({ ...pace, last_at }, now) }]];
        }),
      );
    },
  };
}

/** Either way: a clock that was set back stops nothing for longer. */
function isOver(last: number | null, ms: number, now: number): boolean {
  return last === null || Math.abs(now - last) >= ms;
}
