/**
 * The deliveries that the bench sends: one order each, of two lines and three licenses, in a body of a given size,
 * with ids of its own and a signature that is right. A template is made once; a delivery costs a few copies and one
 * HMAC, so that the sender takes little of the machine. What must never happen here: two deliveries with one id.
 */
import { createHmac, randomInt } from 'node:crypto';
import { samples as shopifySamples } from '../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../integrations/stripe/samples.ts';
import { SECRET } from './secret.ts';

/** How the bytes are signed, and whose words they are. */
export type Scheme = 'shopify' | 'stripe';

export interface Template {
  /** Head and body of a whole request. */
  readonly bytes: Buffer;
  readonly bodyAt: number;
  /** Where the digits of each delivery go. */
  readonly marks: readonly number[];
  readonly signatureAt: number;
  /** Where the signed time goes, in seconds; null where no time is signed. */
  readonly timeAt: number | null;
  readonly encoding: 'base64' | 'hex';
}

/** Twelve digits of which every id of one order is made: no other number in a body is like it. */
const MARK = '271828182845';
const SIGNATURE = { base64: `${'A'.repeat(43)}=`, hex: 'a'.repeat(64) };
const TIME = '1618033988';

/** @param bytes of the body, exactly */
export function makeTemplate(scheme: Scheme, path: string, bytes: number): Template {
  const body = scheme === 'shopify' ? shopifyBody(bytes) : stripeBody(bytes);
  const encoding = scheme === 'shopify' ? 'base64' : 'hex';
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(scheme === 'shopify' ? SHOPIFY_HEAD : STRIPE_HEAD),
  ].join('\r\n');
  const text = `${head}\r\n\r\n${body}`;
  const timeAt = text.indexOf(TIME);
  return {
    bytes: Buffer.from(text),
    bodyAt: Buffer.byteLength(head) + 4,
    marks: [...text.matchAll(new RegExp(MARK, 'g'))].map(({ index }) => index),
    signatureAt: text.indexOf(SIGNATURE[encoding]),
    timeAt: timeAt < 0 ? null : timeAt,
    encoding,
  };
}

const SHOPIFY_HEAD = [
  'User-Agent: Shopify-Captain-Hook',
  `X-Shopify-Hmac-Sha256: ${SIGNATURE.base64}`,
  'X-Shopify-Topic: orders/paid',
  'X-Shopify-Shop-Domain: keyferry-sample.myshopify.com',
  `X-Shopify-Webhook-Id: 7c9e6679-7425-40de-944b-${MARK}`,
  `X-Shopify-Event-Id: 0f8fad5b-d9cb-469f-a165-${MARK}`,
  'X-Shopify-Triggered-At: 2026-11-25T09:00:00.000000000Z',
  'X-Shopify-Api-Version: 2026-10',
];
const STRIPE_HEAD = ['User-Agent: Stripe/1.0', `Stripe-Signature: t=${TIME},v1=${SIGNATURE.hex}`];

/**
 * Writes the digits of one order into a copy of the template's bytes, and signs it.
 * @param digits twelve
 * @param at epoch ms
 */
export function writeDelivery(template: Template, into: Buffer, digits: string, at: number): void {
  for (const mark of template.marks) into.write(digits, mark, 'latin1');
  const hmac = createHmac('sha256', SECRET);
  if (template.timeAt !== null) {
    const seconds = String(Math.floor(at / 1000));
    into.write(seconds, template.timeAt, 'latin1');
    hmac.update(`${seconds}.`);
  }
  const signature = hmac.update(into.subarray(template.bodyAt)).digest(template.encoding);
  into.write(signature, template.signatureAt, 'latin1');
}

/** The id by which the sale of these digits is found at Keyferry. */
export function orderIdOf(digits: string): string {
  return `6${digits}`;
}

const ALL = 1_000_000_000_000;
/** Has no factor in common with ALL, and lies at its golden section: the steps come by every number, far apart. */
const STEP = 618_033_988_749;

/** Twelve digits at each call, never the same, as scattered as a shop's ids. */
export function makeDigits(start = randomInt(2 ** 40)): () => string {
  let at = start % ALL;
  return () => {
    at = (at + STEP) % ALL;
    return String(at).padStart(12, '0');
  };
}

/** The sample of a paid order. The small one is what a webhook with a filter of fields brings. */
function shopifyBody(bytes: number): string {
  const sample = shopifySamples.find(({ name }) => name === 'paid');
  if (!sample) throw new Error('there is no such sample');
  const { body: text } = sample.make(Date.now(), `buyer${MARK}`);
  const order: ShopifyOrder = JSON.parse(text);
  const ids = new Map(
    [order.id, order.customer.id, ...order.line_items.map(({ id }) => id)].map((id, at) => [
      String(id),
      `${['6', '7', '15', '16'][at]}${MARK}`,
    ]),
  );
  const whole = text.length <= bytes ? order : filtered(order);
  const body = JSON.stringify({ ...whole, note: '' }).replaceAll(/\d{13,14}/g, (id) => ids.get(id) ?? id);
  return padded(body, '"note":"', bytes);
}

interface ShopifyOrder {
  readonly id: number;
  readonly customer: { readonly id: number };
  readonly line_items: readonly { readonly id: number }[];
}

const LEFT_OUT =
  /_set$|address|^(admin|attributed|client|discount|duties|fulfil|location|merchant|order_status|payment|presentment|referring|sales|shipping|tax|tip|token|total_[^p]|user|variant_inv)/;

function filtered<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, it) => (LEFT_OUT.test(key) ? undefined : it)));
}

/** The sample of a paid checkout; what was bought stands in its metadata, so that nobody needs to be asked. */
function stripeBody(bytes: number): string {
  const sample = stripeSamples.find(({ name }) => name === 'one-time');
  if (!sample) throw new Error('there is no such sample');
  const { body: text } = sample.make(Date.now(), `buyer${MARK}`);
  const event = JSON.parse(text.replace('noor.veerman@', `noor+${MARK}@`));
  event.data.object.metadata = { items: 'ACME-PRO-1:2,ACME-SUITE-1:1', note: '' };
  const whole = JSON.stringify(event, null, 2);
  const body =
    whole.length <= bytes ? whole : JSON.stringify(event, (_key, it) => (it === null ? undefined : it));
  return padded(body, /"note": ?"/.exec(body)?.[0] ?? '', bytes);
}

/** @throws when the body is longer already */
function padded(body: string, before: string, bytes: number): string {
  const missing = bytes - Buffer.byteLength(body);
  if (missing < 0) throw new Error(`a body of ${bytes} bytes cannot be made: it has ${bytes - missing}`);
  return body.replace(before, before + 'thank you '.repeat(Math.ceil(missing / 10)).slice(0, missing));
}
