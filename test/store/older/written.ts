/**
 * The house whose database older programs filled: what it sells, and what was sent to it. What must never happen here:
 * a change of what stands in the .sql files beside it, since nobody can write them again.
 */
import { shopify } from '../../../integrations/shopify/index.ts';
import { stripe } from '../../../integrations/stripe/index.ts';
import type { House, HouseOptions } from '../../house.ts';

/** When the last of it was sent. */
export const WRITTEN_AT = Date.UTC(2026, 10, 2, 10, 0, 0);

const CATALOG = `products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
  - { code: acmecli, name: Acme CLI, policies: [ { code: perpetual, license_type: perpetual } ] }
bundles:
  - { code: acmesuite, products: [ { product: acmepro }, { product: acmecli } ] }
`;
const SHOPIFY = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_SECRET ] }
rules:
  - { when: { sku: "ACME-PRO-*" }, grant: { product: acmepro } }
  - { when: { sku: "ACME-SUITE-*" }, grant: { bundle: acmesuite } }
`;
export const STRIPE = `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_SECRET ] }
rules:
  - { when: { metadata.product_code: "*" }, grant: { product: "{{line.metadata.product_code}}" } }
`;
export const OLDER: Pick<HouseOptions, 'files' | 'env' | 'at'> = {
  files: { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE, 'shopify.yaml': SHOPIFY },
  env: { STRIPE_SECRET: 'whsec_of_an_older_program', SHOPIFY_SECRET: 'shpss_of_an_older_program' },
  at: WRITTEN_AT,
};

/** @param seed `sold`, `parked`, `early`, `held` and `fresh` stand in the files */
export async function tell(
  house: House,
  shop: 'stripe' | 'shopify',
  name: string,
  seed: string,
): Promise<void> {
  const sample = { stripe, shopify }[shop].samples.find((it) => it.name === name);
  if (!sample) throw new Error(`no sample ${name}`);
  const told = await house.send(shop, sample.make(WRITTEN_AT, seed));
  if (!told.ok) throw new Error(JSON.stringify(told.problem));
}

/** A sale at each shop, a parked one, a refund before its order, an event that a worker holds, and a fresh one. */
export async function fill(house: House): Promise<void> {
  await tell(house, 'stripe', 'one-time', 'sold');
  await tell(house, 'shopify', 'paid', 'sold');
  await tell(house, 'stripe', 'payment-link', 'parked');
  await tell(house, 'shopify', 'refund-unit', 'early');
  await house.settle();
  await tell(house, 'stripe', 'one-time', 'held');
  await house.store.claimEvents(house.clock.now(), 10);
  await tell(house, 'stripe', 'one-time', 'fresh');
}
