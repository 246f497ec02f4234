import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { mappingSchemas, readMappings } from '../../src/config.ts';
import type { Words } from '../../src/core/checks.ts';
import type { PlacedError } from '../../src/core/problem.ts';

const shop: Words = {
  name: 'shop',
  settings: z.strictObject({
    webhook_secrets: z
      .array(z.string().startsWith('whsec_'))
      .min(1)
      .meta({ secret: true, description: 'What deliveries are signed with.' }),
    api_key: z.string().min(8).meta({ secret: true }).optional(),
    api_version: z
      .string()
      .regex(/^\d{4}-\d\d$/, { error: 'is no version' })
      .default('2026-10'),
  }),
  when_keys: ['price', 'product', 'sku', 'mode', 'metadata.*'].map((key) => ({
    key,
    description: `the ${key}`,
  })),
};

const CATALOG = `products:
  - code: acmepro
    features: [ { code: export } ]
    custom_fields: [ { name: team }, { name: seats, type: number } ]
    policies:
      - { code: perpetual, default: true, license_type: perpetual }
      - { code: annual, license_type: subscription, valid_duration: 1y }
bundles:
  - { code: suite, products: [ { product: acmepro } ] }
`;
const HEAD = `integration: shop
mode: test
settings: { webhook_secrets: [ $SHOP_SECRET ] }
`;

const read = (files: Record<string, string>) =>
  readMappings(
    Object.entries({ 'catalog.yaml': CATALOG, ...files }).map(([path, text]) => ({ path, text })),
    [shop],
  );

function say(errors: readonly PlacedError[]): string {
  return errors
    .map((it) => `${it.file}:${it.line ?? '-'} ${it.path}: ${it.message} | ${it.remedy}`)
    .join('\n');
}

/** The errors of one source file. */
const errorsOf = (text: string) => say(read({ 'shop.yaml': text }).errors);
const errorsOfRules = (rules: string) => errorsOf(`${HEAD}rules:\n${rules}`);

test('what is not said gets its default', () => {
  const { sources, errors } = read({ 'shop.yaml': HEAD });
  expect(errors).toEqual([]);
  expect(sources).toEqual([
    {
      name: 'shop',
      file: 'shop.yaml',
      mapping: {
        integration: 'shop',
        mode: 'test',
        issuer: 'embedded',
        settings: { webhook_secrets: ['$SHOP_SECRET'] },
        rules: [],
        unmapped: 'park',
        test_orders: 'issue',
        on: {
          refund_full: 'revoke',
          refund_partial: 'by_unit',
          dispute_opened: 'suspend',
          dispute_lost: 'revoke',
          order_cancelled: 'revoke',
          // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
          payment_past_due: { keep_for: '3d', then: 'suspend' },
          subscription_unpaid: 'suspend',
          subscription_paused: 'suspend',
          subscription_ended: 'expire',
        },
        renewal: 'park',
        deliver: ['email'],
      },
    },
  ]);
});

test.each([
  ['live', '', 'ignore'],
  ['test', '', 'issue'],
  ['live', 'test_orders: issue', 'issue'],
  ['test', 'test_orders: ignore', 'ignore'],
])('in mode %s with "%s" single test orders: %s', (mode, said, expected) => {
  const [source] = read({ 'shop.yaml': `${HEAD.replace('test', mode)}${said}` }).sources;
  expect(source?.mapping.test_orders).toBe(expected);
});

test('what was read once reads the same again', () => {
  const rules =
    '  - { when: { price: [ 1, true ] }, grant: { product: acmepro, values: { max_activations: "{{quantity}}" } } }';
  const [source] = read({ 'shop.yaml': `${HEAD}rules:\n${rules}` }).sources;
  const again = read({ 'shop.yaml': JSON.stringify(source?.mapping) });
  expect(again.errors).toEqual([]);
  expect(again.sources[0]?.mapping).toEqual(source?.mapping);
});

test('what rules compare is text, letter by letter', () => {
  const rules =
    '  - { when: { product: 9007199254740993, metadata.version: 1.10, metadata.on: TRUE, sku: [ 0x1F, "a" ] }, ignore: x }';
  expect(read({ 'shop.yaml': `${HEAD}rules:\n${rules}` }).sources[0]?.mapping.rules[0]?.when).toEqual({
    product: ['9007199254740993'],
    'metadata.version': ['1.10'],
    'metadata.on': ['TRUE'],
    sku: ['0x1F', 'a'],
  });
});

