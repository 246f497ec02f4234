/** /v1/mappings: what each source sells, and how it would map the lines of an event. Its revisions: revisions.ts. */
import * as z from 'zod';
import type { ExplainedLine } from '../../core/explain.ts';
import type { Revision } from '../../core/mapping.ts';
import { ok, type Result } from '../../core/problem.ts';
import { answer, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceList, sliceOf } from '../page.ts';
import type { AppPorts } from '../ports.ts';
import { word } from '../request.ts';
import { answerRevised, content, note, shownRevised, shownRevision, viewRevision } from './revisions.ts';
import { etag, gone, type Route, route } from './route.ts';

const rule = z.string();
const shownLine = z
  .object({
    line_id: z.string(),
    title: z.string(),
    quantity: z.int().nullable(),
    rule: rule.nullable().describe('The one that decides.'),
    tried: z
      .array(z.object({ rule, fits: z.boolean(), because: z.string() }))
      .describe('The rules in their order, up to the one that fits.'),
    outcome: z.discriminatedUnion('is', [
      z.object({
        is: z.literal('granted'),
        rule,
        parts: z.array(
          z.object({
            part: z.string(),
            product: z.string(),
            policy: z.string(),
            per: z.enum(['unit', 'line']),
            fields: z.record(z.string(), z.unknown()),
            by_quantity: z.record(z.string(), z.string()).describe('Fields that follow the quantity.'),
          }),
        ),
      }),
      z.object({ is: z.literal('ignored'), rule, reason: z.string() }),
      z.object({ is: z.literal('parked'), problem: shownProblem }),
    ]),
  })
  .meta({ id: 'ExplainedLine', description: 'How a line is mapped, and why.' });

function viewLine({ outcome, ...line }: ExplainedLine) {
  return {
    ...line,
    outcome: outcome.is === 'parked' ? { ...outcome, problem: viewProblem(outcome.problem) } : outcome,
  };
}

const MAPPINGS = byId('mappings');

const put = z
  .strictObject({
    mapping: content.describe('As in the mapping file, as JSON.'),
    catalog: content
      .describe(
        'As catalog.yaml: what is sold from now on, by hand too. It stays as it is if left out; a new source sells what is sold by hand.',
      )
      .optional(),
    dry_run: z.boolean().describe('Checks it and tells what would change; nothing does.').default(false),
    note: note.optional(),
  })
  .meta({
    examples: [
      {
        mapping: {
          integration: '…',
          mode: 'test',
          rules: [{ when: { sku: 'ACME-PRO-*' }, grant: { product: 'acmepro' } }],
        },
      },
    ],
  });
const revised = {
  mapping: content.describe('As in the mapping file, as JSON.').optional(),
  catalog: content.describe('As catalog.yaml, as JSON.').optional(),
};
const explained = z.union([
  z.strictObject({
    event: word.meta({ description: 'The id of an event.', examples: ['evt_…'] }),
    ...revised,
  }),
  z.strictObject({ sale: word.describe('An order id, or any name of the sale.'), ...revised }),
]);

/** The revision to explain with: a draft where the request brings one, else the running one (undefined). */
async function draftOf(
  ports: AppPorts,
  source: string,
  asked: z.output<typeof explained>,
): Promise<Result<Revision | undefined>> {
  const { mapping, catalog } = asked;
  if (mapping === undefined && catalog === undefined) return ok(undefined);
  const used = mapping ?? (await ports.revisions.newest(source))?.mapping;
  return ports.sources.draft(source, { mapping: used, ...(catalog === undefined ? {} : { catalog }) });
}

export const mappings: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/mappings',
    scope: 'read',
    summary: 'List mappings',
    description: 'The newest revision of every source.',
    query: z.strictObject(pageFields(MAPPINGS)),
    answers: { 200: pageOf(shownRevision) },
    handle: async ({ query }, { revisions }) => {
      const page = sliceList(
        await revisions.current(),
        sliceOf(query),
        (it) => [it.source] as const,
        (it, [last]) => it.source > last,
      );
      return answerPage(MAPPINGS, page, viewRevision);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/mappings/:source',
    scope: 'read',
    summary: 'Read the mapping of a source',
    answers: { 200: shownRevision },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { revisions }) => {
      const newest = await revisions.newest(params.source);
      if (!newest) return refuse(gone('no mapping of this source'));
      return answer(viewRevision(newest), 200, etag(newest.number));
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/mappings/:source',
    scope: 'admin',
    summary: 'Replace the mapping of a source',
    description:
      'Makes a new revision. Lines that were issued keep what they were issued by; parked ones are looked at again.',
    body: put,
    answers: { 200: shownRevised },
    problems: ['config_invalid', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, body, holder, versions, refuse }, ports) => {
      const { mapping, catalog, dry_run, note: said } = body;
      const sent = catalog === undefined ? { mapping } : { mapping, catalog };
      const by = { actor: holder.id, versions, dry_run, note: said };
      const done = await ports.sources.put(params.source, sent, by);
      return done.ok ? answerRevised(done.value, dry_run, ports) : refuse(done.problem);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/mappings/:source/explain',
    scope: 'read',
    summary: 'Explain how lines are mapped',
    description:
      'Which rule decides each line of an event or a sale, and why; with a draft where one is sent.',
    body: explained,
    answers: { 200: z.strictObject({ lines: z.array(shownLine) }) },
    problems: [
      'source_unknown',
      'not_found',
      'config_invalid',
      // Of an event that tells of no sale, or cannot be read.
      'not_a_sale',
      'type_unknown',
      'app_uninstalled',
      'fields_missing',
      'body_unparsable',
      'answer_missing',
      'shop_object_gone',
    ],
    handle: async ({ params: { source }, body, refuse }, ports) => {
      const draft = await draftOf(ports, source, body);
      if (!draft.ok) return refuse(draft.problem);
      const of = 'event' in body ? { event_id: body.event } : { sale: body.sale };
      const lines = await ports.bridge.explain(source, of, draft.value);
      return lines.ok ? answer({ lines: lines.value.map(viewLine) }) : refuse(lines.problem);
    },
  }),
];
