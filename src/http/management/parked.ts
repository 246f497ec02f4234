/**
 * /v1/parked: lines that wait for a rule or a person. One call says what a line gives, for its order alone or by a rule
 * for all that are like it. What must never happen here: a license issued in any other way than down the river.
 */
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import { yamlOf } from '../../core/new-rule.ts';
import { problem } from '../../core/problem.ts';
import { includesScope, type KeyHolder } from '../../core/records.ts';
import type { LineAt, Resolved } from '../../core/resolving.ts';
import type { LineRecord, ParkedKey, ParkedRecord } from '../../core/whole-records.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { idWithin, readIdWithin } from '../base64url.ts';
import { answerPage, type Listing, pageFields, pageOf, sliceOf } from '../page.ts';
import { word } from '../request.ts';
import { shownChange, viewChange } from './changes.ts';
import { shownRefs } from './orders.ts';
import { resolveAsked, resolveBody, unresolveBody } from './resolve-body.ts';
import { etag, gone, type Route, route } from './route.ts';

const text = z.string().nullable();
const shownParked = z
  .object({
    id: z.string().describe('For /v1/parked/{id}; it stays, whatever becomes of the line.'),
    order_id: z.string(),
    external_id: z.string(),
    source: z.string(),
    line_id: z.string(),
    title: z.string(),
    quantity: z.int().nullable(),
    refs: shownRefs,
    problem: shownProblem.nullable(),
    since: moment.describe('When the order came into being: since then the buyer waits.'),
  })
  .meta({ id: 'ParkedLine', description: 'A line that waits for a rule or a person.' });

function viewParked(it: ParkedRecord) {
  const { order_id, external_id, source, line_id, title, quantity, refs } = it;
  return {
    id: idWithin(order_id, line_id),
    order_id,
    external_id,
    source,
    line_id,
    title,
    quantity,
    refs,
    problem: viewProblem(it.problem),
    since: iso(it.since),
  };
}

const shownValues = licenseFields.meta({
  id: 'LicenseValues',
  description: 'What a license may say; what is left out is up to its policy.',
});
const shownChoice = z
  .object({
    product: text,
    bundle: text,
    policy: text,
    per: z.enum(['unit', 'line']).nullable(),
    values: shownValues,
    ignore: text,
    by: z.string().describe('The id of an API key.'),
    at: moment,
  })
  .meta({ id: 'Choice', description: 'What a person chose for a line, for its order alone.' });

const shownLine = shownParked
  .extend({
    state: z.enum(['pending', 'issued', 'parked', 'ignored', 'ended']),
    rule: text.describe('Which maps it; `by hand` where a person chose.'),
    reason: text.describe('Why it is ignored or ended.'),
    choice: shownChoice.nullable(),
  })
  .meta({ id: 'Line', description: 'A line that waits, or did.' });

function viewLine(it: LineRecord) {
  const { state, rule, reason, choice } = it;
  return { ...viewParked(it), state, rule, reason, choice: choice && viewChoice(choice) };
}

function viewChoice({ gives, by, at }: NonNullable<LineRecord['choice']>) {
  const { product, bundle, policy, per, values } = gives.is === 'granted' ? gives.chosen : { values: {} };
  return {
    product: product ?? null,
    bundle: bundle ?? null,
    policy: policy ?? null,
    per: gives.is === 'granted' ? (per ?? 'unit') : null,
    values,
    ignore: gives.is === 'ignored' ? gives.reason : null,
    by,
    at: iso(at),
  };
}

const rule = z
  .object({
    name: z.string(),
    when: z.record(z.string(), z.array(z.string())),
    grant: z.array(z.record(z.string(), z.unknown())).optional(),
    ignore: z.string().optional(),
  })
  .meta({ id: 'NewRule' });
const shownResolved = z
  .object({
    dry_run: z.boolean(),
    changes: z.array(shownChange).describe('Of the licenses of this order.'),
    line: shownLine,
    rule: rule.nullable().describe('Null where it was for this order alone.'),
    rule_yaml: text.describe("The rule as one line to put under `rules:` of the source's mapping file."),
    revision: z
      .int()
      .nullable()
      .describe('Of the mapping: the one that has the rule; of a dry run, the one that it would follow.'),
    also: z
      .object({
        count: z.int().describe('Other lines that wait and that the rule resolves.'),
        more: z.boolean().describe('More lines wait than were tried: at least so many.'),
        items: z.array(shownParked).describe('The newest of them.'),
      })
      .nullable(),
  })
  .meta({ id: 'Resolution', description: 'What became of a line that waited, or would.' });

