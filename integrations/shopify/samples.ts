/**
 * The written webhooks of `keyferry send shopify <case>`. It stands outside the river. SKUs are those of the
 * example mapping. Order, line and refund ids are made of seed, case and part (see `idOf`), so that the cases
 * which follow another one speak of its very order.
 */
import type { SampleCase } from '../../src/core/integration.ts';
import { disputeBody, requestBody, shopBody } from './sample-aftermath.ts';
import {
  gid,
  type Id,
  idOf,
  moneySet,
  orderBody,
  refundBody,
  type SampleLine,
  type SampleOrder,
  shopTime,
  textOf,
} from './sample-bodies.ts';

const LINES = 15_000_000_000_000n;
/** Beyond 2^53, where the shop's own samples live and JavaScript numbers end. */
const BIG = 700_000_000_000_000_000n;

type Product = Omit<SampleLine, 'id' | 'quantity' | 'current_quantity'>;
const PRO: Product = { title: 'Acme Pro', sku: 'ACME-PRO-1', cents: 4900 };
const SUITE: Product = { title: 'Acme Suite', sku: 'ACME-SUITE-1', cents: 12900 };
const NEW: Product = { title: 'Acme New', sku: 'ACME-NEW-1', cents: 1900 };
const SHIRT: Product = {
  title: 'Acme T-shirt',
  variant_title: 'M',
  sku: 'TSHIRT-M',
  cents: 2500,
  ships: true,
};
const GIFT: Product = {
  title: 'Gift card',
  variant_title: '$50.00',
  sku: null,
  cents: 5000,
  kind: 'gift card',
};
const TIP: Product = { title: 'Tip', sku: null, cents: 500, kind: 'tip' };

/** Lines of an order: ids by the order's name and their place in it. */
function linesOf(name: string, ...products: readonly (readonly [Product, number])[]): readonly SampleLine[] {
  return products.map(([product, quantity], at) => ({
    ...product,
    quantity,
    id: idOf(`${name} line ${at}`, LINES),
  }));
}

/** A case that is one order of its own. */
function one(
  name: string,
  title: string,
  type: string,
  status: string,
  ...products: readonly (readonly [Product, number])[]
): SampleCase {
  return {
    name,
    title,
    make: (at, seed) => {
      const order = `${seed} ${name}`;
      const lines = linesOf(order, ...products);
      return { type, body: textOf(orderBody({ id: idOf(order), seed, at, status, lines })) };
    },
  };
}

/** The order of the case `paid`, for those that follow it. */
function paidOrder(seed: string): { readonly id: Id; readonly lines: readonly SampleLine[] } {
  const name = `${seed} paid`;
  return { id: idOf(name), lines: linesOf(name, [PRO, 2], [SUITE, 1]) };
}

/** A case that comes after `paid` of the same seed. */
function later(
  name: string,
  title: string,
  type: string,
  change: (seed: string, at: number) => Omit<SampleOrder, 'seed' | 'at'>,
): SampleCase {
  const hour = 3_600_000;
  return {
    name,
    title,
    make: (at, seed) => {
      const order = { created_at: at - hour, ...change(seed, at), seed, at };
      return { type, body: textOf(orderBody(order)) };
    },
  };
}

