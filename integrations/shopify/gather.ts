/**
 * Asks the shop for the order of an event as it is now, and writes the answer in the webhook's own field names, so
 * that one reader reads both. It stands between claim and normalize.
 * What must never happen here: a first page taken for the whole, or an id read as a number.
 *
 * The answer `order`: `{ order: null }` when the shop does not know the order (any more, or for this token: orders
 * older than 60 days need read_all_orders), else `{ order: { id, updated_at, …, line_items, refunds } }`. Of a renewal
 * each line also has its `contract`, and `origin_order` the lines of the first order with theirs.
 */
import type { Answer, Answered, AskPorts, StoredEvent } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';
import { fail, ok } from '../../src/core/problem.ts';
import { ask, type Reply } from './ask.ts';
import { isRenewal } from './facts.ts';
import { object, objects, text } from './fields.ts';
import type { JsonObject } from './lossless.ts';
import { CONTRACTS_QUERY, ORDER_QUERY, REFUND_QUERY } from './queries.ts';
import type { Settings } from './settings.ts';
import { subjectOf } from './topics.ts';
import { orderOf, refundOf, withContracts } from './translate.ts';

/** More pages than any real order has. */
const PAGES = 100;

export async function gather(
  event: StoredEvent,
  settings: Settings,
  ports: AskPorts,
  refresh: number,
): Promise<Answered<readonly Answer[]>> {
  const token = settings.admin_token;
  if (token === undefined) return ok([]);
  const subject = subjectOf(event);
  // A dispute's own body says all of it, and nothing of its order.
  if (subject.is === 'read' || subject.is === 'dispute') return ok([]);
  const question: Question = (query, variables) => ask(query, variables, settings, token, ports);

  const pages = await readPages(
    question,
    ORDER_QUERY,
    'order',
    'lineItems',
    `gid://shopify/Order/${subject.order_id}`,
  );
  if (!pages.ok) return pages;
  const { nodes: lines, node, date, denied } = pages.value;
  const id = `${event.id}/${refresh}/order`;
  const stamp = date ?? Date.parse(text(node?.updatedAt) ?? '');
  const answer = (order: Json) =>
    ok([{ id, asked: 'order', stamp: Number.isNaN(stamp) ? event.received_at : stamp, body: { order } }]);
  if (node === null) return answer(null);

  const refunds: JsonObject[] = [];
  for (const { id: refund } of objects(node.refunds) ?? []) {
    const gid = text(refund);
    if (gid === null) continue;
    const read = await readPages(question, REFUND_QUERY, 'refund', 'refundLineItems', gid);
    if (!read.ok) return read;
    if (read.value.node) refunds.push(refundOf(read.value.node, read.value.nodes));
  }
  const order = orderOf(node, lines, refunds, denied.length === 0);
  if (!isRenewal(text(order.source_name))) return answer(order);
  const linked = await askContracts(question, order);
  return linked.ok ? answer(linked.value) : linked;
}

type Question = (query: string, variables: Record<string, string | null>) => Promise<Answered<Reply>>;

/** A refusal here is no fault: contracts belong to the app that made them, and the order is told without them. */
async function askContracts(question: Question, order: JsonObject): Promise<Answered<JsonObject>> {
  const read = async (gid: string) => {
    const pages = await readPages(question, CONTRACTS_QUERY, 'order', 'lineItems', gid, CONTRACT);
    return pages.ok || pages.problem.code !== 'api_key_refused' ? pages : ok(null);
  };
  const own = await read(`gid://shopify/Order/${text(order.id)}`);
  if (!own.ok) return own;
  if (!own.value) return ok(order);
  const { nodes } = own.value;
  const gids = nodes.map((it) => text(object(object(it.contract)?.originOrder)?.id));
  const gid = gids.find((it) => it !== null);
  if (gid === undefined || gid === null) return ok(withContracts(order, nodes, null));
  const first = await read(gid);
  if (!first.ok) return first;
  return ok(withContracts(order, nodes, first.value?.node ? { gid, nodes: first.value.nodes } : null));
}

interface Pages {
  /** The object itself, as its first page has it; null when the shop does not know it. */
  readonly node: JsonObject | null;
  /** The nodes of its list, of all pages. */
  readonly nodes: readonly JsonObject[];
  readonly date: number | null;
  readonly denied: readonly string[];
}

/** Follows one list of one object to its end. */
async function readPages(
  question: Question,
  query: string,
  root: string,
  list: string,
  id: string,
  optional = PERSONAL,
): Promise<Answered<Pages>> {
  let first: JsonObject | null = null;
  const nodes: JsonObject[] = [];
  const seen = new Set<string>();
  const denied: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const reply = await question(query, { id, after });
    if (!reply.ok) return reply;
    const needed = reply.value.denied.find((it) => !optional.test(it));
    if (needed !== undefined) return fail('api_key_refused', `the token may not read ${needed || root}`);
    denied.push(...reply.value.denied);
    const node = object(reply.value.values[root]);
    if (first && text(first.updatedAt) !== text(node?.updatedAt)) {
      return fail('shop_unavailable', 'the order changed while it was read');
    }
    if (!node) return ok({ node: null, nodes: [], date: reply.value.date, denied });
    first ??= node;
    const connection = object(node[list]) ?? {};
    const more = objects(connection.nodes);
    if (!more) return fail('shop_unavailable', `a page without ${list}`);
    nodes.push(...more);
    const place = object(connection.pageInfo) ?? {};
    const next = text(place.endCursor);
    // Counted twice, a line would be licensed twice.
    for (const { id: name } of more) {
      if (typeof name !== 'string') continue;
      if (seen.has(name)) return fail('shop_unavailable', `pages of ${list} that name one twice`);
      seen.add(name);
    }
    if (place.hasNextPage !== true) return ok({ node: first, nodes, date: reply.value.date, denied });
    if (next === null) return fail('shop_unavailable', `a page of ${list} without a cursor`);
    if (next === after) return fail('shop_unavailable', `a page of ${list} that leads back to itself`);
    after = next;
  }
  return fail('shop_unavailable', `more than ${PAGES} pages of ${list}`);
}

/** Fields that only tell who buys: without the scope for them the buyer is left unsaid, and all else is read. */
const PERSONAL = /^order\.(customer|billingAddress|email|phone)(\.|$)/;
/** What only the app that owns the subscription may read. */
const CONTRACT = /^order\.lineItems\.nodes\.contract(\.|$)/;
