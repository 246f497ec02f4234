/** Texts and rows cut to the size of a database's values, and put together again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonChunks, textParts } from '../../src/store/database.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const anyText = fc.string({ unit: fc.constantFrom('a', 'ж', '中', '🗝️', '\ud83d\udddd', '"', '\\') });

test('a text that is short is one part, an empty one too', () => {
  expect(textParts('short', 1_000)).toEqual(['short']);
  expect(textParts('', 1_000)).toEqual(['']);
});

test('the parts of any text are within the size, whole letters, and the text again', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 6, max: 60 }), (text, bytes) => {
      const parts = textParts(text, bytes);
      expect(parts.join('')).toBe(text);
      for (const part of parts) {
        expect(part.isWellFormed()).toBe(true);
        expect(bytesOf(part)).toBeLessThanOrEqual(bytes);
      }
    }),
  );
});

test('no rows need no statement', () => {
  expect(jsonChunks([], 1_000)).toEqual([]);
});

test('the chunks of any rows hold each row once, in order, within the size unless one row alone is larger', () => {
  const rows = fc.array(fc.record({ x: anyText }), { maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 40, max: 2_000 }), (all, bytes) => {
      const chunks = jsonChunks(all, bytes);
      expect(chunks.flatMap((json) => JSON.parse(json))).toEqual(all);
      for (const json of chunks) {
        expect(bytesOf(json) <= bytes || JSON.parse(json).length === 1).toBe(true);
      }
    }),
  );
});
