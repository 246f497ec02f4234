import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { mappingSchemas, readMappings } from '../../src/config.ts';
import { fieldsOf, type LineContext, mapLine, mappingSchema } from '../../src/core/mapping.ts';
import type { Line } from '../../src/core/things.ts';

const mappings = new URL('../../mappings/', import.meta.url);

function readFolder(folder: string) {
  const url = new URL(folder, mappings);
  const names = readdirSync(url).filter((it) => it.endsWith('.yaml'));
  const files = names.map((name) => ({ path: name, text: readFileSync(new URL(name, url), 'utf8') }));
  return { files, ...readMappings(files, integrations) };
}

type Bought = Partial<Line> & { readonly order?: Partial<LineContext['order']> };

/** What a line gives in a folder's source, a text for each part. */
function give(folder: string, source: string, { order, ...line }: Bought): readonly string[] {
  const { catalog, sources, errors } = readFolder(folder);
  expect(errors).toEqual([]);
  const mapping = sources.find((it) => it.name === source)?.mapping;
  if (!catalog || !mapping) throw new Error(`${folder} has no source ${source}`);
  const bought = { id: '1', title: 'Acme', quantity: 1, refs: {}, attributes: {}, ...line };
  const buyer = {
    email: 'ada@example.com',
    name: 'Ada',
    company: 'Analytical',
    phone: null,
    reference: null,
  };
  const of = { id: 'o_1', label: '#1001', source, currency: 'eur', test: false, refs: [], ...order };
  const it = mapLine(
    { line: bought, buyer, order: of },
    { id: 'rev_1', source, number: 1, mapping, catalog },
  );
  if (it.is === 'ignored') return [`ignored: ${it.reason}`];
  if (it.is === 'parked') return [`parked: ${it.problem.code}`];
  return it.parts.map(
    (part) => `${part.part} per ${part.per}: ${JSON.stringify(fieldsOf(part, bought.quantity ?? 0))}`,
  );
}

const price = (it: string, quantity = 1): Bought => ({ quantity, refs: { price: it } });
const sku = (it: string, rest: Record<string, string> = {}): Bought => ({ attributes: { sku: it, ...rest } });
const metadata = (it: Record<string, string>): Bought => ({
  attributes: Object.fromEntries(Object.entries(it).map(([key, value]) => [`metadata.${key}`, value])),
});

const PERPETUAL = '{"license_type":"perpetual","max_activations":2}';
const CLI = '{"license_type":"perpetual","max_activations":5}';
const STRIPE_PRO =
  '{"license_type":"perpetual","max_activations":2,"features":["export"],"custom_fields":{"team":""}}';

describe.each<
  [folder: string, source: string, cases: [it: string, bought: Bought, gives: readonly string[]][]]
