import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration, isDuration } from '../../src/core/duration.ts';
import { globFits } from '../../src/core/match.ts';
import { nearest } from '../../src/core/nearest.ts';
import { evaluate, fillAllBut, parseTemplate } from '../../src/core/template.ts';

describe('globs', () => {
  /** The plain definition: a star eats any number of characters. */
  function reference(pattern: string, text: string): boolean {
    if (pattern === '') return text === '';
    if (pattern[0] !== '*') return text[0] === pattern[0] && reference(pattern.slice(1), text.slice(1));
    return reference(pattern.slice(1), text) || (text !== '' && reference(pattern, text.slice(1)));
  }
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 9 });

  test('fit exactly what their definition says', () => {
    fc.assert(
      fc.property(word, word, (pattern, text) => globFits(pattern, text) === reference(pattern, text)),
      {
        numRuns: 3000,
      },
    );
  });

  test('without a star fit only themselves, whatever the characters', () => {
    fc.assert(
      fc.property(
        fc.string().filter((it) => !it.includes('*')),
        fc.string(),
        (pattern, text) => {
          expect(globFits(pattern, text)).toBe(pattern === text);
          expect(globFits(`*${pattern}*`, `${text}${pattern}${text}`)).toBe(true);
        },
      ),
    );
  });

  test('of many stars end in time', () => {
    expect(globFits(`${'*a'.repeat(5_000)}*b`, 'a'.repeat(200_000))).toBe(false);
  });
});

describe('durations', () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  test.each([
    ['2026-01-31T10:00:00', '1m', '2026-02-28T10:00:00'],
    ['2028-01-31T10:00:00', '1m', '2028-02-29T10:00:00'],
    ['2028-02-29T00:00:00', '1y', '2029-02-28T00:00:00'],
    ['2026-12-31T23:59:59', '2m', '2027-02-28T23:59:59'],
    ['2026-03-28T23:30:00', '1d', '2026-03-29T23:30:00'],
    ['2026-11-23T00:00:00', '35d', '2026-12-28T00:00:00'],
    ['2026-11-23T00:00:00', '72h', '2026-11-26T00:00:00'],
    ['2026-11-23T00:00:00', '3m', '2027-02-23T00:00:00'],
    ['2026-11-23T00:00:00', '18m', '2028-05-23T00:00:00'],
    ['2026-11-23T00:00:00', '2y', '2028-11-23T00:00:00'],
  ])('%s + %s = %s', (from, duration, to) => expect(addDuration(at(from), duration)).toBe(at(to)));

  test.each(['', '1', 'd', '0d', '-1d', '1.5y', '1w', '1 d', '1D', '999999d', '1d2h', '٣d'])(
    '%j is none',
    (text) => {
      expect(isDuration(text)).toBe(false);
      expect(() => addDuration(0, text)).toThrow('not a duration');
    },
  );
});

describe('templates', () => {
  const scope = (name: string) =>
    new Map<string, string | number>([
      ['line.sku', 'a: b :c'],
      ['line.title', 'T'],
      ['line.blank', '  '],
      ['quantity', 2],
    ]).get(name);
  function read(text: string): unknown {
    const template = parseTemplate(text);
    return typeof template === 'string'
      ? `error: ${template}`
      : (evaluate(template, scope).value ?? 'nothing');
  }

  test.each<[text: string, expected: unknown]>([
    ['plain', 'plain'],
    ['', ''],
    ['{{line.title}}', 'T'],
    ['{{ line.title }}', 'T'],
    ['{{quantity}}', 2],
    ['x{{quantity}}', 'x2'],
    ['{{line.none}}', 'nothing'],
    ['{{line.blank}}', 'nothing'],
    ['x{{line.none}}', 'x'],
    ['{{line.sku | split: ":"}}', ['a', 'b', 'c']],
    ["{{line.sku|split:':'|at:1}}", 'b'],
    ['{{line.sku | split: ":" | at: -1}}', 'c'],
    ['{{line.sku | split: ":" | at: 9}}', 'nothing'],
    ['{{line.sku | split: ":" | from: 1}}', ['b', 'c']],
    ['{{line.sku | split: ":" | from: -1}}', ['c']],
    ['{{line.sku | split: ":" | from: 9}}', []],
    ['{{line.sku | split: ":" | from: 1 | at: 0}}', 'b'],
    ['{{line.sku | split: "|" | at: 0}}', 'a: b :c'],
    ['{{line.title', 'error: a {{ is not closed by }}'],
    ['{{}}', 'error: "" is not a name'],
    ['{{1}}', 'error: "1" is not a name'],
    ['{{line.sku | at: 0}}', 'error: at: wants a list: put split: ":" before it'],
    ['{{line.sku | from: 1}}', 'error: from: wants a list: put split: ":" before it'],
    ['{{line.sku | split: ":" | split: "-"}}', 'error: only text can be split'],
    ['{{line.sku | split}}', 'error: split: wants what to cut at, in quotes: split: ":"'],
    ['{{line.sku | split: ":" | at: one}}', 'error: at: wants a whole number: at: 0'],
    ['{{line.sku | default: "x"}}', 'error: "default: "x"" is no filter; there are split, at and from'],
    ['a {{line.sku | split: ":"}}', 'error: a list cannot stand inside other text; pick one of it with at:'],
    ['{{quantity | split: ":"}}', 'error: quantity is a number: it takes no filters'],
  ])('%s → %j', (text, expected) => expect(read(text)).toEqual(expected));

  test('that are partly filled in end as they would have at once, whatever the filled text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '"', "'", '|', 'quantity', ' ', 'x') }),
        fc.nat(),
        (title, quantity) => {
          const template = parseTemplate('{{{line.title}} {{quantity}}{{line.title}}');
          if (typeof template === 'string') throw new Error(template);
          const names = (name: string) => (name === 'quantity' ? quantity : title);
          const open = parseTemplate(fillAllBut('quantity', template, names));
          if (typeof open === 'string') throw new Error(open);
          expect(open.names).toEqual(['quantity']);
          expect(evaluate(open, () => quantity).value).toBe(evaluate(template, names).value);
        },
      ),
    );
  });

  test('of any text are read or refused, never thrown over', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{{', '}}', '{', '}', '"', '|', ':', 'split', 'at', 'a', '1', ' '),
        }),
        (text) => {
          const it = parseTemplate(text);
          if (typeof it !== 'string') evaluate(it, scope);
        },
      ),
    );
  });
});

test.each([
  ['polciy', 'policy'],
  ['Product', 'product'],
  ['grnt', 'grant'],
  ['xyz', null],
  ['p'.repeat(100_000), null],
])('the word nearest to %.20s is %s', (word, expected) => {
  expect(nearest(word, ['product', 'policy', 'grant'])).toBe(expected);
});
