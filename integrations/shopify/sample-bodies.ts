/**
 * Whole webhook bodies in the 2026-10 shape, written for Keyferry: the parts that samples.ts puts together. It
 * stands outside the river. What must never happen here: a real person's or shop's words.
 */

/** A number that the body's text carries with all its digits; see `textOf`. */
export type Id = `id:${string}`;

/**
 * A numeric id made from words: FNV-1a (64 bit) of them, modulo 3·10¹², above `base`. The same words always give
 * the same id, so that a refund can name the order of the same seed.
 */
export function idOf(words: string, base = 6_000_000_000_000n): Id {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(words)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return `id:${base + (hash % 3_000_000_000_000n)}`;
}

/** JSON text in which every `"id:123"` is the number 123. */
export function textOf(body: unknown): string {
  return JSON.stringify(body).replace(/"id:(\d+)"/g, '$1');
}

export function gid(kind: string, id: Id): string {
  return `gid://shopify/${kind}/${id.slice(3)}`;
}

/** The shop writes whole seconds with its own offset. */
export function shopTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00');
}

export function moneySet(amount: string) {
  const money = { amount, currency_code: 'USD' };
  return { shop_money: money, presentment_money: money };
}

/** Cents as decimal text. */
export function dollars(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

export interface SampleLine {
  readonly id: Id;
  readonly title: string;
  readonly variant_title?: string;
  readonly sku: string | null;
  readonly cents: number;
  readonly quantity: number;
  readonly current_quantity?: number;
  readonly kind?: 'goods' | 'gift card' | 'tip';
  readonly ships?: boolean;
}

function lineBody(line: SampleLine) {
  const { id, sku, quantity, kind = 'goods', ships = false } = line;
  const price = dollars(line.cents);
  const variant_title = line.variant_title ?? null;
  const sold = kind !== 'tip';
  return {
    id,
    admin_graphql_api_id: gid('LineItem', id),
    attributed_staffs: [],
    current_quantity: line.current_quantity ?? quantity,
    fulfillable_quantity: sold ? (line.current_quantity ?? quantity) : 0,
    fulfillment_service: kind === 'gift card' ? 'gift_card' : 'manual',
    fulfillment_status: null,
    gift_card: kind === 'gift card',
    grams: ships ? 180 : 0,
    name: variant_title === null ? line.title : `${line.title} - ${variant_title}`,
    price,
    price_set: moneySet(price),
    product_exists: sold,
    product_id: sold ? idOf(`product ${line.title}`, 8_000_000_000_000n) : null,
    properties: [],
    quantity,
    requires_shipping: ships,
    sales_line_item_group_id: null,
    selling_plan_id: null,
    sku,
    taxable: ships,
    title: line.title,
    total_discount: '0.00',
    total_discount_set: moneySet('0.00'),
    variant_id: sold ? idOf(`variant ${line.title} ${variant_title}`, 44_000_000_000_000n) : null,
    variant_inventory_management: ships ? 'shopify' : null,
    variant_title,
    vendor: sold ? 'Acme Software' : null,
    ...(kind === 'tip' && { tip_payment_gateway: 'shopify_payments', tip_payment_method: 'visa' }),
    tax_lines: [],
    duties: [],
    discount_allocations: [],
  };
}

export interface SampleOrder {
  readonly id: Id;
  readonly seed: string;
  readonly at: number;
  readonly created_at?: number;
  readonly status: string;
  readonly lines: readonly SampleLine[];
  readonly cancelled?: boolean;
  readonly refunds?: readonly unknown[];
  readonly customer?: Id;
}

/** An order as every `orders/*` topic but `orders/edited` brings it. */
export function orderBody(order: SampleOrder) {
  const { id, seed, lines, status, cancelled = false } = order;
  const created = shopTime(order.created_at ?? order.at);
  const number = 1000 + (Number(id.slice(-4)) % 9000);
  const total = dollars(lines.reduce((all, it) => all + it.cents * it.quantity, 0));
  const current = dollars(
    lines.reduce((all, it) => all + it.cents * (it.current_quantity ?? it.quantity), 0),
  );
  const tips = dollars(lines.reduce((all, it) => all + (it.kind === 'tip' ? it.cents : 0), 0));
  const email = `ada+${seed}@example.com`;
  const customer = order.customer ?? idOf(`${seed} customer`, 7_000_000_000_000n);
  const address = {
    first_name: 'Ada',
    address1: '12 Engine Row',
    phone: null,
    city: 'Portland',
    zip: '97201',
    province: 'Oregon',
    country: 'United States',
    last_name: 'Example',
    address2: null,
    company: 'Example Analytics',
    latitude: null,
    longitude: null,
    name: 'Ada Example',
    country_code: 'US',
    province_code: 'OR',
  };
  const settled = ['paid', 'partially_refunded', 'refunded'].includes(status);
  return {
    id,
    admin_graphql_api_id: gid('Order', id),
    app_id: 580111,
    browser_ip: null,
    buyer_accepts_marketing: false,
    cancel_reason: cancelled ? 'customer' : null,
    cancelled_at: cancelled ? shopTime(order.at) : null,
    cart_token: null,
    checkout_token: null,
    client_details: null,
    closed_at: cancelled ? shopTime(order.at) : null,
    confirmation_number: `KF${number}`,
    confirmed: true,
    contact_email: email,
    created_at: created,
    currency: 'USD',
    current_subtotal_price: current,
    current_subtotal_price_set: moneySet(current),
    current_total_discounts: '0.00',
    current_total_price: current,
    current_total_price_set: moneySet(current),
    current_total_tax: '0.00',
    customer_locale: 'en-US',
    discount_codes: [],
    duties_included: false,
    email,
    estimated_taxes: false,
    financial_status: status,
    fulfillment_status: null,
    landing_site: null,
    location_id: null,
    merchant_business_entity_id: 'S2V5ZmVycnk',
    name: `#${number}`,
    note: null,
    note_attributes: [],
    number: number - 1000,
    order_number: number,
    order_status_url: `https://keyferry-sample.myshopify.com/70000000001/orders/${seed}/authenticate?key=sample`,
    payment_gateway_names: ['shopify_payments'],
    phone: null,
    po_number: null,
    presentment_currency: 'USD',
    processed_at: created,
    referring_site: null,
    source_identifier: null,
    source_name: 'web',
    subtotal_price: total,
    subtotal_price_set: moneySet(total),
    tags: '',
    tax_exempt: false,
    tax_lines: [],
    taxes_included: false,
    test: false,
    token: seed,
    total_cash_rounding_payment_adjustment_set: moneySet('0.00'),
    total_cash_rounding_refund_adjustment_set: moneySet('0.00'),
    total_discounts: '0.00',
    total_line_items_price: total,
    total_outstanding: settled ? '0.00' : total,
    total_price: total,
    total_price_set: moneySet(total),
    total_shipping_price_set: moneySet('0.00'),
    total_tax: '0.00',
    total_tip_received: tips,
    total_weight: 0,
    updated_at: shopTime(order.at),
    user_id: null,
    billing_address: address,
    customer: {
      id: customer,
      email,
      created_at: created,
      updated_at: created,
      first_name: 'Ada',
      last_name: 'Example',
      state: 'disabled',
      note: null,
      verified_email: true,
      multipass_identifier: null,
      tax_exempt: false,
      phone: null,
      currency: 'USD',
      tax_exemptions: [],
      admin_graphql_api_id: gid('Customer', customer),
      default_address: { ...address, customer_id: customer, country_name: 'United States', default: true },
    },
    discount_applications: [],
    fulfillments: [],
    line_item_groups: [],
    line_items: lines.map(lineBody),
    payment_terms: null,
    refunds: order.refunds ?? [],
    returns: [],
    shipping_address: null,
    shipping_lines: [],
  };
}

export interface SampleRefund {
  readonly id: Id;
  readonly order_id: Id;
  readonly at: number;
  readonly lines: readonly { readonly line: SampleLine; readonly quantity: number }[];
}

/** A refund as `refunds/create` brings it, and as it stands in an order's `refunds`. */
export function refundBody({ id, order_id, at, lines }: SampleRefund) {
  const cents = lines.reduce((all, it) => all + it.line.cents * it.quantity, 0);
  const transaction = idOf(`${id} transaction`);
  return {
    id,
    order_id,
    created_at: shopTime(at),
    note: null,
    user_id: null,
    processed_at: shopTime(at),
    restock: false,
    duties: [],
    total_duties_set: moneySet('0.00'),
    return: null,
    refund_shipping_lines: [],
    additional_fees: [],
    admin_graphql_api_id: gid('Refund', id),
    order_adjustments: [],
    refund_line_items: lines.map(({ line, quantity }) => ({
      id: idOf(`${id} of ${line.id}`),
      line_item_id: line.id,
      quantity,
      location_id: null,
      restock_type: 'no_restock',
      subtotal: (line.cents * quantity) / 100,
      subtotal_set: moneySet(dollars(line.cents * quantity)),
      total_tax: 0,
      total_tax_set: moneySet('0.00'),
      line_item: lineBody(line),
    })),
    transactions: [
      {
        id: transaction,
        admin_graphql_api_id: gid('OrderTransaction', transaction),
        order_id,
        kind: 'refund',
        gateway: 'shopify_payments',
        status: 'success',
        message: null,
        created_at: shopTime(at),
        processed_at: shopTime(at),
        test: false,
        amount: dollars(cents),
        currency: 'USD',
        parent_id: null,
      },
    ],
  };
}