describe('files', () => {
  test('a folder with a catalog and no source is fine', () => {
    expect(read({})).toMatchObject({ sources: [], errors: [] });
  });

  test('a faulty file does not take the others with it', () => {
    const { sources, errors } = read({ 'a.yaml': HEAD, 'b.yaml': `${HEAD}unmaped: park`, 'c.yaml': HEAD });
    expect(sources.map((it) => it.name)).toEqual(['a', 'c']);
    expect(errors.map((it) => it.file)).toEqual(['b.yaml']);
  });

  test('a faulty catalog is named once, not in every file', () => {
    const files = [
      { path: 'catalog.yaml', text: 'products: [ { code: X } ]' },
      { path: 'a.yaml', text: `${HEAD}rules: [ { when: {}, grant: { product: acmepro } } ]` },
    ];
    const { catalog, sources, errors } = readMappings(files, [shop]);
    expect(catalog).toBeNull();
    expect(sources.map((it) => it.name)).toEqual(['a']);
    expect(errors.map((it) => it.file)).toEqual(['catalog.yaml', 'catalog.yaml']);
  });

  test('names', () => {
    const names = [
      'manual.yaml',
      'Shop.yaml',
      '-a.yaml',
      'a b.yml',
      'shop.yaml',
      'shop.yml',
      'catalog.yml',
      'notes.txt',
      'folder/eu-1.yaml',
    ];
    const { sources, errors } = read(
      Object.fromEntries(names.map((it) => [it, it.startsWith('cat') ? CATALOG : HEAD])),
    );
    expect(sources.map((it) => it.name)).toEqual(['shop', 'eu-1']);
    expect(say(errors)).toMatchInlineSnapshot(`
      "catalog.yml:- : its name is already taken by catalog.yaml | Rename one of the two: the name of the file is the name of the source.
      manual.yaml:- : "manual" means something else already | Choose another name for the source.
      Shop.yaml:- : "Shop" cannot be the name of a source | Name it with lower-case letters, digits, _ and -, 64 at most, for example shop-eu.
      -a.yaml:- : "-a" cannot be the name of a source | Name it with lower-case letters, digits, _ and -, 64 at most, for example shop-eu.
      a b.yml:- : "a b" cannot be the name of a source | Name it with lower-case letters, digits, _ and -, 64 at most, for example shop-eu.
      shop.yml:- : its name is already taken by shop.yaml | Rename one of the two: the name of the file is the name of the source."
    `);
  });

  test('no catalog', () => {
    expect(say(readMappings([{ path: 'shop.yaml', text: HEAD }], [shop]).errors)).toMatchInlineSnapshot(
      `"catalog.yaml:- : there is no catalog | Write catalog.yaml beside the source files; \`keyferry init\` writes files to start from."`,
    );
  });
});