export const samples: readonly SampleCase[] = [
  one('paid', 'A paid order: 2 × Acme Pro and one Acme Suite', 'orders/paid', 'paid', [PRO, 2], [SUITE, 1]),
  one(
    'mixed-cart',
    'A license beside a T-shirt, a gift card and a tip',
    'orders/paid',
    'paid',
    [PRO, 1],
    [SHIRT, 1],
    [GIFT, 1],
    [TIP, 1],
  ),
  one('bundle', 'A bundle: one SKU, several licenses', 'orders/paid', 'paid', [SUITE, 1]),
  one('unmapped', 'A SKU that no rule knows: its line parks', 'orders/paid', 'paid', [NEW, 1]),
  one('pending', 'An order whose payment is still pending', 'orders/create', 'pending', [PRO, 1]),
  later(
    'cancelled',
    'The order `paid` of the same seed, cancelled and refunded',
    'orders/cancelled',
    (seed, at) => {
      const { id, lines } = paidOrder(seed);
      const refund = {
        id: idOf(`${seed} cancelled refund`),
        order_id: id,
        at,
        lines: lines.map((line) => ({ line, quantity: line.quantity })),
      };
      const left = lines.map((it) => ({ ...it, current_quantity: 0 }));
      return { id, lines: left, status: 'refunded', cancelled: true, refunds: [refundBody(refund)] };
    },
  ),
  {
    name: 'refund-unit',
    title: 'One of the two Acme Pro of the order `paid` of the same seed, refunded',
    make: (at, seed) => {
      const { id, lines } = paidOrder(seed);
      const refunded = lines.slice(0, 1).map((line) => ({ line, quantity: 1 }));
      const refund = { id: idOf(`${seed} refund-unit`), order_id: id, at, lines: refunded };
      return { type: 'refunds/create', body: textOf(refundBody(refund)) };
    },
  },
  later(
    'edited',
    'The order `paid` of the same seed with a line added, not yet paid',
    'orders/updated',
    (seed) => {
      const { id, lines } = paidOrder(seed);
      const added = linesOf(`${seed} edited`, [PRO, 1]);
      return { id, lines: [...lines, ...added], status: 'partially_paid' };
    },
  ),
  one('zero-total', 'An order of nothing to pay: a free license', 'orders/paid', 'paid', [
    { ...PRO, cents: 0 },
    1,
  ]),
  {
    name: 'big-ids',
    title: 'Ids beyond 2^53, two of them alike but for their last digit',
    make: (at, seed) => {
      const id = idOf(`${seed} big-ids`, BIG);
      const line = idOf(`${seed} big-ids line`, BIG);
      const next: Id = `id:${BigInt(line.slice(3)) + 1n}`;
      const lines = [
        { ...PRO, id: line, quantity: 1 },
        { ...PRO, id: next, quantity: 1 },
      ];
      const customer = idOf(`${seed} big-ids customer`, BIG);
      return {
        type: 'orders/paid',
        body: textOf(orderBody({ id, seed, at, status: 'paid', lines, customer })),
      };
    },
  },
  {
    name: 'test-notification',
    title: 'What "send test notification" of the shop sends: nothing is sold',
    make: (at, seed) => {
      const lines = linesOf(`${seed} test-notification`, [PRO, 1]);
      const order = {
        id: 'id:820982911946154508',
        seed,
        at,
        status: 'voided',
        lines,
        cancelled: true,
      } as const;
      const body = { ...orderBody(order), test: true, confirmed: false, confirmation_number: null };
      return { type: 'orders/paid', body: textOf(body) };
    },
  },
  {
    name: 'dispute',
    title: 'The order `paid` of the same seed, contradicted by the buyer at the bank',
    make: (at, seed) => {
      const { id, lines } = paidOrder(seed);
      const cents = lines.reduce((all, it) => all + it.cents * it.quantity, 0);
      const body = disputeBody(idOf(`${seed} dispute`, BIG), id, at, cents);
      return { type: 'disputes/create', body: textOf(body) };
    },
  },
  {
    name: 'uninstalled',
    title: 'The app was taken off the shop: an alarm, and no license changes',
    make: (at) => ({ type: 'app/uninstalled', body: textOf(shopBody(at)) }),
  },
  {
    name: 'data-request',
    title: 'A customer asks for the records of the order `paid` of the same seed',
    make: (_at, seed) => {
      const asked = { orders_requested: [paidOrder(seed).id], data_request: { id: idOf(`${seed} request`) } };
      return { type: 'customers/data_request', body: textOf({ ...requestBody(seed), ...asked }) };
    },
  },
  {
    name: 'redact',
    title: 'The customer of the order `paid` of the same seed is to be forgotten',
    make: (_at, seed) => {
      const body = { ...requestBody(seed), orders_to_redact: [paidOrder(seed).id] };
      return { type: 'customers/redact', body: textOf(body) };
    },
  },
  {
    name: 'unknown-topic',
    title: 'A topic that changes no license: stored and ignored',
    make: (at, seed) => {
      const id = idOf(`${seed} product`, 8_000_000_000_000n);
      const body = {
        id,
        admin_graphql_api_id: gid('Product', id),
        title: 'Acme Pro',
        vendor: 'Acme Software',
        status: 'active',
        updated_at: shopTime(at),
        variants: [{ id: idOf(`${seed} variant`, 44_000_000_000_000n), sku: 'ACME-PRO-1', price: '49.00' }],
        price_set: moneySet('49.00'),
      };
      return { type: 'products/update', body: textOf(body) };
    },
  },
];
