/** What a body may have been before it was rewritten: always the same content, never a digit or a key's place lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { spellingsOf } from '../../src/core/spellings.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textsOf = (text: string) =>
  [...spellingsOf(bytes(text))].map((it) => new TextDecoder().decode(it.body));

test('a written JSON is found again from any other writing of it', () => {
  const writers: readonly ((value: unknown) => string)[] = [
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 2),
    (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  ];
  const writer = fc.constantFrom(...writers);
  const value = fc.object({
    maxDepth: 3,
    values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
  });
  const property = fc.property(value, writer, writer, (it, first, then) => {
    const [sent, came] = [first(it), then(it)];
    if (sent !== came) expect(textsOf(came)).toContain(sent);
  });
  fc.assert(property, { seed: 20_261_125, numRuns: 200 });
});

test('every spelling of a JSON means the same, and none is given twice or is the body itself', () => {
  const property = fc.property(fc.json(), (json) => {
    const texts = textsOf(json);
    expect(new Set([json, ...texts]).size).toBe(texts.length + 1);
    for (const text of texts) {
      // What was encoded twice is decoded once: other letters by intent.
      if (!/[\u0080-\u00ff]/.test(json)) expect(JSON.parse(text)).toEqual(JSON.parse(json));
    }
  });
  fc.assert(property, { seed: 20_261_125, numRuns: 200 });
});

test('numbers, doubled keys and the order of keys stay as they are written', () => {
  const wide = '{"2": 866550311766439020, "1": 1.0, "1": 1E400}';
  expect(textsOf(wide)).toContain('{"2":866550311766439020,"1":1.0,"1":1E400}');
});

test.each([
  ['no JSON', '{"a":', 3],
  ['nothing', '', 1],
  ['too deep', `${'['.repeat(65)}${']'.repeat(65)}`, 1],
])('%s has only the spellings of any text', (_, text, count) => {
  expect(textsOf(text).length).toBeLessThanOrEqual(count);
});

test('bytes that are no text are tried as the older encoding', () => {
  const found = [...spellingsOf(Uint8Array.of(0x22, 0xeb, 0x22))];
  expect(found).toEqual([{ changed: 'the encoding', body: bytes('"ë"') }]);
});

test('what grows too large is left out', () => {
  const nested = `${'['.repeat(64)}${'0,'.repeat(8_000)}0${']'.repeat(64)}`;
  for (const it of textsOf(nested)) expect(it.length).toBeLessThanOrEqual(2 * LIMITS.diagnosed_bytes);
});