describe('errors', () => {
  test('of YAML', () => {
    const texts = [
      'integration: [ shop',
      'a: 1\na: 2',
      '\ta: 1',
      'rules:\n  - when: { sku: *-PRO }',
      'a: 1\n---\nb: 2',
      'a: !secret x',
      '',
    ];
    expect(texts.map(errorsOf).join('\n')).toMatchInlineSnapshot(`
      "shop.yaml:1 : Flow sequence in block collection must be sufficiently indented and end with a ] | Indent the lines of one group alike, with spaces, and close every bracket.
      shop.yaml:2 : Map keys must be unique | Write each key once.
      shop.yaml:1 : Tabs are not allowed as indentation | Indent with spaces.
      shop.yaml:2 : *-PRO stands for nothing | A value that begins with * needs quotes: "*-PRO".
      shop.yaml:2 : The file holds more than one document | Write one document per file: take the --- away.
      shop.yaml:1 : YAML tags like !name are not read here | Put the value in quotes.
      shop.yaml:- : is empty, not a group of keys | Write a group of keys."
    `);
  });

  test('that only show when the aliases are followed', () => {
    const bomb = [
      'a: &a [ x, x, x, x, x, x, x, x, x ]',
      ...'bcdefghi'.split('').map((it, n) => `${it}: &${it} [ ${`*${'abcdefgh'[n]}, `.repeat(9)} ]`),
    ];
    expect(errorsOf(bomb.join('\n'))).toMatchInlineSnapshot(
      `"shop.yaml:- : Excessive alias count indicates a resource exhaustion attack | Write the values out instead of using aliases."`,
    );
  });

  test('of the file’s keys, all at once', () => {
    expect(
      errorsOf(`integration: shp
mode: tset
isuer: embedded
issuer: elsewhere
unmapped: drop
on: { refund_ful: keep, refund_partial: some, payment_past_due: { keep_for: 3 } }
deliver: [ emial ]
rules: {}
`),
    ).toMatchInlineSnapshot(`
      "shop.yaml:1 integration: there is no integration "shp" | Did you mean "shop"?
      shop.yaml:2 mode: "tset" is none of: live, test | Write one of: live, test.
      shop.yaml:3 isuer: there is no key "isuer" here | Did you mean "issuer"?
      shop.yaml:4 issuer: "elsewhere" is none of: embedded | Write one of: embedded.
      shop.yaml:5 unmapped: "drop" is none of: park, ignore | Write one of: park, ignore.
      shop.yaml:6 on.refund_partial: "some" is none of: by_unit, review, keep | Write one of: by_unit, review, keep.
      shop.yaml:6 on.payment_past_due.keep_for: is a number, not text | Write it like 3d or 12h.
      shop.yaml:6 on.refund_ful: there is no key "refund_ful" here | Did you mean "refund_full"?
      shop.yaml:7 deliver[0]: "emial" is none of: email | Write one of: email.
      shop.yaml:8 rules: is a group of keys, not a list | Write a list."
    `);
  });

  test('of settings', () => {
    expect(
      errorsOf(`integration: shop
mode: test
settings:
  webhook_secret: $SHOP_SECRET
  api_key: sk_live_written_out
  api_version: newest
`),
    ).toMatchInlineSnapshot(`
      "shop.yaml:3 settings.webhook_secrets: is missing | What belongs here: What deliveries are signed with.
      shop.yaml:4 settings.webhook_secret: there is no key "webhook_secret" here | Did you mean "webhook_secrets"?
      shop.yaml:5 settings.api_key: is a secret, and secrets do not belong in files | Put it into an environment variable and write $NAME instead.
      shop.yaml:6 settings.api_version: is no version | Write another value."
    `);
    expect(
      errorsOf('integration: shop\nmode: live\nsettings:\n  webhook_secrets:\n    - $A\n    - whsec_b\n'),
    ).toMatchInlineSnapshot(
      `"shop.yaml:6 settings.webhook_secrets[1]: is a secret, and secrets do not belong in files | Put it into an environment variable and write $NAME instead."`,
    );
    expect(errorsOf('integration: shop\nmode: live')).toMatchInlineSnapshot(
      `"shop.yaml:- settings.webhook_secrets: is missing | What belongs here: What deliveries are signed with."`,
    );
  });

  test('never show what is written in the place of a secret', () => {
    const text =
      'integration: shop\nmode: live\nsettings: { webhook_secrets: [ hunter2 ], api_key: hunter2 }';
    expect(errorsOf(text)).not.toContain('hunter2');
  });

  test('of rules', () => {
    expect(
      errorsOfRules(`  - { grant: { product: acmepro } }
  - { when: { sku: A } }
  - { when: { sku: A }, ignore: x, grant: { product: acmepro } }
  - { when: { skuu: A, metadta.x: B, metadata.: C, lookup: D }, ignore: x }
  - { when: { sku: [], price: ~ }, ignore: "" }
  - { when: sku, ignore: true }
  - { name: 5, wen: {}, when: {}, ignore: x }`),
    ).toMatchInlineSnapshot(`
      "shop.yaml:5 rules[0].when: is missing | What belongs here: All of these must fit. {} fits every line.
      shop.yaml:6 rules[1]: says neither grant nor ignore | Write grant: (what the buyer gets) or ignore: (why nothing), one of them.
      shop.yaml:7 rules[2]: says both grant and ignore | Write grant: (what the buyer gets) or ignore: (why nothing), one of them.
      shop.yaml:8 rules[3].when.skuu: lines have no "skuu" | Did you mean "sku"?
      shop.yaml:8 rules[3].when.metadta.x: lines have no "metadta.x" | Did you mean "metadata.*"?
      shop.yaml:8 rules[3].when.metadata.: lines have no "metadata." | Did you mean "metadata.*"?
      shop.yaml:8 rules[3].when.lookup: lines have no "lookup" | Keys: price, product, sku, mode, metadata.*, currency, test.
      shop.yaml:9 rules[4].when.sku: is empty | What belongs here: A value, or a list of which any fits. * stands for any run of characters.
      shop.yaml:9 rules[4].when.price: is empty, not text | Write text.
      shop.yaml:9 rules[4].ignore: is empty | What belongs here: Nothing to license here; say why in a few words.
      shop.yaml:10 rules[5].when: is text, not a group of keys | Write a group of keys.
      shop.yaml:10 rules[5].ignore: is true or false, not text | Write text.
      shop.yaml:11 rules[6].name: is a number, not text | Write text.
      shop.yaml:11 rules[6].wen: there is no key "wen" here | Did you mean "when"?"
    `);
  });

  test('of grants', () => {
    expect(
      errorsOfRules(`  - { when: {}, grant: {} }
  - { when: {}, grant: [] }
  - { when: {}, grant: { product: acmepro, bundle: suite } }
  - { when: {}, grant: { bundle: suite, policy: perpetual } }
  - { when: {}, grant: { product: acmepor } }
  - { when: {}, grant: [ { product: acmepro }, { bundle: siute } ] }
  - { when: {}, grant: { product: acmepro, policy: anual, per: seat } }
  - { when: {}, grant: { product: acmepro, policy: anual } }
  - when: {}
    grant:
      product: acmepro
      polcy: annual
      values: { max_activation: 2 }`),
    ).toMatchInlineSnapshot(`
      "shop.yaml:5 rules[0].grant: names neither a product nor a bundle | Write product: or bundle:, one of them.
      shop.yaml:6 rules[1].grant: is empty | What belongs here: What the buyer gets: one grant or a list of them.
      shop.yaml:7 rules[2].grant: names both a product and a bundle | Write product: or bundle:, one of them.
      shop.yaml:8 rules[3].grant.policy: a bundle takes no policy | Write the policy of each product in the catalog, at the bundle.
      shop.yaml:9 rules[4].grant.product: there is no product "acmepor" | Did you mean "acmepro"?
      shop.yaml:10 rules[5].grant[1].bundle: there is no bundle "siute" | The catalog’s bundles: suite.
      shop.yaml:11 rules[6].grant.per: "seat" is none of: unit, line | Write one of: unit, line.
      shop.yaml:12 rules[7].grant.policy: acmepro has no policy "anual" | Did you mean "annual"?
      shop.yaml:16 rules[8].grant.polcy: there is no key "polcy" here | Did you mean "policy"?
      shop.yaml:17 rules[8].grant.values.max_activation: there is no key "max_activation" here | Did you mean "max_activations"?"
    `);
  });

  test('of values', () => {
    const values = [
      'max_activations: many',
      'max_activations: "{{quantity}} seats"',
      'license_type: forever',
      'features: export',
      'features: [ exprot, "{{line.sku}}" ]',
      'custom_fields: { team: 5, seats: "5", color: red }',
      'valid_duration: 1 year',
      'license_type: time-limited',
      'metadata: [ 1 ]',
    ];
    const rules = values.map((it) => `  - { when: {}, grant: { product: acmepro, values: { ${it} } } }`);
    expect(errorsOfRules(rules.join('\n'))).toMatchInlineSnapshot(`
      "shop.yaml:5 rules[0].grant.values.max_activations: is text, not a number | Write a number.
      shop.yaml:6 rules[1].grant.values.max_activations: is text, not a number | Write one template and nothing around it.
      shop.yaml:7 rules[2].grant.values.license_type: "forever" is none of: perpetual, time-limited, subscription, consumption | Write one of: perpetual, time-limited, subscription, consumption.
      shop.yaml:8 rules[3].grant.values.features: is text, not a list | Write a list.
      shop.yaml:9 rules[4].grant.values.features[0]: acmepro has no feature "exprot" | Did you mean "export"?
      shop.yaml:10 rules[5].grant.values.custom_fields.team: is not text | Put it in quotes.
      shop.yaml:10 rules[5].grant.values.custom_fields.seats: is not a number | "seats" is a number in the catalog.
      shop.yaml:10 rules[5].grant.values.custom_fields.color: acmepro has no custom field "color" | Its custom fields: team, seats.
      shop.yaml:11 rules[6].grant.values.valid_duration: is not a duration in days, months or years | Write it like 35d or 3m or 2y.
      shop.yaml:12 rules[7].grant.values: a time-limited license needs valid_duration | Mend the values, or the policy in the catalog.
      shop.yaml:13 rules[8].grant.values.metadata: is a list, not a group of keys | Write a group of keys."
    `);
  });

  test('of templates', () => {
    const grants = [
      'product: "{{line.metadata.product"',
      'product: "{{line.skuu}}"',
      'product: "{{buyer.emial}}", policy: "{{order.nmae}}"',
      'product: "{{quantity}}"',
      'product: "{{title}}"',
      `product: '{{line.sku | split: ":"}}'`,
      `product: '{{line.sku | at: 0}}'`,
      'product: acmepro, values: { note: "{{quantiy}}", metadata: { a: [ "{{line.nothing}}", "{{quantity}}" ] } }',
    ];
    expect(
      errorsOfRules(grants.map((it) => `  - { when: {}, grant: { ${it} } }`).join('\n')),
    ).toMatchInlineSnapshot(`
      "shop.yaml:5 rules[0].grant.product: a {{ is not closed by }} | Write it like {{line.sku | split: ":" | at: 0}}.
      shop.yaml:6 rules[1].grant.product: there is no "line.skuu" | Did you mean "line.sku"?
      shop.yaml:7 rules[2].grant.product: there is no "buyer.emial" | Did you mean "buyer.email"?
      shop.yaml:7 rules[2].grant.policy: there is no "order.nmae" | Known: order.id, order.label, order.source, order.currency, order.test.
      shop.yaml:8 rules[3].grant.product: the quantity cannot choose what is sold | Write a rule for each product.
      shop.yaml:9 rules[4].grant.product: there is no "title" | Did you mean "line.title"?
      shop.yaml:10 rules[5].grant.product: yields a list where one code is needed | Pick one with at:.
      shop.yaml:11 rules[6].grant.product: at: wants a list: put split: ":" before it | Write it like {{line.sku | split: ":" | at: 0}}.
      shop.yaml:12 rules[7].grant.values.note: there is no "quantiy" | Did you mean "quantity"?
      shop.yaml:12 rules[7].grant.values.metadata.a[0]: there is no "line.nothing" | Known: line.title, line.id, line.price, line.product, line.sku, line.mode, line.metadata.*, line.currency, line.test.
      shop.yaml:12 rules[7].grant.values.metadata.a[1]: {{quantity}} cannot stand in a list | Use it in a field of its own."
    `);
  });
});

