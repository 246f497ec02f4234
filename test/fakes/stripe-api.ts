/**
 * A small Stripe: retrieves checkout sessions and pages their line items, and answers whatever else a test put at a
 * path, as far as our gather asks. It runs as a `fetch` or as a real HTTP server, counts its calls, and can be told
 * to fail. It knows only what a test added.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../../src/core/ports.ts';

export type Fault =
  /** This HTTP status, with Stripe's error body. */
  | { readonly status: number; readonly code?: string; readonly retry_after?: string }
  /** The answer never comes, the answer breaks off, the connection is refused, the answer never ends. */
  | 'hang'
  | 'cut'
  | 'refuse'
  | 'endless'
  /** A proxy's HTML page, with status 502 and with 200; half of some JSON; JSON that is no Stripe object. */
  | 'html'
  | 'page'
  | 'half'
  | 'null'
  | 'shape'
  /** Of a list the first page, whatever page was asked for, and that there are more. */
  | 'again';

export interface StripeCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

export interface StripeSale {
  readonly session: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly lines: readonly StripeLineItem[];
  /** The connected account or context the session belongs to; empty: the key's own account. */
  readonly account?: string;
}

export type StripeLineItem = Readonly<Record<string, unknown>> & { readonly id: string };

export interface StripeApi {
  readonly fetch: Fetch;
  readonly calls: readonly StripeCall[];
  readonly sales: Map<string, StripeSale>;
  add(sale: StripeSale): void;
  /** What stands at this path and query (`/v1/invoices?subscription=sub_1`): an object, or the members of a list. */
  put(path: string, body: unknown): void;
  /** Calls whose path ends with `path` fail, `times` times (default: until told otherwise by `heal`). */
  break(path: string, fault: Fault, times?: number): void;
  heal(): void;
}

export interface StripeApiOptions {
  /** The only key that is let in. */
  readonly key?: string;
  /** The answers' `Date`; default a fixed one. */
  readonly now?: () => number;
}

export const FAKE_STRIPE_KEY = 'rk_test_KeyferryFake';
export const FAKE_STRIPE_TIME = Date.UTC(2026, 10, 2, 10, 0, 5);

/** A line item as the API shows it, its price and product expanded. */
export function stripeLine(it: {
  readonly price: string;
  readonly product?: string;
  readonly product_name?: string;
  readonly quantity?: number | null;
  readonly description?: string | null;
  readonly lookup_key?: string;
  readonly price_metadata?: Record<string, string>;
  readonly product_metadata?: Record<string, string>;
  readonly id?: string;
}): StripeLineItem {
  const productId = it.product ?? 'prod_AcmePro';
  const name = it.product_name ?? 'Acme Pro';
  return {
    id: it.id ?? `li_${it.price}`,
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: 14900,
    amount_tax: 0,
    amount_total: 14900,
    currency: 'eur',
    description: it.description === undefined ? name : it.description,
    metadata: {},
    price: {
      id: it.price,
      object: 'price',
      active: true,
      billing_scheme: 'per_unit',
      created: 1_790_000_000,
      currency: 'eur',
      livemode: false,
      lookup_key: it.lookup_key ?? null,
      metadata: it.price_metadata ?? {},
      nickname: null,
      product: {
        id: productId,
        object: 'product',
        active: true,
        created: 1_790_000_000,
        description: null,
        images: [],
        livemode: false,
        metadata: it.product_metadata ?? {},
        name,
        type: 'service',
      },
      recurring: null,
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount: 14900,
      unit_amount_decimal: '14900',
    },
    quantity: it.quantity === undefined ? 1 : it.quantity,
  };
}

/** What a `break` makes of a call: an ordinary answer, or a way of not answering. */
type Outcome =
  | {
      readonly status: number;
      readonly body: string;
      readonly type: string;
      readonly retry_after?: string;
    }
  | 'hang'
  | 'cut'
  | 'refuse'
  | 'endless';

