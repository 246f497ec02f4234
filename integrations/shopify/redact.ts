/**
 * Takes out of a stored body, or of a stored answer, what tells who a person is. It stands beside the river, for
 * requests by law. What must never happen here: a text that stays because nobody thought of its name, or a digit lost.
 *
 * So texts go unless they are known to be the shop's own words, ids, times or amounts; numbers stay, but for those
 * that call or place somebody. Every member stays under its name, as null where it was somebody's.
 */
import type { Json } from '../../src/core/json.ts';
import { isObject, type JsonObject } from './lossless.ts';

/** Stands in a redacted body, and in the order of a redacted answer: who buys is then not said, rather than nobody. */
const MARK = 'keyferry_redacted';

export function isRedacted(order: JsonObject): boolean {
  return order[MARK] === true;
}

/** Texts that the shop chose from a list, or its staff wrote about what is sold. What normalize reads is among them. */
const OWN_WORDS = new Set([
  ...[
    'financial_status',
    'fulfillment_status',
    'fulfillment_service',
    'status',
    'source_name',
    'cancel_reason',
  ],
  ...['currency', 'presentment_currency', 'currency_code', 'kind', 'type', 'restock_type', 'interval'],
  ...['reason', 'network_reason_code', 'title', 'variant_title', 'sku', 'vendor'],
  ...['myshopify_domain', 'shop_domain'],
]);

/** Members that are somebody's whole, whatever is in them. */
const PERSONAL =
  /email|phone|address|^(buyer|user|client_details|payment_details|receipt|destination|browser_ip|latitude|longitude|zip)$/;
/** What buyers wrote, under names that the theme chose: the values go. Licenses keep what was pinned. */
const WRITTEN_BY_BUYERS = new Set(['properties', 'note_attributes', 'custom_attributes']);

const TIME = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/;
const ID = /^(gid:\/\/shopify\/\w+\/)?\d+$/;
const AMOUNT = /^-?\d{1,15}(\.\d{1,6})?$/;
const AMOUNT_NAME = /^(amount|price|rate|subtotal|(\w+_)?total(_\w+)?|\w+_(amount|price|tax))$/;

/** Of a body that is no JSON object nothing is known, and nothing stays. */
export function redact(body: string): string {
  // A number is kept as it was written: an object that only this map knows.
  const numbers = new WeakMap<object, string>();
  const remember = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== 'number') return value;
    const number = {};
    numbers.set(number, context?.source ?? String(value));
    return number;
  };

  function textOf(name: string, value: Json, owner: JsonObject): string {
    if (Array.isArray(value)) return `[${value.map((it) => textOf(name, it, owner)).join(',')}]`;
    if (isObject(value)) return numbers.get(value) ?? objectText(value);
    if (typeof value === 'string' && !stays(name, value, owner)) return 'null';
    return JSON.stringify(value);
  }
  function objectText(it: JsonObject): string {
    return membersText(Object.entries(it).map(([name, value]) => [name, memberText(name, value, it)]));
  }
  function memberText(name: string, value: Json, owner: JsonObject): string {
    if (PERSONAL.test(name)) return 'null';
    if (name === 'customer' && isObject(value)) return partText(value, ['id', 'admin_graphql_api_id']);
    if (WRITTEN_BY_BUYERS.has(name)) {
      const list = Array.isArray(value) ? value.filter(isObject) : [];
      return `[${list.map((one) => partText(one, ['name', 'key'])).join(',')}]`;
    }
    return textOf(name, value, owner);
  }
  /** These members are kept as they are, the others without their values. */
  function partText(it: JsonObject, kept: readonly string[]): string {
    const members = Object.entries(it).map(([name, value]) => {
      const written = isObject(value) ? numbers.get(value) : JSON.stringify(value);
      return [name, (kept.includes(name) && written) || 'null'] as const;
    });
    return membersText(members);
  }

  let value: Json;
  try {
    value = JSON.parse(body.replace(/^\uFEFF/, ''), remember);
  } catch {
    return '';
  }
  if (!isObject(value) || numbers.has(value)) return 'null';
  const { order } = value;
  const marked = { ...value, ...(isObject(order) && { order: { ...order, [MARK]: true } }), [MARK]: true };
  return objectText(marked);
}

function membersText(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function stays(name: string, text: string, owner: JsonObject): boolean {
  if (OWN_WORDS.has(name)) return true;
  if (name === 'name') return isOrderOrLine(owner);
  // `object` names the sale in an event of Keyferry's own.
  if (name === 'id' || name.endsWith('_id') || name === 'object') return ID.test(text);
  if (/_(at|on|by)$/.test(name)) return TIME.test(text);
  return AMOUNT_NAME.test(name) && AMOUNT.test(text);
}

/** `#1001`, or what a line sells; of anybody else it is a person's. */
function isOrderOrLine(it: JsonObject): boolean {
  return ['financial_status', 'line_items', 'variant_id', 'sku'].some((name) => Object.hasOwn(it, name));
}
