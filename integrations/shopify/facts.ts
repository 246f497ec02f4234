/**
 * The one place where this shop's orders and refunds become facts, whether they were told by a webhook or read
 * by asking. It stands at the end of normalize.
 * What must never happen here: a fact of a group that the shop did not say.
 */
import { own } from '../../src/core/own.ts';
import { type Fact, fact, type Snapshot } from '../../src/core/sale.ts';
import type { Checkout, Line, Refund } from '../../src/core/things.ts';
import type { ShopLine, ShopOrder } from './order.ts';
import type { ShopRefund } from './refund.ts';

/** Where a snapshot comes from; its stamp is the shop's own and is added here. */
export type From = Pick<Snapshot, 'asked' | 'origin' | 'reader'>;

/** What each `financial_status` means; any other (pending, authorized, partially_paid, null…) is `unpaid`. */
const MONEY: Readonly<Record<string, Checkout['money']['state']>> = {
  paid: 'paid',
  partially_refunded: 'paid',
  refunded: 'refunded',
  voided: 'voided',
  expired: 'voided',
};

export function moneyStateOf(status: string | null): Checkout['money']['state'] {
  return own(MONEY, status ?? '') ?? 'unpaid';
}

/** `subscription_contract`, since 2025 `subscription_contract_checkout_one`: a subscription made this order by itself. */
export function isRenewal(sourceName: string | null): boolean {
  return sourceName === 'subscription_contract' || sourceName === 'subscription_contract_checkout_one';
}

export function factsOfOrder(order: ShopOrder, from: From): readonly Fact[] {
  const at = { ...from, stamp: order.updated_at };
  const facts: Fact[] = [];
  if (order.standing) {
    const { cancelled, cancelled_at, bought_at, test, name } = order.standing;
    const state = cancelled ? 'cancelled' : 'complete';
    const content = {
      state,
      bought_at,
      test,
      void_reason: null,
      ...(cancelled_at !== null && { cancelled_at }),
      ...(name !== null && { label: name }),
    } as const;
    facts.push(fact('checkout', order.id, 'standing', content, at));
  }
  const state = order.money && moneyStateOf(order.money.status);
  if (order.money && state) {
    const { currency, total } = order.money;
    facts.push(fact('checkout', order.id, 'money', { state, currency: currency.toLowerCase(), total }, at));
  }
  if (order.lines) {
    const { lines, refunds_counted } = order.lines;
    const content = { lines: lines.map((it) => lineOf(it, order.source_name)), refunds_counted };
    facts.push(fact('checkout', order.id, 'lines', content, at));
    // Of a cancelled order nothing more becomes due: what an edit added and nobody paid for stays unpaid.
    if (state === 'paid' && !order.standing?.cancelled) {
      const quantities = Object.fromEntries(lines.map((it) => [it.id, it.quantity ?? 0]));
      facts.push(fact('checkout', order.id, 'paid_lines', { quantities, refunds_counted }, at));
    }
  }
  if (order.buyer) facts.push(...buyerFact(order, order.buyer, from));
  if (order.gid !== null) facts.push(fact('checkout', order.id, 'links', { refs: [order.gid] }, at));
  return [...facts, ...order.refunds.flatMap((it) => factsOfRefund(it, from))];
}

/** The buyer alone: where an answer had to leave the buyer out, the payload's still counts. */
export function buyerFact(
  order: ShopOrder,
  buyer: NonNullable<ShopOrder['buyer']>,
  from: From,
): readonly Fact[] {
  return [fact('checkout', order.id, 'buyer', buyer, { ...from, stamp: order.updated_at })];
}

function lineOf(line: ShopLine, sourceName: string | null): Line {
  const reason = line.gift_card ? 'gift card' : line.tip ? 'tip' : null;
  return {
    id: line.id,
    title: line.variant_title === null ? line.title : `${line.title} - ${line.variant_title}`,
    quantity: line.quantity,
    refs: told({ variant: line.variant_id, product: line.product_id, sku: line.sku }),
    attributes: {
      ...told({
        title: line.title,
        name: line.name,
        vendor: line.vendor,
        selling_plan: line.selling_plan_id,
        source_name: sourceName,
        // Whose first order nobody named: the mapping's `renewal` decides.
        renewal: isRenewal(sourceName) ? 'true' : null,
      }),
      ...Object.fromEntries(line.properties.map(([name, value]) => [`property.${name}`, value])),
    },
    ...(reason !== null && { not_licensed: reason }),
  };
}

/** Without the members that are null. */
function told(members: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter((it): it is [string, string] => it[1] !== null));
}

/** Refunds order by progress before time; `created_at` never moves while their transactions do. */
const PROGRESS = { pending: 0, succeeded: 1, failed: 2 } as const;

/**
 * A refund that names units takes them back from the moment it exists, whatever its transactions do later: the
 * order's own `current_quantity` counts it so. A refund of money alone is what its transactions are.
 */
export function factsOfRefund(refund: ShopRefund, from: From): readonly Fact[] {
  const at = { ...from, stamp: refund.created_at };
  const facts: Fact[] = [];
  const moved = refund.money?.state;
  const takesUnits = refund.units !== undefined && Object.keys(refund.units).length > 0;
  const state: Refund['standing']['state'] & keyof typeof PROGRESS =
    takesUnits || moved === 'none' || moved === undefined ? 'succeeded' : moved;
  if (takesUnits || moved !== undefined) {
    facts.push(fact('refund', refund.id, 'standing', { state }, { ...at, finality: PROGRESS[state] }));
  }
  if (refund.money && refund.money.currency !== null) {
    const { amount, currency, state: settled } = refund.money;
    const finality = settled === 'none' ? 0 : PROGRESS[settled];
    const content = {
      amount,
      currency: currency.toLowerCase(),
      ...(refund.money.shipping_only && { shipping_only: true as const }),
    };
    facts.push(fact('refund', refund.id, 'money', content, { ...at, finality }));
  }
  if (refund.units) facts.push(fact('refund', refund.id, 'lines', { units: refund.units }, at));
  facts.push(fact('refund', refund.id, 'links', { refs: [refund.order_id] }, at));
  return facts;
}
