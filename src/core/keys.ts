/**
 * Identities that are drawn rather than composed: license keys and row ids. Pure: the random bytes come in as
 * an argument. A license key is a secret; it is drawn once and never derived from anything.
 */

/** Crockford's base32: no I, L, O or U, so nothing looks like a 1 or a 0. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LOWER_ALPHABET = ALPHABET.toLowerCase();
const KEY_LETTERS = 24;
const GROUPS = /.{1,4}/g;

/** Random bytes that one license key takes: one letter uses five bits of one byte. */
export const LICENSE_KEY_BYTES = KEY_LETTERS;

/**
 * 120 random bits as six groups of four: `7K3M-…`.
 * @param random LICENSE_KEY_BYTES strong random bytes
 */
export function licenseKey(random: Uint8Array): string {
  if (random.length < KEY_LETTERS) throw new Error(`a license key takes ${KEY_LETTERS} random bytes`);
  return grouped(letters(ALPHABET, random, KEY_LETTERS));
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
