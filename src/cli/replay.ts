/**
 * `keyferry replay`: sends one stored event through the river again, or all that fit a filter, as a job. Nothing to
 * change is the usual answer, and success. What must never happen here: an event of a source that is closed in this
 * shell read with less than the running Keyferry knows.
 */
import * as z from 'zod';
import type { Job, Paths } from '../client/index.ts';
import { told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { findingsOf, follow } from './follow.ts';
import type { FollowOptions } from './jobs.ts';
import { countsText, jobText, problemLines } from './jobs-text.ts';
import type { OpenLedger } from './open.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { counted, harmless, type Paint, painted, remedy, state, wrap } from './text.ts';
import { changesTable } from './timeline-text.ts';

type Asked = Paths['/v1/replays']['post']['body'];
type Replayed = Paths['/v1/events/{id}/replay']['post']['answer'];

export interface HowToReplay extends Where {
  readonly dryRun: boolean;
  readonly remap: boolean;
  readonly refresh: boolean;
}

export interface ReplayFilters {
  readonly source?: string;
  readonly state?: NonNullable<Asked>['state'];
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly order?: string;
}

export function replay(event: string, options: HowToReplay, terminal: Terminal): Promise<Outcome> {
  const { paint, width } = terminal;
  return connected(options, terminal, async (connection) => {
    const closed = connection.house && (await sourceClosed(event, connection.house));
    if (closed && !asksNobody(options)) return refused([closed]);
    const body = howOf(options);
    const call = connection.api.POST('/v1/events/{id}/replay', { path: { id: event }, body });
    const replayed = await told(connection, call);
    if (!replayed.ok) {
      const isClosed = replayed.problem.code === 'source_closed';
      return closed && isClosed ? refused([closed]) : replayed.outcome;
    }
    const { value } = replayed;
    // A parked event is what a replay was to mend: it failed then. A waiting one goes on by itself.
    const exit = value.state === 'parked' ? 1 : 0;
    const text = [replayText(event, value, paint, width)];
    if (closed) {
      const said = `${closed.name} is closed in this shell (${closed.why}): read from what is stored with the event.`;
      text.push(...wrap(said, width));
    }
    return done({ event, ...value }, text.join('\n'), exit);
  });
}

function howOf({ dryRun: dry_run, remap, refresh }: HowToReplay) {
  return { dry_run, remap, refresh };
}

/** Such a replay reads what is stored, and writes nothing. */
function asksNobody({ dryRun, refresh }: HowToReplay): boolean {
  return dryRun && !refresh;
}

interface ClosedSource {
  readonly name: string;
  /** The variables that are missing here, or what else keeps it closed. */
  readonly why: string;
}

/** Sources for which this shell has not what they need; the running Keyferry may have it. */
async function closedHere({ sources }: OpenLedger): Promise<readonly ClosedSource[]> {
  return [...(await sources.latest()).values()].flatMap(({ name, settings }) =>
    settings.ok ? [] : [{ name, why: settings.problem.detail }],
  );
}

async function sourceClosed(event: string, house: OpenLedger): Promise<ClosedSource | null> {
  const found = await house.store.readEvent(event);
  return (await closedHere(house)).find(({ name }) => name === found?.source) ?? null;
}

function refused(closed: readonly ClosedSource[]): Outcome {
  return failed(
    {
      code: 'source_closed',
      title: 'The source of this event is closed in this shell',
      detail: closed.map(({ name, why }) => `${name}: ${why}`).join('; '),
      hint: 'Set here what the running Keyferry has, or replay through it, with --url. With --dry-run, answers of the shop that are stored already are enough.',
    },
    2,
  );
}

export function replayAll(
  options: ReplayFilters & HowToReplay & FollowOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { source, state: standing, type, from, to, order, detach } = options;
  return connected(options, terminal, async (connection) => {
    if (connection.house && !asksNobody(options)) {
      const closed = await closedHere(connection.house);
      const touched = closed.filter(({ name }) => source === undefined || name === source);
      if (touched.length > 0) return refused(touched);
    }
    const body = { source, state: standing, type, from, to, order, ...howOf(options) };
    const asked = await told(connection, connection.api.POST('/v1/replays', { body }));
    if (!asked.ok) return asked.outcome;
    if (detach) return detached(asked.value, connection, terminal);
    const followed = await follow(asked.value, 'Replay', connection, terminal);
    return 'outcome' in followed ? followed.outcome : replayedAll(followed.job, connection, terminal);
  });
}

/** A job that was asked for, and goes on alone. */
export function detached(job: Job, { way }: Connection, { paint, width }: Terminal): Outcome {
  const hint = `Follow it: ${CALL} jobs watch ${job.id}${way}`;
  return done(job, [jobText(job, paint, width), ...remedy(hint, width)].join('\n'));
}

/** As a replay writes them. */
const finding = z.looseObject({
  event_id: z.string(),
  order_id: z.string().nullable(),
  state: z.string().nullable(),
  changes: z.array(
    z.looseObject({
      change: z.string(),
      line_id: z.string(),
      unit: z.int(),
      part: z.string(),
      license_id: z.string().optional(),
    }),
  ),
  problem: z.unknown(),
});

async function replayedAll(job: Job, connection: Connection, terminal: Terminal): Promise<Outcome> {
  const { paint, width, json } = terminal;
  const found = await findingsOf(job.id, finding, connection, json);
  if (!found.ok) return found.outcome;
  const { items, raw, more } = found.value;
  const stuck = Object.entries(job.counts).some(([name, count]) => name === 'events_failed' && count > 0);
  const text = [
    jobHead(job, 'event', paint),
    ...countsText(job, paint),
    ...problemLines(job.problem, paint, width),
    ...items.flatMap((it) => [
      '',
      `${paint('strong', harmless(it.event_id))}  ${painted(state(it.state ?? 'failed'), paint)}  ${it.order_id ?? ''}`.trimEnd(),
      ...changesTable(it.changes, paint),
      ...problemLines(it.problem, paint, width),
    ]),
    ...moreText(more, job, connection),
  ];
  const document = { ...job, findings: raw, findings_truncated: more };
  return done(document, text.join('\n'), job.state === 'done' && !stuck ? 0 : 1);
}

/** `job_01K…  done  12 events (dry run: nothing was written)` */
export function jobHead(job: Job, what: string, paint: Paint): string {
  const dry = z.looseObject({ dry_run: z.literal(true) }).safeParse(job.asked).success;
  const would = dry ? ' (dry run: nothing was written)' : '';
  return `${paint('strong', job.id)}  ${painted(state(job.state), paint)}  ${counted(job.progress.done, what)}${would}`;
}

export function moreText(more: boolean, { id }: Job, { way }: Connection): string[] {
  return more ? ['', `There are more: ${CALL} jobs findings ${id} --all${way}`] : [];
}

export function replayText(event: string, it: Replayed, paint: Paint, width: number): string {
  const would = it.dry_run ? ' (dry run: nothing was written)' : '';
  const head = `${paint('strong', harmless(event))}  ${it.state}${it.order_id === null ? '' : `  ${it.order_id}`}`;
  const { length } = it.changes;
  const changes =
    length === 0
      ? [`${paint('good', 'No changes')}: sale and licenses agree already.${would}`]
      : [`${counted(length, 'change')}${would}:`, ...changesTable(it.changes, paint)];
  return [head, ...changes, ...problemLines(it.problem, paint, width, '')].join('\n');
}
