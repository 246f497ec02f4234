/**
 * Bodies that were stored a moment ago, still in memory: most are read soon, by the process that stored them. Between
 * arrivals and the inbox. What must never happen here: a body in place of another, or memory without a bound.
 */

export interface Fresh {
  keep(eventId: string, body: Uint8Array): void;
  /** Hands it out, once. @param length that it must have: what was rewritten since is none of these */
  take(eventId: string, length: number): Uint8Array | null;
  /** Of events that are written anew. */
  forget(eventIds: readonly string[]): void;
}

/** Of all of them together. */
const BYTES = 1024 * 1024;

export function makeFresh(bytes: number = BYTES): Fresh {
  /** The oldest first. */
  const kept = new Map<string, Uint8Array>();
  let size = 0;
  const drop = (id: string): Uint8Array | null => {
    const body = kept.get(id) ?? null;
    if (body && kept.delete(id)) size -= body.length;
    return body;
  };
  return {
    keep: (id, body) => {
      if (body.length > bytes) return;
      drop(id);
      kept.set(id, body);
      size += body.length;
      for (const oldest of kept.keys()) {
        if (size <= bytes) break;
        drop(oldest);
      }
    },
    take: (id, length) => {
      const body = drop(id);
      return body?.length === length ? body : null;
    },
    forget: (ids) => {
      for (const id of ids) drop(id);
    },
  };
}
