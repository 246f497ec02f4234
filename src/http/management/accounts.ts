/** /v1/accounts: for whom customers buy. A person makes them; no shop knows of them. */
import * as z from 'zod';
import type { AccountRecord } from '../../core/people.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name } from '../request.ts';
import { gone, type Route, route } from './route.ts';

const shownAccount = z
  .object({ id: z.string(), name: z.string(), created_at: moment })
  .meta({ id: 'Account', description: 'For whom customers buy.' });

function viewAccount({ id, name: called, created_at }: AccountRecord) {
  return { id, name: called, created_at: iso(created_at) };
}

const LIST = byId('accounts');

export const accounts: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/accounts',
    scope: 'read',
    summary: 'List accounts',
    query: z.strictObject(pageFields(LIST)),
    answers: { 200: pageOf(shownAccount) },
    handle: async ({ query }, { records }) =>
      answerPage(LIST, await records.accounts(sliceOf(query)), viewAccount),
  }),
  route({
    method: 'GET',
    path: '/v1/accounts/:id',
    scope: 'read',
    summary: 'Read an account',
    answers: { 200: shownAccount },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records }) => {
      const found = await records.account(params.id);
      return found ? answer(viewAccount(found)) : refuse(gone('no account of this id'));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/accounts',
    scope: 'issue',
    summary: 'Create an account',
    description: 'Two accounts may have one name; their ids keep them apart.',
    body: z.strictObject({ name: name.meta({ examples: ['Acme Inc.'] }) }),
    answers: { 201: shownAccount },
    handle: async ({ body }, { people }) => answer(viewAccount(await people.addAccount(body)), 201),
  }),
];
