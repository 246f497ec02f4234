/**
 * The story, dying at every single call of the world: of the store, the shop's API, the clock, chance. Whatever
 * was acknowledged before is there afterwards, and a new process brings it to exactly its licenses.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { samples as shopifySamples } from '../../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../../integrations/stripe/samples.ts';
import { type Bridge, makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import type { SampleCase } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Source } from '../../src/core/sources.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { type Fate, mortal } from '../fakes/mortal.ts';
import { NOON } from '../fakes/settlements.ts';
import { FAKE_STRIPE_KEY, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { deliveryOf, digest, settableClock, type Webhook } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
  - code: acmecli
    name: Acme CLI
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`;
const STRIPE = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ], api_key: $STRIPE_API_KEY }
rules:
  - when: { price: price_1AcmePro }
    grant: { product: acmepro }
`;
const SHOPIFY = `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: { sku: "ACME-PRO-*" }
    grant: { product: acmepro }
  - when: { sku: "ACME-SUITE-*" }
    grant: { bundle: acmesuite }
`;
const NEW_RULE = `  - when: { sku: "ACME-NEW-*" }
    grant: { product: acmecli }
`;
const ENV = {
  STRIPE_WEBHOOK_SECRET: 'whsec_of_the_crash',
  STRIPE_API_KEY: FAKE_STRIPE_KEY,
  SHOPIFY_WEBHOOK_SECRET: 'shpss_of_the_crash',
};

/** One process, from its start to its end, on the database that all of them share. */
interface Life {
  readonly bridge: Bridge;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  /** Reads the mapping files, as at a start or after a change. */
  takeFiles(shopify: string): Promise<void>;
  /** Works until nothing is due. */
  drain(): Promise<void>;
  readonly struck: () => boolean;
}

async function world() {
  const { db, store, close } = await openOnFile();
  const clock = settableClock(NOON);
  const shop = stripeApi();

  function live(fate: Fate): Life {
    const ports = mortal({ store, fetch: shop.fetch, clock, random: (count) => randomBytes(count) }, fate);
    const { all, takeFiles } = makeSources({
      revisions: ports.store.revisions,
      integrations,
      env: ENV,
      clock,
    });
    const bridge = makeBridge({
      ...ports,
      digest,
      log: () => {},
      observe: () => {},
      sources: all,
      abilities: () => embedded,
      units_per_line: 1000,
    });
    return {
      bridge,
      sources: all,
      struck: ports.struck,
      takeFiles: async (shopify) => {
        const files = { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE, 'shopify.yaml': shopify };
        await takeFiles(Object.entries(files).map(([path, text]) => ({ path, text })));
      },
      drain: async () => {
        while ((await bridge.work()) > 0);
      },
    };
  }
  return { db, clock, shop, live, close };
}
type World = Awaited<ReturnType<typeof world>>;

/** The shops' side: what they send, what they were answered, and that they send again what was not acknowledged. */
async function shops(it: World, seed: string) {
  const made = (samples: readonly SampleCase[], name: string): Webhook => {
    const found = samples.find((sample) => sample.name === name);
    if (!found) throw new Error(`no sample ${name}`);
    return found.make(it.clock.now(), seed);
  };
  const checkout = made(stripeSamples, 'one-time');
  const session = JSON.parse(checkout.body).data.object;
  it.shop.add({ session, lines: [stripeLine({ price: 'price_1AcmePro', quantity: 2 })] });
  const paid = made(shopifySamples, 'paid');
  const unmapped = made(shopifySamples, 'unmapped');
  const all = {
    checkout: { source: 'stripe', secret: ENV.STRIPE_WEBHOOK_SECRET, webhook: checkout },
    refund: {
      source: 'shopify',
      secret: ENV.SHOPIFY_WEBHOOK_SECRET,
      webhook: made(shopifySamples, 'refund-unit'),
    },
    unmapped: { source: 'shopify', secret: ENV.SHOPIFY_WEBHOOK_SECRET, webhook: unmapped },
    paid: { source: 'shopify', secret: ENV.SHOPIFY_WEBHOOK_SECRET, webhook: paid },
  } as const;
  const acknowledged = new Map<string, string>();

  async function send(life: Life, name: keyof typeof all): Promise<void> {
    const { source, secret, webhook } = all[name];
    const integration = integrations.find((one) => one.name === source);
    if (!integration) throw new Error(`no integration ${source}`);
    const body = new TextEncoder().encode(webhook.body);
    const headers = await integration.sign(webhook.type, body, secret, it.clock.now(), digest);
    const answer = await life.bridge.receive(source, deliveryOf(headers, body, it.clock.now()));
    if (answer.ok) acknowledged.set(name, answer.value.id);
  }
  const shopifyId = ({ body }: Webhook) => /"id":(\d+)/.exec(body)?.[1] ?? '';
  return {
    acknowledged,
    send,
    sendAgain: async (life: Life) => {
      for (const name of ['checkout', 'refund', 'unmapped', 'paid'] as const)
        if (!acknowledged.has(name)) await send(life, name);
    },
    orders: { checkout: String(session.id), paid: shopifyId(paid), unmapped: shopifyId(unmapped) },
  };
}
type Shops = Awaited<ReturnType<typeof shops>>;

