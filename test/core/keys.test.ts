/** Keys and ids that are drawn: their form, their chance, their order. */
import { webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ID_BYTES, keysMeant, makeLicenseKeys, readLicenseKey, timeOrderedId } from '../../src/core/keys.ts';

const bytes = (count: number) => webcrypto.getRandomValues(new Uint8Array(count));

const at = { now: () => 0 };

describe('a license key', () => {
  test('is six groups of four letters that nobody can misread', () => {
    const draw = makeLicenseKeys(bytes, at);
    for (let i = 0; i < 500; i++) {
      expect(draw()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    }
  });

  test('has 100 random bits of its own: each letter after the first group is any of 32', () => {
    let byte = 0;
    const draw = makeLicenseKeys((count) => new Uint8Array(count).fill(byte), at);
    // Each byte decides one letter alone, evenly: 256 is eight times 32.
    const counts = new Map<string, number>();
    for (byte = 0; byte < 256; byte++) {
      const own = draw().split('-').slice(1).join('');
      expect(own).toHaveLength(20);
      for (const letter of new Set(own)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 32 }, () => 8));
  });

  test('shares its first group with those of the same moment, 256 at the most', () => {
    const draw = makeLicenseKeys(bytes, at);
    const firsts = Array.from({ length: 1_024 }, () => draw().slice(0, 4));
    const shared = new Map<string, number>();
    for (const first of firsts) shared.set(first, (shared.get(first) ?? 0) + 1);
    expect([...shared.values()]).toEqual([256, 256, 256, 256]);
  });

  test('shares it for a minute, however the clock jumps', () => {
    let now = 1_000_000;
    const draw = makeLicenseKeys(bytes, { now: () => now });
    const firstAt = (time: number) => {
      now = time;
      return draw().slice(0, 4);
    };
    const first = firstAt(1_000_000);
    expect(firstAt(1_059_999)).toBe(first);
    const second = firstAt(1_060_000);
    expect(second).not.toBe(first);
    expect(firstAt(1_000_000 - 3_600_000)).not.toBe(second);
  });

  test('is never drawn twice', () => {
    const draw = makeLicenseKeys(bytes, at);
    expect(new Set(Array.from({ length: 10_000 }, draw)).size).toBe(10_000);
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
    const key = makeLicenseKeys(bytes, at)();
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
