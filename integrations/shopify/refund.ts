/**
 * One neutral shape of a refund, as it stands alone under refunds/create and inside an order. It stands between
 * the wire and facts.ts. What must never happen here: units or money guessed where a filter left them out.
 */
import type { Json } from '../../src/core/json.ts';
import { sameAmount, sum } from './decimal.ts';
import { count, digits, object, objects, text, time } from './fields.ts';
import type { JsonObject } from './lossless.ts';

export interface ShopRefund {
  readonly id: string;
  readonly order_id: string;
  /** Epoch ms by the shop's clock. */
  readonly created_at: number;
  /** Units by line id; empty for money alone; absent when not said. */
  readonly units?: Readonly<Record<string, number>>;
  /** Absent when the transactions are not said. */
  readonly money?: {
    /** Whether money moved: `none` when the refund has no transactions at all. */
    readonly state: 'none' | 'pending' | 'succeeded' | 'failed';
    /** Exact sum of what succeeded; null when nothing did, or in several currencies. */
    readonly amount: string | null;
    readonly currency: string | null;
    /** The refund gives back shipping, and nothing else. */
    readonly shipping_only?: true;
  };
}

/** @returns the refund, or the names of the fields without which nothing can be said of it */
export function readRefund(
  body: JsonObject,
  order?: { readonly order_id: string; readonly currency: string | null },
): ShopRefund | readonly string[] {
  const id = digits(body.id);
  const order_id = digits(body.order_id) ?? order?.order_id ?? null;
  const created_at = time(body.created_at) ?? time(body.processed_at);
  if (id === null || order_id === null || created_at === null) {
    return [
      ...(id === null ? ['id'] : []),
      ...(order_id === null ? ['order_id'] : []),
      ...(created_at === null ? ['created_at'] : []),
    ];
  }
  const units = readUnits(body);
  const money = readMoney(body, order?.currency ?? null);
  return { id, order_id, created_at, ...(units && { units }), ...(money && { money }) };
}

/** `restock_type` says nothing about money: units under `no_restock` are taken back all the same. */
function readUnits(body: JsonObject): Record<string, number> | null {
  const items = objects(body.refund_line_items);
  if (!items) return null;
  const units: Record<string, number> = {};
  for (const item of items) {
    const line = digits(item.line_item_id) ?? digits(object(item.line_item)?.id);
    const quantity = count(item.quantity);
    if (line === null || quantity === null) return null;
    units[line] = (units[line] ?? 0) + quantity;
  }
  return units;
}

function readMoney(body: JsonObject, orderCurrency: string | null): ShopRefund['money'] | null {
  const all = objects(body.transactions);
  if (!all) return null;
  const moves = all.filter((it) => text(it.kind) === 'refund' || it.kind === undefined);
  const having = (status: string) => moves.filter((it) => text(it.status) === status);
  const succeeded = having('success');
  const currencies = new Set(moves.map((it) => text(it.currency) ?? orderCurrency));
  const [currency = orderCurrency ?? currencyOfSets(body)] = currencies;
  const amount = currencies.size === 1 ? sum(succeeded.map((it) => text(it.amount) ?? '')) : null;
  const failed = having('failure').length + having('error').length;
  return {
    state:
      moves.length === 0
        ? 'none'
        : succeeded.length + failed < moves.length
          ? 'pending'
          : succeeded.length > 0
            ? 'succeeded'
            : 'failed',
    amount,
    currency,
    ...(amount !== null && isShipping(body, amount) && { shipping_only: true }),
  };
}

/**
 * Shipping that went back is the whole amount, with or without its taxes (a price may include them). It is told by
 * `refund_shipping_lines`; before version 2024-10 by adjustments of the kind `shipping_refund`, which are negative.
 */
function isShipping(body: JsonObject, amount: string): boolean {
  const lines = objects(body.refund_shipping_lines) ?? [];
  const adjustments = objects(body.order_adjustments) ?? [];
  const told =
    lines.length > 0
      ? lines.map((it) => [shopAmount(it.subtotal_amount_set), taxOf(it)] as const)
      : adjustments
          .filter((it) => text(it.kind) === 'shipping_refund')
          .map((it) => [positive(text(it.amount)), positive(text(it.tax_amount))] as const);
  const net = sum(told.map(([it]) => it ?? '?'));
  const gross = sum(told.flatMap(([it, tax]) => [it ?? '?', tax ?? '0']));
  return [net, gross].some((it) => it !== null && sameAmount(amount, it));
}

/** Webhooks leave `tax_amount_set` out, but tell the taxes of the whole shipping line. */
function taxOf(line: JsonObject): string | null {
  const taxes = objects(object(line.shipping_line)?.tax_lines) ?? [];
  return shopAmount(line.tax_amount_set) ?? sum(taxes.map((it) => text(it.price) ?? '?'));
}

function shopAmount(set: Json | undefined): string | null {
  return text(object(object(set)?.shop_money)?.amount);
}

function positive(amount: string | null): string | null {
  return amount?.replace(/^-/, '') ?? null;
}

/** A refund without transactions still names the shop's currency in its `*_set` fields. */
function currencyOfSets(body: JsonObject): string | null {
  const [line] = objects(body.refund_line_items) ?? [];
  for (const set of [body.total_duties_set, line?.subtotal_set]) {
    const currency = text(object(object(set)?.shop_money)?.currency_code);
    if (currency !== null) return currency;
  }
  return null;
}
