/**
 * What an event speaks of: the table of topics, and whether the body is what its (unsigned) topic says. It stands
 * before gather and normalize, which must agree on it.
 * What must never happen here: a refund read as an order, or one person's request as that of a whole shop, because a
 * header said so.
 */
import { lookedFor, type Reading, type StoredEvent } from '../../src/core/integration.ts';
import { own } from '../../src/core/own.ts';
import { problem } from '../../src/core/problem.ts';
import { digits, object, text } from './fields.ts';
import { type JsonObject, parseObject } from './lossless.ts';
import { type RequestShape, requestOf, requestShapeOf } from './requests.ts';
import { isOwnShop, otherShopOf } from './shop.ts';

type Shape = 'order' | 'refund' | 'edit' | 'dispute' | 'shop' | RequestShape;

/** Every topic of an order means "look at it again"; they differ only in the body that they bring. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'orders/create': 'order',
  'orders/paid': 'order',
  'orders/updated': 'order',
  'orders/cancelled': 'order',
  'orders/fulfilled': 'order',
  'orders/partially_fulfilled': 'order',
  'refunds/create': 'refund',
  'orders/edited': 'edit',
  'disputes/create': 'dispute',
  'disputes/update': 'dispute',
  'app/uninstalled': 'shop',
  'customers/data_request': 'export',
  'customers/redact': 'redact_customer',
  'shop/redact': 'redact_shop',
};

/** The topics to switch on: the rest of `SHAPES` says nothing that these do not, or comes by itself. */
export const EVENT_TYPES = [
  'orders/create',
  'orders/paid',
  'orders/updated',
  'orders/cancelled',
  'orders/edited',
  'refunds/create',
  'disputes/create',
  'disputes/update',
  'app/uninstalled',
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
  | About<'dispute'>
  /** An event of our own: the order is to be asked for. */
  | { readonly is: 'look'; readonly order_id: string }
  /** It is read already: no order is looked at. */
  | { readonly is: 'read'; readonly reading: Exclude<Reading, { readonly is: 'facts' }> };

/** Reads what an event is about. An edit's `body` is what stands inside `order_edit`. */
export function subjectOf(event: Pick<StoredEvent, 'type' | 'headers' | 'body'>): Subject {
  const sale = lookedFor(event);
  if (sale !== null) return { is: 'look', order_id: sale };
  const other = otherShopOf(event.headers);
  if (other?.signed) return parked('topic_mismatch', other.detail);
  const expected = own(SHAPES, event.type);
  if (!expected) return ignored('type_unknown', event.type);
  const parsed = parseObject(event.body);
  if (!parsed.ok) return { is: 'read', reading: { is: 'parked', problem: parsed.problem } };
  const found = shapeOf(parsed.value);
  if (found !== expected && (found !== 'unclear' || !isOfOrder(expected))) {
    const what =
      found === 'other' || found === 'unclear' ? 'a body that is none' : `the body of ${NAMES[found]}`;
    return parked('topic_mismatch', `${event.type} came with ${what}`);
  }
  if (expected === 'shop') {
    const problem_ = problem('app_uninstalled', text(parsed.value.myshopify_domain) ?? '');
    return { is: 'read', reading: { is: 'ignored', problem: problem_, alarm: true } };
  }
  if (expected === 'redact_shop' && !isOwnShop(event.headers)) {
    return parked('shop_unproven', text(parsed.value.shop_domain) ?? '');
  }
  if (!isOfOrder(expected)) return { is: 'read', reading: requestOf(expected, parsed.value) };

  const body = (expected === 'edit' && object(parsed.value.order_edit)) || parsed.value;
  if (expected === 'dispute' && body.order_id === null) return ignored('not_a_sale', 'a dispute of no order');
  const order_id = digits(expected === 'order' ? body.id : body.order_id);
  if (order_id === null) {
    const field = { order: 'id', refund: 'order_id', edit: 'order_edit.order_id', dispute: 'order_id' }[
      expected
    ];
    return parked('fields_missing', `${event.type} without ${field}`);
  }
  if (order_id === SAMPLE_ORDER || (expected === 'order' && isSample(body))) {
    return ignored('not_a_sale', 'a sample notification of the shop');
  }
  return { is: expected, order_id, body };
}

function parked(code: 'topic_mismatch' | 'fields_missing' | 'shop_unproven', detail: string): Subject {
  return { is: 'read', reading: { is: 'parked', problem: problem(code, detail) } };
}

function ignored(code: 'type_unknown' | 'not_a_sale', detail: string): Subject {
  return { is: 'read', reading: { is: 'ignored', problem: problem(code, detail) } };
}

const NAMES: Readonly<Record<Shape, string>> = {
  order: 'an order',
  refund: 'a refund',
  edit: 'an order edit',
  dispute: 'a dispute',
  shop: 'a shop',
  export: 'a request for records',
  redact_customer: 'a request to forget a customer',
  redact_shop: 'a request to forget a shop',
};

/** Of an order a field filter may have left too little to be sure; what acts on more than an order must be sure. */
function isOfOrder(shape: Shape): shape is Exclude<Subject['is'], 'read' | 'look'> {
  return shape === 'order' || shape === 'refund' || shape === 'edit' || shape === 'dispute';
}

/** The body's own word for what it is; `unclear` where a field filter left too little. */
function shapeOf(body: JsonObject): Shape | 'other' | 'unclear' {
  if (body.order_edit !== undefined) return 'edit';
  const kind = /^gid:\/\/shopify\/(\w+)\//.exec(text(body.admin_graphql_api_id) ?? '')?.[1];
  if (kind !== undefined) return kind === 'Order' ? 'order' : kind === 'Refund' ? 'refund' : 'other';
  if (body.myshopify_domain !== undefined) return 'shop';
  const request = requestShapeOf(body);
  if (request !== null) return request;
  if (body.refund_line_items !== undefined || body.order_adjustments !== undefined) return 'refund';
  const disputed = [
    'network_reason_code',
    'evidence_due_by',
    'evidence_sent_on',
    'initiated_at',
    'finalized_on',
  ];
  if (disputed.some((it) => body[it] !== undefined)) return 'dispute';
  // Transactions and fulfillments name an order too; of an order's own fields this is none.
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
