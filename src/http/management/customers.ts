/** /v1/customers: who bought, and for which account. Personal, so it needs a key like everything here. */
import * as z from 'zod';
import type { CustomerRecord } from '../../core/people.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { name, nothing, readQuery, readRequest, word } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

export function viewCustomer(it: CustomerRecord) {
  const { id, account, ...rest } = it;
  // The id also by itself: it is what a change names.
  return { id, account_id: account?.id ?? null, account, ...rest, created_at: iso(it.created_at) };
}

const LIST = byId('customers');
/** Of the list and its export. */
export const customerFilters = { email: word.optional() };
/** What is left out stays; null empties. */
const changed = z.strictObject({
  account_id: word.nullable().optional(),
  name: name.nullable().optional(),
  company: name.nullable().optional(),
  phone: name.nullable().optional(),
});

export const customers: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/customers',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, z.strictObject({ ...customerFilters, ...pageFields(LIST) }));
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
  {
    method: 'PATCH',
    path: '/v1/customers/:id',
    scope: 'issue',
    handle: async (c, { people, records }) => {
      const read = await readRequest(c, { query: nothing, body: changed });
      if (!read.ok) return refuse(c, read.problem);
      const id = param(c, 'id');
      const written = await people.changeCustomer(id, read.value.body);
      if (!written.ok) return refuse(c, written.problem);
      const customer = await records.customer(id);
      return customer ? answer(viewCustomer(customer)) : notFound(c, 'no customer of this id');
    },
  },
];
