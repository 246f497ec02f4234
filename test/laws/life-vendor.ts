/**
 * The vendor of the lives: plans of one product, a bundle, seats, what is ignored and what no rule knows. Beside the
 * files as the vendor writes them stands what each ware is worth, counted by hand for the oracle.
 */
import { parse } from 'yaml';
import { readCatalog } from '../../src/core/catalog.ts';
import { mappingSchema, type Revision } from '../../src/core/mapping.ts';
import type { Ware } from '../fakes/stripe-shop-world.ts';
import type { On } from './vendor.ts';

export const LIFE_CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies:
      - { code: standard, default: true, license_type: subscription, max_activations: 2, grace_period: 72h }
      - { code: large, license_type: subscription, max_activations: 5 }
      - { code: timed, license_type: time-limited, valid_duration: 1y, max_activations: 3 }
  - code: acmecli
    name: Acme CLI
    policies: [ { code: basic, license_type: perpetual } ]
  - code: acmeteam
    name: Acme Team
    policies: [ { code: seats, license_type: subscription, max_activations: 1, grace_period: 120h } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`;

const rules = (pro: string, cli: string, goods: string) => `
  - { when: { price: "price_pro*", payment_link: plink_shop }, grant: { product: acmepro, values: { max_activations: 4 } } }
  - { when: { price: "price_pro*" }, ${pro} }
  - { when: { price: "price_max*" }, grant: { product: acmepro, policy: large } }
  - { when: { price: "price_timed*" }, grant: { product: acmepro, policy: timed } }
  - { when: { price: "price_cli*" }, ${cli} }
  - { when: { price: "price_suite*" }, grant: { bundle: acmesuite } }
  - { when: { price: "price_seats*" }, grant: { product: acmeteam, per: line, values: { max_activations: "{{quantity}}" } } }
  - { when: { price: "price_goods*" }, ${goods} }
  - { when: { price: "price_metered*" }, grant: { product: acmecli } }
  - { when: { payment_link: plink_shop }, grant: { product: acmepro } }
`;

const RULES = {
  1: rules('grant: { product: acmepro }', 'grant: { product: acmecli }', 'ignore: physical goods'),
  2: rules(
    'grant: { product: acmepro, policy: large }',
    'ignore: no longer sold',
    'grant: { product: acmecli }',
  ),
} as const;

/** Two revisions of the same source: the second says otherwise of some wares. */
export type Edition = keyof typeof RULES;

export function lifeMapping(edition: Edition, settings: string): string {
  return `integration: stripe\nmode: test\nsettings: ${settings}\nrules:${RULES[edition]}`;
}

const { catalog } = readCatalog(parse(LIFE_CATALOG));
if (!catalog) throw new Error("the lives' catalog is faulty");
const readyCatalog = catalog;

/** Read once: lives are many. */
const written = new Map<Edition, object>();

export function lifeRevision(edition: Edition, on: On = {}): Revision {
  const raw = written.get(edition) ?? parse(lifeMapping(edition, '{ webhook_secrets: [ $STRIPE_SECRET ] }'));
  written.set(edition, raw);
  return {
    id: `rev_${edition}`,
    source: 'stripe',
    number: edition,
    mapping: mappingSchema.parse({ ...raw, on }),
    catalog: readyCatalog,
  };
}

/** One license of one unit. */
export interface PartWorth {
  readonly product: string;
  readonly policy: string;
  readonly seats: number | null;
  readonly grace_hours: number;
}

export type Worth = readonly PartWorth[] | 'ignored' | 'parked';

const STANDARD = { product: 'acmepro', policy: 'standard', seats: 2, grace_hours: 72 };
const LARGE = { product: 'acmepro', policy: 'large', seats: 5, grace_hours: 0 };
const CLI = { product: 'acmecli', policy: 'basic', seats: null, grace_hours: 0 };

/** What one unit of the ware is worth; of seats the line is one unit, whatever its quantity. */
export function worthOf(ware: Ware, quantity: number, byLink: boolean, edition: Edition): Worth {
  switch (ware) {
    case 'pro':
      // By the link there are more seats.
      if (byLink) return [{ ...STANDARD, seats: 4 }];
      return edition === 1 ? [STANDARD] : [LARGE];
    case 'max':
      return [LARGE];
    case 'timed':
      return [{ product: 'acmepro', policy: 'timed', seats: 3, grace_hours: 0 }];
    case 'cli':
      return edition === 1 ? [CLI] : 'ignored';
    case 'suite':
      return [STANDARD, CLI];
    case 'seats':
      return [{ product: 'acmeteam', policy: 'seats', seats: quantity, grace_hours: 120 }];
    case 'goods':
      return edition === 1 ? 'ignored' : [CLI];
    case 'metered':
      return 'parked';
    default:
      return byLink ? [STANDARD] : 'parked';
  }
}
