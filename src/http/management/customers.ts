/** /v1/customers: who bought, and for which account. Personal, so it needs a key like everything here. */
import * as z from 'zod';
import type { CustomerRecord } from '../../core/people.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name, word } from '../request.ts';
import { gone, type Route, route } from './route.ts';

const text = z.string().nullable();
export const shownCustomer = z
  .object({
    id: z.string(),
    account_id: text,
    account: z.object({ id: z.string(), name: z.string() }).nullable(),
    email: text.describe('Who a person is, whatever shop they buy in.'),
    name: text,
    company: text,
    phone: text,
    reference: text.describe("The shop's own id of the customer."),
    created_at: moment,
  })
  .meta({ id: 'Customer', description: 'Who bought.' });

export function viewCustomer(it: CustomerRecord) {
  const { id, account, ...rest } = it;
  // The id also by itself: it is what a change names.
  return { id, account_id: account?.id ?? null, account, ...rest, created_at: iso(it.created_at) };
}

const LIST = byId('customers');
const changed = z.strictObject({
  account_id: word.nullable().optional().describe('The account they belong to.'),
  name: name
    .meta({ examples: ['Jo Smith'] })
    .nullable()
    .optional(),
  company: name.nullable().optional(),
  phone: name.nullable().optional(),
});

export const customers: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/customers',
    scope: 'read',
    summary: 'List customers',
    query: z.strictObject({
      email: word.optional().describe('Who has this address.'),
      ...pageFields(LIST),
    }),
    answers: { 200: pageOf(shownCustomer) },
    handle: async ({ query }, { records }) =>
      answerPage(LIST, await records.customers(query, sliceOf(query)), viewCustomer),
  }),
  route({
    method: 'GET',
    path: '/v1/customers/:id',
    scope: 'read',
    summary: 'Read a customer',
    answers: { 200: shownCustomer },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records }) => {
      const found = await records.customer(params.id);
      return found ? answer(viewCustomer(found)) : refuse(gone('no customer of this id'));
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/customers/:id',
    scope: 'issue',
    summary: 'Change a customer',
    description:
      'What is left out stays, null empties. What a person wrote stays; deliveries of a shop fill what is empty.',
    body: changed,
    answers: { 200: shownCustomer },
    problems: ['not_found'],
    handle: async ({ params: { id }, body, refuse }, { people, records }) => {
      const written = await people.changeCustomer(id, body);
      if (!written.ok) return refuse(written.problem);
      const customer = await records.customer(id);
      return customer ? answer(viewCustomer(customer)) : refuse(gone('no customer of this id'));
    },
  }),
];