function makeApi(options: StripeApiOptions) {
  const calls: StripeCall[] = [];
  const sales = new Map<string, StripeSale>();
  const others = new Map<string, unknown>();
  let faults: { path: string; fault: Fault; left: number }[] = [];

  function answer(url: URL, method: string, headers: Headers): Outcome {
    calls.push({ path: url.pathname, query: url.searchParams, headers });
    const fault = faults.find((it) => it.left > 0 && url.pathname.endsWith(it.path));
    if (fault) {
      fault.left -= 1;
      if (fault.fault === 'html') return { status: 502, body: '<h1>Bad gateway</h1>', type: 'text/html' };
      if (fault.fault === 'page') return { status: 200, body: '<h1>Please wait</h1>', type: 'text/html' };
      if (fault.fault === 'half') return { status: 200, body: '{"id": "cs_te', type: 'application/json' };
      if (fault.fault === 'null') return json(200, null);
      if (fault.fault === 'shape') return json(200, { id: 7, object: 'list', data: 'none', has_more: 'no' });
      if (fault.fault === 'again') {
        const id = /^\/v1\/checkout\/sessions\/([^/]+)\/line_items$/.exec(url.pathname)?.[1] ?? '';
        return json(200, {
          object: 'list',
          data: sales.get(id)?.lines ?? [],
          has_more: true,
          url: url.pathname,
        });
      }
      if (typeof fault.fault === 'string') return fault.fault;
      const { status, code, retry_after } = fault.fault;
      return { ...error(status, code), ...(retry_after && { retry_after }) };
    }
    if (headers.get('authorization') !== `Bearer ${options.key ?? FAKE_STRIPE_KEY}`) return error(401);
    const other = others.get(url.pathname) ?? others.get(`${url.pathname}?${filterOf(url.searchParams)}`);
    if (Array.isArray(other)) return page(other, url);
    if (other !== undefined) return json(200, other);
    if (LISTS.has(url.pathname)) return page([], url);
    const [, id = '', lines] = /^\/v1\/checkout\/sessions\/([^/]+)(\/line_items)?$/.exec(url.pathname) ?? [];
    const sale = sales.get(decodeURIComponent(id));
    const account = headers.get('stripe-account') ?? headers.get('stripe-context') ?? '';
    if (method !== 'GET' || !sale || (sale.account ?? '') !== account) return error(404, 'resource_missing');
    return lines ? lineItemsPage(sale, url.searchParams) : json(200, oneSession(sale, url.searchParams));
  }

  return {
    answer,
    calls,
    sales,
    add: (sale: StripeSale) => void sales.set(sale.session.id, sale),
    put: (path: string, body: unknown) => void others.set(path, body),
    break: (path: string, fault: Fault, times = Number.POSITIVE_INFINITY) => {
      faults = [{ path, fault, left: times }, ...faults];
    },
    heal: () => {
      faults = [];
    },
    date: () => new Date(options.now?.() ?? FAKE_STRIPE_TIME).toUTCString(),
  };
}

function json(status: number, body: unknown) {
  return { status, body: JSON.stringify(body), type: 'application/json' };
}

function error(status: number, code?: string) {
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  return json(status, { error: { type, message: 'This fake was asked to fail.', ...(code && { code }) } });
}

function expands(query: URLSearchParams): string[] {
  return [...query].filter(([name]) => name.startsWith('expand[')).map(([, value]) => value);
}

function oneSession({ session }: StripeSale, query: URLSearchParams): unknown {
  const intent = session.payment_intent;
  if (typeof intent !== 'string' || !expands(query).includes('payment_intent')) return session;
  const charge = session.payment_status === 'paid' ? intent.replace(/^pi_/, 'ch_') : null;
  return {
    ...session,
    payment_intent: { id: intent, object: 'payment_intent', latest_charge: charge, metadata: {} },
  };
}

function lineItemsPage({ session, lines }: StripeSale, query: URLSearchParams): Outcome {
  const data = expands(query).includes('data.price.product') ? lines : lines.map(foldProduct);
  const path = `/v1/checkout/sessions/${session.id}/line_items`;
  return page(data, new URL(`${path}?${query}`, 'https://fake'));
}

