/**
 * Changes and timelines as the API shows them: of which license what became another, and from what. What must never
 * happen here: a license key in a timeline; settle writes none.
 */
import * as z from 'zod';
import type { Reason } from '../../core/entitlement.ts';
import type { Noted } from '../../core/noted.ts';
import { type Change, stateOf } from '../../core/plan.ts';
import type { Timeline, TimelineEntry } from '../../core/timeline.ts';
import { iso, moment } from '../answers.ts';

const standing = z.enum(['active', 'suspended', 'revoked']);
export const shownReason = z
  .object({
    name: z.enum([
      'refund',
      'dispute',
      'cancellation',
      'past_due',
      'pause',
      'removed',
      'replaced',
      'reissued',
      'hold',
    ] satisfies Reason['name'][]),
    act: z.enum(['suspend', 'revoke']),
    cause: z.string().describe('The id of the refund or dispute, the unpaid period, …'),
  })
  .meta({ id: 'Reason', description: 'Why a license is not simply active.' });

const fields = z.record(z.string(), z.unknown());
export const shownChange = z
  .object({
    change: z.enum(['issue', 'extend', 'alter', 'suspend', 'reinstate', 'revoke', 'restate']),
    line_id: z.string(),
    unit: z.int().describe('Which of the units of its line, from 0.'),
    part: z.string().describe('Which of the products that its line gives.'),
    license_id: z.string().optional().describe('Left out where it would only be issued.'),
    key: z.string().optional(),
    given: z.literal(true).optional().describe('Its key was given out before Keyferry.'),
    generation: z.int().optional(),
    product: z.string().optional(),
    policy: z.string().optional(),
    fields: fields.optional().describe('Those that become others; of a new license all.'),
    reasons: z.array(shownReason).optional(),
    state: standing.optional(),
    replaced: z.boolean().optional(),
    starts_at: moment.optional(),
    valid_until: moment.nullable().optional(),
    rule: z.string().nullable().describe('By which its line is mapped.'),
    from: z
      .object({
        state: standing.optional(),
        reasons: z.array(shownReason).optional(),
        policy: z.string().optional(),
        fields: fields.optional(),
        starts_at: moment.optional(),
        valid_until: moment.nullable().optional(),
      })
      .nullable()
      .describe('What stood there before.'),
  })
  .meta({ id: 'Change', description: 'What became of one license.' });

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

const told = z.object({ id: z.string(), type: z.string().nullable(), key: z.string().nullable() });
const revision = z.object({ id: z.string(), number: z.int().nullable() });
const actor = {
  actor: z.string().describe('The id of the API key.'),
  actor_name: z.string().nullable(),
};
const shownEntry = z
  .object({
    version: z.int(),
    at: moment,
    cause: z.discriminatedUnion('by', [
      z.object({ by: z.literal('events'), events: z.array(told) }),
      z.object({ by: z.literal('replay'), events: z.array(told), ...actor }),
      z.object({ by: z.literal('clock') }),
      z.object({ by: z.literal('revision'), revision }),
      z.object({ by: z.literal('person'), act: z.string(), note: z.string().nullable(), ...actor }),
    ]),
    revision: revision.describe('By which the sale was mapped then.'),
    changes: z.array(shownChange).describe('Of very many the first.'),
    change_count: z.int(),
  })
  .meta({ id: 'TimelineEntry', description: 'What changed at one time, and because of what.' });

/** What `viewTimeline` adds. */
export const timelineFields = {
  timeline: z.array(shownEntry).describe('Oldest first.'),
  timeline_truncated: z.boolean().describe('Older entries are stored and not shown.'),
};

export function viewTimeline({ entries, truncated }: Timeline) {
  return { timeline: entries.map(viewEntry), timeline_truncated: truncated };
}

function viewEntry({ version, at, cause, revision, changes, change_count }: TimelineEntry) {
  return { version, at: iso(at), cause, revision, changes: changes.map(viewChange), change_count };
}
