import { describe, expect, test } from 'vitest';
import { explainLine, mapLine } from '../../src/core/mapping.ts';
import type { Line } from '../../src/core/things.ts';
import { context, outcome, revision } from './shop.ts';

const GRANTED = 'rule 1 → acmepro.0 perpetual';
const UNMAPPED = 'parked unmapped: price price_1, product prod_1';

describe('when', () => {
  test.each<[when: string, fits: boolean, why: string]>([
    ['{ price: price_1 }', true, 'a value is compared whole'],
    ['{ price: price }', false, 'a beginning is not enough'],
    ['{ price: PRICE_1 }', false, 'case counts'],
    ['{ price: [ price_0, price_1 ] }', true, 'of a list, any may fit'],
    ['{ price: [ price_0, price_2 ] }', false, 'and one must'],
    ['{ price: price_1, mode: payment }', true, 'several keys, all of them'],
    ['{ price: price_1, mode: subscription }', false, 'one that does not fit is enough'],
    ['{ price: "price_*" }', true, 'a star is any run of characters'],
    ['{ price: "*_1*" }', true, 'an empty run too'],
    ['{ price: "price.1" }', false, 'nothing else is a wildcard'],
    ['{ price: "price_[0-9]" }', false, 'brackets are brackets'],
    ['{ metadata.team: Blue }', true, 'attributes are compared like refs'],
    ['{ lookup_key: "*" }', false, 'a star does not fit what is not there'],
    ['{ currency: EUR }', true, 'currencies in either case'],
    ['{ test: false }', true, 'true and false compare as text'],
    ['{ test: true }', false, 'and must fit like all else'],
    ['{}', true, 'no keys fit every line'],
    ['{ toString: "*" }', false, 'names of a prototype are no names of a line'],
    ['{ constructor: "*" }', false, 'whichever'],
  ])('%s fits: %s (%s)', (when, fits) => {
    const rules = `[ { when: ${when}, grant: { product: acmepro } } ]`;
    expect(outcome(rules)).toBe(fits ? GRANTED : UNMAPPED);
  });

  test('numbers compare as text', () => {
    const rules = '[ { when: { variant: 41234567890 }, grant: { product: acmepro } } ]';
    expect(outcome(rules, { refs: { variant: '41234567890' } })).toBe(GRANTED);
  });
});

describe('which rule decides', () => {
  test.each<[it: string, rules: string, differs: Partial<Line>, expected: string]>([
    [
      'the first that fits',
      `
       - { name: a, when: { price: price_2 }, grant: { product: acmecli } }
       - { name: b, when: { mode: payment }, ignore: by hand }
       - { name: c, when: { price: price_1 }, grant: { product: acmepro } }`,
      {},
      'b → ignored: by hand',
    ],
    [
      'a rule without a name is called by its number',
      '- { when: {}, ignore: all }',
      {},
      'rule 1 → ignored: all',
    ],
    ['none: the line is parked', '[]', {}, UNMAPPED],
    ['none, and the line has no refs: its title says which', '[]', { refs: {} }, 'parked unmapped: Acme Pro'],
    [
      'what is never licensed needs no rule, and no rule licenses it',
      '- { when: {}, grant: { product: acmepro } }',
      { not_licensed: 'a gift card' },
      'not licensed → ignored: a gift card',
    ],
  ])('%s', (_, rules, differs, expected) => expect(outcome(rules, differs)).toBe(expected));

  test('unmapped: ignore passes over what no rule fits', () => {
    expect(mapLine(context(), revision('[]', { unmapped: 'ignore' }))).toEqual({
      is: 'ignored',
      rule: 'unmapped',
      reason: 'no rule fits',
    });
  });
});

