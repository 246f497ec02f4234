/**
 * Turns a delivery into a verified event, or refuses it. It stands first in the river.
 * What must never happen here: bytes believed before their signature was found right, or anything decided by
 * the unsigned headers. The signature covers the body alone:
 * https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
 */
import { hexOf } from '../../src/core/bytes.ts';
import { type Delivery, equalBytes, type VerifiedEvent, verified } from '../../src/core/integration.ts';
import type { Digest } from '../../src/core/ports.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';
import { REQUEST_TOPICS } from './requests.ts';
import { API_VERSION, type Settings } from './settings.ts';
import { SAMPLE_SHOP, SHOP, shopFinding } from './shop.ts';

const HMAC = 'x-shopify-hmac-sha256';
const TOPIC = 'x-shopify-topic';

/** Unsigned, kept for people and for diagnosis. */
const KEPT = [
  TOPIC,
  SHOP,
  'x-shopify-webhook-id',
  'x-shopify-event-id',
  'x-shopify-triggered-at',
  'x-shopify-api-version',
];

/** 32 bytes in standard base64, in its one canonical spelling (the last letter carries two zero bits). */
const BASE64_OF_32 = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** One topic: a proxy that doubles the header joins two with a comma, and a paid order would pass for unknown. */
const TOPIC_TEXT = /^[a-z0-9_./-]{1,100}$/;

const utf8 = new TextEncoder();

/**
 * Checks HMAC-SHA256 over the raw bytes against every secret, in constant time. Age is never a reason to
 * refuse: no time is signed, and retries carry the original payload for hours.
 *
 * Stricter or wider than the SDK's `webhooks.validate` in these points only: raw bytes are verified, so a byte
 * order mark or invalid UTF-8 is no forgery; several secrets; of the other headers only the topic is needed.
 */
export async function verify(
  delivery: Delivery,
  settings: Settings,
  digest: Digest,
): Promise<Result<VerifiedEvent>> {
  const signature = signatureOf(delivery);
  const topic = topicOf(delivery);
  // The shop's review of apps posts these, and wants 401 for whatever is no right HMAC.
  const reviewed = REQUEST_TOPICS.includes(topic);
  if (!signature) return fail(reviewed ? 'signature_wrong' : 'signature_missing', `no ${HMAC} header`);
  const given = readSignature(signature);
  if (given === null) {
    return fail(reviewed ? 'signature_wrong' : 'signature_malformed', `${HMAC} is not base64 of 32 bytes`);
  }
  let found = false;
  for (const secret of settings.webhook_secrets) {
    if (await fits(given, secret, delivery.body, digest)) found = true;
  }
  if (!found) return fail('signature_wrong', `none of ${settings.webhook_secrets.length} secrets fits`);

  if (delivery.body.length === 0) return fail('body_malformed', 'the signed body is empty');
  if (!hasTopic(delivery)) {
    const what = topic ? `${TOPIC} is not one topic` : `no ${TOPIC} header`;
    return fail('body_malformed', `${what}: the signature is right, but nothing says what the body is`);
  }
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = delivery.header(name);
    if (value !== undefined) headers[name] = value;
  }
  Object.assign(headers, shopFinding(delivery, settings.shop_domain));
  return ok(
    verified({
      // All id headers are unsigned, so the event is named by what happened and what was signed.
      key: hexOf(await digest.sha256(utf8.encode(`${topic}\n`), delivery.body)),
      type: topic,
      account: '',
      mode: null,
      created_at: null,
      headers,
      body: delivery.body,
    }),
  );
}

function topicOf(delivery: Delivery): string {
  return delivery.header(TOPIC)?.trim().toLowerCase() ?? '';
}

/** Whether a header says what the body is. */
export function hasTopic(delivery: Delivery): boolean {
  return TOPIC_TEXT.test(topicOf(delivery));
}

/** The delivery's signature as it stands in the header; empty when there is none. */
export function signatureOf(delivery: Delivery): string {
  return delivery.header(HMAC)?.trim() ?? '';
}

/** Its bytes, or null when it is not one signature as the shop writes it. */
export function readSignature(signature: string): Uint8Array | null {
  if (!BASE64_OF_32.test(signature)) return null;
  const letters = atob(signature);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** Whether the signature is that of the body by this secret. */
export async function fits(
  signature: Uint8Array,
  secret: string,
  body: Uint8Array,
  digest: Digest,
): Promise<boolean> {
  return equalBytes(signature, await digest.hmacSha256(secret, body));
}

/** The headers of a delivery as the shop sends them, for `keyferry send`, `doctor` and tests. */
export async function sign(
  type: string,
  body: Uint8Array,
  secret: string,
  at: number,
  digest: Digest,
): Promise<Record<string, string>> {
  const name = hexOf(await digest.sha256(utf8.encode(`${type}\n${at}\n`), body));
  return {
    'content-type': 'application/json',
    [HMAC]: toBase64(await digest.hmacSha256(secret, body)),
    [TOPIC]: type,
    [SHOP]: SAMPLE_SHOP,
    'x-shopify-webhook-id': uuid(name.slice(0, 32)),
    'x-shopify-event-id': uuid(name.slice(32)),
    // The shop writes nanoseconds.
    'x-shopify-triggered-at': new Date(at).toISOString().replace('Z', '000000Z'),
    'x-shopify-api-version': API_VERSION,
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function uuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
