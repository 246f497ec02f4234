/**
 * Follows a job to its end: shows how far it is, and works on it where nobody else does. A second way to the same end
 * is no harm: every step is taken under a lease. What must never happen here: a job that is lost because somebody
 * pressed Ctrl-C.
 */
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { Job } from '../client/index.ts';
import { LIMITS } from '../core/limits.ts';
import { type Told, told } from './asking.ts';
import { CALL } from './called.ts';
import type { Connection } from './connect.ts';
import type { OpenLedger } from './open.ts';
import { failed, type Outcome, type Trouble } from './outcome.ts';
import { exitOf, listenForStops, type Stop } from './signals.ts';
import type { Terminal } from './terminal.ts';

export type Followed = { readonly job: Job } | { readonly outcome: Outcome };

/** How often a job is looked at, in ms: at first, and at last. */
const LOOK_MS = 150;
const LOOK_MS_AT_LAST = 1_000;
/** So long a server may be away, to be started anew for example. */
const AWAY_MS = 60_000;

/** @param what as a word: `Replay` */
export async function follow(
  first: Job,
  what: string,
  connection: Connection,
  terminal: Terminal,
): Promise<Followed> {
  const { api, house } = connection;
  const stops = listenForStops();
  const bar = await terminal.bar(what);
  const able = house !== null && (await isAble(first, house));
  if (house && !able && first.ended_at === null) terminal.warn(CLOSED_HERE);
  const work = able ? workOf(house, first.id) : null;
  let job = first;
  let answered = Date.now();
  try {
    for (let ms = LOOK_MS; ; ms = Math.min(ms * 1.5, LOOK_MS_AT_LAST)) {
      bar.at(job.progress.done, job.progress.total);
      if (job.ended_at !== null) return { job };
      const stopped = stops.seen();
      if (stopped !== null) return { outcome: interrupted(job, stopped, connection) };
      const worked = (await work?.step()) ?? 0;
      // Another process may have it in its hands.
      if (worked === 0) await Promise.race([wait(ms), stops.asked]);
      const looked: Told<Job> = await told(connection, api.GET('/v1/jobs/{id}', { path: { id: job.id } }));
      if (looked.ok) {
        job = looked.value;
        answered = Date.now();
      } else if (!isAway(looked) || Date.now() - answered > AWAY_MS) {
        return { outcome: lostSight(looked.outcome, job, connection) };
      }
    }
  } finally {
    await work?.end();
    bar.end();
    stops.release();
  }
}

function isAway({ problem }: Extract<Told<Job>, { readonly ok: false }>): boolean {
  return problem.code === 'unreachable' || problem.code === 'not_stored';
}

const CLOSED_HERE =
  'A source of this job is closed in this shell: its steps are left to the Keyferry that runs on this database.';
const ofSource = z.looseObject({ source: z.string() });
const storedAlone = z.looseObject({ dry_run: z.literal(true), refresh: z.literal(false).optional() });

/** Whether this shell has what the job needs: an import needs no shop, others the secrets of their sources. */
async function isAble({ kind, asked }: Job, { sources }: OpenLedger): Promise<boolean> {
  // A dry replay reads what is stored with its events.
  if (kind === 'import' || (kind === 'replay' && storedAlone.safeParse(asked).success)) return true;
  const its = ofSource.safeParse(asked);
  const all = [...(await sources.latest()).values()];
  return all.every(({ name, settings }) => settings.ok || (its.success && its.data.source !== name));
}

/**
 * Takes the steps in this process; they keep their lease however long they take. Of this job alone: what others need,
 * this shell may not have.
 */
function workOf({ jobs }: OpenLedger, id: string): { step(): Promise<number>; end(): Promise<void> } {
  const renewing = setInterval(() => {
    // What cannot be renewed is taken over, and done once more.
    jobs.renew().catch(() => undefined);
  }, LIMITS.lease_renew_ms);
  return {
    step: () => jobs.work(id),
    end: async () => {
      clearInterval(renewing);
      await jobs.release();
    },
  };
}

function interrupted({ id, kind }: Job, signal: Stop, { house, way }: Connection): Outcome {
  const look = `\`${CALL} jobs watch ${id}${way}\` follows it, \`${CALL} jobs cancel ${id}${way}\` ends it.`;
  const goes = house
    ? 'It goes on with the Keyferry that runs on this database, or with its next start.'
    : 'It goes on there.';
  const it: Trouble = {
    code: 'interrupted',
    title: `The ${kind} is no longer followed`,
    detail: goes,
    hint: look,
  };
  return { ...failed(it, exitOf(signal)), document: { job: id, error: it } };
}

function lostSight(outcome: Outcome, { id }: Job, { way }: Connection): Outcome {
  const { trouble } = outcome;
  if (!trouble) return outcome;
  const hint = `${trouble.hint} The job is ${id}: \`${CALL} jobs watch ${id}${way}\` follows it again.`;
  return failed({ ...trouble, hint }, outcome.exit);
}

/** Findings that a command shows; `jobs findings` lists all. */
const SHOWN = 50;

export interface Findings<T> {
  readonly items: readonly T[];
  /** As they came. */
  readonly raw: readonly unknown[];
  readonly more: boolean;
}

/** The first of what a job found. What does not look as it should is left to `--json`. */
export async function findingsOf<T>(
  id: string,
  shape: z.ZodType<T>,
  connection: Connection,
  json: boolean,
): Promise<
  { readonly ok: true; readonly value: Findings<T> } | { readonly ok: false; readonly outcome: Outcome }
> {
  const query = { limit: json ? MOST : SHOWN };
  const page = await told(connection, connection.api.GET('/v1/jobs/{id}/findings', { path: { id }, query }));
  if (!page.ok) return page;
  const raw: readonly unknown[] = page.value.items;
  const items = raw.flatMap((it) => {
    const read = shape.safeParse(it);
    return read.success ? [read.data] : [];
  });
  return { ok: true, value: { items, raw, more: page.value.next_cursor !== null } };
}

const MOST = 200;
