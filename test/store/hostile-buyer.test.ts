/**
 * A buyer may write anything into an order, and the shop signs it. Half a surrogate pair, taken apart by SQL,
 * once aborted the whole process, and would have done so again with every new attempt.
 */
import { expect, test } from 'vitest';
import { samples as shopify } from '../../integrations/shopify/samples.ts';
import { samples as stripe } from '../../integrations/stripe/samples.ts';
import { NOON } from '../fakes/settlements.ts';
import { openHouse } from '../house.ts';

const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`;
const source = (integration: string, secret: string) => `
integration: ${integration}
mode: test
settings: { webhook_secrets: [ $${secret} ] }
rules:
  - when: {}
    grant: { product: acmepro }
`;

/** As JSON carries them: a NUL, half of a pair, quotes. */
const HOSTILE = String.raw`a\u0000b\ud83dc\"'; --`;
/** Members that a buyer writes, or a vendor for them. */
const WRITTEN =
  /"(name|first_name|last_name|company|business_name|title|sku|email|note|description|value)":\s*"[^"]*"/g;

test.for([
  ['shopify', shopify, 'paid', 3],
  ['stripe', stripe, 'one-time', 1],
] as const)(
  'an order at %s full of texts that no database likes gives its licenses',
  async ([name, samples, sample, count]) => {
    const house = await openHouse({
      files: {
        'catalog.yaml': CATALOG,
        'shopify.yaml': source('shopify', 'SHOPIFY'),
        'stripe.yaml': source('stripe', 'STRIPE'),
      },
      env: { SHOPIFY: 'shpss_hostile_buyer', STRIPE: 'whsec_hostile_buyer' },
      at: NOON,
    });
    const made = samples.find((it) => it.name === sample)?.make(NOON, 'hostile');
    if (!made) throw new Error(`no sample ${sample}`);
    const body = made.body.replaceAll(WRITTEN, (_, member) => `"${member}": "${HOSTILE}"`);
    expect(body).not.toBe(made.body);
    expect(await house.send(name, { ...made, body })).toMatchObject({ ok: true });
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'done' }]);
    // The same sale again, as another event: what was stored of it is still known.
    await house.send(name, { ...made, body: `${body} ` });
    await house.settle();
    const { items } = await house.records.orders({ source: name }, { limit: 9, after: null });
    expect(items).toHaveLength(1);
    expect(items.flatMap((order) => order.items.flatMap(({ licenses }) => licenses))).toHaveLength(count);
    expect((await house.events()).map(({ state }) => state)).not.toContain('parked');
    await house.close();
  },
);
