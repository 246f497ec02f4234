/**
 * A shop that sells: its orders as its webhooks tell them, and as its Admin API shows them at the same time. Its
 * deliveries are signed by the house that receives them, as Shopify signs. What must never happen here: an API that
 * knows more or less of an order than its own body says.
 */
import { type FakeOrder, type ShopifyApi, shopifyApi } from './shopify-api.ts';

/** An order in the words of a webhook. */
export interface OrderBody {
  readonly id: number;
  readonly name: string;
  readonly test: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  readonly cancelled_at: string | null;
  readonly financial_status: string;
  readonly source_name: string;
  readonly email: string;
  readonly customer: object | null;
  readonly line_items: readonly {
    readonly id: number;
    readonly title: string;
    readonly sku: string;
    readonly quantity: number;
    readonly current_quantity: number;
    readonly variant_id: number;
    readonly product_id: number;
    readonly vendor: string;
    readonly gift_card: boolean;
  }[];
  readonly refunds: readonly {
    readonly id: number;
    readonly created_at: string;
    readonly refund_line_items: readonly { readonly line_item_id: number; readonly quantity: number }[];
    readonly transactions: readonly { readonly amount: string }[];
  }[];
}

/** As the Admin API has it. */
export function fakeOrderOf(body: OrderBody): FakeOrder {
  return {
    id: String(body.id),
    name: body.name,
    test: body.test,
    created_at: body.created_at,
    updated_at: body.updated_at,
    cancelled_at: body.cancelled_at,
    status: body.financial_status.toUpperCase(),
    source_name: body.source_name,
    email: body.email || null,
    ...(body.customer ? {} : { customer: null }),
    lines: body.line_items.map((it) => ({
      id: String(it.id),
      title: it.title,
      sku: it.sku,
      quantity: it.quantity,
      current_quantity: it.current_quantity,
      variant_id: String(it.variant_id),
      product_id: String(it.product_id),
      vendor: it.vendor,
      gift_card: it.gift_card,
    })),
    refunds: body.refunds.map((it) => ({
      id: String(it.id),
      created_at: it.created_at,
      units: Object.fromEntries(it.refund_line_items.map((one) => [one.line_item_id, one.quantity])),
      transactions: it.transactions.map(({ amount }) => ({ status: 'SUCCESS', amount })),
    })),
  };
}

export interface ShopifyShop {
  readonly api: ShopifyApi;
  /** What a webhook tells of an order is how it stands. */
  told(type: string, body: string): void;
  /** An order as it stands by now. */
  put(order: OrderBody): void;
}

export function shopifyShop(options: Parameters<typeof shopifyApi>[0] = {}): ShopifyShop {
  const api = shopifyApi(options);
  const put = (order: OrderBody) => api.put(fakeOrderOf(order));
  return {
    api,
    put,
    told: (type, body) => {
      if (['orders/create', 'orders/paid', 'orders/updated', 'orders/cancelled'].includes(type))
        put(JSON.parse(body));
    },
  };
}
