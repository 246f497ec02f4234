/**
 * The simulated Stripe's API, as far as gather and reconcile ask: every answer as the shop was at that time, shown as
 * since basil; lists newest first, in pages. It runs as a `fetch`. What must never happen here: an answer that knows of
 * what came later.
 */
import type { Fetch } from '../../src/core/ports.ts';
import type { ShopEvent } from './stripe-shop.ts';
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
  /** What was told of it; left out: nothing is listed. */
  readonly events?: readonly ShopEvent[];
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
  const asks = (name: string, value: string | null | undefined) =>
    !query.has(name) || query.get(name) === value;
  const intentOf = (id: string) => world.charges.find((it) => it.id === id)?.payment_intent;
  const isIn = ({ created }: { readonly created: number }) =>
    created >= Number(query.get('created[gte]') ?? 0) &&
    created < Number(query.get('created[lt]') ?? Number.POSITIVE_INFINITY);
  switch (room) {
    case 'checkout_sessions':
      if (id === undefined) {
        const found =
          checkout &&
          isIn(checkout) &&
          asks('subscription', checkout.subscription) &&
          asks('payment_intent', checkout.payment_intent);
        return list(found ? [session(checkout, showing)] : []);
      }
      if (checkout?.id !== id) return null;
      return part === 'line_items'
        ? list(checkout.lines.map((it) => lineItem(it, showing)))
        : session(checkout, showing);
    case 'subscriptions': {
      if (id !== undefined) return sub && sub.id === id ? subscription(sub, showing) : null;
      const ended = ['canceled', 'incomplete_expired'].includes(sub?.status ?? '');
      const found = sub && isIn(sub) && (query.get('status') === 'all' || !ended);
      return list(found ? [subscription(sub, showing)] : []);
    }
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
          .filter(
            (it) => isIn(it) && asks('charge', it.charge) && asks('payment_intent', intentOf(it.charge)),
          )
          .map((it) => refund(it, showing))
          .reverse(),
      );
    case 'charges':
      if (id !== undefined) return one(world.charges, charge);
      return list(
        world.charges
          .filter(() => query.get('customer') === `cus_${shop.number}`)
          .map((it) => charge(it, showing))
          .reverse(),
      );
    case 'disputes':
      if (id !== undefined) return one(world.disputes, dispute);
      return list(
        world.disputes
          .filter((it) => isIn(it) && asks('payment_intent', intentOf(it.charge)))
          .map((it) => dispute(it, showing))
          .reverse(),
      );
    case 'early_fraud_warnings':
      if (id !== undefined) return one(world.warnings, warning);
      return list(
        world.warnings
          .filter((it) => asks('payment_intent', intentOf(it.charge)))
          .map((it) => warning(it, showing)),
      );
    case 'events': {
      const types = [...query].filter(([name]) => name.startsWith('types[')).map(([, value]) => value);
      const kept = time / 1000 - 30 * 24 * 3600;
      const told = (shop.events ?? []).filter(
        (it) => it.at <= time && it.at / 1000 >= kept && (types.length === 0 || types.includes(it.type)),
      );
      return list(
        told
          .map((it): { readonly created: number } => JSON.parse(it.body))
          .filter(isIn)
          .reverse(),
      );
    }
    default:
      return null;
  }
}

/** The shops behind one address: what one of them knows is answered, and lists tell of all. */
export function fetchOf(shops: () => readonly Visible[], now: () => number): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname: path, searchParams: query } = new URL(request.url);
    const account = request.headers.get('stripe-account') ?? request.headers.get('stripe-context') ?? '';
    const time = now();
    const told = shops().flatMap((shop) => answer(shop, { path, query, account }, time) ?? []);
    const lists = told.filter(isList);
    const body =
      lists.length > 0
        ? pageOf(
            lists.flatMap(({ data }) => data),
            query,
            path,
          )
        : told[0];
    const isRoom = /^\/v1\/(checkout\/)?[a-z_]+$/.test(path) && !/\/(customers)$/.test(path);
    const missing = {
      error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' },
    };
    const found = body ?? (isRoom ? pageOf([], query, path) : null);
    return new Response(JSON.stringify(found ?? missing), {
      status: found === null ? 404 : 200,
      headers: {
        'content-type': 'application/json',
        'request-id': 'req_Fake',
        date: new Date(Math.floor(time / 1000) * 1000).toUTCString(),
      },
    });
  };
}

interface Shown {
  readonly id: string;
  readonly created?: number;
}

function isList(it: unknown): it is { readonly data: readonly Shown[] } {
  return typeof it === 'object' && it !== null && 'object' in it && it.object === 'list';
}

/** Newest first; of one second in the order in which they were given. */
function pageOf(all: readonly Shown[], query: URLSearchParams, url: string) {
  const sorted = all.toSorted((a, b) => (b.created ?? 0) - (a.created ?? 0));
  const limit = Number(query.get('limit') ?? 10);
  const after = query.get('starting_after');
  const start = after === null ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw new Error(`${url} has no ${after}`);
  const data = sorted.slice(start, start + limit);
  return { object: 'list', data, has_more: start + limit < sorted.length, url };
}