/** A purchase of two units; an order whose refund overtakes it; a line that waits for a rule; deliveries twice. */
async function story(life: Life, shop: Shops): Promise<void> {
  await life.takeFiles(SHOPIFY);
  await shop.send(life, 'checkout');
  await shop.send(life, 'checkout');
  await shop.send(life, 'refund');
  await life.drain();
  await Promise.all([shop.send(life, 'unmapped'), shop.send(life, 'paid')]);
  await life.drain();
  await life.takeFiles(SHOPIFY + NEW_RULE);
  await life.drain();
}

/** Licenses that are in force, in a few words, and that no slot or key is there twice. */
async function inForce(it: World, externalId: string): Promise<string[]> {
  const rows = await it.db.read(
    `SELECT l.line_id, l.unit, l.part, l.product, l.state, l.replaced FROM licenses l JOIN orders o ON o.id = l.order_id
     WHERE o.external_id = ? ORDER BY l.line_id, l.part, l.unit`,
    [externalId],
  );
  const slots = rows
    .filter(({ replaced }) => replaced === 0)
    .map((row) => `${row.line_id}/${row.unit}/${row.part}`);
  expect(new Set(slots).size).toBe(slots.length);
  return rows.filter(({ state }) => state === 'active').map(({ product }) => String(product));
}

const FATES: readonly (readonly [string, Omit<Fate, 'at'>])[] = [
  ['the process dies before it', { dies: true, takesEffect: false }],
  ['the process dies after it took effect', { dies: true, takesEffect: true }],
  ['the call fails and the process lives on', { dies: false, takesEffect: false }],
  ['the answer is lost and the process lives on', { dies: false, takesEffect: true }],
];

test.for(FATES)(
  'at every call in turn %s, and the licenses are right',
  { timeout: 120_000 },
  async ([, fate]) => {
    const it = await world();
    let calls = 0;
    for (let struck = true; struck; ) {
      calls++;
      const told = `at call ${calls}`;
      const shop = await shops(it, `c${calls}`);
      const first = it.live({ ...fate, at: calls });
      await story(first, shop).catch(() => undefined);
      struck = first.struck();

      // What was acknowledged is in the file.
      for (const id of shop.acknowledged.values())
        expect(await it.db.read('SELECT id FROM events WHERE id = ?', [id]), told).toHaveLength(1);

      // Its leases run out, and another process takes over: with what was acknowledged, then with what comes again.
      const next = it.live({ at: null, dies: false, takesEffect: false });
      for (let rounds = 0; rounds < 3; rounds++) {
        // An order that could not be taken up is looked at again within a minute.
        it.clock.advance(rounds === 0 ? LIMITS.lease_ms : 60_000);
        if (rounds === 1) {
          await next.takeFiles(SHOPIFY + NEW_RULE);
          await shop.sendAgain(next);
        }
        await next.drain();
      }

      const unfinished = await it.db.read(`SELECT type, state, problem FROM events WHERE state <> 'done'`);
      expect(unfinished, told).toEqual([]);
      expect(shop.acknowledged.size, told).toBe(4);
      expect(await inForce(it, shop.orders.checkout), told).toEqual(['acmepro', 'acmepro']);
      expect((await inForce(it, shop.orders.paid)).sort(), told).toEqual(['acmecli', 'acmepro', 'acmepro']);
      expect(await inForce(it, shop.orders.unmapped), told).toEqual(['acmecli']);
    }
    const [row] = await it.db.read('SELECT count(*) AS orders FROM orders');
    expect(row?.orders).toBe(3 * calls);
    // The story is not told in a handful of calls: if it were, nothing would have been tried.
    expect(calls).toBeGreaterThan(60);
    await it.close();
  },
);
