/**
 * Long work in small steps: each step is bounded, its effects may come twice, and where the job stands is written
 * down with what the step found. It stands beside the river and goes through it. What must never happen here: a job
 * that a restart forgets, or a step that does not end.
 */
import type { Json } from './json.ts';
import type { Problem, Result } from './problem.ts';

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
  /** Null at the first step. */
  readonly position: Json;
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
