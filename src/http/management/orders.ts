/** /v1/orders: orders by hand and by API; each order with its items, their licenses, and, one by one, what changed when. */
import * as z from 'zod';
import { orderAsked } from '../../core/by-hand.ts';
import { type ItemRecord, ORDER_STATES, type OrderRecord } from '../../core/records.ts';
import type { Timeline } from '../../core/timeline.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { word, yesNo } from '../request.ts';
import { timelineFields, viewTimeline } from './changes.ts';
import { shownCustomer, viewCustomer } from './customers.ts';
import { shownLicense, viewLicense } from './licenses.ts';
import { etag, gone, type Route, route } from './route.ts';

const text = z.string().nullable();
export const shownRefs = z
  .record(z.string(), z.string())
  .describe('By what the shop names the line: its price, sku, …');
const shownItem = z
  .object({
    line_id: z.string(),
    title: z.string(),
    quantity: z.int().nullable(),
    state: z.enum(['pending', 'issued', 'parked', 'ignored', 'ended']),
    rule: text.describe('Which maps it.'),
    product: text,
    policy: text,
    part: text,
    refs: shownRefs,
    problem: shownProblem.nullable().describe('Why it is parked.'),
    reason: text.describe('Why it is ignored or ended.'),
    licenses: z.array(shownLicense),
  })
  .meta({ id: 'Item', description: 'One line and product of an order.' });

const shownOrder = z
  .object({
    id: z.string(),
    source: z.string().describe('`manual`: it was made by hand or by API.'),
    account: z.string().describe('A connected account inside the source; else empty.'),
    external_id: z.string().describe("The shop's own name of the sale."),
    label: text.describe('What people in the shop call it, #1001 for example.'),
    refs: z.array(z.string()).describe('All names of the sale.'),
    state: z.enum(ORDER_STATES),
    test: z.boolean(),
    flags: z.array(z.string()),
    customer: shownCustomer.nullable(),
    items: z.array(shownItem),
    mapping_revision: z.string(),
    currency: text,
    total: text,
    bought_at: moment.nullable(),
    created_at: moment,
    updated_at: moment,
  })
  .meta({ id: 'Order', description: 'What was bought, and its licenses.' });

export const shownWholeOrder = shownOrder
  .extend(timelineFields)
  .meta({ id: 'WholeOrder', description: 'An order and its timeline.' });

export function viewWholeOrder(it: OrderRecord & { readonly timeline: Timeline }, now: number) {
  return { ...viewOrder(it, now), ...viewTimeline(it.timeline) };
}

function viewOrder(it: OrderRecord, now: number) {
  return {
    id: it.id,
    source: it.source,
    account: it.account,
    external_id: it.external_id,
    label: it.label,
    refs: it.refs,
    state: it.state,
    test: it.test,
    flags: it.flags,
    customer: it.customer && viewCustomer(it.customer),
    items: it.items.map((item) => viewItem(item, now)),
    mapping_revision: it.revision_id,
    currency: it.currency,
    total: it.total,
    bought_at: iso(it.bought_at),
    created_at: iso(it.created_at),
    updated_at: iso(it.updated_at),
  };
}

function viewItem(it: ItemRecord, now: number) {
  const { line_id, title, quantity, state, rule, product, policy, part, refs, problem, reason } = it;
  const licenses = it.licenses.map((one) => viewLicense(one, now));
  return {
    line_id,
    title,
    quantity,
    state,
    rule,
    product,
    policy,
    part,
    refs,
    problem: viewProblem(problem),
    reason,
    licenses,
  };
}

const ORDERS = byId('orders');

const query = z.strictObject({
  source: word.optional(),
  external_id: word
    .optional()
    .describe('Any name of the sale: the order, its checkout, payment, subscription, …'),
  customer: word.optional().describe("A customer's id or email address."),
  state: z.enum(ORDER_STATES).optional(),
  test: yesNo.optional(),
  ...pageFields(ORDERS),
});

export const orders: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/orders',
    scope: 'read',
    summary: 'List orders',
    query,
    answers: { 200: pageOf(shownOrder) },
    handle: async ({ query: asked }, { records, clock }) => {
      const now = clock.now();
      return answerPage(ORDERS, await records.orders(asked, sliceOf(asked)), (it) => viewOrder(it, now));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/orders/:id',
    scope: 'read',
    summary: 'Read an order',
    description: 'With its licenses and its timeline: what changed when, and because of what.',
    answers: { 200: shownWholeOrder },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records, clock }) => {
      const found = await records.order(params.id);
      if (!found) return refuse(gone('no order of this id'));
      return answer(viewWholeOrder(found, clock.now()), 200, etag(found.version));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/orders',
    scope: 'issue',
    summary: 'Issue an order',
    name: 'issueOrder',
    description:
      'What no shop sold. The answer is the whole order, once its licenses are committed. The same content under the same `id` is answered with 200 and adds nothing; send an `id`, and it is safe to send again.',
    body: orderAsked,
    answers: { 201: shownWholeOrder, 200: shownWholeOrder },
    problems: ['exists_with_different_content', 'catalog_missing', 'conflict_persists'],
    handle: async ({ body, holder, refuse }, ports) => {
      const entered = await ports.orders.enter(body, holder.id);
      if (!entered.ok) return refuse(entered.problem);
      const { order, created } = entered.value;
      const view = viewWholeOrder(order, ports.clock.now());
      return answer(view, created ? 201 : 200, etag(order.version));
    },
  }),
];