describe('a line that stands for all lines of a session', () => {
  const session: Partial<Line> = {
    id: 'session',
    quantity: 1,
    refs: {},
    attributes: { mode: 'payment', payment_link: 'plink_1' },
    stands_for_all: true,
  };

  test.each<[it: string, rules: string, expected: string]>([
    [
      'a rule on what the session itself says decides it',
      `
       - { when: { price: price_1 }, grant: { product: acmecli } }
       - { when: { payment_link: plink_1 }, grant: { product: acmepro } }`,
      'rule 2 → acmepro.0 perpetual',
    ],
    [
      'a rule that asks for more than is known parks it, with what is missing',
      '- { name: Pro, when: { price: price_1, mode: payment }, grant: { product: acmepro } }',
      'parked line_refs_unknown: Pro: the line has no price',
    ],
    [
      'a rule that what is known already contradicts does not',
      '- { when: { price: price_1, mode: subscription }, grant: { product: acmepro } }',
      'parked unmapped: Acme Pro',
    ],
  ])('%s', (_, rules, expected) => expect(outcome(rules, session)).toBe(expected));

  test('is not ignored by `unmapped: ignore` while a rule might fit it', () => {
    const it = revision('- { when: { price: price_1 }, grant: { product: acmepro } }', {
      unmapped: 'ignore',
    });
    expect(mapLine(context(session), it)).toMatchObject({
      is: 'parked',
      problem: { code: 'line_refs_unknown' },
    });
  });
});

describe('what a rule grants', () => {
  test.each<[it: string, grant: string, expected: string]>([
    ['the default policy where none is named', '{ product: acmepro }', 'rule 1 → acmepro.0 perpetual'],
    ['the policy that is named', '{ product: acmepro, policy: annual }', 'rule 1 → acmepro.0 annual'],
    [
      'each product of a bundle, with its policy',
      '{ bundle: acmesuite }',
      'rule 1 → acmepro.0 perpetual, acmecli.0 perpetual',
    ],
    [
      'all of a list, counted by product',
      '[ { bundle: acmesuite }, { product: acmepro, policy: annual } ]',
      'rule 1 → acmepro.0 perpetual, acmecli.0 perpetual, acmepro.1 annual',
    ],
  ])('%s', (_, grant, expected) => expect(outcome(`- { when: {}, grant: ${grant} }`)).toBe(expected));

  test.each<[quantity: number | null, grant: string, expected: string]>([
    [0, '{ product: acmepro }', GRANTED],
    [
      0,
      '{ product: acmepro, per: line, values: { max_activations: "{{quantity}}", valid_duration: "{{quantity}}y", is_trial: true } }',
      GRANTED,
    ],
    [null, '{ product: acmepro, per: line }', GRANTED],
    [null, '{ product: acmepro }', 'parked quantity_unknown: '],
    [
      null,
      '{ product: acmepro, per: line, values: { max_activations: "{{quantity}}" } }',
      'parked quantity_unknown: rules[0].grant.values: {{quantity}} has no number here',
    ],
  ])('a quantity of %s with %s', (quantity, grant, expected) => {
    expect(outcome(`- { when: {}, grant: ${grant} }`, { quantity })).toBe(expected);
  });
});

test('an explanation names each rule that was tried, and why', () => {
  const rules = `
    - { name: seats, when: { lookup_key: team }, grant: { product: acmepro } }
    - { name: other, when: { price: [ price_2, price_3 ] }, grant: { product: acmepro } }
    - { name: this, when: { price: price_1, mode: "*" }, grant: { product: acmepro } }
    - { name: never, when: {}, ignore: x }`;
  expect(explainLine(context(), revision(rules))).toMatchObject({
    rule: 'this',
    tried: [
      { rule: 'seats', fits: false, because: 'the line has no lookup_key' },
      { rule: 'other', fits: false, because: 'price is "price_1", not price_2 or price_3' },
      { rule: 'this', fits: true, because: 'price is "price_1", mode is "payment"' },
    ],
    outcome: { is: 'granted', rule: 'this' },
  });
  expect(explainLine(context(), revision('[]'))).toMatchObject({
    rule: null,
    tried: [],
    outcome: { is: 'parked' },
  });
});
