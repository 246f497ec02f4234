/**
 * The engine of long work: it takes one due job, lets its kind do one step, and writes down what came of it. Beside the
 * river, whose rounds call it last. What must never happen here: a step that keeps the river waiting for more than
 * itself, or a job that fails without saying why.
 */
import type { ClaimedJob, JobKind, JobStore, Jobs, Worker } from './core/jobs.ts';
import { LIMITS } from './core/limits.ts';
import { saidBy, traceOf } from './core/observation.ts';
import type { Clock, Log } from './core/ports.ts';
import { fail, ok, type Problem, problem } from './core/problem.ts';
import { retryAfter } from './core/retry.ts';
import { makeRiverTime } from './core/river-time.ts';
import { dueRun, type Schedule, slotsOf } from './core/schedule.ts';
import { isUnavailable } from './core/store.ts';

export interface JobPorts {
  readonly store: JobStore;
  /** One for each kind that this house can do; those of other kinds are left to others. */
  readonly workers: readonly Worker[];
  readonly clock: Clock;
  readonly log: Log;
  /** What is to be asked for by itself. */
  readonly schedules?: () => Promise<readonly Schedule[]>;
  /** When the schedules were looked at last; for doors that make a house for each call. */
  readonly looked?: { at: number };
}

/** With what the rounds of a process call. */
export interface JobEngine extends Jobs {
  /**
   * One step of one job that is due.
   * @param only of this one: for who has not what all of them need
   * @returns how many steps it took. @throws when the database is out of reach
   */
  work(only?: string): Promise<number>;
  /** As the bridge's. */
  begin(): Promise<void>;
  renew(): Promise<void>;
  /** Never throws. */
  release(): Promise<void>;
}

/** An idle house looks this often for what others asked for, or left: with a lease it is ten seconds. */
const LOOK_MS = 2_000;
/** And this often whether a schedule has a run due. */
const SCHEDULE_MS = 60_000;
/** Runs of a schedule that are looked at: between two that are done, some may have failed. */
const RUNS = 20;
/** Steps under way at once in one process: most of its rounds are the river's. */
const STEPS_AT_ONCE = 2;

export function makeJobs(ports: JobPorts): JobEngine {
  const { store, clock, log, schedules, looked = { at: Number.NEGATIVE_INFINITY } } = ports;
  const workers = new Map<JobKind, Worker>(ports.workers.map((it) => [it.kind, it]));
  const kinds = [...workers.keys()];
  /** Leases of the steps under way. */
  const held = new Set<string>();
  let lookAt = Number.NEGATIVE_INFINITY;
  const time = makeRiverTime(clock, {
    setBack: store.setBack,
    slept: (now, since) => store.renew([...held], now, since),
  });

  async function work(only?: string): Promise<number> {
    await time.notice();
    if (only === undefined) await askScheduled();
    const now = time.now();
    // A clock that was set back must not make it wait.
    if (held.size >= STEPS_AT_ONCE || (now < lookAt && lookAt - now <= LOOK_MS)) return 0;
    // One of many rounds looks, not all at once.
    lookAt = now + LOOK_MS;
    const job = await store.claim(kinds, now, only);
    if (!job) return 0;
    held.add(job.lease);
    lookNow();
    try {
      await stepOf(job);
    } finally {
      held.delete(job.lease);
      lookNow();
    }
    return 1;
  }

  function lookNow(): void {
    lookAt = Number.NEGATIVE_INFINITY;
  }

  async function stepOf(job: ClaimedJob): Promise<void> {
    const worker = workers.get(job.kind);
    if (!worker) throw new Error(`a job of a kind that was not asked for: ${job.kind}`);
    // Whoever takes it up once more may end as those before.
    if (job.failures >= LIMITS.deaths && job.problem?.code === 'bug') return failed(job, job.problem, null);
    const { id, asked, position, failures, created_at, created_by } = job;
    try {
      const stepped = await worker.step({ id, asked, position, failures, created_at, created_by });
      if (!stepped.ok) return await failed(job, stepped.problem, waitOf(job, stepped.problem));
      const ours = await store.writeStep(job, stepped.value, time.now());
      if (ours && stepped.value.position === null) log('info', 'job done', { job: id, kind: job.kind });
      if (!ours) log('warn', 'a step of a job was taken over', { job: id, kind: job.kind });
    } catch (error) {
      log('error', 'a step of a job failed', { job: id, kind: job.kind, error: traceOf(error) });
      const it = failureOf(error);
      await failed(job, it, waitOf(job, it));
    }
  }

  async function failed(job: ClaimedJob, it: Problem, wait: number | null): Promise<void> {
    const now = time.now();
    await store.writeFailure(job, it, wait === null ? null : now + wait, now);
    if (wait === null) log('error', 'job failed', { job: job.id, kind: job.kind, ...it });
  }

  /** A schedule that cannot be looked at holds nothing else up. */
  async function askScheduled(): Promise<void> {
    if (!schedules) return;
    const now = time.now();
    if (now < looked.at + SCHEDULE_MS && now >= looked.at) return;
    looked.at = now;
    try {
      for (const it of await schedules()) {
        if (!workers.has(it.kind)) continue;
        const due = dueRun(it, await store.runs(slotsOf(it), RUNS), now);
        if (due && (await store.add(due, now)) !== 'taken') lookNow();
      }
    } catch (error) {
      log('error', 'schedules not looked at', { error: traceOf(error) });
    }
  }

  async function moved(
    id: string,
    outcome: 'done' | 'as it was' | 'over' | 'gone',
  ): ReturnType<Jobs['cancel']> {
    const it = await store.job(id);
    if (!it || outcome === 'gone') return fail('not_found', `no job ${id}`);
    return outcome === 'over' ? fail('job_over', `${id} is ${it.state}`) : ok(it);
  }

  return {
    work,
    job: store.job,
    jobs: store.jobs,
    findings: store.findings,
    part: store.part,

    ask: async (it) => {
      const added = await store.add(it, time.now());
      if (added === 'taken') throw new Error(`another job has the slot ${it.slot}`);
      lookNow();
      return added;
    },

    cancel: async (id, by) => moved(id, await store.cancel(id, by, time.now())),

    resume: async (id, by) => {
      const outcome = await store.resume(id, by, time.now());
      lookNow();
      return moved(id, outcome);
    },

    begin: () => store.setBack(clock.now(), 0),
    renew: () => store.renew([...held], clock.now()),
    release: async () => {
      // What cannot be given back comes free when its lease ends.
      await store.letGo([...held], time.now()).catch(() => undefined);
    },
  };
}

/** Ms until the step is tried again; null: the job has failed. */
function waitOf({ id, failures }: ClaimedJob, it: Problem): number | null {
  return retryAfter(it, failures + 1, id);
}

function failureOf(error: unknown): Problem {
  return isUnavailable(error)
    ? problem('not_stored', 'the database could not be written')
    : problem('bug', saidBy(error));
}
