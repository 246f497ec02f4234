/**
 * /v1/customers: who bought, and for which account. Personal, so it needs a key like everything here. What must never
 * happen here: one person as two customers.
 */
import * as z from 'zod';
import { customerFields, NAMED, named } from '../../core/by-hand.ts';
import type { CustomerRecord } from '../../core/people.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name, word } from '../request.ts';
import { etag, gone, type Route, route } from './route.ts';

export const shownCustomer = z
  .object({
    id: z.string(),
    account_id: z.string().nullable(),
    account: z.object({ id: z.string(), name: z.string() }).nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    company: z.string().nullable(),
    phone: z.string().nullable(),
    reference: z.string().nullable().describe('The shop’s own id of the customer, or yours.'),
    created_at: moment,
  })
  .meta({ id: 'Customer', description: 'Who bought.' });

export function viewCustomer(it: CustomerRecord): z.output<typeof shownCustomer> {
  const { id, account, version: _version, ...rest } = it;
  // The id also by itself: it is what a change names.
  return { id, account_id: account?.id ?? null, account, ...rest, created_at: iso(it.created_at) };
}

const LIST = byId('customers');
const accountId = word.describe('The id of an account.');
/** Of the list and its export. */
export const customerFilters = {
  email: word.optional(),
  account: accountId.optional(),
  reference: word.describe('The shop’s own id of the customer, or yours.').optional(),
};
/** What is left out stays; null empties. */
const changed = z.strictObject({
  account_id: accountId.nullable().optional(),
  name: name
    .meta({ examples: ['Jo Smith'] })
    .nullable()
    .optional(),
  company: name.nullable().optional(),
  phone: name.nullable().optional(),
});
const made = customerFields.extend({ account_id: accountId.optional() }).meta(NAMED).superRefine(named);
const shownMade = shownCustomer
  .extend({
    differs: z
      .array(z.string())
      .describe(
        'Fields that were sent and are otherwise with the customer who is there. PATCH changes them.',
      ),
  })
  .meta({ id: 'EnteredCustomer', description: 'A customer who is there, by now or before.' });

export const customers: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/customers',
    scope: 'read',
    summary: 'List customers',
    query: z.strictObject({ ...customerFilters, ...pageFields(LIST) }),
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
      if (!found) return refuse(gone('no customer of this id'));
      return answer(viewCustomer(found), 200, etag(found.version));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/customers',
    scope: 'issue',
    summary: 'Create a customer',
    description:
      'A person is one customer by their email, else by the reference: whoever is there already is answered with 200 and stays as they are; `differs` names what was sent otherwise.',
    body: made,
    answers: { 200: shownMade, 201: shownMade },
    problems: ['person_forgotten', 'conflict_persists'],
    handle: async ({ body, holder, refuse }, { people }) => {
      const added = await people.addCustomer(body, holder.id);
      if (!added.ok) return refuse(added.problem);
      const { customer, created, differs } = added.value;
      const view = { ...viewCustomer(customer), differs };
      return answer(view, created ? 201 : 200, etag(customer.version));
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/customers/:id',
    scope: 'issue',
    summary: 'Change a customer',
    description: 'What is left out stays, null empties. What a person wrote is never overwritten by a shop.',
    body: changed,
    answers: { 200: shownCustomer },
    problems: ['not_found', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, body, holder, versions, refuse }, { people }) => {
      const done = await people.changeCustomer(params.id, body, { actor: holder.id, versions });
      if (!done.ok) return refuse(done.problem);
      return answer(viewCustomer(done.value), 200, etag(done.value.version));
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/customers/:id',
    scope: 'issue',
    summary: 'Delete a customer',
    description:
      'Refused while orders are theirs. For somebody who asks to be forgotten there is `POST /v1/privacy/redactions`.',
    answers: { 200: z.strictObject({ id: z.string(), deleted: z.literal(true) }) },
    problems: ['not_found', 'referenced', 'edited_meanwhile', 'conflict_persists'],
    handle: async ({ params, holder, versions, refuse }, { people }) => {
      const done = await people.removeCustomer(params.id, { actor: holder.id, versions });
      return done.ok ? answer({ id: params.id, deleted: true }) : refuse(done.problem);
    },
  }),
];
