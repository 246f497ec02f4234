/**
 * `keyferry replay`: sends one stored event through the river again, directly on the database; safe beside a
 * running server. Nothing to change is the usual answer, and success.
 */
import type { Replayed, ReplayOptions } from '../bridge.ts';
import { ACTOR, withLedger } from './open.ts';
import { done, failedBy, type Outcome, troubleOf } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, counted, type Paint, remedy, table } from './text.ts';

export function replay(eventId: string, options: ReplayOptions, terminal: Terminal): Promise<Outcome> {
  const { paint, width } = terminal;
  return withLedger(terminal, 'existing', async ({ bridge }) => {
    const replayed = await bridge.replay(eventId, options, ACTOR);
    if (!replayed.ok) return failedBy(replayed.problem);
    const { value } = replayed;
    const problem = value.problem === null ? null : troubleOf(value.problem);
    // A parked event is what a replay was to mend: it failed then. A waiting one goes on by itself.
    const exit = value.state === 'parked' ? 1 : 0;
    return done({ event: eventId, ...value, problem }, replayText(eventId, value, paint, width), exit);
  });
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