/** Paths at which Stripe answers with a list, be it an empty one. */
const LISTS = new Set(
  [
    ...['checkout/sessions', 'invoices', 'invoice_payments', 'subscription_items'],
    ...['charges', 'refunds', 'disputes', 'radar/early_fraud_warnings', 'events'],
  ].map((it) => `/v1/${it}`),
);

/** A query without what pages and expands. */
function filterOf(query: URLSearchParams): string {
  const filter = [...query].filter(([name]) => !/^(limit|starting_after|expand)/.test(name));
  return filter
    .map((it) => it.join('='))
    .sort()
    .join('&');
}

function page(all: readonly unknown[], { pathname, searchParams: query }: URL): Outcome {
  const limit = Number(query.get('limit') ?? '10');
  if (!(limit >= 1 && limit <= 100)) return error(400, 'parameter_invalid_integer');
  const after = query.get('starting_after');
  const start = after === null ? 0 : all.findIndex((it) => idOf(it) === after) + 1;
  if (after !== null && start === 0) return error(400, 'resource_missing');
  const data = all.slice(start, start + limit);
  return json(200, { object: 'list', data, has_more: start + limit < all.length, url: pathname });
}

function idOf(it: unknown): unknown {
  return typeof it === 'object' && it !== null && 'id' in it ? it.id : undefined;
}

/** Unless asked to expand it, Stripe gives only the product's id. */
function foldProduct(line: StripeLineItem): unknown {
  const price = line.price;
  if (typeof price !== 'object' || price === null || !('product' in price)) return line;
  const { product } = price;
  if (typeof product !== 'object' || product === null || !('id' in product)) return line;
  return { ...line, price: { ...price, product: product.id } };
}

/** The fake as a `fetch`. A hanging call ends when its signal is aborted. */
export function stripeApi(options: StripeApiOptions = {}): StripeApi {
  const { answer, date, ...api } = makeApi(options);
  return {
    ...api,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const outcome = answer(new URL(request.url), request.method, request.headers);
      if (outcome === 'refuse') throw new TypeError('fetch failed');
      if (outcome === 'hang') return untilAborted(init?.signal);
      const headers = { date: date(), 'request-id': 'req_Fake' };
      if (outcome === 'cut') return new Response(brokenOff(), { headers });
      if (outcome === 'endless') return new Response(endless(), { headers });
      return new Response(outcome.body, {
        status: outcome.status,
        headers: { ...headers, ...headersOf(outcome) },
      });
    },
  };
}

function headersOf({ type, retry_after }: { readonly type: string; readonly retry_after?: string }) {
  return { 'content-type': type, ...(retry_after && { 'retry-after': retry_after }) };
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}

export function brokenOff(): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull: (stream) => {
      if (sent) return stream.error(new TypeError('terminated'));
      sent = true;
      stream.enqueue(new TextEncoder().encode('{"id": "cs_te'));
    },
  });
}

/** White space is the beginning of any JSON. */
const BLANKS = new TextEncoder().encode(' '.repeat(1024 * 1024));

export function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (stream) => stream.enqueue(BLANKS) });
}

/** The fake as a real HTTP server on a free port of 127.0.0.1, for processes and workers. */
export async function startStripeApi(
  options: StripeApiOptions = {},
): Promise<StripeApi & { readonly url: string; close(): Promise<void> }> {
  const { answer, date, ...api } = makeApi(options);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) if (value) headers.set(name, String(value));
    const outcome = answer(url, request.method ?? 'GET', headers);
    if (outcome === 'hang') return;
    if (outcome === 'refuse') return void request.socket.destroy();
    response.setHeader('date', date());
    response.setHeader('request-id', 'req_Fake');
    if (outcome === 'cut') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id": "cs_te', () => request.socket.destroy());
      return;
    }
    if (outcome === 'endless') {
      const more = () => {
        while (!response.destroyed && response.write(BLANKS));
      };
      response.on('drain', more);
      more();
      return;
    }
    response.writeHead(outcome.status, headersOf(outcome));
    response.end(outcome.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A TCP server that listens has an AddressInfo; the other forms are for pipes.
  const { port } = server.address() as AddressInfo;
  return {
    ...api,
    fetch: (input, init) => fetch(input, init),
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
