/**
 * A fake Admin GraphQL API: orders, refunds, paged lists, and faults to switch on. It answers exactly the fields
 * that a query selects and refuses unknown ones, as the real one does. Two doors: a `fetch`, and a real server.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Json } from '../../src/core/json.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { brokenOff, endless } from './stripe-api.ts';

export interface FakeLine {
  readonly id: string;
  readonly title: string;
  readonly quantity: number;
  readonly current_quantity?: number;
  readonly sku?: string | null;
  readonly variant_title?: string | null;
  readonly product_id?: string | null;
  readonly variant_id?: string | null;
  readonly vendor?: string | null;
  readonly selling_plan_id?: string;
  readonly gift_card?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
  readonly total?: string;
  /** The subscription it belongs to; its `origin` is the id of the first order. */
  readonly contract?: {
    readonly id: string;
    readonly origin: string | null;
    /** As GraphQL writes it: DAY, WEEK, MONTH, YEAR. */
    readonly interval?: string;
    readonly interval_count?: number;
  };
}

export interface FakeRefund {
  readonly id: string;
  readonly created_at: string;
  readonly units?: Readonly<Record<string, number>>;
  readonly transactions?: readonly { readonly status: string; readonly amount: string }[];
  /** What went back of each shipping line; the tax is beside the amount. */
  readonly shipping?: readonly { readonly amount: string; readonly tax?: string }[];
}

export interface FakeOrder {
  readonly id: string;
  readonly created_at?: string;
  readonly updated_at: string;
  /** As GraphQL writes it: PAID, PARTIALLY_REFUNDED… */
  readonly status: string;
  readonly lines: readonly FakeLine[];
  readonly refunds?: readonly FakeRefund[];
  readonly name?: string;
  readonly cancelled_at?: string | null;
  readonly test?: boolean;
  readonly total?: string;
  readonly tips?: string;
  readonly email?: string | null;
  readonly source_name?: string;
  /** Null: an order without a customer. */
  readonly customer?: null;
}

/**
 * `slow` never answers; `cut` breaks the connection, `broken` in the middle of an answer that `endless` never ends;
 * `half` is a part of some JSON, `shape` another one's; `again` says of a whole list that
 * there is more of it, and then tells it once more. A number is a status, with the header Retry-After if it says so.
 */
export type Fault =
  | '401' | '403' | '404' | '429' | '500' | '502' | '503'
  | 'throttled' | 'slow' | 'cut' | 'broken' | 'endless' | 'not_json' | 'half' | 'shape' | 'again'
  | { readonly status: number; readonly retry_after: string }; // biome-ignore format: kinds by row

export interface ShopifyApi {
  readonly fetch: Fetch;
  /** Adds an order, or replaces it. */
  readonly put: (order: FakeOrder) => void;
  /** Makes the shop forget an order. */
  readonly forget: (id: string) => void;
  /** The next answers fail like this, one each. */
  readonly faults: Fault[];
  /** Paths that the token may not read: `order.customer`, `order.lineItems.nodes.variant`, `order`. */
  readonly denied: string[];
  /** Every question, in order. */
  readonly asked: { readonly url: string; readonly variables: Readonly<Record<string, Json>> }[];
}

type Node = { readonly [key: string]: Json };

