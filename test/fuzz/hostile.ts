/** Values that nobody sends by accident, and ways to draw them. */
import * as fc from 'fast-check';
import { type Edit, type EditedSample, placesOf, type Shop, sampleNames } from './edits.ts';

const TEXTS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u2028',
  '\u202e',
  'NaN',
  'Infinity',
  '-0',
  'null',
  'undefined',
  '1e308',
  '2',
  '2.0',
  '-2',
  '0x10',
  '١',
  "'; DROP TABLE orders; --",
  '{{quantity}}',
  '{{line.title | split: "" }}',
  '{{"',
  '$STRIPE_WEBHOOK_SECRET',
  '../../etc',
  '<script>',
  '%00',
  'paid',
  'succeeded',
  'PAID',
  'session',
  'a/b',
  'a@b',
  'gid://shopify/Order/1',
  'eur',
  'zzz',
  '2026-11-02T10:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '0000-01-01',
  '2026-02-30',
  'x'.repeat(300),
  '😀'.repeat(3_000),
  '1'.repeat(500),
  `0.${'9'.repeat(500)}`,
];
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '0.5',
  '2.0',
  '1e2',
  '1e308',
  '1e400',
  '-1e400',
  '1001',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '866550311766439020',
  '8640000000000001',
  '253402300800',
  '9e15',
  '1.7e12',
];
const PLAIN = [
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"id":null}',
  '{"":""}',
  '{"__proto__":{"id":"x"}}',
];
/** Deep enough to end a program that calls itself for each level. */
const DEEP = 20_000;
const BOMBS = [
  '['.repeat(DEEP) + ']'.repeat(DEEP),
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  `[${'1,'.repeat(5_000)}1]`,
  `{${Array.from({ length: 3_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  // A second member of the same name, or none.
  '1,"id":"twice"',
  '"a","object":"charge"',
  'null,"__proto__":{}',
  '"open',
  '[',
  '}',
  ',',
  '',
];

const raw: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...TEXTS.map((it) => JSON.stringify(it))) },
  { weight: 5, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 3, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 1, arbitrary: fc.constantFrom(...BOMBS) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((it) => JSON.stringify(it)) },
);

/** Members that the rest of a sale hangs on. */
const TELLING =
  /(?:^|\.)(?:id|object|type|mode|quantity|price|product|plan|customer|metadata|lines|items|data|refunds|properties|sku|title|\w*status|\w*amount\w*|currency|email|created|\w+_(?:id|at|start|end|method|intent|items|quantity|version|link))$/;

/** @param places of what is edited */
export function edit(places: readonly string[]): fc.Arbitrary<Edit> {
  const named = places.filter((it) => it !== '');
  const telling = named.filter((it) => TELLING.test(it));
  const names = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...(telling.length > 0 ? telling : named)) },
    { weight: 4, arbitrary: fc.constantFrom(...named) },
    { weight: 1, arbitrary: fc.constantFrom(...named.map((it) => `${it}.__proto__`)) },
  );
  return fc.record({
    at: names,
    raw: fc.oneof({ weight: 8, arbitrary: raw }, { weight: 1, arbitrary: fc.constant(null) }),
  });
}

/** A sample of the shop, mostly with something wrong in it. */
export function editedSample(shop: Shop): fc.Arbitrary<EditedSample> {
  return fc
    .constantFrom(...sampleNames(shop))
    .chain((sample) =>
      fc
        .array(edit(placesOf(shop, sample)), { maxLength: 4 })
        .map((edits): EditedSample => ({ sample, edits })),
    );
}

/** What happens to the bytes of a text after it was written, and before it was signed. */
export const spoiled: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((bytes: Uint8Array) => bytes) },
  { weight: 1, arbitrary: fc.constant((bytes: Uint8Array) => joined([0xef, 0xbb, 0xbf], bytes)) },
  { weight: 1, arbitrary: fc.nat(3_000).map((at) => (bytes: Uint8Array) => bytes.slice(0, at)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(3_000), fc.nat(255)).map(([at, byte]) => (bytes: Uint8Array) => {
      const changed = Uint8Array.from(bytes);
      changed[at % Math.max(1, changed.length)] = byte;
      return changed;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 30 }).map((more) => (bytes: Uint8Array) => joined(bytes, more)),
  },
);

function joined(a: ArrayLike<number>, b: ArrayLike<number>): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** A header of a signature: nearly right, or nothing like it. */
export const signature: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          't=',
          't=1',
          't=-1',
          't=1e3',
          't=01',
          `t=${'9'.repeat(40)}`,
          'v1=',
          'v1=zz',
          'v0=00',
          '=',
          '',
          ' ',
        ),
        fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
        fc.constant(`v1=${'0'.repeat(64)}`),
      ),
      { maxLength: 12 },
    )
    .map((it) => it.join(',')),
  fc.base64String({ minLength: 44, maxLength: 44 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
);
