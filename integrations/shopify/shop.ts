/**
 * Whether a delivery is of the shop that the settings name. An app's secret signs for every shop that has the app.
 * verify knows the settings and normalize does not, so verify leaves its finding among the event's headers.
 * What must never happen here: an event refused because of the unsigned header.
 */
import type { Delivery } from '../../src/core/integration.ts';
import { text } from './fields.ts';
import { parseObject } from './lossless.ts';

export const SHOP = 'x-shopify-shop-domain';

/** The shop of our own samples, which fit every source. */
export const SAMPLE_SHOP = 'keyferry-sample.myshopify.com';

/** Names of the finding. They are no headers of a delivery: of those only a fixed list is kept, and these are not on it. */
const SIGNED = 'keyferry-signed-shop';
const UNSIGNED = 'keyferry-unsigned-shop';
const OWN = 'keyferry-own-shop';

/** How people may write a domain; anything else in the header is not repeated. */
const DOMAIN = /^[a-z0-9.-]{1,253}$/;

/** For verify, after the signature was found right. Empty when nothing names a shop, or none is expected. */
export function shopFinding(delivery: Delivery, expected: string | undefined): Record<string, string> {
  if (expected === undefined) return {};
  const said = (name: string) => (DOMAIN.test(name) ? name : 'another shop');
  const signed = signedShop(delivery.body)?.toLowerCase();
  if (signed !== undefined)
    return signed === expected ? { [OWN]: expected } : { [SIGNED]: `${said(signed)}, not ${expected}` };
  const header = namedShop(delivery);
  return isOther(header, expected) ? { [UNSIGNED]: `${said(header)}, not ${expected}` } : {};
}

/** For diagnose: whether the unsigned header names another shop than `expected`. */
export function isOtherShop(delivery: Delivery, expected: string | undefined): boolean {
  return isOther(namedShop(delivery), expected);
}

function namedShop(delivery: Delivery): string {
  return delivery.header(SHOP)?.trim().toLowerCase() ?? '';
}

function isOther(named: string, expected: string | undefined): boolean {
  return named !== '' && expected !== undefined && named !== expected && named !== SAMPLE_SHOP;
}

/** Bodies of orders, refunds and edits name no shop; those of app/uninstalled and the privacy topics do. */
function signedShop(body: Uint8Array): string | undefined {
  const parsed = parseObject(body);
  if (!parsed.ok) return undefined;
  return text(parsed.value.myshopify_domain) ?? text(parsed.value.shop_domain) ?? undefined;
}

/** For normalize: what verify found, or null. */
export function otherShopOf(
  headers: Readonly<Record<string, string>>,
): { readonly signed: boolean; readonly detail: string } | null {
  const signed = headers[SIGNED];
  if (signed !== undefined) return { signed: true, detail: `the signed body is of ${signed}` };
  const unsigned = headers[UNSIGNED];
  return unsigned === undefined
    ? null
    : { signed: false, detail: `the shop's header, which is not signed, names ${unsigned}` };
}

/** For normalize: the signed body names the very shop of the settings. Only then may all of it be forgotten. */
export function isOwnShop(headers: Readonly<Record<string, string>>): boolean {
  return headers[OWN] !== undefined;
}