>([
  [
    './',
    'stripe',
    [
      [
        'the payment link, without an API key',
        { attributes: { payment_link: 'plink_1AcmePro', mode: 'payment' }, stands_for_all: true },
        [`acmepro.0 per unit: ${STRIPE_PRO}`],
      ],
      ['the price', price('price_1AcmePro'), [`acmepro.0 per unit: ${STRIPE_PRO}`]],
      [
        'seats',
        { quantity: 5, attributes: { lookup_key: 'acme-pro-team-eu' } },
        [
          'acmepro.0 per line: {"license_type":"subscription","valid_duration":"1y","max_activations":5,"grace_period":"72h","features":["export","renders"],"custom_fields":{"team":"Analytical"}}',
        ],
      ],
      [
        'metadata',
        metadata({ product_code: 'acmepro', license_policy: 'perpetual' }),
        [`acmepro.0 per unit: ${STRIPE_PRO}`],
      ],
      ['another price', price('price_1Other'), ['parked: unmapped']],
      ['a checkout of which too little is known', { stands_for_all: true }, ['parked: line_refs_unknown']],
    ],
  ],
  [
    './',
    'shopify',
    [
      ['a product', sku('ACME-PRO-1'), [`acmepro.0 per unit: ${STRIPE_PRO}`]],
      ['the suite', sku('ACME-SUITE-1'), [`acmepro.0 per unit: ${STRIPE_PRO}`, `acmecli.0 per unit: ${CLI}`]],
      ['a T-shirt', sku('TSHIRT-M'), ['ignored: physical goods']],
      ['something new', sku('ACME-NEW-1'), ['parked: unmapped']],
    ],
  ],
  [
    'examples/one-price-one-product/',
    'stripe',
    [
      ['three of it', price('price_1AcmePro', 3), [`acmepro.0 per unit: ${PERPETUAL}`]],
      ['another price', price('price_1Other'), ['parked: unmapped']],
    ],
  ],
  [
    'examples/monthly-and-yearly/',
    'stripe',
    [
      [
        'a plan by the year',
        { attributes: { lookup_key: 'solo-yearly', mode: 'subscription' } },
        ['acmepro.0 per unit: {"license_type":"subscription","max_activations":2,"grace_period":"3d"}'],
      ],
      [
        'the larger plan',
        { attributes: { lookup_key: 'studio-monthly', mode: 'subscription' } },
        [
          'acmepro.0 per unit: {"license_type":"subscription","max_activations":5,"grace_period":"10d","features":["render"]}',
        ],
      ],
      ['what comes along', { attributes: { lookup_key: 'handbook' } }, ['ignored: a printed book']],
    ],
  ],
  [
    'examples/seats-by-quantity/',
    'stripe',
    [
      [
        'five seats',
        { quantity: 5, title: 'Acme Team', attributes: { lookup_key: 'acme-pro-team' } },
        [
          'acmepro.0 per line: {"license_type":"subscription","valid_duration":"1y","grace_period":"72h","custom_fields":{"team":"Analytical","seats":5},"max_activations":5,"note":"Acme Team, 5 seats"}',
        ],
      ],
    ],
  ],
  [
    'examples/bundle/',
    'shopify',
    [
      ['the suite', sku('ACME-SUITE-1'), [`acmepro.0 per unit: ${PERPETUAL}`, `acmecli.0 per unit: ${CLI}`]],
      [
        'the launch offer',
        sku('ACME-SUITE-LAUNCH'),
        [
          'acmepro.0 per unit: {"license_type":"perpetual","max_activations":2,"enable_maintenance_period":true,"maintenance_duration":"1y"}',
          'acmecli.0 per unit: {"license_type":"perpetual","max_activations":5,"enable_maintenance_period":true,"maintenance_duration":"1y"}',
          'acmepro.1 per unit: {"license_type":"perpetual","max_activations":2,"note":"laptop"}',
        ],
      ],
    ],
  ],
  [
    'examples/mixed-cart/',
    'shopify',
    [
      ['software', sku('ACME-PRO-1', { source_name: 'web' }), [`acmepro.0 per unit: ${PERPETUAL}`]],
      [
        'software at the counter',
        sku('ACME-PRO-1', { source_name: 'pos' }),
        [
          'acmepro.0 per unit: {"license_type":"perpetual","max_activations":2,"note":"sold at the counter, order #1001"}',
        ],
      ],
      ['a T-shirt', sku('TSHIRT-L'), ['ignored: physical goods']],
      ['a workshop', { attributes: { vendor: 'Acme Academy' } }, ['ignored: booked elsewhere']],
      ['what nobody thought of', sku('MUG-1'), ['parked: unmapped']],
    ],
  ],
  [
    'examples/metadata-in-the-shop/',
    'stripe',
    [
      ['product', metadata({ product_code: 'acmecli' }), [`acmecli.0 per unit: ${CLI}`]],
      [
        'product and policy',
        metadata({ product_code: 'acmepro', license_policy: 'annual' }),
        ['acmepro.0 per unit: {"license_type":"subscription","valid_duration":"1y","max_activations":3}'],
      ],
      [
        'product, policy and type',
        metadata({ product_code: 'acmepro', license_policy: 'annual', license_type: 'time-limited' }),
        ['acmepro.0 per unit: {"license_type":"time-limited","valid_duration":"1y","max_activations":3}'],
      ],
      [
        'product and devices',
        metadata({ product_code: 'acmepro', max_activations: '7' }),
        ['acmepro.0 per unit: {"license_type":"perpetual","max_activations":7}'],
      ],
      ['a misspelled product', metadata({ product_code: 'acmeprp' }), ['parked: value_invalid']],
      ['an empty field', metadata({ product_code: '' }), ['parked: template_empty']],
    ],
  ],
  [
    'examples/sku-features/',
    'shopify',
    [
      [
        'two features',
        sku('acmepro:export:sync'),
        ['acmepro.0 per unit: {"license_type":"perpetual","max_activations":2,"features":["export","sync"]}'],
      ],
      ['no features', sku('acmecli'), ['acmecli.0 per unit: {"license_type":"perpetual","features":[]}']],
      ['a feature of another product', sku('acmepro:plugins'), ['parked: value_invalid']],
      ['nothing after the colon', sku('acmepro:'), ['parked: value_invalid']],
      ['another product', sku('acme:export'), ['parked: value_invalid']],
    ],
  ],
  [
    'examples/two-stripe-accounts/',
    'stripe-eu',
    [
      [
        'its own price',
        price('price_1AcmeProEU'),
        [
          'acmepro.0 per unit: {"license_type":"perpetual","max_activations":2,"metadata":{"sold_by":"Acme EU"}}',
        ],
      ],
      ["the other account's price", price('price_1AcmeProUS'), ['parked: unmapped']],
    ],
  ],
  [
    'examples/two-stripe-accounts/',
    'stripe-us',
    [
      [
        'its own price',
        { ...price('price_1AcmeProUS'), order: { currency: 'usd' } },
        [
          'acmepro.0 per unit: {"license_type":"perpetual","max_activations":2,"metadata":{"sold_by":"Acme US"}}',
        ],
      ],
      ['its own price in another currency', price('price_1AcmeProUS'), ['parked: unmapped']],
    ],
  ],
])('mappings/%s %s', (folder, source, cases) => {
  test.each(cases)('%s', (_, bought, gives) => expect(give(folder, source, bought)).toEqual(gives));
});

