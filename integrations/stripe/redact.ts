/**
 * Takes out of a stored body, or of a stored answer, what tells who a person is. It stands beside the river, for
 * requests by law. Ids, amounts, times, prices and the vendor's own words stay, and normalize reads them as before.
 * What must never happen here: something personal that stays because it lies deeper than usual.
 */
import type { Json } from '../../src/core/json.ts';
import { isPersonalKey } from '../../src/core/redaction.ts';

/** Nulled wherever they stand, whatever is in them. */
const PERSONAL: ReadonlySet<string> = new Set([
  // Who it is.
  ...[
    'name',
    'email',
    'phone',
    'individual_name',
    'business_name',
    'first_name',
    'last_name',
    'dob',
    'owner',
  ],
  ...['customer_details', 'customer_name', 'customer_email', 'customer_phone', 'customer_address'],
  ...['customer_email_address', 'customer_signature', 'verified_name', 'verified_email', 'preferred_locales'],
  ...['collected_information', 'individual', 'tax_ids', 'customer_tax_ids', 'tax_id'],
  // Where to find them.
  ...['address', 'billing_details', 'billing_address', 'shipping', 'shipping_details', 'shipping_address'],
  ...['customer_shipping', 'receipt_email', 'instructions_email', 'ip', 'customer_purchase_ip', 'user_agent'],
  // What they paid with.
  ...['payment_method_details', 'destination_details', 'source', 'next_action'],
  // What they wrote, or somebody about them.
  ...['custom_fields', 'evidence', 'comment', 'fraud_details'],
  // Pages that show all of it to whoever has the address.
  ...['receipt_url', 'hosted_invoice_url', 'invoice_pdf', 'client_secret', 'confirmation_secret'],
]);

/** A product's name is the vendor's word. */
const VENDORS: ReadonlySet<string> = new Set(['product']);

const EMAIL = /[^\s@]@[^\s@]/;

/** Of a body that is no JSON nothing is known, and nothing stays. */
export function redact(body: string): string {
  try {
    // JSON.parse yields nothing but JSON.
    return JSON.stringify(withoutPersons(JSON.parse(body) as Json, ''));
  } catch {
    return '';
  }
}

function withoutPersons(value: Json, under: string): Json {
  if (typeof value === 'string') return EMAIL.test(value) ? null : value;
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((it) => withoutPersons(it, under));
  const members = Object.entries(value).map(([key, member]): [string, Json] => {
    if (key === 'metadata') return [key, ofMetadata(member)];
    return [key, isPersonal(key, value, under) ? null : withoutPersons(member, key)];
  });
  return Object.fromEntries(members);
}

function isPersonal(key: string, owner: object, under: string): boolean {
  if (key === 'name' && (VENDORS.has(under) || isOf(owner, 'product'))) return false;
  // Of a line it says what is sold; of all else, what somebody wrote about somebody.
  if (key === 'description') return !('price' in owner || 'pricing' in owner || isOf(owner, 'product'));
  return PERSONAL.has(key);
}

/** Metadata are the vendor's own, and rules read them: all stays that does not look like a person's. */
function ofMetadata(value: Json): Json {
  if (value === null || typeof value !== 'object' || isList(value)) return value;
  const members = Object.entries(value).map(([key, member]): [string, Json] => [
    key,
    isPersonalKey(key) ? null : withoutPersons(member, key),
  ]);
  return Object.fromEntries(members);
}

function isOf(owner: object, name: string): boolean {
  return 'object' in owner && owner.object === name;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
