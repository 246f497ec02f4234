/**
 * Questions to shops, asked from workerd: Stripe's SDK and the plain POST to Shopify, over the runtime's own fetch,
 * with no flag for Node's parts, against shops on this machine.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answered, CATALOG, client, SHOPIFY, STRIPE, sample, send } from '../contracts/http-house.ts';
import { type ShopifyApi, startShopifyApi } from '../fakes/shopify-api.ts';
import { FAKE_STRIPE_KEY, startStripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { openWorker, type WorkerDoor } from './setup.ts';

const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);
const SHOPIFY_TOKEN = 'shpat_fake';

let stripe: Awaited<ReturnType<typeof startStripeApi>>;
let shopify: ShopifyApi & { readonly url: string; readonly close: () => Promise<void> };
let door: WorkerDoor;

/** Each shop says in its own words where it answers, and with which key. */
const asking = (mapping: string, more: string) => mapping.replace('settings: {', `settings: { ${more},`);

beforeAll(async () => {
  stripe = await startStripeApi();
  shopify = await startShopifyApi({ token: SHOPIFY_TOKEN });
  door = await openWorker({
    at: MONDAY,
    files: {
      'catalog.yaml': CATALOG,
      'stripe.yaml': asking(STRIPE, `api_key: $STRIPE_API_KEY, api_base: "${stripe.url}"`),
      'shopify.yaml': asking(
        SHOPIFY,
        `shop_domain: acme.myshopify.com, admin_token: $SHOPIFY_ADMIN_TOKEN, api_base: "${shopify.url}"`,
      ),
    },
    secrets: { STRIPE_API_KEY: FAKE_STRIPE_KEY, SHOPIFY_ADMIN_TOKEN: SHOPIFY_TOKEN },
  });
}, 30_000);
afterEach(() => stripe.heal());
afterAll(async () => {
  await door.close();
  await Promise.all([stripe.close(), shopify.close()]);
});

async function orderNamed(source: string, externalId: string): Promise<Answered> {
  const { items } = await client(door).get(`/v1/orders?source=${source}&external_id=${externalId}`);
  return items[0];
}

async function soldAtStripe(seed: string, lines: number): Promise<string> {
  const { body } = await sample('stripe', 'one-time', seed, door.now());
  const session: Answered = JSON.parse(new TextDecoder().decode(body)).data.object;
  stripe.add({
    session,
    lines: Array.from({ length: lines }, (_, i) =>
      stripeLine({ id: `li_${i}`, price: `price_${i}`, price_metadata: { product_code: 'acmepro' } }),
    ),
  });
  return session.id;
}

test("Stripe's lines come page by page, and each becomes its license", async () => {
  const id = await soldAtStripe('many', 130);
  expect((await send(door, 'stripe', 'one-time', 'many')).status).toBe(200);
  await door.settle();
  const { state, items } = await orderNamed('stripe', id);
  expect([state, items.length]).toEqual(['issued', 130]);
});

test('a Stripe that is gone, or answers what nobody can read: the event comes back, and is done in the end', async () => {
  const id = await soldAtStripe('bad', 1);
  stripe.break('/line_items', 'refuse', 1);
  stripe.break('/line_items', 'html', 1);
  stripe.break('/line_items', { status: 500 }, 1);
  const answer = await send(door, 'stripe', 'one-time', 'bad');
  const { event }: Answered = await answer.json();
  for (let attempt = 1; attempt <= 3; attempt++) {
    await door.settle();
    expect(await client(door).get(`/v1/events/${event}`)).toMatchObject({
      state: 'waiting',
      attempts: attempt,
      problem: { code: 'line_items_unavailable' },
    });
    door.setNow(door.now() + 60_000);
  }
  await door.settle();
  expect(await client(door).get(`/v1/events/${event}`)).toMatchObject({ state: 'done' });
  expect(await orderNamed('stripe', id)).toMatchObject({ state: 'issued' });
});

test('Shopify is asked for the order as it is now', async () => {
  const { body } = await sample('shopify', 'paid', 'ask', door.now());
  const id = /"id":(\d+)/.exec(new TextDecoder().decode(body))?.[1] ?? '';
  const line = { id: '86655031176643900', title: 'Acme Pro', quantity: 3, sku: 'ACME-PRO-1' };
  shopify.put({ id, updated_at: new Date(door.now() + 60_000).toISOString(), status: 'PAID', lines: [line] });
  shopify.faults.push('cut', '500');
  expect((await send(door, 'shopify', 'paid', 'ask')).status).toBe(200);
  for (let attempt = 0; attempt < 3; attempt++) {
    await door.settle();
    door.setNow(door.now() + 60_000);
  }
  const order = await orderNamed('shopify', id);
  expect(order).toMatchObject({ state: 'issued', items: [{ quantity: 3 }] });
});
