/**
 * What changed when, and because of what, as people read it. Pure. What must never happen here: an entry left out
 * without a word.
 */
import type { Change, TimelineEntry } from '../client/index.ts';
import { type Cell, counted, harmless, minute, type Paint, table, wrap } from './text.ts';

/** More would scroll the rest away; `--json` has all of it. */
const SHOWN = 30;

export function timelineText(
  {
    timeline: all,
    timeline_truncated,
  }: { readonly timeline: readonly TimelineEntry[]; readonly timeline_truncated: boolean },
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

function causeOf({ cause }: TimelineEntry): string {
  switch (cause.by) {
    case 'events':
      return eventsOf(cause.events);
    case 'replay':
      return `replay by ${cause.actor_name ?? cause.actor} of ${eventsOf(cause.events)}`;
    case 'clock':
      return 'time';
    case 'revision':
      return `revision ${cause.revision.number ?? cause.revision.id}`;
    case 'person':
      return `${cause.act} by ${cause.actor_name ?? cause.actor}${cause.note === null ? '' : ` (${cause.note})`}`;
  }
}

function eventsOf(events: readonly { readonly id: string; readonly type: string | null }[]): string {
  return events.map(({ id, type }) => `${type ?? 'event'} ${id}`).join(', ');
}

function summary({ changes, change_count }: TimelineEntry): string {
  const counts = [...Map.groupBy(changes, (it) => it.change)].map(([word, of]) => `${word} ${of.length}`);
  if (change_count === 0) return 'no license changed';
  return `${counts.join(', ')}${change_count > changes.length ? `, of ${change_count} in all` : ''}`;
}

/** What is shown of a change. */
type ShownChange = Pick<Change, 'line_id' | 'unit' | 'part'> & {
  readonly change: string;
  readonly license_id?: string | undefined;
  readonly key?: string;
};

/** One line for each change, with the license that it is of. */
export function changesTable(changes: readonly ShownChange[], paint: Paint, indent = '  '): string[] {
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
