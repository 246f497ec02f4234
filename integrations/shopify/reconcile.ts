/**
 * Lists the orders that Shopify knows of, page by page: those made since a time, or those made or changed in a range. It
 * names them; each is asked for on its own, by gather. What must never happen here: orders that the token may not see
 * passing for orders that there are not.
 */
import type { Answered, AskPorts, GoneAsked, ListAsked, SalesPage } from '../../src/core/integration.ts';
import { fail, ok, problem } from '../../src/core/problem.ts';
import { ask } from './ask.ts';
import { object, objects, text, time } from './fields.ts';
import type { JsonObject } from './lossless.ts';
import type { Settings } from './settings.ts';

/** https://shopify.dev/docs/api/admin-graphql/latest/queries/orders : one point for each order of the page, and a few. */
function ordersQuery(sortKey: 'CREATED_AT' | 'UPDATED_AT'): string {
  return `query KeyferryOrders($query: String!, $first: Int!, $after: String) {
  orders(first: $first, after: $after, query: $query, sortKey: ${sortKey}) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
  currentAppInstallation { accessScopes { handle } }
}`;
}

/** https://shopify.dev/docs/api/admin-graphql/latest/queries/nodes : null where there is none (any more). */
const KNOWN_QUERY = `query KeyferryKnown($ids: [ID!]!) {
  nodes(ids: $ids) { id }
  currentAppInstallation { accessScopes { handle } }
}`;

/** Shopify's largest page. */
const PAGE = 250;

/** Older orders are shown only to who may read all: https://shopify.dev/docs/api/usage/access-scopes#orders-permissions */
const SHOWN_MS = 60 * 24 * 3_600_000;
const ALL_ORDERS = 'read_all_orders';

/** In the order in which they are read; a cursor names one of them. */
const LISTS = ['made', 'changed', 'made_here'] as const;
type Name = (typeof LISTS)[number];

export async function list(
  asked: ListAsked,
  settings: Settings,
  ports: AskPorts,
): Promise<Answered<SalesPage>> {
  const { of, from, to, account, limit } = asked;
  const token = settings.admin_token;
  if (token === undefined) return fail('api_key_needed', 'Shopify lists its orders to an admin_token only');
  if (account !== '') return fail('request_invalid', 'a shop of Shopify has no accounts inside it');
  // An order that was changed again after the range is found by when it was made alone.
  const names: readonly Name[] =
    of === 'sales' ? ['made'] : to === null ? ['changed'] : ['changed', 'made_here'];
  const place = placeOf(asked.cursor, names);
  if (!place) return fail('cursor_unknown');
  const { name, after } = place;
  const field = name === 'changed' ? 'updated_at' : 'created_at';
  const query = [
    `${field}:>='${iso(from)}'`,
    ...(to === null || name === 'made' ? [] : [`${field}:<'${iso(to)}'`]),
  ].join(' ');
  const variables = { query, first: Math.min(limit, PAGE), after };
  const sortKey = name === 'changed' ? 'UPDATED_AT' : 'CREATED_AT';
  const reply = await ask(ordersQuery(sortKey), variables, settings, token, ports);
  if (!reply.ok) return reply;
  const orders = object(reply.value.values.orders);
  if (!orders) return fail('api_key_refused', 'the token may not read orders');
  const info = object(orders.pageInfo) ?? {};
  const end = info.hasNextPage === true ? text(info.endCursor) : null;
  if (info.hasNextPage === true && end === null)
    return fail('shop_unavailable', 'a page of orders without a cursor');
  if (end !== null && end === after)
    return fail('shop_unavailable', 'a page of orders that leads back to itself');
  const nodes = objects(orders.nodes) ?? [];
  // The list before has named the others.
  const fresh = name === 'made_here' ? nodes.filter((it) => isSince(it.updatedAt, to)) : nodes;
  const next = names[names.indexOf(name) + 1];
  const hidden = from < ports.clock.now() - SHOWN_MS && !scopesOf(reply.value.values).includes(ALL_ORDERS);
  return ok({
    sales: fresh.flatMap((it) => {
      const sale = numberOf(text(it.id));
      return sale === null ? [] : [{ name: sale, seen: 'order' }];
    }),
    next: end !== null ? `${name}:${end}` : next === undefined ? null : `${next}:`,
    ...(hidden && {
      remark: problem('older_sales_hidden', `orders older than 60 days need the scope ${ALL_ORDERS}`),
    }),
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isSince(updatedAt: JsonObject[string] | undefined, to: number | null): boolean {
  const at = time(updatedAt);
  // Shopify's times are of whole seconds.
  return to === null || at === null || at >= Math.floor(to / 1000) * 1000;
}

/** `changed:eyJsYXN…`: the list, and Shopify's own cursor in it. */
function placeOf(
  cursor: string | null,
  names: readonly Name[],
): { readonly name: Name; readonly after: string | null } | null {
  if (cursor === null) return names[0] ? { name: names[0], after: null } : null;
  const [, list, after] = /^([a-z_]+):([!-~]{0,2000})$/.exec(cursor) ?? [];
  const name = names.find((it) => it === list);
  return name ? { name, after: after || null } : null;
}

/** Ids of webhooks and of our sales are the digits alone. */
function numberOf(gid: string | null): string | null {
  return /^gid:\/\/shopify\/Order\/(\d+)$/.exec(gid ?? '')?.[1] ?? null;
}

function scopesOf(values: JsonObject): readonly (string | null)[] {
  const scopes = objects(object(values.currentAppInstallation)?.accessScopes) ?? [];
  return scopes.map((it) => text(it.handle));
}

/** An order that was deleted is not known any more. Neither is an old one to a token that may not see it: of that nothing is said. */
export async function gone(
  { sales, account }: GoneAsked,
  settings: Settings,
  ports: AskPorts,
): Promise<Answered<readonly string[]>> {
  const token = settings.admin_token;
  if (token === undefined)
    return fail('api_key_needed', 'Shopify tells of its orders to an admin_token only');
  if (account !== '') return fail('request_invalid', 'a shop of Shopify has no accounts inside it');
  const orders = sales.filter(({ name }) => /^\d{1,40}$/.test(name));
  const hiddenBefore = ports.clock.now() - SHOWN_MS;
  const missing: string[] = [];
  for (let at = 0; at < orders.length; at += PAGE) {
    const part = orders.slice(at, at + PAGE);
    const ids = part.map(({ name }) => `gid://shopify/Order/${name}`);
    const reply = await ask(KNOWN_QUERY, { ids }, settings, token, ports);
    if (!reply.ok) return reply;
    const { nodes } = reply.value.values;
    if (!Array.isArray(nodes) || nodes.length !== part.length)
      return fail('shop_unavailable', 'not as many orders as were asked for');
    const known = new Set((objects(nodes) ?? []).map(({ id }) => text(id)));
    const all = scopesOf(reply.value.values).includes(ALL_ORDERS);
    for (const { name, bought_at } of part) {
      const isHidden = !all && (bought_at === null || bought_at < hiddenBefore);
      if (!isHidden && !known.has(`gid://shopify/Order/${name}`)) missing.push(name);
    }
  }
  return ok(missing);
}
