/**
 * When a schedule has a run due, and over which time. Pure; it stands before the engine of jobs. What must never happen
 * here: a run for each time that was missed, or one beside another that still goes on.
 */
import { addDuration } from './duration.ts';
import type { JobKind, NewJob, ScheduledRun } from './jobs.ts';
import type { Json } from './json.ts';
import { LIMITS } from './limits.ts';

/** Of one source. */
export interface Schedule {
  readonly kind: JobKind;
  readonly source: string;
  /** Hours or days, as `6h`; counted from 1970 in UTC, so that `24h` is at midnight. */
  readonly every: string;
  /** How far each run looks back at least. */
  readonly window: string;
}

/** Who asks for scheduled jobs. */
const BY_SCHEDULE = 'schedule';

/** What the slots of its runs begin with. */
export function slotsOf({ kind, source }: Pick<Schedule, 'kind' | 'source'>): string {
  return `${kind}/${source}/`;
}

/**
 * @param runs its newest ones, newest first, with the newest that is done
 * @returns what is to be asked for; null: nothing now
 */
export function dueRun(it: Schedule, runs: readonly ScheduledRun[], now: number): NewJob | null {
  const every = addDuration(0, it.every);
  const slot = `${slotsOf(it)}${new Date(Math.floor(now / every) * every).toISOString()}`;
  const goesOn = runs.some(({ state }) => state === 'queued' || state === 'running');
  if (goesOn || runs.some((run) => run.slot === slot)) return null;
  const window = addDuration(0, it.window);
  // What failed, was cancelled or missed is looked at by the next that runs.
  const last = runs.find(({ state }) => state === 'done');
  const seenTo = last ? Math.min(endOf(last.asked, now), now) : now;
  const from = Math.max(Math.min(now - window, seenTo), now - Math.max(window, LIMITS.schedule_back_ms));
  const asked = { source: it.source, from: new Date(from).toISOString(), to: new Date(now).toISOString() };
  return { kind: it.kind, asked, by: BY_SCHEDULE, slot };
}

/** Up to when a run looked. */
function endOf(asked: Json, otherwise: number): number {
  const to =
    typeof asked === 'object' && asked !== null && 'to' in asked ? Date.parse(String(asked.to)) : Number.NaN;
  return Number.isNaN(to) ? otherwise : to;
}