function viewResolved({ dry_run, changes, line, rule: by }: Resolved) {
  return {
    dry_run,
    changes: changes.map(viewChange),
    line: viewLine(line),
    rule: by?.rule ?? null,
    rule_yaml: by && yamlOf(by.rule),
    revision: by?.revision ?? null,
    also: by && { count: by.also.count, more: by.also.more, items: by.also.named.map(viewParked) },
  };
}

function lineAt(id: string): LineAt | null {
  const read = readIdWithin(id);
  return read && { order_id: read[0], line_id: read[1] };
}

/** A rule is part of a mapping, which not everybody may change who may issue. */
function mayNot(as: 'order' | 'rule', { scopes }: KeyHolder) {
  if (as === 'order' || includesScope(scopes, 'admin')) return null;
  return problem('scope_missing', `a rule needs the scope admin; this key has ${scopes.join(', ')}`);
}

const NO_LINE = 'no line of this id';
const LIST: Listing<ParkedKey> = { name: 'parked', key: z.tuple([z.string(), z.int()]) };
const PROBLEMS_OF_ACTS = [
  'not_found',
  'line_not_parked',
  'line_stays_parked',
  'edited_meanwhile',
  { code: 'source_unknown', status: 409 },
  'conflict_persists',
] as const satisfies Route['problems'];

export const parked: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/parked',
    scope: 'read',
    summary: 'List parked lines',
    description: 'Lines that no rule fits. They issue by themselves once one does, or by /resolve.',
    query: z.strictObject({ source: word.optional(), ...pageFields(LIST) }),
    answers: { 200: pageOf(shownParked) },
    handle: async ({ query }, { records }) =>
      answerPage(LIST, await records.parked(query, sliceOf(query)), viewParked),
  }),
  route({
    method: 'GET',
    path: '/v1/parked/:id',
    scope: 'read',
    summary: 'Read a parked line',
    description: 'In whatever state it is by now. Its `ETag` is the version of its order.',
    answers: { 200: shownLine },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records }) => {
      const at = lineAt(params.id);
      const found = at && (await records.line(at.order_id, at.line_id));
      return found ? answer(viewLine(found), 200, etag(found.version)) : refuse(gone(NO_LINE));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/parked/:id/resolve',
    scope: 'issue',
    summary: 'Resolve a parked line',
    description:
      'Says what the line gives: a product, a bundle, or nothing. `as: order` stays with this order until it is taken back; `as: rule` writes a rule, and other lines that wait for it issue as well. A `dry_run` tells both before.',
    body: resolveBody,
    answers: { 200: shownResolved },
    problems: [...PROBLEMS_OF_ACTS, 'config_invalid', 'scope_missing'],
    handle: async ({ params, body, holder, versions, refuse }, { resolutions, notify }) => {
      const at = lineAt(params.id);
      if (!at) return refuse(gone(NO_LINE));
      const forbidden = mayNot(body.as, holder);
      if (forbidden) return refuse(forbidden);
      const done = await resolutions.resolve(
        at,
        resolveAsked(body),
        { actor: holder.id, note: body.note },
        versions,
      );
      if (!done.ok)
        return refuse(done.problem, done.problem.code === 'source_unknown' ? { status: 409 } : {});
      if (!body.dry_run) notify();
      return answer(viewResolved(done.value), 200, etag(done.value.line.version));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/parked/:id/unresolve',
    scope: 'issue',
    summary: 'Take back what was chosen for a line',
    description:
      'The rules decide the line again. Where none fits it waits, and its licenses stay as they are until it is resolved anew.',
    body: unresolveBody,
    answers: { 200: shownResolved },
    problems: PROBLEMS_OF_ACTS,
    handle: async ({ params, body, holder, versions, refuse }, { resolutions, notify }) => {
      const at = lineAt(params.id);
      if (!at) return refuse(gone(NO_LINE));
      const how = { dry_run: body.dry_run, versions };
      const done = await resolutions.unresolve(at, { actor: holder.id, note: body.note }, how);
      if (!done.ok)
        return refuse(done.problem, done.problem.code === 'source_unknown' ? { status: 409 } : {});
      if (!body.dry_run) notify();
      return answer(viewResolved(done.value), 200, etag(done.value.line.version));
    },
  }),
];
