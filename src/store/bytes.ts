/**
 * A stored body in one piece again. It stands between the rows of `event_bodies` and whoever reads a body: the
 * inbox and the API.
 */

/** @throws when a column that holds bytes does not: a bug */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new Error('a body part is not bytes');
}

/** The parts in their order; without any, no bytes. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
