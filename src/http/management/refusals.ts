/** GET /v1/refusals: webhooks that were refused lately, each with why and with what was most likely wrong. */
import * as z from 'zod';
import { type Diagnosis, type RefusalRecord, wordsOf } from '../../core/refusals.ts';
import { iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { word } from '../request.ts';
import { type Route, route } from './route.ts';

const shownRefusal = z
  .object({
    id: z.string(),
    source: z.string().describe('As it stood in the path.'),
    known: z.boolean().describe('Whether there was a source of this name.'),
    at: moment,
    reason: shownProblem,
    diagnosis: z.object({
      code: z.string(),
      title: z.string(),
      certain: z.boolean().describe('Proved, by a signature for example; else it is likely.'),
      detail: z.string(),
      remedy: z.string(),
    }),
  })
  .meta({ id: 'Refusal', description: 'A webhook that was refused, without its body.' });

function viewRefusal({ id, source, known, at, problem, diagnosis }: RefusalRecord) {
  const reason = viewProblem(problem);
  return { id, source, known, at: iso(at), reason, diagnosis: viewDiagnosis(diagnosis) };
}

function viewDiagnosis(it: Diagnosis) {
  const { code, certain, detail } = it;
  const { title, remedy } = wordsOf(it);
  return { code, title, certain, detail, remedy };
}

const LIST = byId('refusals');
const query = z.strictObject({
  source: word.optional().describe('As it stood in the path.'),
  ...pageFields(LIST),
});

export const refusals: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/refusals',
    scope: 'read',
    summary: 'List webhooks that were refused',
    description:
      'Why each was refused, and what was most likely wrong. No body is kept; of each source and reason one in a while, and the newest.',
    query,
    answers: { 200: pageOf(shownRefusal) },
    handle: async ({ query: asked }, { records }) =>
      answerPage(LIST, await records.refusals(asked, sliceOf(asked)), viewRefusal),
  }),
];
