/**
 * What `keyferry adopt` shows of what it did. Pure. What must never happen here: a key.
 */
import type { PlacedError } from '../core/problem.ts';
import { CALL } from './called.ts';
import type { Outcome, Trouble } from './outcome.ts';
import { counted, type Paint, placed, remedy, wrap } from './text.ts';

export interface Report {
  readonly source: string;
  /** With the keys; empty: there was none. */
  readonly file: string;
  /** Epoch ms; null: the shop was not asked. */
  readonly from: number | null;
  readonly dry_run: boolean;
  readonly keys: { stored: number; known: number; readonly refused: PlacedError[] };
  readonly sales: { listed: number; known: number; stored: number };
  remark: Trouble | null;
}

/** @param trouble what it was stopped by */
export function reportOf(
  report: Report,
  { paint, width }: { readonly paint: Paint; readonly width: number },
  trouble: Trouble | null,
): Outcome {
  const { source, from, dry_run, keys, sales, remark } = report;
  const document = {
    source,
    from: from === null ? null : new Date(from).toISOString(),
    dry_run,
    keys,
    sales,
    remark,
    ...(trouble && { error: trouble }),
  };
  const good = trouble === null && keys.refused.length === 0;
  const text = [...keysText(report, paint, width), ...salesText(report, paint, width)];
  if (trouble)
    text.push(
      ...wrap('What was done until then stays. Run it again: it goes on, and does nothing twice.', width),
    );
  else if (dry_run) text.push(`${paint('dim', 'Dry run')}: nothing was written.`);
  return { exit: good ? 0 : 1, document, text: text.join('\n'), ...(trouble && { trouble }) };
}

function keysText({ source, file, dry_run, keys }: Report, paint: Paint, width: number): string[] {
  if (file === '') return [];
  const { stored, known, refused } = keys;
  const counts = [
    `${counted(stored, 'key')} ${dry_run ? 'would be taken in' : 'taken in'}`,
    ...(known > 0 ? [`${known} known already`] : []),
    ...(refused.length > 0 ? [paint('bad', `${refused.length} refused`)] : []),
  ];
  const lines = [`${paint('strong', source)}: ${counts.join(', ')}.`];
  for (const error of refused) lines.push(...placed(error, paint, width, '  '));
  return lines;
}

function salesText({ source, from, dry_run, sales, remark }: Report, paint: Paint, width: number): string[] {
  if (from === null) return [];
  const { listed, known, stored } = sales;
  const since = new Date(from).toISOString().slice(0, 10);
  const rest = [
    ...(known > 0 ? [`${known} known already`] : []),
    `${stored} ${dry_run ? 'would be looked at' : 'to be looked at'}`,
  ];
  const lines = [
    `${paint('strong', source)}: ${counted(listed, 'sale')} since ${since}, ${rest.join(', ')}.`,
  ];
  if (remark) {
    lines.push(`  ${paint('warn', remark.title)}`, ...wrap(remark.detail, width, '    '));
    lines.push(...remedy(remark.hint, width, '    '));
  }
  if (stored > 0 && !dry_run) {
    const next = `The running Keyferry asks the shop for each. Lines that wait for their key: GET /v1/parked, and \`${CALL} doctor\`.`;
    lines.push(...wrap(next, width));
  }
  return lines;
}
