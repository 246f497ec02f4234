import { describe, expect, test } from 'vitest';
import { fieldsOf, type LineOutcome, mapLine } from '../../src/core/mapping.ts';
import type { Line } from '../../src/core/things.ts';
import { context, revision } from './shop.ts';

function granted(grant: string, differs: Partial<Line> = {}): LineOutcome {
  return mapLine(context(differs), revision(`- { when: {}, grant: ${grant} }`));
}

function parts(grant: string, differs: Partial<Line> = {}) {
  const it = granted(grant, differs);
  if (it.is !== 'granted') throw new Error(JSON.stringify(it));
  return it.parts;
}

/** The fields of the first part for the line's quantity of 3, or the problem. */
function fields(grant: string, differs: Partial<Line> = {}): unknown {
  const it = granted(grant, differs);
  const part = it.is === 'granted' ? it.parts[0] : undefined;
  if (part) return fieldsOf(part, 3);
  return it.is === 'parked' ? `${it.problem.code}: ${it.problem.detail}` : it;
}

const values = (written: string) => `{ product: acmepro, values: ${written} }`;

describe('fields', () => {
  test("are the policy's, with the defaults of custom fields, and nothing else", () => {
    expect(fields('{ product: acmepro, policy: annual }')).toEqual({
      license_type: 'subscription',
      valid_duration: '1y',
      grace_period: '72h',
      max_activations: 3,
      features: ['export', 'renders'],
      custom_fields: { team: '' },
    });
  });

  test.each<[written: string, expected: Record<string, unknown>, why: string]>([
    ['{ max_activations: 9 }', { max_activations: 9 }, 'values win over the policy'],
    [
      '{ license_type: consumption }',
      { license_type: 'consumption', max_activations: 2 },
      'over its type too',
    ],
    ['{ features: [] }', { features: [] }, 'a list replaces the list'],
    [
      '{ custom_fields: { team: Red } }',
      { custom_fields: { team: 'Red' } },
      'custom fields are joined by name',
    ],
    [
      '{ metadata: { a: { b: 1 }, c: null } }',
      { metadata: { a: { b: 1 }, c: null } },
      'metadata is any JSON',
    ],
    [
      '{ max_activations: "{{quantity}}" }',
      { max_activations: 3 },
      'a single template takes the type of its field',
    ],
    ['{ note: "{{quantity}}" }', { note: '3' }, 'text'],
    ['{ note: "{{line.title}} for {{buyer.name}}" }', { note: 'Acme Pro for Ada' }, 'several in one text'],
    [
      '{ note: "{{order.label}} {{order.id}} {{order.currency}} {{order.test}}" }',
      { note: '#1001 cs_1 eur false' },
      'of the order',
    ],
    ['{ is_trial: "{{order.test}}" }', { is_trial: false }, 'true or false'],
    [`{ features: '{{line.sku | split: ":" | from: 1}}' }`, { features: ['export', 'renders'] }, 'a list'],
    [
      `{ features: '{{line.sku | split: ":" | at: -2}}' }`,
      { features: ['export'] },
      'a text where a list belongs is a list of one',
    ],
    [
      `{ features: [ export, '{{line.sku | split: ":" | at: 2}}' ] }`,
      { features: ['export', 'renders'] },
      'inside a list',
    ],
    [
      '{ custom_fields: { team: "{{line.metadata.team}}" } }',
      { custom_fields: { team: 'Blue' } },
      'a custom field',
    ],
    [
      '{ custom_fields: { team: "{{line.metadata.none}}" } }',
      { custom_fields: { team: '' } },
      'that says nothing keeps its default',
    ],
    ['{ note: "team: {{line.metadata.none}}" }', { note: 'team: ' }, 'nothing in a text is an empty text'],
    [
      '{ metadata: { seats: "{{quantity}}", of: "{{line.id}}" } }',
      { metadata: { seats: 3, of: 'price_1.1' } },
      'metadata keeps the number',
    ],
  ])('%s → %j (%s)', (written, expected) => expect(fields(values(written))).toMatchObject(expected));

  test('that say nothing in a note or in metadata are not there', () => {
    expect(fields(values('{ note: "{{buyer.phone}}", metadata: { a: "{{line.metadata.none}}" } }'))).toEqual({
      license_type: 'perpetual',
      max_activations: 2,
      features: ['export'],
      custom_fields: { team: '' },
      metadata: {},
    });
  });

  test('a perpetual license does not inherit the end of the policy whose type it leaves', () => {
    const it = fields('{ product: acmepro, policy: annual, values: { license_type: perpetual } }');
    expect(it).toMatchObject({ license_type: 'perpetual', max_activations: 3 });
    expect(it).not.toHaveProperty('valid_duration');
  });
});

