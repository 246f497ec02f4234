/**
 * The three topics in which a shop passes on what a person may ask by law. They stand beside the topics of orders.
 * https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
 * What must never happen here: a request that is read as a wider one than its signed body says.
 */
import type { Reading } from '../../src/core/integration.ts';
import type { PrivacyRequest } from '../../src/core/privacy.ts';
import { digits, object, text } from './fields.ts';
import type { JsonObject } from './lossless.ts';

export type RequestShape = PrivacyRequest['kind'];

/** Their names: on these the shop's review demands 401 for any HMAC that is not right. */
export const REQUEST_TOPICS: readonly string[] = [
  'customers/data_request',
  'customers/redact',
  'shop/redact',
];

/** Told by the signed body alone, as the topic is not signed; null for a body that is no request. */
export function requestShapeOf(body: JsonObject): RequestShape | null {
  if (text(body.shop_domain) === null) return null;
  if (body.orders_requested !== undefined || body.data_request !== undefined) return 'export';
  if (body.orders_to_redact !== undefined) return 'redact_customer';
  // A whole shop is meant only where there is not a word of anything smaller.
  return Object.keys(body).every((it) => it === 'shop_id' || it === 'shop_domain') ? 'redact_shop' : null;
}

/** A customer may have nothing but an email, and a request may name no order. */
export function requestOf(
  kind: RequestShape,
  body: JsonObject,
): Extract<Reading, { readonly is: 'request' }> {
  const customer = object(body.customer);
  const named = kind === 'export' ? body.orders_requested : body.orders_to_redact;
  const orders = (Array.isArray(named) ? named : []).map((it) => digits(it)).filter((it) => it !== null);
  const subject = { orders, customer: digits(customer?.id), email: text(customer?.email) };
  return { is: 'request', request: { kind, subject } };
}
