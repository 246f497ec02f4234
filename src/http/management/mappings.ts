/** /v1/mappings: what each source sells, and how it would map the lines of an event. Its revisions: revisions.ts. */
import * as z from 'zod';
import type { ExplainedLine } from '../../core/explain.ts';
import type { Revision } from '../../core/mapping.ts';
import { ok, type Result } from '../../core/problem.ts';
import type { StoredRevision } from '../../core/store.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, type Listing, pageFields, pageOf, sliceList, sliceOf } from '../page.ts';
import type { AppPorts } from '../ports.ts';
import { word } from '../request.ts';
import { etag, gone, type Route, route } from './route.ts';

const content = z.record(z.string(), z.unknown());

const shownRevision = z
  .object({
    id: z.string(),
    source: z.string(),
    revision: z.int().describe('Counts from 1; the highest runs. Also the `ETag`.'),
    origin: z.enum(['file', 'api']),
    created_at: moment,
    created_by: z.string().describe('The file, or the API key.'),
    mapping: content.describe('As a mapping file, with its defaults.'),
    catalog: content.describe('As catalog.yaml, with its defaults.'),
  })
  .meta({ id: 'Revision' });

/** Secrets stand in a mapping only as `$NAME`: nothing is to be hidden. */
function viewRevision(it: StoredRevision) {
  return {
    id: it.id,
    source: it.source,
    revision: it.number,
    origin: it.origin,
    created_at: iso(it.created_at),
    created_by: it.created_by,
    mapping: it.mapping,
    catalog: it.catalog,
  };
}

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
const REVISIONS: Listing<readonly [number]> = { name: 'revisions', key: z.tuple([z.int()]) };

const mapping = content.describe('As in the mapping file, as JSON.');
const catalog = content.optional().describe('As catalog.yaml, as JSON; left out, it stays.');
const put = z.strictObject({ mapping, catalog }).meta({
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
const revised = { mapping: mapping.optional(), catalog };
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
  const used = mapping ?? (await ports.revisions.of(source))[0]?.mapping;
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
      const [newest] = await revisions.of(params.source);
      if (!newest) return refuse(gone('no mapping of this source'));
      return answer(viewRevision(newest), 200, etag(newest.number));
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/mappings/:source',
    scope: 'admin',
    summary: 'Replace the mapping of a source',
    body: put,
    answers: { 200: shownRevision },
    problems: ['config_invalid'],
    handle: async ({ params, body: { mapping, catalog }, holder, refuse }, ports) => {
      const sent = catalog === undefined ? { mapping } : { mapping, catalog };
      const stored = await ports.sources.put(params.source, sent, holder.id);
      if (!stored.ok) return refuse(stored.problem);
      // Parked lines are due now.
      ports.notify();
      return answer(viewRevision(stored.value), 200, etag(stored.value.number));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/mappings/:source/revisions',
    scope: 'read',
    summary: 'List the revisions of a mapping',
    query: z.strictObject(pageFields(REVISIONS)),
    answers: { 200: pageOf(shownRevision) },
    problems: ['not_found'],
    handle: async ({ params, query, refuse }, { revisions }) => {
      const all = await revisions.of(params.source);
      if (all.length === 0) return refuse(gone('no mapping of this source'));
      const page = sliceList(
        all,
        sliceOf(query),
        (it) => [it.number] as const,
        (it, [last]) => it.number < last,
      );
      return answerPage(REVISIONS, page, viewRevision);
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
    problems: ['not_found', 'config_invalid'],
    handle: async ({ params: { source }, body, refuse }, ports) => {
      const draft = await draftOf(ports, source, body);
      if (!draft.ok) return refuse(draft.problem);
      const of = 'event' in body ? { event_id: body.event } : { sale: body.sale };
      const lines = await ports.bridge.explain(source, of, draft.value);
      return lines.ok ? answer({ lines: lines.value.map(viewLine) }) : refuse(lines.problem);
    },
  }),
];