describe('templates in product, policy and bundle', () => {
  const attributes = {
    'metadata.product_code': 'acmepro',
    'metadata.license_policy': ' annual ',
    'metadata.suite': 'acmesuite',
  };
  test.each<[grant: string, expected: readonly string[]]>([
    [
      '{ product: "{{line.metadata.product_code}}", policy: "{{ line.metadata.license_policy }}" }',
      ['acmepro annual'],
    ],
    ['{ bundle: "{{line.metadata.suite}}" }', ['acmepro perpetual', 'acmecli perpetual']],
    [`{ product: "acme{{line.metadata.product_code | split: 'acme' | at: 1}}" }`, ['acmepro perpetual']],
  ])('%s', (grant, expected) => {
    expect(parts(grant, { attributes }).map((it) => `${it.product} ${it.policy}`)).toEqual(expected);
  });
});

describe('what parks', () => {
  test.each<[grant: string, expected: string]>([
    [
      '{ product: "{{line.metadata.none}}" }',
      'template_empty: rules[0].grant.product: {{line.metadata.none}} yields nothing',
    ],
    [
      '{ product: acmepro, policy: "{{line.metadata.none}}" }',
      'template_empty: rules[0].grant.policy: {{line.metadata.none}} yields nothing',
    ],
    [
      '[ { product: acmepro }, { product: "x{{buyer.phone}}" } ]',
      'template_empty: rules[0].grant[1].product: x{{buyer.phone}} yields nothing',
    ],
    [
      values('{ max_activations: "{{line.metadata.none}}" }'),
      'template_empty: rules[0].grant.values.max_activations: {{line.metadata.none}} yields nothing',
    ],
    [
      values(`{ features: [ '{{line.sku | split: ":" | at: 7}}' ] }`),
      'template_empty: rules[0].grant.values.features[0]: {{line.sku | split: ":" | at: 7}} yields nothing',
    ],
    [
      '{ product: "{{line.title}}" }',
      'value_invalid: rules[0].grant.product: there is no product "Acme Pro"',
    ],
    [
      '{ product: acmepro, policy: "{{line.title}}" }',
      'value_invalid: rules[0].grant.policy: acmepro has no policy "Acme Pro"',
    ],
    ['{ bundle: "{{line.title}}" }', 'value_invalid: rules[0].grant.bundle: there is no bundle "Acme Pro"'],
    [
      values('{ max_activations: "{{line.metadata.team}}" }'),
      'value_invalid: rules[0].grant.values.max_activations: is text, not a number',
    ],
    [
      values('{ max_activations: "{{line.price}}" }'),
      'value_invalid: rules[0].grant.values.max_activations: is text, not a number',
    ],
    [
      values('{ license_type: "{{line.metadata.team}}" }'),
      'value_invalid: rules[0].grant.values.license_type: "Blue" is none of: perpetual, time-limited, subscription, consumption',
    ],
    [
      values('{ features: "{{line.metadata.team}}" }'),
      'value_invalid: rules[0].grant.values.features[0]: acmepro has no feature "Blue"',
    ],
    [
      values('{ custom_fields: { color: "{{line.metadata.team}}" } }'),
      'value_invalid: rules[0].grant.values.custom_fields.color: acmepro has no custom field "color"',
    ],
    [
      values('{ license_type: time-limited }'),
      'value_invalid: rules[0].grant.values.valid_duration: a time-limited license needs valid_duration',
    ],
    [
      values('{ note: "{{line.title | upper}}" }'),
      'value_invalid: rules[0].grant.values.note: "upper" is no filter; there are split, at and from',
    ],
    [
      values('{ note: "{{line.title" }'),
      'value_invalid: rules[0].grant.values.note: a {{ is not closed by }}',
    ],
  ])('%s', (grant, expected) => expect(fields(grant)).toBe(expected));
});

