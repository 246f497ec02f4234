/**
 * `keyferry replay`: sends one stored event through the river again, directly on the database; safe beside a
 * running server. Nothing to change is the usual answer, and success. What must never happen here: an event of a
 * source that is closed in this shell read with less than the running Keyferry knows.
 */
import type { Replayed, ReplayOptions } from '../bridge.ts';
import { isClosed } from '../core/problem.ts';
import { ACTOR, type OpenLedger, withLedger } from './open.ts';
import { done, failed, failedBy, type Outcome, troubleOf } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, counted, type Paint, remedy, table, wrap } from './text.ts';

export function replay(eventId: string, options: ReplayOptions, terminal: Terminal): Promise<Outcome> {
  const { paint, width } = terminal;
  return withLedger(terminal, 'existing', async (ledger) => {
    const closed = await closedSource(eventId, ledger);
    if (closed && !asksNobody(options)) return refused(closed);
    const replayed = await ledger.bridge.replay(eventId, options, ACTOR);
    if (!replayed.ok) {
      return closed && isClosed(replayed.problem) ? refused(closed) : failedBy(replayed.problem);
    }
    const { value } = replayed;
    const problem = value.problem === null ? null : troubleOf(value.problem);
    // A parked event is what a replay was to mend: it failed then. A waiting one goes on by itself.
    const exit = value.state === 'parked' ? 1 : 0;
    const text = [replayText(eventId, value, paint, width)];
    if (closed)
      text.push(
        ...wrap(
          `${closed.name} is closed in this shell (${closed.why}): read from what is stored with the event.`,
          width,
        ),
      );
    return done({ event: eventId, ...value, problem }, text.join('\n'), exit);
  });
}

/** Such a replay reads what is stored, and writes nothing. */
function asksNobody({ dry_run, refresh }: ReplayOptions): boolean {
  return dry_run && !refresh;
}

interface ClosedSource {
  readonly name: string;
  /** The variables that are missing here, or what else keeps it closed. */
  readonly why: string;
}

/** The event's source when this shell has not what it needs; the running Keyferry may have it. */
async function closedSource(eventId: string, { store, sources }: OpenLedger): Promise<ClosedSource | null> {
  const event = await store.readEvent(eventId);
  const source = event && (await sources.latest()).get(event.source);
  if (!source || source.settings.ok) return null;
  return { name: source.name, why: source.settings.problem.detail };
}

function refused({ name, why }: ClosedSource): Outcome {
  return failed(
    {
      code: 'source_closed',
      title: 'The source of this event is closed in this shell',
      detail: `${name}: ${why}`,
      hint: 'Set here what the running Keyferry has, or replay through it: POST /v1/events/{id}/replay. With --dry-run, answers of the shop that are stored already are enough.',
    },
    2,
  );
}

export function replayText(eventId: string, it: Replayed, paint: Paint, width: number): string {
  const would = it.dry_run ? ' (dry run: nothing was written)' : '';
  const head = `${paint('strong', eventId)}  ${it.state}${it.order_id === null ? '' : `  ${it.order_id}`}`;
  const rows = it.changes.map((change): Cell[] => [
    [change.change === 'revoke' || change.change === 'suspend' ? 'warn' : 'good', change.change],
    `${change.line_id} / ${change.unit} / ${change.part}`,
    'key' in change && change.key ? change.key : 'license_id' in change ? change.license_id : 'a new license',
  ]);
  const lines = [head];
  if (rows.length === 0)
    lines.push(`${paint('good', 'No changes')}: sale and licenses agree already.${would}`);
  else lines.push(`${counted(rows.length, 'change')}${would}:`, ...table(rows, paint, '  '));
  if (it.problem) {
    const { title, detail, hint } = troubleOf(it.problem);
    lines.push(`${paint('warn', title)}${detail === '' ? '' : `: ${detail}`}`, ...remedy(hint, width, '  '));
  }
  return lines.join('\n');
}
