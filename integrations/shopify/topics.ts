/**
 * What an event speaks of: the table of topics, and whether the body is what its (unsigned) topic says. It stands
 * before gather and normalize, which must agree on it.
 * What must never happen here: a refund read as an order because a header said so.
 */
import type { StoredEvent } from '../../src/core/integration.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { object, text } from './fields.ts';
import { type JsonObject, parseObject } from './lossless.ts';
import { otherShopOf } from './shop.ts';

type Shape = 'order' | 'refund' | 'edit';

/** Every topic means "look at this order again"; they differ only in the body that they bring. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'orders/create': 'order',
  'orders/paid': 'order',
  'orders/updated': 'order',
  'orders/cancelled': 'order',
  'orders/fulfilled': 'order',
  'orders/partially_fulfilled': 'order',
  'refunds/create': 'refund',
  'orders/edited': 'edit',
};

/** The topics to switch on: the rest of `SHAPES` says nothing that these do not. */
export const EVENT_TYPES = [
  'orders/create',
  'orders/paid',
  'orders/updated',
  'orders/cancelled',
  'orders/edited',
  'refunds/create',
] as const;

/** Id of the order in the shop's own samples ("send test notification", CLI trigger). */
const SAMPLE_ORDER = '820982911946154508';

/** What an event is about: an order, and the body that speaks of it. */
interface About<Is extends Shape> {
  readonly is: Is;
  readonly order_id: string;
  readonly body: JsonObject;
}

export type Subject =
  | About<'order'>
  | About<'refund'>
  | About<'edit'>
  | { readonly is: 'ignored'; readonly problem: Problem }
  | { readonly is: 'parked'; readonly problem: Problem };

/** Reads what an event is about. An edit's `body` is what stands inside `order_edit`. */
export function subjectOf(event: Pick<StoredEvent, 'type' | 'headers' | 'body'>): Subject {
  const other = otherShopOf(event.headers);
  if (other?.signed) return { is: 'parked', problem: problem('topic_mismatch', other.detail) };
  const expected = SHAPES[event.type];
  if (!expected) return { is: 'ignored', problem: problem('type_unknown', event.type) };
  const parsed = parseObject(event.body);
  if (!parsed.ok) return { is: 'parked', problem: parsed.problem };
  const found = shapeOf(parsed.value);
  if (found !== 'unclear' && found !== expected) {
    const detail = `${event.type} came with ${found === 'other' ? 'a body that is none' : `the body of ${NAMES[found]}`}`;
    return { is: 'parked', problem: problem('topic_mismatch', detail) };
  }
  const body = (expected === 'edit' && object(parsed.value.order_edit)) || parsed.value;
  const order_id = text(expected === 'order' ? body.id : body.order_id);
  if (order_id === null) {
    const field = { order: 'id', refund: 'order_id', edit: 'order_edit.order_id' }[expected];
    return { is: 'parked', problem: problem('fields_missing', `${event.type} without ${field}`) };
  }
  if (order_id === SAMPLE_ORDER || (expected === 'order' && isSample(body))) {
    return { is: 'ignored', problem: problem('not_a_sale', 'a sample notification of the shop') };
  }
  return { is: expected, order_id, body };
}

const NAMES: Readonly<Record<Shape, string>> = {
  order: 'an order',
  refund: 'a refund',
  edit: 'an order edit',
};

/** The body's own word for what it is; `unclear` where a field filter left too little. */
function shapeOf(body: JsonObject): Shape | 'other' | 'unclear' {
  if (body.order_edit !== undefined) return 'edit';
  const kind = /^gid:\/\/shopify\/(\w+)\//.exec(text(body.admin_graphql_api_id) ?? '')?.[1];
  if (kind !== undefined) return kind === 'Order' ? 'order' : kind === 'Refund' ? 'refund' : 'other';
  if (body.refund_line_items !== undefined || body.order_adjustments !== undefined) return 'refund';
  // Transactions, fulfillments and disputes name an order too; of an order's own fields this is none.
  if (body.order_id !== undefined)
    return body.line_items !== undefined || body.kind !== undefined ? 'other' : 'unclear';
  const orderly = ['financial_status', 'line_items', 'order_number', 'cancelled_at', 'total_price'];
  return orderly.some((it) => body[it] !== undefined) ? 'order' : 'unclear';
}

/** A sample of any order topic is a test, voided, cancelled and never confirmed; no real order is all four. */
function isSample(body: JsonObject): boolean {
  return (
    body.test === true &&
    body.confirmed === false &&
    body.financial_status === 'voided' &&
    text(body.cancelled_at) !== null
  );
}