describe('what follows the quantity', () => {
  const grant = `{ product: acmepro, per: line, values: {
    max_activations: "{{quantity}}", note: "{{line.title}} x {{quantity}}",
    custom_fields: { team: "{{quantity}}" }, metadata: { a.b: { c: "{{quantity}}" }, d: "{{line.id}}" } } }`;

  test('stays a template of the quantity alone', () => {
    const [part] = parts(grant);
    expect(part?.by_quantity).toEqual({
      max_activations: '{{quantity}}',
      note: 'Acme Pro x {{quantity}}',
      'custom_fields.team': '{{quantity | text}}',
      'metadata.a\\.b.c': '{{quantity}}',
    });
    // The same pin, whichever quantity it was made at.
    expect(parts(grant, { quantity: 8 })[0]).toEqual(part);
  });

  test.each([0, 1, 250])('and is filled in for a quantity of %d, each in its type', (quantity) => {
    const [part] = parts(grant);
    expect(part && fieldsOf(part, quantity)).toEqual({
      license_type: 'perpetual',
      features: ['export'],
      max_activations: quantity,
      note: `Acme Pro x ${quantity}`,
      custom_fields: { team: String(quantity) },
      metadata: { 'a.b': { c: quantity }, d: 'price_1.1' },
    });
  });

  test('does not change the pin itself', () => {
    const [part] = parts(grant);
    const before = JSON.stringify(part);
    if (part) fieldsOf(part, 7);
    expect(JSON.stringify(part)).toBe(before);
  });
});

describe('hostile values', () => {
  const note = values('{ note: "{{line.title}}", metadata: { t: "{{line.title}} {{quantity}}" } }');
  test.each([
    '{{quantity}}',
    '{{line.sku}}',
    '{',
    '}}',
    '{{"{"}}',
    '{{buyer.email',
    '__proto__',
    '#{7*7}',
    '*',
    '.*+?^$()[]|\\',
  ])('a title of %s is just that title', (title) => {
    expect(fields(note, { title })).toMatchObject({ note: title, metadata: { t: `${title} 3` } });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s reaches nothing', (name) => {
    for (const root of ['line', 'buyer', 'order', 'line.metadata']) {
      expect(fields(`{ product: "{{${root}.${name}}}" }`)).toBe(
        `template_empty: rules[0].grant.product: {{${root}.${name}}} yields nothing`,
      );
    }
    const attributes = { sku: name };
    expect(fields('{ product: "{{line.sku}}" }', { attributes })).toBe(
      `value_invalid: rules[0].grant.product: there is no product "${name}"`,
    );
    expect(fields(values(`{ features: [ "{{line.sku}}" ] }`), { attributes })).toBe(
      `value_invalid: rules[0].grant.values.features[0]: acmepro has no feature "${name}"`,
    );
  });

  test('a title of a megabyte costs no more than its length', () => {
    const title = '{'.repeat(500_000) + '}'.repeat(500_000);
    expect(fields(note, { title })).toMatchObject({ note: title });
  });

  test('a code of a megabyte is named in short', () => {
    expect(
      String(fields('{ product: "{{line.title}}" }', { title: 'x'.repeat(1_000_000) })).length,
    ).toBeLessThan(200);
  });
});
