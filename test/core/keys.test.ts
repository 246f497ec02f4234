/** Keys and ids that are drawn: their form, their chance, their order. */
import { webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  ID_BYTES,
  keysMeant,
  LICENSE_KEY_BYTES,
  licenseKey,
  readLicenseKey,
  timeOrderedId,
} from '../../src/core/keys.ts';

const bytes = (count: number) => webcrypto.getRandomValues(new Uint8Array(count));

describe('a license key', () => {
  test('is six groups of four letters that nobody can misread', () => {
    for (let i = 0; i < 500; i++) {
      expect(licenseKey(bytes(LICENSE_KEY_BYTES))).toMatch(
        /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/,
      );
    }
  });

  test('carries at least 100 random bits: each of its letters is any of 32', () => {
    const letters = licenseKey(bytes(LICENSE_KEY_BYTES)).replaceAll('-', '').length;
    expect(letters * 5).toBeGreaterThanOrEqual(100);
    // Each byte decides one letter alone, evenly: 256 is eight times 32.
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      const [letter = ''] = licenseKey(new Uint8Array(LICENSE_KEY_BYTES).fill(byte));
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 32 }, () => 8));
  });

  test('takes its bytes, no fewer', () => {
    expect(() => licenseKey(new Uint8Array(LICENSE_KEY_BYTES - 1))).toThrow('24 random bytes');
  });

  test.each([
    ['7k3m-0a1b', '7K3M-0A1B'],
    [' 7K3M 0A1B ', '7K3M-0A1B'],
    ['7K3M0A1B', '7K3M-0A1B'],
    ['7K3M-OAIB', '7K3M-0A1B'],
    ['7k3m-oalb', '7K3M-0A1B'],
  ])('typed as "%s" is read as %s', (typed, stored) => {
    expect(readLicenseKey(typed)).toBe(stored);
  });

  test('that was given out before Keyferry is meant as it stands, too', () => {
    expect(keysMeant(' old/key_1 ')).toEqual(['old/key_1', 'OLD/KEY_1', '01D/-KEY_-1']);
  });

  test('is read as it was written', () => {
    const key = licenseKey(bytes(LICENSE_KEY_BYTES));
    expect(readLicenseKey(key)).toBe(key);
  });
});

describe('an id', () => {
  const AT = Date.UTC(2026, 10, 2);

  test('names its kind, and has the time before the chance', () => {
    expect(timeOrderedId('evt', AT, bytes(ID_BYTES))).toMatch(/^evt_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  test('sorts by time, whatever the chance', () => {
    const [least, most] = [new Uint8Array(ID_BYTES), new Uint8Array(ID_BYTES).fill(255)];
    const times = [0, 1, 31, 32, AT - 1, AT, AT + 1, AT + 1_000, Date.UTC(2126, 0, 1)];
    const ids = times.flatMap((at) => [timeOrderedId('evt', at, least), timeOrderedId('evt', at, most)]);
    expect(ids.toSorted()).toEqual(ids);
  });

  test('of the same moment differ', () => {
    const ids = Array.from({ length: 1000 }, () => timeOrderedId('evt', AT, bytes(ID_BYTES)));
    expect(new Set(ids).size).toBe(1000);
  });

  test('takes its bytes, no fewer', () => {
    expect(() => timeOrderedId('evt', AT, new Uint8Array(ID_BYTES - 1))).toThrow('16 random bytes');
  });
});
