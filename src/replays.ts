/**
 * Replays of many events as a job: each goes down the river as one that a person sends through again, and what it
 * changes is counted and told. Beside the river. What must never happen here: a dry run that changes something, or a
 * license key among what is told.
 */
import type { Replayed, ReplayOptions } from './bridge.ts';
import type { JobStep, Jobs, Stepped, Worker } from './core/jobs.ts';
import type { Json } from './core/json.ts';
import { LIMITS } from './core/limits.ts';
import { saidBy, traceOf } from './core/observation.ts';
import type { Clock, Log } from './core/ports.ts';
import { invalid, ok, type Problem, problem, type Result } from './core/problem.ts';
import type { EventWalk, ReplayAsked, Replays, WalkedEvent, WalkFilter } from './core/replays.ts';
import { isUnavailable } from './core/store.ts';
import { makeTurns } from './core/turns.ts';

export interface ReplayPorts {
  readonly walk: EventWalk;
  readonly replay: (eventId: string, options: ReplayOptions, actor: string) => Promise<Result<Replayed>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Events of one step; LIMITS.replayed_events at most. */
  readonly step_count: number;
  /** Lets others have their turn; at once where nobody else is there. */
  readonly breath?: () => Promise<void>;
}

/** Replays under way at once: those of different sales wait for the database together. */
const AT_ONCE = 16;

/** Where the next step begins, and the last event that was there when it was asked for. */
interface Position {
  readonly after: string;
  readonly until: string;
}

/** What came of one event. */
interface Outcome {
  readonly count: 'changed' | 'unchanged' | 'waiting' | 'failed' | 'same_order';
  readonly changes: readonly { readonly change: string }[];
  readonly finding: Json | null;
}

export function makeReplays({ walk, jobs }: { walk: EventWalk; jobs: Pick<Jobs, 'ask'> }): Replays {
  return {
    ask: async (asked, by) => {
      const ids = asked.ids && [...new Set(asked.ids)];
      const missing = new Set(ids && (await walk.missing(ids)));
      if (missing.size > 0) return invalid(missingErrors(asked.ids ?? [], missing));
      const until = await walk.newest();
      const filter = filterOf({ ...asked, ids });
      const total = until === null ? 0 : await walk.count(filter, until, LIMITS.job_counted + 1);
      // Members that are undefined go.
      const plain: Json = JSON.parse(JSON.stringify({ ...asked, ids }));
      const position: Json = { after: '', until: until ?? '' };
      const known = total > LIMITS.job_counted ? null : total;
      return ok(await jobs.ask({ kind: 'replay', asked: plain, by, total: known, position }));
    },
  };
}

function missingErrors(ids: readonly string[], missing: ReadonlySet<string>) {
  return ids
    .flatMap((id, at) => (missing.has(id) ? [at] : []))
    .slice(0, LIMITS.faults_told)
    .map((at) => ({
      file: 'request',
      path: `body.ids[${at}]`,
      message: 'there is no event of this id',
      remedy: 'Send ids as GET /v1/events shows them.',
    }));
}

export function makeReplayWorker(ports: ReplayPorts): Worker {
  const { walk, clock, log, breath = async () => {} } = ports;
  const step_count = Math.max(1, Math.min(ports.step_count, LIMITS.replayed_events));

  async function step(job: JobStep): Promise<Result<Stepped>> {
    // Written by `ask` above, or by a schedule: source and times.
    const asked = job.asked as ReplayAsked;
    const between = await positionOf(job);
    const dry = asked.dry_run === true && asked.refresh !== true;
    const found = await walk.page(filterOf(asked), between, step_count, dry);
    const begun = clock.now();
    const turns = makeTurns(AT_ONCE);
    const all = await Promise.allSettled(
      found.map((event, place) =>
        turns(async () => {
          // At least one, so that every step leads on.
          if (place > 0 && clock.now() - begun >= LIMITS.job_step_ms) return null;
          await breath();
          return event.again ? SAME_ORDER : await outcomeOf(event, asked, job);
        }),
      ),
    );
    const outcomes: Outcome[] = [];
    for (const it of all) {
      if (it.status === 'rejected') throw it.reason;
      // Those after it come again with the next step, whatever became of them.
      if (it.value === null) break;
      outcomes.push(it.value);
    }
    const last = found[outcomes.length - 1];
    const over = outcomes.length === found.length && found.length < step_count;
    return ok({
      position: over || !last ? null : { after: last.id, until: between.until },
      done: outcomes.length,
      counts: countsOf(outcomes),
      findings: outcomes.flatMap(({ finding }) => (finding === null ? [] : [finding])),
    });
  }

  /** A scheduled one has none at first. */
  async function positionOf({ position }: JobStep): Promise<Position> {
    // Written by `ask`, or by the step before.
    if (position !== null) return position as unknown as Position;
    return { after: '', until: (await walk.newest()) ?? '' };
  }

  async function outcomeOf(event: WalkedEvent, asked: ReplayAsked, job: JobStep): Promise<Outcome> {
    const { dry_run = false, remap = false, refresh = false } = asked;
    try {
      const replayed = await ports.replay(event.id, { dry_run, remap, refresh }, job.created_by);
      return replayed.ok ? outcome(event, replayed.value) : failedOf(event, replayed.problem);
    } catch (error) {
      // Once more with the whole step; then it is this event, and the others go on without it.
      if (isUnavailable(error) || job.failures === 0) throw error;
      log('error', 'event not replayed', { job: job.id, event: event.id, error: traceOf(error) });
      return failedOf(event, problem('bug', saidBy(error)));
    }
  }

  return { kind: 'replay', step };
}

const SAME_ORDER: Outcome = { count: 'same_order', changes: [], finding: null };

function filterOf({ source, state, type, from, to, order, ids }: ReplayAsked): WalkFilter {
  const at = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));
  return { source, state, type, from: at(from), to: at(to), order, ids };
}

function outcome(event: WalkedEvent, { changes, state, problem: why, order_id }: Replayed): Outcome {
  const stuck = state === 'waiting' || state === 'parked';
  const count = state === 'waiting' ? 'waiting' : state === 'parked' ? 'failed' : changed(changes);
  const first = firstOf(changes);
  const told = { event_id: event.id, order_id, state, changes: first, change_count: changes.length };
  const finding = stuck || changes.length > 0 ? plain({ ...told, problem: stuck ? why : null }) : null;
  return { count, changes, finding };
}

function changed(changes: readonly unknown[]): 'changed' | 'unchanged' {
  return changes.length > 0 ? 'changed' : 'unchanged';
}

function failedOf({ id, order_id }: WalkedEvent, why: Problem): Outcome {
  const finding = plain({ event_id: id, order_id, state: null, changes: [], change_count: 0, problem: why });
  return { count: 'failed', changes: [], finding };
}

/** Of very many changes the first; without the keys of licenses. */
function firstOf(changes: readonly object[]): readonly Json[] {
  const first: Json[] = [];
  let letters = 0;
  for (const change of changes.slice(0, LIMITS.told_changes)) {
    const told = plain({ ...change, key: undefined });
    letters += JSON.stringify(told).length;
    if (letters > LIMITS.told_letters) break;
    first.push(told);
  }
  return first;
}

/** As it is stored: members that are undefined go. */
function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value));
}

function countsOf(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const { count, changes } of outcomes) {
    add(`events_${count}`);
    for (const { change } of changes) add(change);
  }
  return counts;
}
