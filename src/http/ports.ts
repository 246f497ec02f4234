/** What the HTTP side of the house asks for. Each door puts it together. */
import type { Bridge } from '../bridge.ts';
import type { OrdersByHand } from '../core/by-hand.ts';
import type { Counts, Family } from '../core/counts.ts';
import type { Adoptions } from '../core/given-keys.ts';
import type { Jobs } from '../core/jobs.ts';
import type { Observe } from '../core/observation.ts';
import type { People } from '../core/people.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Privacy } from '../core/privacy-records.ts';
import type { Buckets } from '../core/rate.ts';
import type { ApiKeys, KeyHolder, Records } from '../core/records.ts';
import type { Refusals } from '../core/refusals.ts';
import type { Replays } from '../core/replays.ts';
import type { Resolutions } from '../core/resolving.ts';
import type { Silences } from '../core/silence.ts';
import type { Sources } from '../core/sources.ts';
import type { Alarms, Revisions } from '../core/store.ts';
import type { WhyRefused } from '../core/why-refused.ts';

export interface AppPorts {
  readonly bridge: Bridge;
  readonly records: Records;
  readonly privacy: Privacy;
  readonly people: People;
  readonly keys: ApiKeys;
  readonly sources: Sources;
  readonly revisions: Revisions;
  readonly adoptions: Adoptions;
  readonly orders: OrdersByHand;
  readonly jobs: Jobs;
  readonly replays: Replays;
  readonly resolutions: Resolutions;
  readonly raise: Alarms['raise'];
  readonly refuse: Refusals['refuse'];
  readonly whyRefused: WhyRefused;
  readonly silences: Silences;
  readonly observe: Observe;
  /** What this process counted; left out where processes are many and short-lived. */
  readonly counts?: Counts;
  /** Of the process itself, where the runtime tells. */
  readonly vitals?: () => readonly Family[];
  readonly clock: Clock;
  readonly log: Log;
  /** Of a webhook. */
  readonly max_body_bytes: number;
  readonly version: string;
  /** When a refusal of each list and reason was last kept; outlives the app where a door makes one for each call. */
  readonly noted_at?: Map<string, number>;
  /** How often each API key has asked; outlives the app as `noted_at` does. */
  readonly buckets?: Buckets;
  /** Called when there is work for walk two: an event was stored, or parked lines have new rules. */
  notify(): void;
}

/** What Hono carries along with a request. */
export interface HttpEnv {
  /** `incoming` is there on Node: see body.ts. */
  readonly Bindings: { readonly incoming?: unknown };
  readonly Variables: { holder: KeyHolder };
}