export function shopifyApi(options: {
  readonly orders?: readonly FakeOrder[];
  readonly token?: string;
  /** Elements on a page of any list, below what the query asks for. */
  readonly page?: number;
  /** What the answers' Date header says. */
  readonly date?: string;
  /** What the token may do, as the shop says it. Without `read_all_orders` it is shown orders of 60 days before `now`. */
  readonly scopes?: readonly string[];
  /** Left out: no order is hidden, however old. */
  readonly now?: () => number;
}): ShopifyApi {
  const { token = 'shpat_fake', page = 50, date = 'Mon, 02 Nov 2026 10:00:05 GMT' } = options;
  const orders = new Map((options.orders ?? []).map((it) => [it.id, it]));
  const faults: Fault[] = [];
  const denied: string[] = [];
  const asked: ShopifyApi['asked'] = [];
  const json = (body: unknown, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', date } });

  const shownNow = () => new Map([...orders].filter(([, it]) => isShown(it, options)));

  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const { query, variables } = JSON.parse(await request.text()) as {
      query: string;
      variables: { id: string; after: string | null; query?: string; first?: number; ids?: string[] };
    };
    asked.push({ url: request.url, variables });
    const fault = faults.shift();
    if (fault === 'slow') await aborted(request.signal);
    if (fault === 'cut') throw new TypeError('fetch failed');
    if (fault === 'not_json') return new Response('<html>', { status: 200 });
    if (fault === 'half') return new Response('{"data":{"order":{"id":"gid', { status: 200 });
    if (fault === 'shape') return json({ data: { order: { updatedAt: 7, lineItems: 'none' } } });
    if (fault === 'broken') return new Response(brokenOff());
    if (fault === 'endless') return new Response(endless());
    if (fault === 'throttled') {
      const throttleStatus = { maximumAvailable: 2000.0, currentlyAvailable: 100, restoreRate: 100.0 };
      return json({
        errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
        extensions: { cost: { requestedQueryCost: 700, actualQueryCost: null, throttleStatus } },
      });
    }
    if (typeof fault === 'object') {
      const { status, retry_after } = fault;
      return new Response('{"errors":"[API] fault"}', { status, headers: { 'retry-after': retry_after } });
    }
    if (fault && fault !== 'again') return json({ errors: '[API] fault' }, Number(fault));
    if (request.headers.get('x-shopify-access-token') !== token) {
      return json(
        { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
        401,
      );
    }
    if (!/\/admin\/api\/[\d-]+\/graphql\.json$/.test(request.url)) return json({ errors: 'Not Found' }, 404);

    const errors: Json[] = [];
    const root = /\brefund\(id:/.test(query) ? 'refund' : 'order';
    const wanted = root === 'order' ? orderNode(shownNow(), variables.id) : refundNode(orders, variables.id);
    const selection = parse(query);
    const accessScopes = (options.scopes ?? ['read_orders']).map((handle) => ({ handle }));
    const shown = shownNow();
    const currentAppInstallation = { accessScopes };
    const { query: search, ids } = variables;
    const whole: Node = ids
      ? { nodes: ids.map((it) => knownNode(shown, it)), currentAppInstallation }
      : search !== undefined
        ? { orders: ordersPage(shown, query, { ...variables, search, page }), currentAppInstallation }
        : { [root]: wanted };
    const again = fault === 'again';
    const data = select(whole, selection, [], { after: variables.after, page, denied, errors, again });
    return json({ data, ...(errors.length > 0 && { errors }) });
  };
  return {
    fetch,
    put: (order) => void orders.set(order.id, order),
    forget: (id) => void orders.delete(id),
    faults,
    denied,
    asked,
  };
}

/** The same on a port of this machine, for `api_base`. `slow` keeps the connection open, `cut` breaks it. */
export async function startShopifyApi(
  options: Parameters<typeof shopifyApi>[0],
): Promise<ShopifyApi & { readonly url: string; readonly close: () => Promise<void> }> {
  const api = shopifyApi(options);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const answer = await api.fetch(`http://fake${request.url}`, {
        method: 'POST',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
        signal: gone.signal,
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      await pipeline(answer.body ?? [], response);
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { ...api, url: `http://127.0.0.1:${port}`, close };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

const gid = (kind: string, id: string) => `gid://shopify/${kind}/${id}`;
const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'USD' } });

function orderNode(orders: ReadonlyMap<string, FakeOrder>, id: string): Node | null {
  const order = [...orders.values()].find((it) => gid('Order', it.id) === id);
  if (!order) return null;
  const address = { company: 'Example Analytics', countryCodeV2: 'US' };
  return {
    id,
    name: order.name ?? '#1001',
    createdAt: createdAt(order),
    processedAt: createdAt(order),
    updatedAt: order.updated_at,
    cancelledAt: order.cancelled_at ?? null,
    confirmed: true,
    test: order.test ?? false,
    displayFinancialStatus: order.status,
    currencyCode: 'USD',
    sourceName: order.source_name ?? 'web',
    customerLocale: 'en-US',
    email: order.email === undefined ? 'ada@example.com' : order.email,
    phone: null,
    totalPriceSet: money(order.total ?? '98.0'),
    totalTipReceivedSet: money(order.tips ?? '0.0'),
    customer:
      order.customer === null
        ? null
        : {
            id: gid('Customer', '7000000000001'),
            firstName: 'Ada',
            lastName: 'Example',
            defaultEmailAddress: { emailAddress: 'ada.home@example.com' },
            defaultPhoneNumber: null,
            defaultAddress: address,
          },
    billingAddress: { name: 'Ada Example', firstName: 'Ada', lastName: 'Example', phone: null, ...address },
    refunds: (order.refunds ?? []).map((it) => ({ id: gid('Refund', it.id) })),
    lineItems: order.lines.map(lineNode),
  };
}

function createdAt({ created_at = '2026-11-02T10:00:00Z' }: FakeOrder): string {
  return created_at;
}

const SHOWN_MS = 60 * 24 * 3_600_000;

function isShown(
  order: FakeOrder,
  { now, scopes = [] }: { readonly now?: () => number; readonly scopes?: readonly string[] },
): boolean {
  if (!now || scopes.includes('read_all_orders')) return true;
  return Date.parse(createdAt(order)) >= now() - SHOWN_MS;
}

/** Null where there is none. */
function knownNode(orders: ReadonlyMap<string, FakeOrder>, id: string): Node | null {
  return [...orders.values()].some((it) => gid('Order', it.id) === id) ? { id } : null;
}

/** A page of a search in `created_at` or `updated_at`; its cursor names a place in the order, not a number of rows. */
function ordersPage(
  orders: ReadonlyMap<string, FakeOrder>,
  query: string,
  asked: {
    readonly search: string;
    readonly after: string | null;
    readonly first?: number;
    readonly page: number;
  },
): Node {
  const at = (it: FakeOrder, field: string | undefined) =>
    Date.parse(field === 'updated_at' ? it.updated_at : createdAt(it));
  const terms = [...asked.search.matchAll(/(created_at|updated_at):(>=|<)'([^']+)'/g)];
  if (terms.map(([it]) => it).join(' ') !== asked.search) throw new Error(`no such search: ${asked.search}`);
  const fits = (it: FakeOrder) =>
    terms.every(([, field, sign, value = '']) =>
      sign === '<' ? at(it, field) < Date.parse(value) : at(it, field) >= Date.parse(value),
    );
  const key = /sortKey: UPDATED_AT/.test(query) ? 'updated_at' : 'created_at';
  const place = (it: FakeOrder) => `${String(at(it, key)).padStart(15, '0')}.${it.id.padStart(20, '0')}`;
  const found = [...orders.values()]
    .filter((it) => fits(it) && (asked.after === null || place(it) > asked.after))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
  const nodes = found.slice(0, Math.min(asked.first ?? 50, asked.page));
  const last = nodes.at(-1);
  return {
    nodes: nodes.map((it) => ({ id: gid('Order', it.id), updatedAt: it.updated_at })),
    pageInfo: { hasNextPage: found.length > nodes.length, endCursor: last ? place(last) : null },
  };
}

function lineNode(line: FakeLine): Node {
  const { variant_title = null } = line;
  const named = (kind: string, value: string | null | undefined) => (value ? { id: gid(kind, value) } : null);
  return {
    id: gid('LineItem', line.id),
    title: line.title,
    variantTitle: variant_title,
    name: variant_title === null ? line.title : `${line.title} - ${variant_title}`,
    quantity: line.quantity,
    currentQuantity: line.current_quantity ?? line.quantity,
    sku: line.sku ?? null,
    vendor: line.vendor ?? null,
    isGiftCard: line.gift_card ?? false,
    requiresShipping: false,
    originalTotalSet: money(line.total ?? '49.0'),
    customAttributes: Object.entries(line.properties ?? {}).map(([key, value]) => ({ key, value })),
    product: named('Product', line.product_id),
    variant: named('ProductVariant', line.variant_id),
    contract: line.contract
      ? {
          id: gid('SubscriptionContract', line.contract.id),
          originOrder: named('Order', line.contract.origin),
          billingPolicy: {
            interval: line.contract.interval ?? 'MONTH',
            intervalCount: line.contract.interval_count ?? 1,
          },
        }
      : null,
    sellingPlan: line.selling_plan_id ? { sellingPlanId: gid('SellingPlan', line.selling_plan_id) } : null,
  };
}

function refundNode(orders: ReadonlyMap<string, FakeOrder>, id: string): Node | null {
  const refund = [...orders.values()]
    .flatMap((it) => it.refunds ?? [])
    .find((it) => gid('Refund', it.id) === id);
  if (!refund) return null;
  return {
    id,
    createdAt: refund.created_at,
    updatedAt: refund.created_at,
    transactions: (refund.transactions ?? []).map(({ status, amount }) => ({
      kind: 'REFUND',
      status,
      amountSet: money(amount),
    })),
    refundShippingLines: (refund.shipping ?? []).map(({ amount, tax = '0.0' }) => ({
      subtotalAmountSet: money(amount),
      taxAmountSet: money(tax),
    })),
    refundLineItems: Object.entries(refund.units ?? {}).map(([line, quantity]) => ({
      quantity,
      lineItem: { id: gid('LineItem', line) },
    })),
  };
}

/** A query's selection: a field, whether it is a connection of this fake (it selects `nodes`), what is below. */
interface Selection {
  readonly [field: string]: Selection;
}

/** Reads the names and braces of one operation; arguments are skipped. */
function parse(query: string): Selection {
  const tokens: readonly string[] = query.replace(/\([^)]*\)/g, '').match(/\w+|[{}]/g) ?? [];
  let at = tokens.indexOf('{') + 1;
  const read = (): Selection => {
    const fields: Record<string, Selection> = {};
    for (let name = tokens[at++]; name !== undefined && name !== '}'; name = tokens[at++]) {
      const nested = tokens[at] === '{';
      if (nested) at++;
      fields[name] = nested ? read() : {};
    }
    return fields;
  };
  return read();
}

interface Reading {
  readonly after: string | null;
  readonly page: number;
  readonly denied: readonly string[];
  readonly errors: Json[];
  readonly again: boolean;
}

/** What the selection leaves of a value. A list whose selection has `nodes` is paged. */
function select(
  value: Json,
  selection: Selection,
  path: readonly (string | number)[],
  reading: Reading,
): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value) && selection.nodes && !('id' in selection)) {
    const from = Number(reading.after ?? 0);
    const to = Math.min(from + reading.page, value.length);
    const nodes = value
      .slice(from, to)
      .map((it, at) => select(it, selection.nodes ?? {}, [...path, 'nodes', at], reading));
    return {
      nodes,
      ...(selection.pageInfo && {
        pageInfo: reading.again
          ? { hasNextPage: true, endCursor: '0' }
          : { hasNextPage: to < value.length, endCursor: String(to) },
      }),
    };
  }
  if (Array.isArray(value)) return value.map((it, at) => select(it, selection, [...path, at], reading));
  const node = value as Node;
  const entries = Object.entries(selection).map(([field, below]): [string, Json] => {
    const here = [...path, field];
    if (reading.denied.includes(here.filter((it) => typeof it === 'string').join('.'))) {
      const extensions = { code: 'ACCESS_DENIED' };
      reading.errors.push({ message: `Access denied for ${field} field.`, extensions, path: here });
      return [field, null];
    }
    const member = node[field];
    if (member === undefined) {
      reading.errors.push({
        message: `Field '${field}' doesn't exist`,
        extensions: { code: 'undefinedField' },
      });
      return [field, null];
    }
    return [field, select(member, below, here, reading)];
  });
  return Object.fromEntries(entries);
}
