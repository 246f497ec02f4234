/** Bytes that came or lie in pieces, in one piece. */

/** Always a copy of its own: pieces may be windows on larger buffers, which would travel along whole. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, it) => sum + it.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
