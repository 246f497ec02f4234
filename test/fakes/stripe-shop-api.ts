/**
 * The simulated Stripe's API, as far as gather asks: every answer as the shop was at that time, shown as since basil.
 * It runs as a `fetch`. What must never happen here: an answer that knows of what came later.
 */
import type { Fetch } from '../../src/core/ports.ts';
import {
  charge,
  dispute,
  invoice,
  invoicePayment,
  lineItem,
  paymentOf,
  refund,
  type Showing,
  session,
  subscription,
  warning,
} from './stripe-shop-objects.ts';
import type { World } from './stripe-shop-world.ts';

/** A shop that can be looked at, at any time of its life. */
export interface Visible {
  readonly number: number;
  readonly account: string;
  /** Null: nothing was bought by then. */
  readonly at: (time: number) => World | null;
}

/** What is asked, without the host. */
export interface Question {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly account: string;
}

/** @returns the answer's body, or null: no such object */
export function answer(shop: Visible, { path, query, account }: Question, time: number): unknown {
  const world = shop.at(time);
  if (!world || account !== shop.account) return null;
  const showing: Showing = { generation: 'basil', world, number: shop.number, expanded: true };
  const [, , room = '', id, part] = path
    .replace('/checkout/', '/checkout_')
    .replace('/radar/', '/')
    .split('/');
  const list = (data: readonly unknown[]) => ({ object: 'list', data, has_more: false, url: path });
  const one = <T extends { readonly id: string }>(
    all: readonly T[],
    show: (it: T, how: Showing) => unknown,
  ) => {
    const found = all.find((it) => it.id === id);
    return found ? show(found, showing) : null;
  };
  const { session: checkout, subscription: sub } = world;
  const isOf = query.get('subscription') === sub?.id;
  switch (room) {
    case 'checkout_sessions':
      if (id === undefined) return list(checkout && isOf ? [session(checkout, showing)] : []);
      if (checkout?.id !== id) return null;
      return part === 'line_items'
        ? list(checkout.lines.map((it) => lineItem(it, showing)))
        : session(checkout, showing);
    case 'subscriptions':
      return sub && sub.id === id ? subscription(sub, showing) : null;
    case 'invoices':
      if (id !== undefined) return one(world.invoices, invoice);
      return list(
        world.invoices
          .filter((it) => isOf && it.subscription === sub?.id)
          .map((it) => invoice(it, showing))
          .reverse(),
      );
    case 'invoice_payments': {
      const found = world.invoices.filter((it) =>
        id === undefined
          ? it.payment_intent !== null && it.payment_intent === query.get('payment[payment_intent]')
          : it.payment_intent !== null && paymentOf(it.id) === id,
      );
      const shown = found.map((it) => invoicePayment(it, invoice(it, { ...showing, expanded: false })));
      return id === undefined ? list(shown) : (shown[0] ?? null);
    }
    case 'refunds':
      if (id !== undefined) return one(world.refunds, refund);
      return list(
        world.refunds
          .filter((it) => it.charge === query.get('charge'))
          .map((it) => refund(it, showing))
          .reverse(),
      );
    case 'charges':
      return one(world.charges, charge);
    case 'disputes':
      return one(world.disputes, dispute);
    case 'early_fraud_warnings':
      return one(world.warnings, warning);
    default:
      return null;
  }
}

/** The shops behind one address, the first that knows the object answering. */
export function fetchOf(shops: () => readonly Visible[], now: () => number): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname: path, searchParams: query } = new URL(request.url);
    const account = request.headers.get('stripe-account') ?? request.headers.get('stripe-context') ?? '';
    const time = now();
    let body: unknown = null;
    for (const shop of shops()) {
      const told = answer(shop, { path, query, account }, time);
      const empty = typeof told === 'object' && told !== null && 'data' in told && isEmpty(told.data);
      if (told !== null && (body === null || !empty)) body = told;
    }
    const missing = {
      error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' },
    };
    return new Response(JSON.stringify(body ?? missing), {
      status: body === null ? 404 : 200,
      headers: {
        'content-type': 'application/json',
        'request-id': 'req_Fake',
        date: new Date(Math.floor(time / 1000) * 1000).toUTCString(),
      },
    });
  };
}

function isEmpty(it: unknown): boolean {
  return Array.isArray(it) && it.length === 0;
}
