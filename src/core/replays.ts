/**
 * Replays of many events: what is asked for, and how the events are walked through. What must never happen here: an
 * event that came after it was asked for.
 */
import type { JobRecord } from './jobs.ts';
import type { Result } from './problem.ts';
import type { EventFilter } from './records.ts';

/** Which events; all of it must fit. */
export interface WalkFilter extends EventFilter {
  readonly ids?: readonly string[] | undefined;
}

/** As it is written down with the job: times in ISO 8601. */
export interface ReplayAsked extends Omit<WalkFilter, 'from' | 'to'> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly remap?: boolean | undefined;
  readonly refresh?: boolean | undefined;
}

export interface WalkedEvent {
  readonly id: string;
  readonly order_id: string | null;
  /** An earlier event of the same order fits too, and both are done and can be read: they tell the same of it. */
  readonly again: boolean;
}

/** What a replay asks of storage: events by a filter, oldest first. */
export interface EventWalk {
  /** The id of the newest event; null when there is none. */
  newest(): Promise<string | null>;
  /** How many there are up to this one, counted no further than `most`. */
  count(filter: WalkFilter, until: string, most: number): Promise<number>;
  /** @param again whether it is to be said of each; else it is false */
  page(
    filter: WalkFilter,
    between: { readonly after: string; readonly until: string },
    limit: number,
    again: boolean,
  ): Promise<readonly WalkedEvent[]>;
  /** Those of which there is no event. */
  missing(ids: readonly string[]): Promise<readonly string[]>;
}

export interface Replays {
  /** @returns the job; one that has nothing to do is done already. `request_invalid`: an event is not there */
  ask(asked: ReplayAsked, by: string): Promise<Result<JobRecord>>;
}
