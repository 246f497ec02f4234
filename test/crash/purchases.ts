/**
 * Purchases as two shops tell them: the webhooks of each, and the licenses that must be there once all of them are
 * known. What must never happen here: an expectation that hangs on the order of arrival.
 */
import { integrations } from '../../integrations/index.ts';
import { samples as shopifySamples } from '../../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../../integrations/stripe/samples.ts';
import { digest, type Webhook } from '../house.ts';
import type { Chance } from './chance.ts';

/** The vendor's files: what is sold in the two shops. */
export const FILES = {
  'catalog.yaml': `
products:
  - code: acmepro
    name: Acme Pro
    policies:
      - { code: perpetual, default: true, license_type: perpetual }
      - { code: annual, license_type: subscription }
  - code: acmecli
    name: Acme CLI
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`,
  'stripe.yaml': `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: { price: price_1AcmeProMonthly }
    grant: { product: acmepro, policy: annual }
  - when: { metadata.product_code: "*" }
    grant: { product: "{{line.metadata.product_code}}" }
`,
  'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: { sku: "ACME-PRO-*" }
    grant: { product: acmepro }
  - when: { sku: "ACME-SUITE-*" }
    grant: { bundle: acmesuite }
  - when: { sku: "TSHIRT-*" }
    ignore: physical goods
`,
};
export const SECRETS = {
  stripe: 'whsec_of_processes_that_are_killed',
  shopify: 'shpss_of_processes_that_are_killed',
} as const;
export type Shop = keyof typeof SECRETS;

interface Kind {
  readonly source: Shop;
  /** Of a hundred purchases. */
  readonly share: number;
  /** The samples that tell it, as they happened; each is one event. */
  readonly told: readonly string[];
  /** Products of the licenses that are in force in the end. */
  readonly in_force: readonly string[];
  /** Of those that may stand there besides, ended, where they were issued before the shop took them back. */
  readonly taken_back: readonly string[];
  /** What the order's name looks like in the first body; null: it concerns no sale. */
  readonly name: RegExp | null;
}

const SESSION = /"(cs_\w+)"/;
const SUBSCRIPTION = /"(sub_\w+)"/;
const ORDER = /"id":(\d+)/;
const CART = ['acmecli', 'acmepro', 'acmepro', 'acmepro'];

const stripe = (share: number, told: readonly string[], in_force: readonly string[], more: Partial<Kind> = {}): Kind => ({
  source: 'stripe', share, told, in_force, taken_back: [], name: SESSION, ...more,
}); // biome-ignore format: one list, one glance
const shopify = (share: number, told: readonly string[], in_force: readonly string[], more: Partial<Kind> = {}): Kind => ({
  source: 'shopify', share, told, in_force, taken_back: [], name: ORDER, ...more,
}); // biome-ignore format: one list, one glance

const KINDS: readonly Kind[] = [
  stripe(22, ['one-time'], ['acmepro']),
  stripe(10, ['one-time', 'refund'], [], { taken_back: ['acmepro'] }),
  stripe(6, ['delayed-unpaid', 'delayed-paid'], ['acmepro']),
  stripe(3, ['delayed-unpaid', 'delayed-failed'], []),
  stripe(8, ['subscription', 'subscription-created', 'subscription-paid', 'renewal'], ['acmepro'], {
    name: SUBSCRIPTION,
  }),
  stripe(2, ['unknown-type'], [], { name: null }),
  shopify(18, ['paid'], CART),
  shopify(14, ['paid', 'refund-unit'], ['acmecli', 'acmepro', 'acmepro'], { taken_back: ['acmepro'] }),
  shopify(6, ['paid', 'cancelled'], [], { taken_back: CART }),
  shopify(6, ['mixed-cart'], ['acmepro']),
  shopify(3, ['unmapped'], []),
  shopify(2, ['unknown-topic'], [], { name: null }),
];
const SHARES = KINDS.reduce((all, { share }) => all + share, 0);

/** One purchase of one buyer. */
export interface Purchase extends Pick<Kind, 'source' | 'in_force' | 'taken_back'> {
  /** Its order's name in the shop; null: it concerns no sale. */
  readonly external_id: string | null;
  /** Each is one event. */
  readonly tellings: readonly Telling[];
}

/** One event of a purchase. Its body is made anew whenever it is sent: the same bytes each time. */
export interface Telling {
  readonly purchase: Purchase;
  readonly seed: string;
  readonly sample: string;
  readonly at: number;
}

/**
 * Purchases without end, all different.
 * @param name begins the seeds of all of them: lower-case letters and digits
 */
export function makePurchases(name: string, at: number, chance: Chance): () => Purchase {
  const names = new Set<string>();
  let made = 0;
  return function next(): Purchase {
    const seed = `${name}n${made++}`;
    let share = chance.below(SHARES);
    const kind = KINDS.find((it) => {
      share -= it.share;
      return share < 0;
    });
    if (!kind) throw new Error('the shares do not add up');
    const { source, in_force, taken_back, told } = kind;
    const external_id =
      kind.name && nameIn(kind.name, webhookOf({ source, sample: told[0] ?? '', seed, at }));
    // Ids of samples are short hashes: of very many sales two might be called the same.
    if (external_id !== null && names.has(external_id)) return next();
    if (external_id !== null) names.add(external_id);
    const tellings: Telling[] = [];
    const purchase: Purchase = { source, in_force, taken_back, external_id, tellings };
    for (const sample of told) tellings.push({ purchase, seed, sample, at });
    return purchase;
  };
}

function nameIn(pattern: RegExp, { body }: Webhook): string {
  const [, name] = pattern.exec(body) ?? [];
  if (name === undefined) throw new Error(`no ${pattern} in ${body}`);
  return name;
}

function webhookOf({ source, sample, seed, at }: { source: Shop; sample: string; seed: string; at: number }) {
  const samples = source === 'stripe' ? stripeSamples : shopifySamples;
  const found = samples.find((it) => it.name === sample);
  if (!found) throw new Error(`no sample ${sample}`);
  const { type, body } = found.make(at, seed);
  // Every buyer has an address of their own.
  return { type, body: body.replace('noor.veerman@', `noor+${seed}@`) };
}

/** What the shop sends: the same bytes whenever it is asked for. */
export function webhookFor({ purchase: { source }, sample, seed, at }: Telling): Webhook {
  return webhookOf({ source, sample, seed, at });
}

/** With the shop's signature of this moment: some of them grow old. */
export async function signed(
  source: Shop,
  { type, body }: Webhook,
  now: number,
): Promise<{ readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> }> {
  const integration = integrations.find((it) => it.name === source);
  if (!integration) throw new Error(`no integration ${source}`);
  const bytes = new TextEncoder().encode(body);
  return { body: bytes, headers: await integration.sign(type, bytes, SECRETS[source], now, digest) };
}
