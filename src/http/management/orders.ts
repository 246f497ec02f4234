/** /v1/orders: orders by hand and by API; each order with its items, their licenses, and, one by one, what changed when. */
import * as z from 'zod';
import { orderAsked } from '../../core/by-hand.ts';
import { type ItemRecord, ORDER_STATES, type OrderRecord, type ParkedKey } from '../../core/records.ts';
import { answer, iso, viewProblem } from '../answers.ts';
import { answerPage, byId, type Listing, pageFields, sliceOf } from '../page.ts';
import { nothing, readQuery, readRequest, word, yesNo } from '../request.ts';
import { viewTimeline } from './changes.ts';
import { viewCustomer } from './customers.ts';
import { viewLicense } from './licenses.ts';
import { notFound, param, type Route, refuse } from './route.ts';

export function viewOrder(it: OrderRecord, now: number) {
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
const PARKED: Listing<ParkedKey> = { name: 'parked', key: z.tuple([z.string(), z.int()]) };

/** Of the list and its export. */
export const orderFilters = {
  source: word.optional(),
  external_id: word.optional(),
  customer: word.optional(),
  state: z.enum(ORDER_STATES).optional(),
  test: yesNo.optional(),
};
const query = z.strictObject({ ...orderFilters, ...pageFields(ORDERS) });

export const orders: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/orders',
    scope: 'read',
    handle: async (c, { records, clock }) => {
      const read = await readQuery(c, query);
      if (!read.ok) return refuse(c, read.problem);
      const now = clock.now();
      return answerPage(ORDERS, await records.orders(read.value, sliceOf(read.value)), (it) =>
        viewOrder(it, now),
      );
    },
  },
  {
    method: 'GET',
    path: '/v1/orders/:id',
    scope: 'read',
    handle: async (c, { records, clock }) => {
      const found = await records.order(param(c, 'id'));
      if (!found) return notFound(c, 'no order of this id');
      return answer({ ...viewOrder(found, clock.now()), ...viewTimeline(found.timeline) });
    },
  },
  {
    method: 'POST',
    path: '/v1/orders',
    scope: 'issue',
    handle: async (c, ports) => {
      const read = await readRequest(c, { query: nothing, body: orderAsked });
      if (!read.ok) return refuse(c, read.problem);
      const entered = await ports.orders.enter(read.value.body, c.get('holder').id);
      if (!entered.ok) return refuse(c, entered.problem);
      const { order, created } = entered.value;
      const seen = { ...viewOrder(order, ports.clock.now()), ...viewTimeline(order.timeline) };
      return answer(seen, created ? 201 : 200);
    },
  },
  {
    method: 'GET',
    path: '/v1/parked',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, z.strictObject({ source: word.optional(), ...pageFields(PARKED) }));
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(PARKED, await records.parked(read.value, sliceOf(read.value)), (it) => ({
        ...it,
        problem: viewProblem(it.problem),
        since: iso(it.since),
      }));
    },
  },
];
