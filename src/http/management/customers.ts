/** GET /v1/customers: who bought. Personal, so it needs a key like everything here. */
import * as z from 'zod';
import type { CustomerRecord } from '../../core/records.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { readQuery, word } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

export function viewCustomer(it: CustomerRecord) {
  return { ...it, created_at: iso(it.created_at) };
}

const LIST = byId('customers');

export const customers: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/customers',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, z.strictObject({ email: word.optional(), ...pageFields(LIST) }));
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await records.customers(read.value, sliceOf(read.value)), viewCustomer);
    },
  },
  {
    method: 'GET',
    path: '/v1/customers/:id',
    scope: 'read',
    handle: async (c, { records }) => {
      const found = await records.customer(param(c, 'id'));
      return found ? answer(viewCustomer(found)) : notFound(c, 'no customer of this id');
    },
  },
];
