/**
 * What the core asks of the world. Each door (Node, Workers) brings its own; tests bring fakes. Nothing under
 * `src/core` reads a clock, draws a random number or does I/O by itself.
 */

export interface Clock {
  /** Epoch milliseconds, UTC. */
  now(): number;
}

/** Cryptographically strong random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** node:crypto on Node (synchronous), SubtleCrypto on Workers (a promise): callers `await` either. */
export interface Digest {
  /** HMAC-SHA256 over the concatenated parts; the key is the secret's UTF-8 text. */
  hmacSha256(secret: string, ...parts: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array>;
  sha256(...parts: readonly Uint8Array[]): Uint8Array | Promise<Uint8Array>;
}

/** The web's `fetch`, as far as it is used. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** One wide line per event; fields are snake_case and never carry a secret or a license key. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;
