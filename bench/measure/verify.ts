/** What it costs to verify one webhook: beside one HMAC over its body with nothing read, and beside each shop's SDK. */
import { createHmac } from 'node:crypto';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import Stripe from 'stripe';
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import type { Integration } from '../../src/core/integration.ts';
import { digest } from '../../src/node.ts';
import type { Row } from '../rows.ts';
import { SECRET } from '../secret.ts';
import { inTurn, type Stand } from '../stand.ts';

const CALLS = 2_000;
const now = Date.now();

type Verify = () => unknown;

export async function measureVerify(stand: Stand): Promise<Row[]> {
  return [...(await besideStripe(stand)), ...(await besideShopify(stand))];
}

async function besideStripe(stand: Stand): Promise<Row[]> {
  const of = await prepare(stripe, 'one-time');
  const sdk = new Stripe('sk_test_bench');
  const signature = of.headers.get('stripe-signature') ?? '';
  return compare(stand, 'Stripe', of, () => sdk.webhooks.constructEvent(of.text, signature, SECRET));
}

async function besideShopify(stand: Stand): Promise<Row[]> {
  const of = await prepare(shopify, 'paid');
  const app = shopifyApi({
    apiKey: 'bench',
    apiSecretKey: SECRET,
    apiVersion: ApiVersion.October26,
    hostName: 'bench.example',
    isEmbeddedApp: false,
    logger: { level: 0 },
  });
  return compare(stand, 'Shopify', of, () => {
    const { headers, text } = of;
    const rawRequest = new Request('https://bench.example', { method: 'POST', headers, body: text });
    return app.webhooks.validate({ rawBody: text, rawRequest });
  });
}

interface Prepared {
  readonly text: string;
  readonly bytes: number;
  readonly headers: Headers;
  readonly ours: Verify;
  readonly floor: Verify;
}

/** A signed delivery, and our way to verify it. */
async function prepare(integration: Integration, name: string): Promise<Prepared> {
  const sample = integration.samples.find((it) => it.name === name);
  if (!sample) throw new Error(`there is no sample ${name}`);
  const { type, body: text } = sample.make(now, 'bench');
  const body = new TextEncoder().encode(text);
  const headers = new Headers(await integration.sign(type, body, SECRET, now, digest));
  const settings = integration.settings.parse({ webhook_secrets: [SECRET] });
  const delivery = { header: (it: string) => headers.get(it) ?? undefined, body, received_at: now };
  const ours = async () => {
    const verified = await integration.verify(delivery, settings, digest);
    if (!verified.ok) throw new Error(verified.problem.code);
  };
  return {
    text,
    bytes: body.length,
    headers,
    ours,
    floor: () => createHmac('sha256', SECRET).update(body).digest(),
  };
}

async function compare(stand: Stand, shop: string, of: Prepared, sdk: Verify): Promise<Row[]> {
  const runs = { hmac: of.floor, keyferry: of.ours, sdk };
  for (const run of Object.values(runs)) await microseconds(run);
  const took = await inTurn(stand, `verify, ${shop}`, {
    hmac: () => microseconds(runs.hmac),
    keyferry: () => microseconds(runs.keyferry),
    sdk: () => microseconds(runs.sdk),
  });
  const row = (name: string, values: number[]): Row => ({
    what: `verifying a webhook of ${shop}, ${of.bytes.toLocaleString('en-US')} bytes, beside ${name}`,
    unit: 'µs',
    ours: { name: 'Keyferry', values: took.keyferry },
    beside: { name, values },
    must: null,
    aim: null,
  });
  return [row('one HMAC', took.hmac), row(`${shop}'s SDK`, took.sdk)];
}

async function microseconds(verify: Verify): Promise<number> {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) await verify();
  return Number(process.hrtime.bigint() - begun) / CALLS / 1000;
}
