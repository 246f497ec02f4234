/**
 * What changed when, and because of what, as people read it. Pure. What must never happen here: an entry left out
 * without a word.
 */
import * as z from 'zod';
import { type Cell, counted, harmless, minute, type Paint, table, wrap } from './text.ts';

export const change = z.looseObject({
  change: z.string(),
  line_id: z.string(),
  unit: z.int(),
  part: z.string(),
  license_id: z.string().optional(),
  key: z.string().optional(),
});
export type Change = z.output<typeof change>;

const entry = z.looseObject({
  at: z.string(),
  cause: z.looseObject({
    by: z.string(),
    events: z.array(z.looseObject({ id: z.string(), type: z.string().nullable() })).optional(),
    revision: z.looseObject({ number: z.int().nullable() }).optional(),
    act: z.string().optional(),
    note: z.string().nullable().optional(),
    actor: z.string().optional(),
    actor_name: z.string().nullable().optional(),
  }),
  changes: z.array(change),
  change_count: z.int(),
});
type Entry = z.output<typeof entry>;

/** Of an order and of a license. */
export const timeline = { timeline: z.array(entry), timeline_truncated: z.boolean() };

/** More would scroll the rest away; `--json` has all of it. */
const SHOWN = 30;

export function timelineText(
  {
    timeline: all,
    timeline_truncated,
  }: { readonly timeline: readonly Entry[]; readonly timeline_truncated: boolean },
  paint: Paint,
  width: number,
): string[] {
  if (all.length === 0) return [];
  const hidden = all.length - SHOWN;
  const left =
    hidden > 0
      ? [`  … ${counted(hidden, 'earlier entry', 'earlier entries')}: --json`]
      : timeline_truncated
        ? ['  … older entries are stored and not shown']
        : [];
  return [
    '',
    paint('dim', 'what changed'),
    ...left,
    ...all
      .slice(-SHOWN)
      .flatMap((it) =>
        wrap(harmless(`${causeOf(it)}: ${summary(it)}`), width, ' '.repeat(20), `  ${minute(it.at)}  `),
      ),
  ];
}

function causeOf({ cause }: Entry): string {
  const who = cause.actor_name ?? cause.actor ?? '';
  const events = (cause.events ?? []).map(({ id, type }) => `${type ?? 'event'} ${id}`).join(', ');
  switch (cause.by) {
    case 'events':
      return events;
    case 'replay':
      return `replay by ${who} of ${events}`;
    case 'clock':
      return 'time';
    case 'revision':
      return `revision ${cause.revision?.number ?? ''}`;
    default:
      return `${cause.act ?? cause.by} by ${who}${cause.note ? ` (${cause.note})` : ''}`;
  }
}

function summary({ changes, change_count }: Entry): string {
  const counts = [...Map.groupBy(changes, (it) => it.change)].map(([word, of]) => `${word} ${of.length}`);
  if (change_count === 0) return 'no license changed';
  return `${counts.join(', ')}${change_count > changes.length ? `, of ${change_count} in all` : ''}`;
}

/** One line for each change, with the license that it is of. */
export function changesTable(changes: readonly Change[], paint: Paint, indent = '  '): string[] {
  return table(
    changes.map((it): Cell[] => [
      [it.change === 'revoke' || it.change === 'suspend' ? 'warn' : 'good', it.change],
      `${it.line_id} / ${it.unit} / ${it.part}`,
      it.key ?? it.license_id ?? 'a new license',
    ]),
    paint,
    indent,
  );
}
