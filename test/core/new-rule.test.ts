/** A rule made of a line that waits: what it asks for, how it is called, and where it stands. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fitsRefs, placedInRequest, type RuleAsked, ruleOf, yamlOf } from '../../src/core/new-rule.ts';
import { fail } from '../../src/core/problem.ts';
import type { Line } from '../../src/core/things.ts';
import { context, revision } from '../mapping/shop.ts';

const KEYS = [
  { key: 'price', description: '', sold: true },
  { key: 'product', description: '', sold: true },
  { key: 'mode', description: '' },
] as const;
const PRO: RuleAsked = { gives: { is: 'granted', chosen: { product: 'acmepro', values: {} } } };
const NOTHING: RuleAsked = { gives: { is: 'ignored', reason: 'a gift' } };

function made(rules: string, asked: RuleAsked = PRO, differs: Partial<Line> = {}) {
  const it = ruleOf(context(differs), asked, KEYS, revision(rules));
  return it.ok ? it.value : (it.problem.errors?.map(({ path, message }) => `${path} ${message}`) ?? []);
}
const when = (it: ReturnType<typeof made>) => ('rule' in it ? it.rule.when : it);
const name = (it: ReturnType<typeof made>) => ('rule' in it ? it.rule.name : it);

describe('what it asks for', () => {
  test.each([
    ['the first that the line says', {}, { price: ['price_1'] }],
    [
      'the next, where the first would be read as a pattern',
      { refs: { price: 'a*', product: 'p' } },
      { product: ['p'] },
    ],
    ['an attribute, where no ref is told', { refs: {}, attributes: { price: 'x' } }, { price: ['x'] }],
  ] as const)('is %s', (_what, differs, expected) => {
    expect(when(made('[]', PRO, differs))).toEqual(expected);
  });

  test('is missing where the line has only what many lines have', () => {
    expect(made('[]', PRO, { refs: {}, attributes: { mode: 'payment' } })).toEqual([
      'body.when is missing: the line has nothing that a rule could know it by',
    ]);
  });

  test('is nothing where the source has no rules', () => {
    expect(ruleOf(context(), PRO, [], revision('[]'))).toMatchObject({
      problem: { code: 'request_invalid', errors: [{ path: 'body.as' }] },
    });
  });

  test('is what a person says, if it fits the line', () => {
    expect(when(made('[]', { ...PRO, when: { mode: ['pay*'] } }))).toEqual({ mode: ['pay*'] });
    expect(made('[]', { ...PRO, when: { mode: ['subscription'] } })).toEqual([
      'body.when does not fit this line: mode is "payment", not subscription',
    ]);
  });
});

describe('its name', () => {
  test.each([
    ['[]', {}, 'Acme Pro'],
    ['[{ name: Acme Pro, when: { price: x }, ignore: x }]', {}, 'Acme Pro (price price_1)'],
    [
      '[{ name: Acme Pro, when: { price: x }, ignore: x }, { name: Acme Pro (price price_1), when: { price: x }, ignore: x }]',
      {},
      'Acme Pro (price price_1) 2',
    ],
    ['[]', { title: ' ' }, 'price price_1'],
  ] as const)('beside %s', (rules, differs, expected) => {
    expect(name(made(rules, PRO, differs))).toBe(expected);
  });

  test('is the one that a person gives, unless another rule has it', () => {
    expect(name(made('[]', { ...PRO, name: 'Mine' }))).toBe('Mine');
    expect(made('[{ name: Mine, when: { price: x }, ignore: x }]', { ...PRO, name: 'Mine' })).toEqual([
      'body.name is the name of another rule',
    ]);
  });
});

describe('its place', () => {
  const other = '{ name: other, when: { price: x }, grant: { product: acmecli } }';
  const faulty = '{ name: faulty, when: { price: "*" }, grant: { product: "{{line.metadata.none}}" } }';
  test.each([
    ['last, where no rule fits', `[${other}]`, ['other', 'new']],
    [
      'before the rule that fits and cannot be carried out',
      `[${other}, ${faulty}, ${other}]`,
      ['other', 'new', 'faulty', 'other'],
    ],
  ] as const)('is %s', (_what, rules, expected) => {
    const it = made(rules, { ...PRO, name: 'new' });
    expect('rule' in it && it.mapping.rules.map((one) => one.name)).toEqual(expected);
    expect('rule' in it && it.mapping.rules[it.at]?.name).toBe('new');
  });

  test('is taken already by the same rule, if that decides', () => {
    const rules = '[{ name: Gifts, when: { price: price_1 }, ignore: a gift }]';
    expect(made(rules, NOTHING)).toMatchObject({ known: true, at: 0, rule: { name: 'Gifts' } });
    expect(made(rules, PRO)).toMatchObject({ known: false, at: 0 });
  });
});

test.each([
  [{ sku: ['A-*'] }, { sku: 'A-1' }, 'yes'],
  [{ sku: ['A-*'], currency: ['eur'] }, { sku: 'A-1' }, 'perhaps'],
  [{ sku: ['A-*'] }, { price: 'p' }, 'perhaps'],
  [{ sku: ['A-*'], price: ['p'] }, { sku: 'B', price: 'p' }, 'no'],
  [{ constructor: ['x'] }, {}, 'perhaps'],
] as const)('%j of a line with %j: %s', (asked, refs, expected) => {
  expect(fitsRefs({ when: asked }, refs)).toBe(expected);
});

test('its one line of YAML is the rule', () => {
  const rule = { name: 'a: "b" # c', when: { sku: ['{{x}}', '- y'] }, ignore: "it's\n*nothing*" };
  expect(parse(yamlOf(rule))).toEqual([rule]);
});

test('what is wrong with it is placed in the request', () => {
  const at = (path: string) => ({ file: 'mapping', path, message: 'm', remedy: 'r' });
  const problem = fail('config_invalid', 'shop', [at('rules[2].grant.product'), at('rules[2].when.x')]);
  expect(!problem.ok && placedInRequest(problem.problem, 2)).toMatchObject({
    code: 'request_invalid',
    errors: [{ file: 'request', path: 'body.product' }, { path: 'body.when.x' }],
  });
  const besides = fail('config_invalid', 'shop', [at('settings')]);
  expect(!besides.ok && placedInRequest(besides.problem, 2)).toBe(!besides.ok && besides.problem);
});
