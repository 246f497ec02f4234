/**
 * Changes and timelines as the API shows them: of which license what became another, and from what. What must never
 * happen here: a license key in a timeline; settle writes none.
 */
import type { Noted } from '../../core/noted.ts';
import { type Change, stateOf } from '../../core/plan.ts';
import type { Timeline, TimelineEntry } from '../../core/timeline.ts';
import { iso } from '../answers.ts';

export function viewChange({ from, ...it }: Change & Noted) {
  return {
    ...it,
    rule: it.rule ?? null,
    ...('reasons' in it ? { state: stateOf(it.reasons) } : {}),
    ...('fields' in it ? { fields: changedFields(it.fields, from) } : {}),
    ...times(it),
    // Changes of earlier versions did not note it.
    from: from ? { ...from, ...times(from) } : null,
  };
}

/** Of a license that was there, those that became others. */
function changedFields(fields: Readonly<Record<string, unknown>>, from: Noted['from']) {
  if (!from?.fields) return fields;
  return Object.fromEntries(Object.keys(from.fields).map((name) => [name, fields[name] ?? null]));
}

function times(it: object) {
  const { starts_at, valid_until }: { starts_at?: number; valid_until?: number | null } = it;
  return {
    ...(starts_at === undefined ? {} : { starts_at: iso(starts_at) }),
    ...(valid_until === undefined ? {} : { valid_until: iso(valid_until) }),
  };
}

export function viewTimeline({ entries, truncated }: Timeline) {
  return { timeline: entries.map(viewEntry), timeline_truncated: truncated };
}

function viewEntry({ version, at, cause, revision, changes, change_count }: TimelineEntry) {
  return { version, at: iso(at), cause, revision, changes: changes.map(viewChange), change_count };
}
