/**
 * One neutral shape of an order, read from a webhook's body and from a stored answer alike (gather writes its
 * answers in the webhook's field names). It stands between the wire and facts.ts.
 * What must never happen here: a field that a filter left out being read as null, zero or an empty list.
 */
import type { Json } from '../../src/core/json.ts';
import type { Buyer } from '../../src/core/things.ts';
import { count, digits, first, object, objects, text, time } from './fields.ts';
import type { JsonObject } from './lossless.ts';
import { isRedacted } from './redact.ts';
import { readRefund, type ShopRefund } from './refund.ts';

export interface ShopLine {
  readonly id: string;
  readonly title: string;
  readonly variant_title: string | null;
  readonly name: string | null;
  /** Units bought now, or at first: see `ShopOrder.lines.refunds_counted`. */
  /** Null: said, but not as a number of units. Its line parks, the others go on. */
  readonly quantity: number | null;
  readonly variant_id: string | null;
  readonly product_id: string | null;
  readonly sku: string | null;
  readonly vendor: string | null;
  readonly selling_plan_id: string | null;
  readonly properties: readonly (readonly [string, string])[];
  readonly gift_card: boolean;
  readonly tip: boolean;
}

/** Groups that the wire leaves out are absent; `missing` names the fields that would have said them. */
export interface ShopOrder {
  readonly id: string;
  readonly gid: string | null;
  /** Epoch ms by the shop's clock. */
  readonly updated_at: number;
  readonly source_name: string | null;
  readonly standing?: {
    readonly cancelled: boolean;
    /** Epoch ms by the shop's clock. */
    readonly cancelled_at: number | null;
    readonly bought_at: number | null;
    readonly test: boolean;
    readonly name: string | null;
  };
  readonly money?: {
    readonly status: string | null;
    readonly currency: string;
    readonly total: string | null;
  };
  readonly lines?: { readonly lines: readonly ShopLine[]; readonly refunds_counted: readonly string[] };
  readonly buyer?: Buyer;
  readonly refunds: readonly ShopRefund[];
  readonly missing: readonly string[];
}

/** @returns the order, or the names of the fields without which nothing can be said of it */
export function readOrder(body: JsonObject): ShopOrder | readonly string[] {
  const id = digits(body.id);
  const updated_at = time(body.updated_at);
  if (id === null || updated_at === null) {
    return [...(id === null ? ['id'] : []), ...(updated_at === null ? ['updated_at'] : [])];
  }
  const missing: string[] = [];
  /** Runs a reader whose null means "not said", and notes which fields would have said it. */
  const said = (...names: string[]) => {
    const absent = names.filter((it) => body[it] === undefined);
    missing.push(...absent);
    return absent.length === 0;
  };

  const currency = text(body.currency);
  const standing = said('cancelled_at', 'test')
    ? {
        cancelled: body.cancelled_at !== null,
        cancelled_at: time(body.cancelled_at),
        bought_at: first(time(body.processed_at), time(body.created_at)),
        test: body.test === true,
        name: text(body.name),
      }
    : null;
  const money =
    said('financial_status', 'currency') && currency !== null
      ? { status: text(body.financial_status), currency, total: text(body.total_price) }
      : null;
  const refunds = objects(body.refunds)?.map((it) => readRefund(it, { order_id: id, currency })) ?? null;
  const lines = readLines(body, refunds, missing);
  const buyer = readBuyer(body);
  return {
    id,
    gid: gidOf(body.admin_graphql_api_id),
    updated_at,
    source_name: text(body.source_name),
    ...(standing && { standing }),
    ...(money && { money }),
    ...(lines && { lines }),
    ...(buyer && { buyer }),
    refunds: refunds?.filter((it): it is ShopRefund => !isMissing(it)) ?? [],
    missing,
  };
}

/** `gid://shopify/Order/…`; it becomes a name of the sale. */
function gidOf(value: Json | undefined): string | null {
  const written = text(value);
  return written !== null && /^gid:\/\/shopify\/Order\/\d{1,40}$/.test(written) ? written : null;
}

export function isMissing<T extends object>(it: T | readonly string[]): it is readonly string[] {
  return Array.isArray(it);
}

