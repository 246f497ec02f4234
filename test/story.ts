/**
 * The story, to be read first: a buyer pays, and Keyferry turns the payment into license keys. It is told on each
 * kind of database, and over HTTP to a Worker. Everything here is real but the network between shop and house:
 * signatures, mappings, the database. Nothing sleeps; time stands until it is moved.
 */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { samples as shopifySamples } from '../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../integrations/stripe/samples.ts';
import type { SampleCase } from '../src/core/integration.ts';
import type { HouseOptions, Webhook } from './house.ts';
import type { DatabaseKind } from './runtimes/databases.ts';
import type { OutsideHouse } from './worker/house.ts';

const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);
const MINUTE = 60_000;

/** What the vendor sells. */
const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual, max_activations: 2 } ]
  - code: acmecli
    name: Acme CLI
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`;

/** Which sale gives what: one file for each shop account. */
const STRIPE = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: { metadata.product_code: "*" }
    grant: { product: "{{line.metadata.product_code}}" }
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

/** A way to open the house that the story is told in. */
export interface StoryHouse {
  readonly name: string;
  open(options: HouseOptions): Promise<OutsideHouse>;
  readonly stop?: DatabaseKind['stop'];
}

export function story({ name, open: openOn, stop }: StoryHouse): void {
  describe(`on ${name}`, () => {
    let house: OutsideHouse;
    afterEach(() => house.close());
    afterAll(() => stop?.());

    async function open(): Promise<void> {
      house = await openOn({
        files: { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE, 'shopify.yaml': SHOPIFY },
        env: { STRIPE_WEBHOOK_SECRET: 'whsec_of_the_story', SHOPIFY_WEBHOOK_SECRET: 'shpss_of_the_story' },
        at: MONDAY,
      });
    }

    /** A webhook as the shop writes it now. Cases made with the same seed speak of the same sale. */
    function webhook(samples: readonly SampleCase[], name: string): Webhook {
      const found = samples.find((it) => it.name === name);
      if (!found) throw new Error(`no sample ${name}`);
      return found.make(house.clock.now(), 'story');
    }
    const stripe = (name: string) => webhook(stripeSamples, name);
    const shopify = (name: string) => webhook(shopifySamples, name);

    /** The id of the Shopify order of which a body speaks. */
    function orderIdIn({ body }: Webhook): string {
      const [, id] = /"order_id":(\d+)/.exec(body) ?? /"id":(\d+)/.exec(body) ?? [];
      if (id === undefined) throw new Error('a body without an order id');
      return id;
    }

    /** Each license of an order in a few words: `acmepro 1 active`. */
    async function licensesOf(source: string, externalId: string): Promise<string[]> {
      const order = await house.order(source, externalId);
      return order.items.flatMap((item) =>
        item.licenses.map((it) => `${it.product} ${it.unit + 1} ${it.state}`),
      );
    }
    async function keysOf(source: string, externalId: string): Promise<string[]> {
      const order = await house.order(source, externalId);
      return order.items.flatMap((item) => item.licenses.map((it) => it.key));
    }

    test('a buyer pays by card at Stripe, and one license is there', async () => {
      await open();

      // Stripe tells of the checkout. The answer means: it is on disk, nothing can be lost any more.
      const paid = stripe('one-time');
      const received = await house.send('stripe', paid);
      expect(received).toMatchObject({ ok: true, value: { duplicate: false } });

      // Stripe did not hear the answer and sends it again. It is the same event, and nothing is done twice.
      const again = await house.send('stripe', paid);
      expect(again).toMatchObject({ ok: true, value: { duplicate: true } });

      // At our own pace the event becomes a sale, the sale a grant, the grant a license.
      await house.settle();
      const order = await house.order('stripe', 'cs_test_a1Keyferrystory');
      expect(order).toMatchObject({ state: 'issued', customer: { email: 'noor.veerman@example.com' } });
      expect(await licensesOf('stripe', order.external_id)).toEqual(['acmepro 1 active']);
      const [key] = await keysOf('stripe', order.external_id);
      expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);

      // Whoever doubts it may send the event through again. Nothing changes, and that is success.
      const [event] = await house.events();
      const replayed = await house.replay(event?.id ?? '');
      expect(replayed).toMatchObject({ state: 'done', changes: [] });
      expect(await keysOf('stripe', order.external_id)).toEqual([key]);
    });

    test('a bank debit gives its license when the money is there, and not before', async () => {
      await open();

      await house.send('stripe', stripe('delayed-unpaid'));
      await house.settle();
      const { external_id, state } = await house.order('stripe', 'cs_test_a1Keyferrystory');
      expect(state).toBe('pending');
      expect(await licensesOf('stripe', external_id)).toEqual([]);

      // Days later the bank says yes.
      house.clock.advance(3 * 24 * 60 * MINUTE);
      await house.send('stripe', stripe('delayed-paid'));
      await house.settle();
      expect(await licensesOf('stripe', external_id)).toEqual(['acmepro 1 active']);
    });

    test('a refund of one unit takes exactly one license', async () => {
      await open();

      // Two units of Acme Pro, and a suite that is a bundle of two products: four licenses.
      await house.send('shopify', shopify('paid'));
      await house.settle();
      const id = orderIdIn(shopify('paid'));
      expect(await licensesOf('shopify', id)).toEqual([
        'acmepro 1 active',
        'acmepro 2 active',
        'acmepro 1 active',
        'acmecli 1 active',
      ]);

      // The buyer gives one of the two back.
      house.clock.advance(60 * MINUTE);
      await house.send('shopify', shopify('refund-unit'));
      await house.settle();
      expect(await licensesOf('shopify', id)).toEqual([
        'acmepro 1 active',
        'acmepro 2 revoked',
        'acmepro 1 active',
        'acmecli 1 active',
      ]);
    });

    test('a refund that overtakes its order waits for it', async () => {
      await open();

      await house.send('shopify', shopify('refund-unit'));
      await house.settle();
      expect(await house.events()).toMatchObject([{ type: 'refunds/create', state: 'waiting' }]);

      // The order arrives, and the refund settles with it: the unit that went back is never issued.
      await house.send('shopify', shopify('paid'));
      await house.settle();
      expect(await house.events()).toMatchObject([{ state: 'done' }, { state: 'done' }]);
      expect(await licensesOf('shopify', orderIdIn(shopify('paid')))).toEqual([
        'acmepro 1 active',
        'acmepro 1 active',
        'acmecli 1 active',
      ]);
    });

    test('a line that no rule fits is parked in sight, and issues by itself once a rule fits', async () => {
      await open();

      // A product that the mapping does not know yet. The shop hears "received" all the same.
      const received = await house.send('shopify', shopify('unmapped'));
      expect(received.ok).toBe(true);
      await house.settle();
      const id = orderIdIn(shopify('unmapped'));
      expect(await house.order('shopify', id)).toMatchObject({
        state: 'parked',
        items: [{ state: 'parked', problem: { code: 'unmapped' }, licenses: [] }],
      });

      // The vendor adds a rule to the file. Nobody touches the order.
      await house.write({
        'shopify.yaml': `${SHOPIFY}  - when: { sku: "ACME-NEW-*" }\n    grant: { product: acmepro }\n`,
      });
      await house.settle();
      expect(await house.order('shopify', id)).toMatchObject({ state: 'issued' });
      expect(await licensesOf('shopify', id)).toEqual(['acmepro 1 active']);
    });

    test('what the shop did not sign does not come in', async () => {
      await open();

      const { type, body } = stripe('one-time');
      const bytes = new TextEncoder().encode(body);
      const headers: Record<string, string> = {
        'stripe-signature': `t=${MONDAY / 1000},v1=${'0'.repeat(64)}`,
      };
      const refused = await house.bridge.receive('stripe', {
        header: (name) => headers[name],
        body: bytes,
        received_at: MONDAY,
      });
      expect(refused, type).toMatchObject({ ok: false, problem: { code: 'signature_wrong' } });
      expect(await house.events()).toEqual([]);
    });
  });
}
