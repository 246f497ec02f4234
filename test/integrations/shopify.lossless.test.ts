/** JSON read without losing a digit: by one walk over the text, the same as by the engine's own, slower way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseText } from '../../integrations/shopify/lossless.ts';
import { canonical, type Json, same } from '../../src/core/json.ts';
import { runs, SEED } from '../laws/runs.ts';

const RUNS = { seed: SEED, numRuns: runs(2_000) };

/** What it must be: each number judged with its source beside it. */
function parseSlowly(text: string): Json {
  return JSON.parse(text, (key: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? '';
    return key === 'id' || key.endsWith('_id') || String(value) !== source ? source : value;
  });
}

function outcome(read: (text: string) => Json, text: string): string {
  try {
    return canonical(read(text));
  } catch (error) {
    return String(error);
  }
}

const key = fc.oneof(
  fc.constantFrom('id', 'order_id', '_id', 'ID', 'i\\d', 'kid', '__proto__', 'quantity', 'a"b', ''),
  fc.string({ maxLength: 4 }),
);
const number = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '199.0',
    '1e3',
    '1E+2',
    '9007199254740993',
    '-866550311766439020',
    '123456789012345',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r\n  ');
const { text: jsonText } = fc.letrec<{ readonly text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    number,
    fc.string({ maxLength: 8 }).map((it) => JSON.stringify(it)),
    fc.constantFrom('true', 'false', 'null', '"\\u0069d"', '"id"'),
    fc
      .tuple(fc.array(tie('text'), { maxLength: 4 }), space)
      .map(([all, s]) => `[${s}${all.join(`${s},${s}`)}${s}]`),
    fc.tuple(fc.array(fc.tuple(key, fc.boolean(), tie('text')), { maxLength: 4 }), space).map(([all, s]) => {
      const members = all.map(([name, escaped, it]) => {
        const quoted = JSON.stringify(name);
        const told = escaped && name === 'id' ? '"\\u0069\\u0064"' : quoted;
        return `${told}${s}:${s}${it}`;
      });
      return `{${members.join(`,${s}`)}}`;
    }),
  ),
}));

describe('a body of the shop', () => {
  test('is read as by JSON.parse that tells the source of each number', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(outcome(parseText, text)).toBe(outcome(parseSlowly, text));
      }),
      RUNS,
    );
  });

  test('is refused just where JSON.parse refuses it, with the same words', () => {
    const damaged = fc
      .tuple(
        jsonText,
        fc.nat(),
        fc.constantFrom('', '1', '-', '.', '"', ':', ',', '{', '}', ']', '\\', 'e', ' '),
      )
      .map(([text, at, mark]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + mark + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(outcome(parseText, text)).toBe(outcome(parseSlowly, text));
      }),
      RUNS,
    );
  });

  test.each([
    ['{"id":866550311766439020}', '{"id":"866550311766439020"}'],
    ['{"id":5,"quantity":5}', '{"id":"5","quantity":5}'],
    ['{"ids":[1,2]}', '{"ids":[1,2]}'],
    ['{"price":199.0,"rate":1.5}', '{"price":"199.0","rate":1.5}'],
    ['{"id":[7]}', '{"id":[7]}'],
  ])('%s', (text, read) => {
    expect(canonical(parseText(text))).toBe(read);
  });

  test.each(['{"id":1,2:3}', '{12345678901234567:1}', '{"id":01}', '{"id":1 2}', '{"id":-}', '{"a":1.}'])(
    '%s is no JSON',
    (text) => {
      expect(() => parseText(text)).toThrow(SyntaxError);
    },
  );
});

test('what is the same has the same canonical text, and the other way round', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const members = fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__'),
    fc.constantFrom(undefined, null, 0, -0, [1]),
  );
  fc.assert(
    fc.property(fc.oneof(value, members), fc.oneof(value, members), (a, b) => {
      expect(same(a, b)).toBe(canonical(a) === canonical(b));
      expect(same(a, structuredClone(a))).toBe(true);
    }),
    RUNS,
  );
});
