/**
 * A renewal: an order that a subscription made by itself. It stands beside facts.ts, for orders whose first order the
 * shop named when it was asked. What must never happen here: a link that the shop did not say.
 *
 * Only the app that owns a subscription's contract may read it; of any other, and without a token, an order says no
 * more than that it is a renewal, and its lines are marked so (see facts.ts).
 */
import { addDuration, isDuration } from '../../src/core/duration.ts';
import { own } from '../../src/core/own.ts';
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Invoice } from '../../src/core/things.ts';
import { type From, factsOfRefund, moneyStateOf } from './facts.ts';
import { object, objects, text } from './fields.ts';
import type { JsonObject } from './lossless.ts';
import type { ShopOrder } from './order.ts';

export interface Renewal {
  /** Id of the order that the subscription began with. */
  readonly origin: string;
  /** The lines of that order which are renewed; empty when the shop did not name them. */
  readonly lines: readonly string[];
  /** How long one payment lasts, like `1m`; null when not said. */
  readonly lasts: string | null;
}

/**
 * Reads the answer's contracts. They name one first order for all that could be licensed, or nothing is linked: what
 * was bought besides must not vanish in a renewal.
 */
export function renewalOf(order: JsonObject): Renewal | null {
  const lines = (objects(order.line_items) ?? []).filter((it) => it.gift_card !== true);
  const contracts = lines.map((it) => object(it.contract));
  const [contract] = contracts;
  const origin = text(contract?.origin_order_id);
  if (!contract || origin === null || origin === text(order.id)) return null;
  const id = text(contract.id);
  if (contracts.some((it) => text(it?.id) !== id)) return null;
  const renewed = (objects(object(order.origin_order)?.line_items) ?? []).filter(
    (it) => text(object(it.contract)?.id) === id,
  );
  return { origin, lines: renewed.map((it) => text(it.id) ?? ''), lasts: lastsOf(contract) };
}

const DURATIONS: Readonly<Record<string, readonly [number, string]>> = {
  day: [1, 'd'],
  week: [7, 'd'],
  month: [1, 'm'],
  year: [1, 'y'],
};

function lastsOf(contract: JsonObject): string | null {
  const policy = object(contract.billing_policy);
  const [times = 0, unit = ''] = own(DURATIONS, text(policy?.interval) ?? '') ?? [];
  const duration = `${Number(text(policy?.interval_count)) * times}${unit}`;
  return isDuration(duration) ? duration : null;
}

/** An invoice of the first order's sale. Its amount is left unsaid: invoices count in minor units, this shop does not. */
export function factsOfRenewal(order: ShopOrder, renewal: Renewal, from: From): readonly Fact[] {
  const at = { ...from, stamp: order.updated_at };
  const facts: Fact[] = [];
  const state = invoiceStateOf(order);
  const since = order.standing?.bought_at ?? null;
  if (state) facts.push(fact('invoice', order.id, 'standing', { state, due_at: since }, at));
  if (since !== null && renewal.lasts !== null) {
    const period = { start: since, end: addDuration(since, renewal.lasts) };
    const named = renewal.lines.length > 0 ? renewal.lines : [null];
    const periods = named.map((line) => ({ line, ...period }));
    facts.push(fact('invoice', order.id, 'lines', { periods, whole: true }, at));
  }
  const refs = order.gid === null ? [] : [order.gid];
  facts.push(fact('invoice', order.id, 'links', { refs }, at));
  return [...facts, ...order.refunds.flatMap((it) => factsOfRefund(it, from))];
}

/** What went back, or was called off, is not paid. */
function invoiceStateOf({ standing, money }: ShopOrder): Invoice['standing']['state'] | null {
  if (!standing || !money) return null;
  const state = moneyStateOf(money.status);
  if (standing.cancelled || state === 'refunded' || state === 'voided') return 'void';
  return state === 'paid' ? 'paid' : 'open';
}
