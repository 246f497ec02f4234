/** GET /v1/refusals: webhooks that were refused lately, each with why and with what was most likely wrong. */
import * as z from 'zod';
import { type Diagnosis, type RefusalRecord, wordsOf } from '../../core/refusals.ts';
import { iso, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { readQuery, word } from '../request.ts';
import { type Route, refuse } from './route.ts';

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
const query = z.strictObject({ source: word.optional(), ...pageFields(LIST) });

export const refusals: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/refusals',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, query);
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await records.refusals(read.value, sliceOf(read.value)), viewRefusal);
    },
  },
];
