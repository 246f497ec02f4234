/** /v1/accounts: for whom customers buy. A person makes them; no shop knows of them. */
import * as z from 'zod';
import type { AccountRecord } from '../../core/people.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name } from '../request.ts';
import { etag, gone, type Route, route } from './route.ts';

const account = z
  .strictObject({
    id: z.string().meta({ examples: ['acc_01k…'] }),
    name: z.string(),
    created_at: moment,
  })
  .meta({ id: 'Account', description: 'For whom customers buy: a company, a school.' });

function viewAccount({ id, name: called, created_at }: AccountRecord): z.output<typeof account> {
  return { id, name: called, created_at: iso(created_at) };
}

const answerAccount = (it: AccountRecord, status = 200) => answer(viewAccount(it), status, etag(it.version));

const LIST = byId('accounts');
const called = name
  .describe('As people call it; two accounts may have one name.')
  .meta({ examples: ['Acme Inc.'] });

export const accounts: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/accounts',
    scope: 'read',
    summary: 'List accounts',
    query: z.strictObject(pageFields(LIST)),
    answers: { 200: pageOf(account) },
    handle: async ({ query }, { records }) =>
      answerPage(LIST, await records.accounts(sliceOf(query)), viewAccount),
  }),
  route({
    method: 'GET',
    path: '/v1/accounts/:id',
    scope: 'read',
    summary: 'Read an account',
    answers: { 200: account },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records }) => {
      const found = await records.account(params.id);
      return found ? answerAccount(found) : refuse(gone('no account of this id'));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/accounts',
    scope: 'issue',
    summary: 'Create an account',
    description: 'Two accounts may have one name; their ids keep them apart.',
    body: z.strictObject({ name: called }),
    answers: { 201: account },
    handle: async ({ body, holder }, { people }) =>
      answerAccount(await people.addAccount(body, holder.id), 201),
  }),
  route({
    method: 'PATCH',
    path: '/v1/accounts/:id',
    scope: 'issue',
    summary: 'Change an account',
    body: z.strictObject({ name: called.optional() }),
    answers: { 200: account },
    problems: ['not_found', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, body, holder, versions, refuse }, { people }) => {
      const done = await people.changeAccount(params.id, body, { actor: holder.id, versions });
      return done.ok ? answerAccount(done.value) : refuse(done.problem);
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/accounts/:id',
    scope: 'issue',
    summary: 'Delete an account',
    description: 'Refused while customers belong to it: take them out first.',
    answers: { 200: z.strictObject({ id: z.string(), deleted: z.literal(true) }) },
    problems: ['not_found', 'referenced', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, holder, versions, refuse }, { people }) => {
      const done = await people.removeAccount(params.id, { actor: holder.id, versions });
      return done.ok ? answer({ id: params.id, deleted: true }) : refuse(done.problem);
    },
  }),
];
