/**
 * What verification costs: our own beside the floor (one HMAC, nothing read) and beside each shop's SDK, in turn
 * in one run. Read the ratios; the microseconds are this machine's.
 */
import { createHmac } from 'node:crypto';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import Stripe from 'stripe';
import { shopify } from '../integrations/shopify/index.ts';
import { stripe } from '../integrations/stripe/index.ts';
import type { Integration } from '../src/core/integration.ts';
import { digest } from '../src/node.ts';

const ROUNDS = 5;
const CALLS = 2_000;
const SECRET = 'bench_secret_bench_secret_bench_secret';
const now = Date.now();

type Run = () => unknown;

/** A signed delivery of about 6 KB, and our way to verify it. */
async function prepare(integration: Integration, name: string) {
  const sample = integration.samples.find((it) => it.name === name);
  if (!sample) throw new Error(`there is no sample ${name}`);
  const { type, body: text } = sample.make(now, 'bench');
  const body = new TextEncoder().encode(text);
  const headers = new Headers(await integration.sign(type, body, SECRET, now, digest));
  const settings = integration.settings.parse({ webhook_secrets: [SECRET] });
  const delivery = { header: (it: string) => headers.get(it) ?? undefined, body, received_at: now };
  const ours: Run = async () => {
    const verified = await integration.verify(delivery, settings, digest);
    if (!verified.ok) throw new Error(verified.problem.code);
  };
  const floor: Run = () => createHmac('sha256', SECRET).update(body).digest();
  return { text, body, headers, ours, floor };
}

async function microseconds(run: Run): Promise<number> {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) await run();
  return Number(process.hrtime.bigint() - begun) / CALLS / 1000;
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

async function compare(title: string, bytes: number, runs: Readonly<Record<string, Run>>): Promise<void> {
  const taken = new Map(Object.keys(runs).map((name) => [name, [] as number[]]));
  for (const run of Object.values(runs)) await microseconds(run);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) taken.get(name)?.push(await microseconds(run));
  }
  const floor = median(taken.get('one HMAC') ?? []);
  console.log(`\n${title}, a body of ${bytes} bytes`);
  for (const [name, all] of taken) {
    const middle = median(all);
    const range = `${Math.min(...all).toFixed(1)}–${Math.max(...all).toFixed(1)}`;
    console.log(
      `  ${name.padEnd(24)} ${middle.toFixed(1).padStart(7)} µs  (${range})  ${(middle / floor).toFixed(1)} ×`,
    );
  }
}

const ofStripe = await prepare(stripe, 'one-time');
const sdk = new Stripe('sk_test_bench');
const signature = ofStripe.headers.get('stripe-signature') ?? '';
await compare('Stripe', ofStripe.body.length, {
  'one HMAC': ofStripe.floor,
  'Keyferry, body parsed': ofStripe.ours,
  'stripe.constructEvent': () => sdk.webhooks.constructEvent(ofStripe.text, signature, SECRET),
});

const ofShopify = await prepare(shopify, 'paid');
const app = shopifyApi({
  apiKey: 'bench',
  apiSecretKey: SECRET,
  apiVersion: ApiVersion.October26,
  hostName: 'bench.example',
  isEmbeddedApp: false,
  logger: { level: 0 },
});
await compare('Shopify', ofShopify.body.length, {
  'one HMAC': ofShopify.floor,
  Keyferry: ofShopify.ours,
  'webhooks.validate': () => {
    const { headers, text } = ofShopify;
    const rawRequest = new Request('https://bench.example', { method: 'POST', headers, body: text });
    return app.webhooks.validate({ rawBody: text, rawRequest });
  },
});
