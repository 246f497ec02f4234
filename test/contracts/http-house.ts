/**
 * What a house must hold for the HTTP contract: what its vendor sells, its sources and their secrets. Each
 * runtime opens one in its own way and hands over an `HttpDoor`.
 */
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import type { Integration } from '../../src/core/integration.ts';
import { digest } from '../house.ts';
import { checkAnswer } from './answers.ts';

export const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    features: [ { code: export } ]
    custom_fields: [ { name: team } ]
    policies:
      - { code: perpetual, default: true, license_type: perpetual, max_activations: 2, features: [ export ] }
      - { code: yearly, license_type: time-limited, valid_duration: 1y }
  - code: acmecli
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`;
export const STRIPE = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - name: by metadata
    when: { metadata.product_code: "*" }
    grant: { product: "{{line.metadata.product_code}}" }
`;
export const SHOPIFY = `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - { name: Pro, when: { sku: "ACME-PRO-*" }, grant: { product: acmepro, policy: yearly } }
  - { name: Suite, when: { sku: "ACME-SUITE-*" }, grant: { bundle: acmesuite } }
on: { refund_partial: review }
`;
/** Its secret is not set: the door is closed. */
export const CLOSED = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $NOBODY_SET_THIS ] }
`;

export const FILES: Readonly<Record<string, string>> = {
  'catalog.yaml': CATALOG,
  'stripe.yaml': STRIPE,
  'shopify.yaml': SHOPIFY,
  'closed.yaml': CLOSED,
};
export const ENV: Readonly<Record<string, string>> = {
  STRIPE_WEBHOOK_SECRET: 'whsec_of_the_http_contract',
  SHOPIFY_WEBHOOK_SECRET: 'shpss_of_the_http_contract',
};
/** For KEYFERRY_ADMIN_KEY. */
export const ADMIN_KEY = 'an admin key of the contract, long enough';
export const MAX_BODY_BYTES = 64 * 1024;

/** One way to speak to a house. */
export interface HttpDoor {
  request(path: string, init?: RequestInit & { readonly duplex?: 'half' }): Promise<Response>;
  /** What its clock says, epoch ms. */
  now(): number;
  /** Works until nothing is due. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const SHOPS: Readonly<Record<string, readonly [Integration, string]>> = {
  stripe: [stripe, 'whsec_of_the_http_contract'],
  shopify: [shopify, 'shpss_of_the_http_contract'],
};

export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Signs bytes as the shop of this source would. */
export async function sign(source: string, type: string, text: string, at: number): Promise<Signed> {
  const [shop, secret] = SHOPS[source] ?? [];
  if (!shop || !secret) throw new Error(`no shop for ${source}`);
  const body = new TextEncoder().encode(text);
  return { headers: await shop.sign(type, body, secret, at, digest), body };
}

/** A shop's written sample, signed: the same seed speaks of the same sale. */
export async function sample(
  source: string,
  name: string,
  seed: string,
  at: number,
  mode: 'live' | 'test' = 'test',
): Promise<Signed> {
  const made = SHOPS[source]?.[0].samples.find((it) => it.name === name)?.make(at, seed, mode);
  if (!made) throw new Error(`no sample ${name} of ${source}`);
  return sign(source, made.type, made.body, at);
}

/** Sends a sample as the shop would. */
export async function send(
  door: HttpDoor,
  source: string,
  name: string,
  seed: string,
  mode: 'live' | 'test' = 'test',
): Promise<Response> {
  const { headers, body } = await sample(source, name, seed, door.now(), mode);
  return door.request(`/webhooks/${source}`, { method: 'POST', headers, body });
}

/** Members of a JSON answer, for reading without knowing its type. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by expectations, which are their types here
export type Answered = any;

export interface Client {
  get(path: string): Promise<Answered>;
  /** @returns the status and the answer's JSON */
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Answered; headers: Headers }>;
}

export function client(door: HttpDoor, key: string = ADMIN_KEY): Client {
  const call: Client['call'] = async (method, path, body) => {
    const asked = await door.request(path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await checkAnswer(method, path, asked);
    return { status: answer.status, body: await answer.json(), headers: answer.headers };
  };
  return {
    call,
    get: async (path) => {
      const { status, body } = await call('GET', path);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
      return body;
    },
  };
}
