/** /v1/mappings: what each source sells, its revisions, and how one would map the lines of an event. */
import type { Context } from 'hono';
import * as z from 'zod';
import type { ExplainedLine } from '../../core/explain.ts';
import type { Revision } from '../../core/mapping.ts';
import { ok, type Result } from '../../core/problem.ts';
import type { RevisionKey, StoredRevision } from '../../core/store.ts';
import { answer, iso, viewProblem } from '../answers.ts';
import { answerPage, byId, type Listing, pageFields, sliceList, sliceOf } from '../page.ts';
import type { AppPorts, HttpEnv } from '../ports.ts';
import { nothing, readQuery, readRequest, word } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

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

function viewLine({ outcome, ...line }: ExplainedLine) {
  return {
    ...line,
    outcome: outcome.is === 'parked' ? { ...outcome, problem: viewProblem(outcome.problem) } : outcome,
  };
}

const MAPPINGS = byId('mappings');
const REVISIONS: Listing<RevisionKey> = { name: 'revisions', key: z.tuple([z.int()]) };

const content = z.record(z.string(), z.unknown());
const put = z.strictObject({ mapping: content, catalog: content.optional() });
const revised = { mapping: content.optional(), catalog: content.optional() };
const explained = z.union([
  z.strictObject({ event: word, ...revised }),
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

async function explain(c: Context<HttpEnv>, ports: AppPorts): Promise<Response> {
  const source = param(c, 'source');
  const read = await readRequest(c, { query: nothing, body: explained });
  if (!read.ok) return refuse(c, read.problem);
  const draft = await draftOf(ports, source, read.value.body);
  if (!draft.ok) return refuse(c, draft.problem);
  const { body } = read.value;
  const of = 'event' in body ? { event_id: body.event } : { sale: body.sale };
  const lines = await ports.bridge.explain(source, of, draft.value);
  return lines.ok ? answer({ lines: lines.value.map(viewLine) }) : refuse(c, lines.problem);
}

export const mappings: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/mappings',
    scope: 'read',
    handle: async (c, { revisions }) => {
      const read = await readQuery(c, z.strictObject(pageFields(MAPPINGS)));
      if (!read.ok) return refuse(c, read.problem);
      const all = await revisions.current();
      const page = sliceList(
        all,
        sliceOf(read.value),
        (it) => [it.source] as const,
        (it, [last]) => it.source > last,
      );
      return answerPage(MAPPINGS, page, viewRevision);
    },
  },
  {
    method: 'GET',
    path: '/v1/mappings/:source',
    scope: 'read',
    handle: async (c, { revisions }) => {
      const [newest] = (await revisions.page(param(c, 'source'), { limit: 1, after: null })).items;
      return newest ? answer(viewRevision(newest)) : notFound(c, 'no mapping of this source');
    },
  },
  {
    method: 'PUT',
    path: '/v1/mappings/:source',
    scope: 'admin',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: put });
      if (!read.ok) return refuse(c, read.problem);
      const { mapping, catalog } = read.value.body;
      const sent = catalog === undefined ? { mapping } : { mapping, catalog };
      const stored = await ports.sources.put(param(c, 'source'), sent, c.get('holder').id);
      if (!stored.ok) return refuse(c, stored.problem);
      // Parked lines are due now.
      ports.notify();
      return answer(viewRevision(stored.value));
    },
  },
  {
    method: 'GET',
    path: '/v1/mappings/:source/revisions',
    scope: 'read',
    handle: async (c, { revisions }) => {
      const read = await readQuery(c, z.strictObject(pageFields(REVISIONS)));
      if (!read.ok) return refuse(c, read.problem);
      const page = await revisions.page(param(c, 'source'), sliceOf(read.value));
      // Behind the last one of a source that is there, there may be none.
      if (page.items.length === 0 && !read.value.cursor) return notFound(c, 'no mapping of this source');
      return answerPage(REVISIONS, page, viewRevision);
    },
  },
  { method: 'POST', path: '/v1/mappings/:source/explain', scope: 'read', handle: explain },
];
