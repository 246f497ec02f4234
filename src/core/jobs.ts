/**
 * Long work in small steps: each step is bounded, its effects may come twice, and where the job stands is written
 * down with what the step found. It stands beside the river and goes through it. What must never happen here: a job
 * that a restart forgets, or a step that does not end.
 */
import type { Json } from './json.ts';
import type { Problem, Result } from './problem.ts';
import type { IdKey, Slice, Sliced } from './records.ts';

export const JOB_KINDS = ['replay', 'reconcile', 'import'] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobRecord {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  /** What was asked for. */
  readonly asked: Json;
  readonly done: number;
  /** Of how many; null where that is not known. */
  readonly total: number | null;
  /** What came of it, by name: `issued`, `missing_here`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why it failed, or why its last step is to be tried again. */
  readonly problem: Problem | null;
  /** Epoch ms, as all times. */
  readonly created_at: number;
  readonly created_by: string;
  readonly started_at: number | null;
  readonly ended_at: number | null;
}

/** A job as its next step sees it. */
export interface JobStep {
  readonly id: string;
  readonly asked: Json;
  /** Null at the first step, unless the job was asked for with one. */
  readonly position: Json;
  /** How often this very step has failed so far. */
  readonly failures: number;
  readonly created_at: number;
  readonly created_by: string;
}

/** What a step did. */
export interface Stepped {
  /** Where the next one begins; null: that was the last. */
  readonly position: Json;
  /** How many more are done. */
  readonly done: number;
  /** Of how many in all, where this step has learned it. */
  readonly total?: number;
  /** To be added to the job's. */
  readonly counts: Readonly<Record<string, number>>;
  /** Rows for a person to read, in their order. */
  readonly findings: readonly Json[];
}

/** One kind of job. */
export interface Worker {
  readonly kind: JobKind;
  /** A problem whose table entry says `later` is tried again; another ends the job as failed. */
  readonly step: (job: JobStep) => Promise<Result<Stepped>>;
}

/** What is asked for. */
export interface NewJob {
  readonly kind: JobKind;
  /** As people read it: times in ISO 8601, no secret. */
  readonly asked: Json;
  /** An API key's id, `environment`, `command`, or `schedule`. */
  readonly by: string;
  /** Where that is known already. None at all: the job is done at once. */
  readonly total?: number | null;
  /** Where its first step begins. */
  readonly position?: Json;
  /** What it is to work on, each within LIMITS.body_part_bytes; gone once the job is done. */
  readonly parts?: readonly Uint8Array[];
  /** Of a scheduled one: UNIQUE. */
  readonly slot?: string;
}

export interface JobFilter {
  readonly kind?: JobKind | undefined;
  readonly state?: JobState | undefined;
}

export type FindingKey = readonly [step: number, ordinal: number];

/** What may be asked of jobs. */
export interface Jobs {
  /** Written down, with its audit entry, when it resolves; its first step comes by itself. */
  ask(it: NewJob): Promise<JobRecord>;
  job(id: string): Promise<JobRecord | null>;
  /** Newest first. */
  jobs(filter: JobFilter, slice: Slice<IdKey>): Promise<Sliced<JobRecord, IdKey>>;
  /** In their order. */
  findings(id: string, slice: Slice<FindingKey>): Promise<Sliced<Json, FindingKey>>;
  /** What a job was given to work on, by its place from 0; null after the last. */
  part(id: string, place: number): Promise<Uint8Array | null>;
  /** A step under way is finished and written down; none comes after it. Of one that is cancelled nothing changes. */
  cancel(id: string, by: string): Promise<Result<JobRecord>>;
  /** Lets one that failed or was cancelled go on where it stands. Of one that is under way nothing changes. */
  resume(id: string, by: string): Promise<Result<JobRecord>>;
}

/** A job in a worker's hands: only while its `lease` is still in the row can its step be written down. */
export interface ClaimedJob extends JobRecord {
  readonly lease: string;
  readonly position: Json;
  readonly steps: number;
  readonly failures: number;
}

/** A run of a schedule. */
export interface ScheduledRun {
  readonly slot: string;
  readonly state: JobState;
  readonly asked: Json;
}

/** What the engine asks of storage. */
export interface JobStore extends Pick<Jobs, 'job' | 'jobs' | 'findings' | 'part'> {
  /** `taken`: another process queued the job of this slot. */
  add(it: NewJob, now: number): Promise<JobRecord | 'taken'>;
  /** Takes the job of these kinds that is due for longest, for `lease_ms`. @param only no other than this one */
  claim(kinds: readonly JobKind[], now: number, only?: string): Promise<ClaimedJob | null>;
  /** A step and all that came of it in one batch. @returns false when the lease was lost: nothing is written */
  writeStep(it: ClaimedJob, stepped: Stepped, now: number): Promise<boolean>;
  /** @param due_at when its step is tried again; null: the job has failed */
  writeFailure(it: ClaimedJob, problem: Problem, due_at: number | null, now: number): Promise<void>;
  /** @param since the earliest end of a lease that is still found */
  renew(leases: readonly string[], now: number, since?: number): Promise<void>;
  /** Gives back what nothing came of. */
  letGo(leases: readonly string[], now: number): Promise<void>;
  /** As the inbox does it: the clock was set back by so much. */
  setBack(now: number, by_ms: number): Promise<void>;
  /** `gone`: no such job. `over`: its state does not allow it. `as it was`: there is nothing to change. */
  cancel(id: string, by: string, now: number): Promise<'done' | 'as it was' | 'over' | 'gone'>;
  resume(id: string, by: string, now: number): Promise<'done' | 'as it was' | 'over' | 'gone'>;
  /** The newest runs of a schedule, newest first, and last the newest that is done. @param schedule what their slots begin with */
  runs(schedule: string, limit: number): Promise<readonly ScheduledRun[]>;
}