test('every example is tried here, begins with its schema, and says what it is for', () => {
  const folders = readdirSync(new URL('examples/', mappings)).map((it) => `examples/${it}/`);
  expect(folders).toEqual([
    'examples/bundle/',
    'examples/metadata-in-the-shop/',
    'examples/mixed-cart/',
    'examples/monthly-and-yearly/',
    'examples/one-price-one-product/',
    'examples/seats-by-quantity/',
    'examples/sku-features/',
    'examples/two-stripe-accounts/',
  ]);
  for (const folder of ['./', ...folders]) {
    const way = folder === './' ? './' : '../../';
    for (const { path, text } of readFolder(folder).files) {
      const kind = path === 'catalog.yaml' ? 'catalog' : 'source';
      expect(text.split('\n').slice(0, 2)).toEqual([
        `# yaml-language-server: $schema=${way}${kind}.schema.json`,
        expect.stringMatching(/^# [A-Z]/),
      ]);
    }
  }
});

test('a first start needs one variable of each shop only', () => {
  const { files } = readFolder('./');
  const names = files.flatMap(
    ({ text }) =>
      text
        .split('\n')
        .filter((it) => !/^\s*#/.test(it))
        .join('\n')
        .match(/\$[A-Z_]+/g) ?? [],
  );
  expect(names.sort()).toEqual(['$SHOPIFY_WEBHOOK_SECRET', '$STRIPE_WEBHOOK_SECRET']);
});

test('the schemas beside the files are those of the code', () => {
  for (const { path, text } of mappingSchemas(integrations)) {
    expect(readFileSync(new URL(`../${path}`, mappings), 'utf8')).toBe(text);
  }
});

test('the mapping of the golden cases reads without an error', () => {
  const { raw, errors } = readYaml({
    path: 'mapping.yaml',
    text: readFileSync(new URL('../golden/mapping.yaml', import.meta.url), 'utf8'),
  });
  expect(errors).toEqual([]);
  expect(mappingSchema.parse(raw).rules).toHaveLength(12);
});
