/**
 * Identities that are drawn rather than composed: license keys and row ids. Pure: the random bytes come in as
 * an argument. A license key is a secret; it is drawn once and never derived from anything.
 */
import type { Clock, RandomBytes } from './ports.ts';

/** Crockford's base32: no I, L, O or U, so nothing looks like a 1 or a 0. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LOWER_ALPHABET = ALPHABET.toLowerCase();
const GROUPS = /.{1,4}/g;
/** Letters that keys of the same time share, and those of each key's own: five random bits each, of one byte. */
const SHARED_LETTERS = 4;
const OWN_LETTERS = 20;
/** Until the shared letters are drawn anew: so many keys, or so long. */
const SHARED_BY_KEYS = 256;
const SHARED_FOR_MS = 60_000;

/**
 * Draws license keys, six groups of four letters: `7K3M-…`. Five groups are 100 random bits of each key's own. The first
 * is random too, but shared by the keys of one moment: so they lie side by side in the index of keys, which else
 * takes a page for each.
 */
export function makeLicenseKeys(random: RandomBytes, clock: Clock): () => string {
  let shared = { letters: '', left: 0, until: 0 };
  return () => {
    const now = clock.now();
    // A clock that was set back must not prolong it.
    if (shared.left === 0 || now >= shared.until || now < shared.until - SHARED_FOR_MS) {
      const drawn = letters(ALPHABET, random(SHARED_LETTERS), SHARED_LETTERS);
      shared = { letters: drawn, left: SHARED_BY_KEYS, until: now + SHARED_FOR_MS };
    }
    shared.left--;
    return grouped(shared.letters + letters(ALPHABET, random(OWN_LETTERS), OWN_LETTERS));
  };
}

/** A key as a person typed it, in the form it is stored in: case, spaces, dashes and look-alikes forgiven. */
export function readLicenseKey(text: string): string {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return grouped(plain);
}

/** What somebody may mean who typed this: one of ours, or a key from before Keyferry, which may look like anything. */
export function keysMeant(text: string): readonly string[] {
  const typed = text.trim();
  return [...new Set([typed, typed.toUpperCase(), readLicenseKey(typed)])];
}

function grouped(text: string): string {
  return text.match(GROUPS)?.join('-') ?? '';
}

function letters(alphabet: string, bytes: Uint8Array, count: number): string {
  let text = '';
  for (let at = 0; at < count; at++) text += alphabet[(bytes[at] ?? 0) & 31];
  return text;
}

/** Random bytes that one id takes. */
export const ID_BYTES = 16;

/**
 * `evt_01K…`: ten letters of time and sixteen of chance (80 bits), so that rows made later sort later and land
 * at the end of their index.
 * @param at epoch ms
 * @param random ID_BYTES strong random bytes
 */
export function timeOrderedId(prefix: string, at: number, random: Uint8Array): string {
  if (random.length < ID_BYTES) throw new Error(`an id takes ${ID_BYTES} random bytes`);
  if (at !== written.at) written = { at, time: timeLetters(at) };
  return `${prefix}_${written.time}${letters(LOWER_ALPHABET, random, ID_BYTES)}`;
}

/** Many ids are made in one millisecond. */
let written = { at: 0, time: timeLetters(0) };

function timeLetters(at: number): string {
  let time = '';
  for (let rest = at, i = 0; i < 10; i++) {
    time = (LOWER_ALPHABET[rest % 32] ?? '') + time;
    rest = Math.floor(rest / 32);
  }
  return time;
}
