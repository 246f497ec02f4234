/**
 * What Cloudflare Workers hand to the door, as far as it is used, and the ports that stand on the web's own
 * means: its crypto, its fetch, its console. What must never happen here: anything that only Node has.
 */
import { joined } from '../core/bytes.ts';
import { jsonLine } from '../core/observation.ts';
import type { Digest, Fetch, Log, RandomBytes } from '../core/ports.ts';
import type { D1 } from '../store/open-d1.ts';

/** Vars and secrets stand among the bindings, under the names that the mapping files give. */
export interface Bindings {
  readonly DB?: D1;
  readonly QUEUE?: Queue;
  /** When this version of the Worker was uploaded. */
  readonly VERSION?: { readonly timestamp: string };
  readonly [name: string]: unknown;
}

export interface Queue {
  send(message: unknown, options?: { readonly delaySeconds?: number }): Promise<unknown>;
}

/** Of one invocation: what `waitUntil` was given may go on after the answer. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

export const random: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

export const digest: Digest = {
  hmacSha256: async (secret, ...parts) => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const raw = new TextEncoder().encode(secret);
    const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, joined(parts)));
  },
  sha256: async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(parts))),
};

export type Pause = (ms: number) => Promise<void>;

export const pause: Pause = (ms) => new Promise((over) => setTimeout(over, ms));

/** Workers want it called as their own. */
export const ask: Fetch = (input, init) => fetch(input, init);

/** One JSON object a line: Workers Logs finds its fields. */
export const consoleLog: Log = (level, message, fields = {}) => {
  console[level === 'debug' ? 'log' : level](jsonLine({ level, message, ...fields }));
};
