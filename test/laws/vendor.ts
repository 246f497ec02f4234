/** The vendor of the laws: what is sold, and what each kind of line gives. Used whole by the bridge, parsed by the pure core. */
import { parse } from 'yaml';
import { readCatalog } from '../../src/core/catalog.ts';
import { mappingSchema, type Revision } from '../../src/core/mapping.ts';

export type ShopName = 'stripe' | 'shopify';

/** What one kind of line is worth: licenses by unit, one license with seats, or nothing. */
export const KINDS = ['pro', 'suite', 'seats', 'goods', 'unknown', 'gift'] as const;
export type Kind = (typeof KINDS)[number];

export const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies:
      - { code: perpetual, default: true, license_type: perpetual, max_activations: 2 }
      - { code: annual, license_type: time-limited, valid_duration: 1y, max_activations: 3 }
  - code: acmecli
    name: Acme CLI
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`;

export const STRIPE = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_SECRET ] }
rules:
  - { when: { price: "price_pro*" }, grant: { product: acmepro } }
  - { when: { price: "price_suite*" }, grant: { bundle: acmesuite } }
  - { when: { price: "price_seats*" }, grant: { product: acmepro, policy: annual, per: line, values: { max_activations: "{{quantity}}" } } }
  - { when: { price: "price_goods*" }, ignore: physical goods }
  - { when: { payment_link: plink_pro }, grant: { product: acmepro } }
`;

export const SHOPIFY = `
integration: shopify
mode: live
settings: { webhook_secrets: [ $SHOPIFY_SECRET ] }
rules:
  - { when: { sku: "PRO-*" }, grant: { product: acmepro } }
  - { when: { sku: "SUITE-*" }, grant: { bundle: acmesuite } }
  - { when: { sku: "SEATS-*" }, grant: { product: acmepro, policy: annual, per: line, values: { max_activations: "{{quantity}}" } } }
  - { when: { sku: "GOODS-*" }, ignore: physical goods }
`;

const { catalog } = readCatalog(parse(CATALOG));
if (!catalog) throw new Error("the laws' catalog is faulty");
const readyCatalog = catalog;

export type On = Partial<Revision['mapping']['on']>;

/** The revision that runs for a shop, with other words for `on:` where given. */
export function revisionOf(shop: ShopName, on: On = {}): Revision {
  const raw = parse(shop === 'stripe' ? STRIPE : SHOPIFY);
  return {
    id: `rev_${shop}`,
    source: shop,
    number: 1,
    mapping: mappingSchema.parse({ ...raw, on }),
    catalog: readyCatalog,
  };
}

/** The slots that so many units of a kind of line are worth, each as `<line>/<unit>/<part> <product> <policy> <seats>`. */
export function slotsWorth(line: string, kind: Kind, units: number): string[] {
  if (units <= 0) return [];
  const all = Array.from({ length: units }, (_, unit) => unit);
  if (kind === 'pro') return all.map((unit) => `${line}/${unit}/acmepro.0 acmepro perpetual 2`);
  if (kind === 'suite') {
    return all.flatMap((unit) => [
      `${line}/${unit}/acmepro.0 acmepro perpetual 2`,
      `${line}/${unit}/acmecli.0 acmecli perpetual -`,
    ]);
  }
  return kind === 'seats' ? [`${line}/0/acmepro.0 acmepro annual ${units}`] : [];
}
