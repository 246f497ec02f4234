/** Texts that stand in an address as one word: base64url of their UTF-8 (RFC 4648, section 5), without padding. */

export function encodeText(text: string): string {
  const letters = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(letters.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** @throws when it is none */
export function decodeText(word: string): string {
  const bytes = Uint8Array.from(atob(word.replace(/-/g, '+').replace(/_/g, '/')), (it) => it.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** The id of what has a name of its own only within its order: a review, a line. */
export function idWithin(orderId: string, name: string): string {
  return `${orderId}.${encodeText(name)}`;
}

/** Its parts. Null for what cannot be one. */
export function readIdWithin(id: string): readonly [orderId: string, name: string] | null {
  const dot = id.indexOf('.');
  try {
    return dot < 1 ? null : [id.slice(0, dot), decodeText(id.slice(dot + 1))];
  } catch {
    return null;
  }
}