describe('schemas for editors', () => {
  const [catalog, source] = mappingSchemas([shop]).map((it) => ({
    path: it.path,
    schema: JSON.parse(it.text),
  }));

  test('are one for the catalog and one for sources', () => {
    expect([catalog?.path, source?.path]).toEqual([
      'mappings/catalog.schema.json',
      'mappings/source.schema.json',
    ]);
    expect(source?.schema.required).toEqual(['integration', 'mode']);
  });

  test('know the settings and the keys of each integration, and want secrets by name', () => {
    const [one] = source?.schema.allOf ?? [];
    expect(one.if).toEqual({ properties: { integration: { const: 'shop' } } });
    const { settings, rules } = one.then.properties;
    expect(settings.properties.webhook_secrets.items.pattern).toBe('^\\$[A-Za-z_][A-Za-z0-9_]*$');
    expect(settings.properties.api_version.anyOf).toHaveLength(2);
    expect(Object.keys(rules.items.properties.when.properties)).toEqual([
      'price',
      'product',
      'sku',
      'mode',
      'currency',
      'test',
    ]);
    expect(Object.keys(rules.items.properties.when.patternProperties)).toEqual(['^metadata\\..']);
    expect(JSON.stringify(source?.schema)).not.toContain('"secret"');
  });
});
