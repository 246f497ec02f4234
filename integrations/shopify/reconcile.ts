/**
 * Lists the orders that Shopify knows of since a time, page by page. It names them and reads nothing else of them;
 * each is asked for on its own, by gather. What must never happen here: orders that the token may not see passing
 * for orders that there are not.
 */
import type { AskPorts, ListAsked, SalesPage } from '../../src/core/integration.ts';
import { fail, ok, problem, type Result } from '../../src/core/problem.ts';
import { ask } from './ask.ts';
import { object, objects, text } from './fields.ts';
import type { JsonObject } from './lossless.ts';
import type { Settings } from './settings.ts';

/** https://shopify.dev/docs/api/admin-graphql/latest/queries/orders : about 100 points. */
const ORDERS_QUERY = `query KeyferryOrders($query: String!, $after: String) {
  orders(first: 100, after: $after, query: $query, sortKey: CREATED_AT) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
  currentAppInstallation { accessScopes { handle } }
}`;

/** Older orders are shown only to who may read all: https://shopify.dev/docs/api/usage/access-scopes#orders-permissions */
const SHOWN_MS = 60 * 24 * 3_600_000;
const ALL_ORDERS = 'read_all_orders';

export async function list(
  { from, account, cursor }: ListAsked,
  settings: Settings,
  ports: AskPorts,
): Promise<Result<SalesPage>> {
  const token = settings.admin_token;
  if (token === undefined) return fail('api_key_needed', 'Shopify lists its orders to an admin_token only');
  if (account !== '') return fail('request_invalid', 'a shop of Shopify has no accounts inside it');
  const query = `created_at:>='${new Date(from).toISOString()}'`;
  const reply = await ask(ORDERS_QUERY, { query, after: cursor }, settings, token, ports);
  if (!reply.ok) return reply;
  const orders = object(reply.value.values.orders);
  if (!orders) return fail('api_key_refused', 'the token may not read orders');
  const place = object(orders.pageInfo) ?? {};
  const next = place.hasNextPage === true ? text(place.endCursor) : null;
  if (place.hasNextPage === true && next === null)
    return fail('shop_unavailable', 'a page of orders without a cursor');
  const sales = (objects(orders.nodes) ?? []).flatMap((it) => numberOf(text(it.id)) ?? []);
  const hidden = from < ports.clock.now() - SHOWN_MS && !scopesOf(reply.value.values).includes(ALL_ORDERS);
  return ok({
    sales,
    next,
    ...(hidden && {
      remark: problem('older_sales_hidden', `orders older than 60 days need the scope ${ALL_ORDERS}`),
    }),
  });
}

/** Ids of webhooks and of our sales are the digits alone. */
function numberOf(gid: string | null): string | null {
  return /^gid:\/\/shopify\/Order\/(\d+)$/.exec(gid ?? '')?.[1] ?? null;
}

function scopesOf(values: JsonObject): readonly (string | null)[] {
  const scopes = objects(object(values.currentAppInstallation)?.accessScopes) ?? [];
  return scopes.map((it) => text(it.handle));
}
