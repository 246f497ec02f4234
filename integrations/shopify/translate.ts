/**
 * Writes an order of the GraphQL API in the webhook's field names. It stands between ask and the stored answer.
 * What must never happen here: a field named that the shop was not asked for, or may not tell.
 */
import type { Json } from '../../src/core/json.ts';
import { sameAmount, sum } from './decimal.ts';
import { object, objects, text } from './fields.ts';
import type { JsonObject } from './lossless.ts';

/**
 * @param buyerIsTold false when the token may not read who buys: then no field of the buyer is written
 */
export function orderOf(
  node: JsonObject,
  lines: readonly JsonObject[],
  refunds: readonly JsonObject[],
  buyerIsTold: boolean,
): JsonObject {
  const tip = tipOf(node, lines);
  return {
    id: numberOf(node.id),
    admin_graphql_api_id: node.id ?? null,
    name: node.name ?? null,
    created_at: node.createdAt ?? null,
    updated_at: node.updatedAt ?? null,
    processed_at: node.processedAt ?? null,
    cancelled_at: node.cancelledAt ?? null,
    confirmed: node.confirmed ?? null,
    test: node.test ?? null,
    financial_status: lower(node.displayFinancialStatus),
    currency: node.currencyCode ?? null,
    total_price: amountOf(node.totalPriceSet),
    source_name: node.sourceName ?? null,
    ...(buyerIsTold ? buyerOf(node) : {}),
    line_items: lines.map((it) => lineOf(it, it === tip)),
    refunds,
  };
}

/**
 * What contracts say: which subscription each line belongs to, and with which order it began.
 * @param nodes the lines with their contracts
 * @param origin the lines of the first order with theirs; null when nobody was asked, or the shop knows it no longer
 */
export function withContracts(
  order: JsonObject,
  nodes: readonly JsonObject[],
  origin: { readonly gid: string; readonly nodes: readonly JsonObject[] } | null,
): JsonObject {
  const contracts = new Map(nodes.map((it) => [numberOf(it.id), contractOf(it)]));
  return {
    ...order,
    line_items: (objects(order.line_items) ?? []).map((it) => ({
      ...it,
      contract: contracts.get(text(it.id)) ?? null,
    })),
    ...(origin && {
      origin_order: {
        id: numberOf(origin.gid),
        line_items: origin.nodes.map((it) => ({ id: numberOf(it.id), contract: contractOf(it) })),
      },
    }),
  };
}

function contractOf(node: JsonObject): JsonObject | null {
  const contract = object(node.contract);
  const policy = object(contract?.billingPolicy);
  return (
    contract && {
      id: numberOf(contract.id),
      origin_order_id: numberOf(object(contract.originOrder)?.id),
      billing_policy: policy && {
        interval: lower(policy.interval),
        interval_count: policy.intervalCount ?? null,
      },
    }
  );
}

export function refundOf(node: JsonObject, lines: readonly JsonObject[]): JsonObject {
  return {
    id: numberOf(node.id),
    created_at: node.createdAt ?? null,
    refund_line_items: lines.map((it) => ({
      line_item_id: numberOf(object(it.lineItem)?.id),
      quantity: it.quantity ?? null,
    })),
    transactions: (objects(object(node.transactions)?.nodes) ?? []).map((it) => ({
      kind: lower(it.kind),
      status: lower(it.status),
      amount: amountOf(it.amountSet),
      currency: text(object(object(it.amountSet)?.shopMoney)?.currencyCode),
    })),
    refund_shipping_lines: (objects(object(node.refundShippingLines)?.nodes) ?? []).map((it) => ({
      subtotal_amount_set: { shop_money: { amount: amountOf(it.subtotalAmountSet) } },
      tax_amount_set: { shop_money: { amount: amountOf(it.taxAmountSet) } },
    })),
  };
}

function buyerOf(node: JsonObject): JsonObject {
  const customer = object(node.customer);
  const billing = object(node.billingAddress);
  const home = object(customer?.defaultAddress);
  return {
    email: node.email ?? null,
    phone: node.phone ?? null,
    customer_locale: node.customerLocale ?? null,
    customer: customer && {
      id: numberOf(customer.id),
      first_name: customer.firstName ?? null,
      last_name: customer.lastName ?? null,
      email: object(customer.defaultEmailAddress)?.emailAddress ?? null,
      phone: object(customer.defaultPhoneNumber)?.phoneNumber ?? null,
      default_address: home && { company: home.company ?? null, country_code: home.countryCodeV2 ?? null },
    },
    billing_address: billing && {
      name: billing.name ?? null,
      first_name: billing.firstName ?? null,
      last_name: billing.lastName ?? null,
      company: billing.company ?? null,
      phone: billing.phone ?? null,
      country_code: billing.countryCodeV2 ?? null,
    },
  };
}

function lineOf(node: JsonObject, isTip: boolean): JsonObject {
  const plan = text(object(node.sellingPlan)?.sellingPlanId);
  return {
    id: numberOf(node.id),
    name: node.name ?? null,
    title: node.title ?? null,
    variant_title: node.variantTitle ?? null,
    quantity: node.quantity ?? null,
    current_quantity: node.currentQuantity ?? null,
    variant_id: numberOf(object(node.variant)?.id),
    product_id: numberOf(object(node.product)?.id),
    sku: node.sku ?? null,
    vendor: node.vendor ?? null,
    selling_plan_id: plan === null ? null : numberOf(plan),
    gift_card: node.isGiftCard === true,
    properties: (objects(node.customAttributes) ?? []).map((it) => ({
      name: it.key ?? null,
      value: it.value ?? null,
    })),
    ...(isTip && { tip_payment_gateway: null }),
  };
}

/**
 * The API marks no line as a tip. It says the tips of an order, though: the tip is the line of exactly that
 * amount which sells nothing (no product, variant or SKU, nothing to ship).
 */
function tipOf(node: JsonObject, lines: readonly JsonObject[]): JsonObject | undefined {
  const tips = amountOf(node.totalTipReceivedSet);
  if (tips === null || sameAmount(tips, '0')) return undefined;
  return lines.find((it) => {
    const amount = amountOf(it.originalTotalSet);
    return (
      !object(it.product) &&
      !object(it.variant) &&
      text(it.sku) === null &&
      it.requiresShipping === false &&
      it.isGiftCard !== true &&
      amount !== null &&
      sameAmount(amount, tips)
    );
  });
}

/** The number at the end of `gid://shopify/Order/123`, as text. */
function numberOf(gid: Json | undefined): string | null {
  return /(?<!\d)(\d{1,40})(?:\?.*)?$/.exec(text(gid) ?? '')?.[1] ?? null;
}

/** Decimal texts come without padding (`29.0`); two places at least, as webhooks write them. */
function amountOf(set: Json | undefined): string | null {
  const amount = text(object(object(set)?.shopMoney)?.amount);
  return amount === null ? null : sum([amount, '0.00']);
}

function lower(value: Json | undefined): string | null {
  return text(value)?.toLowerCase() ?? null;
}
