/**
 * /v1/mappings/{source}/revisions: what a source sold by until now, what differs between two of them, and the way back.
 * What must never happen here: an earlier revision that is changed; whoever goes back makes a new one.
 */
import * as z from 'zod';
import { type Difference, differencesOf } from '../../core/differences.ts';
import type { Json } from '../../core/json.ts';
import type { RevisionKey, StoredRevision } from '../../core/revisions.ts';
import type { Revised } from '../../core/sources.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, type Listing, pageFields, pageOf, sliceOf } from '../page.ts';
import type { AppPorts } from '../ports.ts';
import { etag, gone, type Route, route } from './route.ts';

export const content = z.record(z.string(), z.unknown());
export const note = z.string().min(1).max(1_000).describe('Why; kept in the audit log.');

export const shownRevision = z
  .strictObject({
    id: z.string(),
    source: z.string(),
    revision: z.int().describe('Counts from 1; the highest runs. Also the `ETag`.'),
    origin: z.enum(['file', 'api']),
    created_at: moment,
    created_by: z.string().describe('The file, or the API key.'),
    mapping: content.describe('As a mapping file, with its defaults.'),
    catalog: content.describe('As catalog.yaml, with its defaults.'),
  })
  .meta({ id: 'Revision', description: 'What a source sells by, or did.' });

const shownDifference = z
  .strictObject({
    path: z
      .array(z.union([z.string(), z.int()]))
      .describe('Keys; members of a list by their code or name, else by their position.'),
    kind: z.enum(['added', 'removed', 'changed', 'moved']),
    before: z
      .unknown()
      .optional()
      .describe('Of what was removed or changed; of a list in another order its names.'),
    after: z.unknown().optional(),
    at: z.int().nullable().optional().describe('Of what was added to a list: its position.'),
  })
  .meta({ id: 'Difference', description: 'One place where two revisions differ.' });
const differencesView = {
  mapping: z.array(shownDifference),
  catalog: z.array(shownDifference),
};
export const shownRevised = shownRevision
  .extend({
    dry_run: z.boolean().describe('True: nothing was changed, `revision` is the number it would have.'),
    changes: z.strictObject(differencesView).describe('Against what ran before.'),
  })
  .meta({ id: 'NewRevision', description: 'A revision that was made, or would be.' });

/** Secrets stand in a mapping only as `$NAME`: nothing is to be hidden. */
export function viewRevision(it: StoredRevision) {
  return {
    id: it.id,
    source: it.source,
    revision: it.number,
    origin: it.origin === 'file' ? 'file' : 'api',
    created_at: iso(it.created_at),
    created_by: it.created_by,
    mapping: it.mapping,
    catalog: it.catalog,
  };
}

type Content = Pick<StoredRevision, 'mapping' | 'catalog'>;
const NONE: Content = { mapping: {}, catalog: {} };

function changesOf(before: Content | null, after: Content) {
  const of = (part: keyof Content): readonly Difference[] => {
    // As JSON has it: what is only a draft may hold members that are undefined.
    const [then, now] = [(before ?? NONE)[part], after[part]].map(
      (it) => JSON.parse(JSON.stringify(it)) as Json,
    );
    return differencesOf(then ?? null, now ?? null);
  };
  return { mapping: of('mapping'), catalog: of('catalog') };
}

/** Of a revision that was made, or would be. */
export function answerRevised({ before, after }: Revised, dry_run: boolean, { notify }: AppPorts): Response {
  // Parked lines are due now.
  if (!dry_run) notify();
  const view = { ...viewRevision(after), dry_run, changes: changesOf(before, after) };
  return answer(view, 200, dry_run ? {} : etag(after.number));
}

const REVISIONS: Listing<RevisionKey> = { name: 'revisions', key: z.tuple([z.int()]) };
const number = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, { error: 'is not the number of a revision' })
  .transform(Number)
  .meta({ examples: ['3'] });

export const revisions: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/mappings/:source/revisions',
    scope: 'read',
    summary: 'List the revisions of a mapping',
    query: z.strictObject(pageFields(REVISIONS)),
    answers: { 200: pageOf(shownRevision) },
    problems: ['not_found'],
    handle: async ({ params, query, refuse }, ports) => {
      const page = await ports.revisions.of(params.source, sliceOf(query));
      if (page.items.length === 0 && query.cursor === undefined)
        return refuse(gone('no mapping of this source'));
      return answerPage(REVISIONS, page, viewRevision);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/mappings/:source/revisions/:number',
    scope: 'read',
    summary: 'Read a revision of a mapping',
    answers: { 200: shownRevision },
    problems: ['not_found'],
    handle: async ({ params, refuse }, ports) => {
      const read = number.safeParse(params.number);
      const found = read.success ? await ports.revisions.numbered(params.source, read.data) : null;
      return found ? answer(viewRevision(found)) : refuse(gone('no revision of this number'));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/mappings/:source/diff',
    scope: 'read',
    summary: 'Compare two revisions of a mapping',
    name: 'compareMappingRevisions',
    query: z.strictObject({
      from: number.describe('The one before `to` if left out.').optional(),
      to: number.describe('The newest if left out.').optional(),
    }),
    answers: {
      200: z.strictObject({ source: z.string(), from: z.int(), to: z.int(), ...differencesView }),
    },
    problems: ['not_found'],
    handle: async ({ params: { source }, query, refuse }, ports) => {
      const to =
        query.to === undefined
          ? await ports.revisions.newest(source)
          : await ports.revisions.numbered(source, query.to);
      if (!to) return refuse(gone(`no revision ${query.to ?? ''} of this source`));
      const wanted = query.from ?? to.number - 1;
      // Before the first there was nothing.
      const from = wanted === 0 ? null : await ports.revisions.numbered(source, wanted);
      if (!from && wanted !== 0) return refuse(gone(`no revision ${wanted} of this source`));
      return answer({ source, from: wanted, to: to.number, ...changesOf(from, to) });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/mappings/:source/rollback',
    scope: 'admin',
    summary: 'Go back to an earlier revision',
    description:
      'Makes a new revision with the content of that one, by the rules of today; none where that is what runs. Of `manual` it is the catalog that goes back, with all sources that have the same.',
    body: z.strictObject({
      revision: z.int().min(1).describe('Whose content is wanted.'),
      catalog: z
        .enum(['then', 'now'])
        .describe('The catalog of then; or the one that is sold now, with the mapping of then.')
        .default('then'),
      dry_run: z.boolean().describe('Checks it and tells what would change; nothing does.').default(false),
      note: note.optional(),
    }),
    answers: { 200: shownRevised },
    problems: ['not_found', 'config_invalid', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, body, holder, versions, refuse }, ports) => {
      const { revision, catalog, dry_run } = body;
      const by = { actor: holder.id, versions, dry_run, note: body.note };
      const done = await ports.sources.rollBack(params.source, { revision, catalog }, by);
      return done.ok ? answerRevised(done.value, dry_run, ports) : refuse(done.problem);
    },
  }),
];
