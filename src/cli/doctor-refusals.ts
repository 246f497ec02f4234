/**
 * What doctor makes of refused webhooks: of the last day, by source and by what was most likely wrong. What must
 * never happen here: a stranger who knocks at a wrong address making a set-up look broken.
 */
import { LIMITS } from '../core/limits.ts';
import { nearest } from '../core/nearest.ts';
import type { IdKey, Records } from '../core/records.ts';
import { type RefusalRecord, sayDiagnosis, wordsOf } from '../core/refusals.ts';
import type { WrittenSource } from './configuration.ts';
import { type Finding, failure, good, warning } from './findings.ts';
import { counted, span } from './text.ts';

/** Older ones were mended, or nobody minds. */
const LOOK_BACK_MS = 24 * 3_600_000;
/** One that proves nothing may be a stranger's; a shop that is refused sends again. */
const SEVERAL = 3;

/** @returns newest first */
export async function refusalsOfLastDay(records: Records, now: number): Promise<readonly RefusalRecord[]> {
  const refusals: RefusalRecord[] = [];
  for (let after: IdKey | null = null, more = true; more; more = after !== null) {
    const slice = { limit: LIMITS.page_max, after };
    const page: Awaited<ReturnType<Records['refusals']>> = await records.refusals(
      { from: now - LOOK_BACK_MS },
      slice,
    );
    refusals.push(...page.items);
    after = page.next;
  }
  return refusals;
}

export async function examineRefusals(
  records: Records,
  refusals: readonly RefusalRecord[],
  sources: readonly WrittenSource[],
  now: number,
): Promise<readonly Finding[]> {
  const refused = [...new Set(refusals.filter((it) => it.known).map((it) => it.source))];
  const notes = await records.notes(refused);
  const lastEvents = new Map(refused.map((it) => [it, notes.get(it)?.last_event_at ?? null]));
  return judgeRefusals(
    refusals,
    lastEvents,
    sources.map((it) => it.name),
    now,
  );
}

/**
 * @param refusals newest first
 * @param lastEvents when a source accepted its last event, epoch ms
 * @param names of the sources that there are
 */
export function judgeRefusals(
  refusals: readonly RefusalRecord[],
  lastEvents: ReadonlyMap<string, number | null>,
  names: readonly string[],
  now: number,
): readonly Finding[] {
  if (refusals.length === 0) return [good('refusals', 'no webhook was refused in the last 24 hours')];
  const known = Map.groupBy(
    refusals.filter((it) => it.known),
    (it) => it.source,
  );
  const findings = [...known].flatMap(([source, own]) => {
    const last = lastEvents.get(source) ?? null;
    const groups = Map.groupBy(own, ({ diagnosis: { code, certain } }) => `${code} ${certain}`);
    return [...groups.values()].flatMap((group) => judgeGroup(source, group, last, now));
  });
  return [
    ...findings,
    ...judgePaths(
      refusals.filter((it) => !it.known),
      names,
      now,
    ),
  ];
}

function judgeGroup(
  source: string,
  group: readonly RefusalRecord[],
  lastEvent: number | null,
  now: number,
): readonly Finding[] {
  const [newest] = group;
  if (!newest) return [];
  const says = `${refusedText(group, now)}: ${sayDiagnosis(newest.diagnosis)}`;
  const { remedy } = wordsOf(newest.diagnosis);
  const about = `source ${source}`;
  const nothingSince = lastEvent === null || lastEvent < Math.min(...group.map((it) => it.at));
  // Anybody can send a large body: it is refused before its signature is looked at.
  const proved = newest.diagnosis.certain && newest.diagnosis.code !== 'body_too_large';
  const counts = proved || group.length >= SEVERAL || lastEvent === null;
  if (!nothingSince || !counts) return [warning(about, says, remedy)];
  const but = lastEvent === null ? 'No event has come through yet' : 'No event has come through since';
  return [failure(about, `${says}. ${but}`, remedy)];
}

/** Strangers try every path: one finding, and the path that a shop may have meant. */
function judgePaths(
  refusals: readonly RefusalRecord[],
  names: readonly string[],
  now: number,
): readonly Finding[] {
  const meant = refusals.flatMap((it) => {
    const near = nearest(it.source, names);
    return near === null ? [] : [{ it, near: `; the nearest source is ${near}` }];
  });
  const [last] = refusals;
  if (!last) return [];
  const { it, near } = meant[0] ?? { it: last, near: '' };
  const says = `${refusedText(refusals, now)} where there is no source, like /webhooks/${it.source}${near}`;
  return [warning('refusals', says, wordsOf(it.diagnosis).remedy)];
}

function refusedText(group: readonly RefusalRecord[], now: number): string {
  const times = group.map((it) => now - it.at);
  const more = group.length >= LIMITS.refusals_kept ? ' and more' : '';
  const last = `${span(Math.min(...times))} ago`;
  const when = group.length === 1 ? last : `the first ${span(Math.max(...times))} ago, the last ${last}`;
  return `${counted(group.length, 'webhook')}${more} refused${group.length === 1 ? ' ' : ', '}${when}`;
}
