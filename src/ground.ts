/**
 * What a door brings to the house: its database, its clock, its way to the outside. What must never happen here: a runtime's
 * own word.
 */
import type { SourcesMemory } from './config/sources.ts';
import type { Env, Environment } from './config.ts';
import type { Breaker } from './core/breaker.ts';
import type { Family } from './core/counts.ts';
import type { Clock, Digest, Fetch, Log, RandomBytes } from './core/ports.ts';
import type { Buckets } from './core/rate.ts';
import type { SilenceMemory } from './core/silence.ts';
import type { Store } from './core/store.ts';
import type { Database } from './store/database.ts';

/** What a door brings. */
export interface Ground {
  /** With its tables made. */
  readonly db: Database;
  /** Where `$NAME`s are looked up. */
  readonly env: Env;
  readonly environment: Pick<Environment, 'maxBodyBytes' | 'maxUnitsPerLine'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly digest: Digest;
  /** Asks shops. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** Called when there is work for walk two. */
  notify(): void;
  /** Events and orders taken up in one round; LIMITS.claim_count unless the runtime allows less. */
  readonly claimCount?: number;
  /** Lets the door have its turn between two pieces of walk two's work. */
  readonly breath?: () => Promise<void>;
  /** How old the sources of walk one may be, in ms; 0 if left out. */
  readonly sourcesMs?: number;
  /** For doors that make a house for each call. */
  readonly memory?: HouseMemory;
  /** What /metrics tells of the process itself. */
  readonly vitals?: () => readonly Family[];
  /** Stands between the bridge and the store: for tests that let it fail. */
  readonly between?: (store: Store) => Store;
}

/** What outlives a house: plain values, no promise. */
export interface HouseMemory {
  readonly sources: SourcesMemory;
  readonly noted_at: Map<string, number>;
  readonly buckets: Buckets;
  readonly breakers: Map<string, Breaker>;
  readonly silences: SilenceMemory;
  /** When the schedules were looked at. */
  readonly looked: { at: number };
  /** When files of imports that nobody needs were thrown away. */
  readonly tidied: { at: number };
}
