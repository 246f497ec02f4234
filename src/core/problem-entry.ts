/**
 * What is said of an expected failure: an entry of the table in problems.ts.
 */

/** Where in the river a failure arises. */
export type Stage =
  | 'config'
  | 'receive'
  | 'verify'
  | 'store'
  | 'gather'
  | 'normalize'
  | 'merge'
  | 'map'
  | 'plan'
  | 'settle'
  | 'api';

/** `later`: the machine tries again. `after-change`: it goes on once a person changed something. */
export type Retry = 'never' | 'later' | 'after-change';

export interface Entry {
  readonly stage: Stage;
  /** The HTTP status where this failure answers a request. */
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
  /** What the reader can do about it, in one or two sentences. */
  readonly hint: string;
}
