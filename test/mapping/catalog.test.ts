import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readCatalog } from '../../src/core/catalog.ts';
import { pathText } from '../../src/core/faults.ts';

/** What is wrong with a catalog, one line each. */
function faults(yaml: string): readonly string[] {
  return readCatalog(parse(yaml)).faults.map((it) => `${pathText(it.path)}: ${it.message} | ${it.remedy}`);
}

const policy = (rest: string) => `{ products: [ { code: pro, policies: [ { code: p, ${rest} } ] } ] }`;
const product = (rest: string) => `{ products: [ { code: pro, ${rest} } ] }`;
const PERPETUAL = 'policies: [ { code: p, license_type: perpetual } ]';

test('a catalog fills in what need not be said', () => {
  const { catalog } = readCatalog(parse(product(`features: [ { code: export } ], ${PERPETUAL}`)));
  expect(catalog).toEqual({
    products: [
      {
        code: 'pro',
        name: 'pro',
        authorization: 'key',
        features: [{ code: 'export', name: 'export', type: 'activation' }],
        custom_fields: [],
        policies: [{ code: 'p', name: 'p', default: true, license_type: 'perpetual' }],
      },
    ],
    bundles: [],
  });
  expect(readCatalog(catalog).catalog).toEqual(catalog);
});

test.each([
  'license_type: perpetual',
  'license_type: perpetual, is_trial: true, valid_duration: 14d',
  'license_type: time-limited, valid_duration: 1y',
  'license_type: time-limited, is_trial: true, trial_days: 14',
  'license_type: subscription',
  'license_type: subscription, grace_period: 72h, start_date: 2026-11-01',
  'license_type: consumption, max_consumptions: 100, reset_consumption: true, consumption_period: monthly',
  'license_type: perpetual, metadata: { any: [ 1, { json: null } ] }',
])('a policy may say %s', (rest) => expect(faults(policy(rest))).toEqual([]));

describe('what is wrong is named with its place and its remedy', () => {
  test.each<[it: string, yaml: string]>([
    ['nothing there', ''],
    ['a list instead', '[]'],
    ['unknown keys', '{ product: [], products: [] }'],
    ['a code', '{ products: [ { code: Acme Pro, policies: [ { code: p q, license_type: perpetual } ] } ] }'],
    ['no policy', product('policies: []')],
    ['no policies', '{ products: [ { code: pro } ] }'],
    ['no type', policy('max_activations: 2')],
    ['another type', policy('license_type: perpetuall')],
    ['weeks', policy('license_type: subscription, valid_duration: 1w')],
    ['hours', policy('license_type: subscription, valid_duration: 72h')],
    ['a number for a duration', policy('license_type: subscription, valid_duration: 365')],
    [
      'numbers',
      policy('license_type: perpetual, max_activations: two, max_transfers: -1, floating_users: 1.5'),
    ],
    ['true or false', policy('license_type: perpetual, is_floating: "yes"')],
    ['a date', policy('license_type: perpetual, start_date: 2026-02-30')],
    ['a perpetual end', policy('license_type: perpetual, valid_duration: 1y')],
    ['no end', policy('license_type: time-limited')],
    [
      'a feature',
      product(
        'features: [ { code: export } ], policies: [ { code: p, license_type: perpetual, features: [ exprot ] } ]',
      ),
    ],
    [
      'a custom field',
      product(
        'custom_fields: [ { name: team } ], policies: [ { code: p, license_type: perpetual, custom_fields: { team: 5, color: red } } ]',
      ),
    ],
    [
      'a default of another type',
      product(
        `custom_fields: [ { name: n, type: number, default: x }, { name: d, type: date, default: soon } ], ${PERPETUAL}`,
      ),
    ],
    [
      'no default',
      product('policies: [ { code: a, license_type: perpetual }, { code: b, license_type: perpetual } ]'),
    ],
    [
      'two defaults',
      product(
        'policies: [ { code: a, default: true, license_type: perpetual }, { code: b, default: true, license_type: perpetual } ]',
      ),
    ],
    [
      'codes taken',
      `{ products: [ { code: pro, ${PERPETUAL} }, { code: pro, ${PERPETUAL} } ], bundles: [ { code: pro, products: [ { product: pro } ] } ] }`,
    ],
    ['a bundle of nothing', `{ products: [], bundles: [ { code: all, products: [] } ] }`],
    [
      'a bundle',
      `{ products: [ { code: pro, ${PERPETUAL} } ], bundles: [ { code: all, products: [ { product: por }, { product: pro, policy: q } ] } ] }`,
    ],
    [
      'two authorizations',
      `{ products: [ { code: a, ${PERPETUAL} }, { code: b, authorization: user, ${PERPETUAL} } ], bundles: [ { code: all, products: [ { product: a }, { product: b } ] } ] }`,
    ],
    [
      'names of a prototype',
      product(
        `policies: [ { code: p, license_type: perpetual, features: [ constructor ], custom_fields: { __proto__: x, toString: y } } ]`,
      ),
    ],
  ])('%s', (_, yaml) => expect(faults(yaml).join('\n')).toMatchSnapshot());
});

test('a faulty product does not hide the errors of the others, nor bring follow-on errors', () => {
  const yaml = `
products:
  - { code: a, nmae: A, policies: [ { code: p, license_type: perpetual } ] }
  - { code: b, policies: [ { code: p, license_type: perpetual, features: [ x ] } ] }
bundles:
  - { code: all, products: [ { product: a }, { product: c } ] }`;
  expect(faults(yaml)).toMatchInlineSnapshot(`
    [
      "products[0].nmae: there is no key "nmae" here | Known keys: code, name, authorization, features, custom_fields, policies.",
      "products[1].policies[0].features[0]: b has no feature "x" | Its features: none.",
      "bundles[0].products[1].product: there is no product "c" | Did you mean "b"?",
    ]
  `);
});