/** What rules see of a line, and every version sends with every line, if only as null: without one a filter is at work. */
const LINE_FIELDS = [
  'title',
  'sku',
  'variant_id',
  'product_id',
  'vendor',
  'gift_card',
  'properties',
] as const;

/**
 * `current_quantity` is less the units of all refunds that the order lists; payloads older than 2024-01 have
 * only `quantity`, from which no refund has been taken.
 */
function readLines(
  body: JsonObject,
  refunds: readonly (ShopRefund | readonly string[])[] | null,
  missing: string[],
): ShopOrder['lines'] | null {
  const items = objects(body.line_items);
  if (!items) missing.push('line_items');
  const names = LINE_FIELDS.filter((name) => items?.some((it) => it[name] === undefined));
  missing.push(...names.map((it) => `line_items.${it}`));
  // Rules match a line by the order's source too, so without it the lines are not said whole.
  if (body.source_name === undefined) missing.push('source_name');
  // Every version lists the refunds: without them a filter is at work, and no quantity can be trusted.
  if (!refunds) missing.push('refunds');
  if (!items || names.length > 0 || body.source_name === undefined || !refunds) return null;
  const current = items.every((it) => it.current_quantity !== undefined);
  if (!current && items.some((it) => it.quantity === undefined)) {
    missing.push('line_items.current_quantity');
    return null;
  }
  // A refund is counted by its id alone, also one of which a filter left too little to be read itself.
  const counted = (objects(body.refunds) ?? []).map((it) => digits(it.id)).filter((it) => it !== null);
  missing.push(
    ...new Set(refunds.flatMap((it) => (isMissing(it) ? it.map((name) => `refunds.${name}`) : []))),
  );
  if (counted.length < refunds.length) return null;
  const lines: ShopLine[] = [];
  for (const item of items) {
    const id = digits(item.id);
    const quantity = count(current ? item.current_quantity : item.quantity);
    if (id === null) missing.push('line_items.id');
    if (id === null) return null;
    lines.push(readLine(item, id, quantity));
  }
  return { lines, refunds_counted: current ? counted : [] };
}

function readLine(item: JsonObject, id: string, quantity: number | null): ShopLine {
  return {
    id,
    quantity,
    title: first(text(item.title), text(item.name)) ?? '',
    variant_title: text(item.variant_title),
    name: text(item.name),
    variant_id: text(item.variant_id),
    product_id: text(item.product_id),
    sku: text(item.sku),
    vendor: text(item.vendor),
    selling_plan_id: text(item.selling_plan_id),
    properties: readProperties(item.properties),
    gift_card: item.gift_card === true,
    // The key alone makes a tip; its value may be null.
    tip: item.tip_payment_gateway !== undefined,
  };
}

/** Some writers send `{}` for no properties. Values that are not plain are left out. */
function readProperties(value: Json | undefined): readonly (readonly [string, string])[] {
  return (objects(value) ?? []).flatMap(({ name, value: written }) =>
    typeof name === 'string' && (typeof written === 'string' || typeof written === 'number')
      ? [[name, String(written)] as const]
      : [],
  );
}

function readBuyer(body: JsonObject): Buyer | null {
  if (isRedacted(body)) return null;
  if (['email', 'contact_email', 'customer'].every((it) => body[it] === undefined)) return null;
  const customer = object(body.customer) ?? {};
  const billing = object(body.billing_address) ?? {};
  const home = object(customer.default_address) ?? {};
  const person = (text(customer.first_name) ?? text(customer.last_name)) ? customer : billing;
  const first_name = text(person.first_name);
  const last_name = text(person.last_name);
  return {
    email: first(text(body.email), text(body.contact_email), text(customer.email)),
    name: [first_name, last_name].filter((it) => it !== null).join(' ') || text(billing.name),
    first_name,
    last_name,
    company: first(text(billing.company), text(home.company)),
    phone: first(text(body.phone), text(customer.phone), text(billing.phone)),
    reference: text(customer.id),
    locale: text(body.customer_locale),
    country: first(text(billing.country_code), text(home.country_code)),
  };
}
