/** /v1/accounts: for whom customers buy. A person makes them; no shop knows of them. */
import * as z from 'zod';
import type { AccountRecord } from '../../core/people.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { name, nothing, readQuery, readRequest } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

function viewAccount({ id, name: called, created_at }: AccountRecord) {
  return { id, name: called, created_at: iso(created_at) };
}

const LIST = byId('accounts');

export const accounts: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/accounts',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, z.strictObject(pageFields(LIST)));
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await records.accounts(sliceOf(read.value)), viewAccount);
    },
  },
  {
    method: 'GET',
    path: '/v1/accounts/:id',
    scope: 'read',
    handle: async (c, { records }) => {
      const found = await records.account(param(c, 'id'));
      return found ? answer(viewAccount(found)) : notFound(c, 'no account of this id');
    },
  },
  {
    method: 'POST',
    path: '/v1/accounts',
    scope: 'issue',
    handle: async (c, { people }) => {
      const read = await readRequest(c, { query: nothing, body: z.strictObject({ name }) });
      if (!read.ok) return refuse(c, read.problem);
      return answer(viewAccount(await people.addAccount(read.value.body)), 201);
    },
  },
];
