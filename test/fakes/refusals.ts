/**
 * Refused deliveries for the tests of diagnose: signed by the real sign, refused by the real verify, and then asked
 * about. A delivery that verify takes is an error of the test.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Delivery, Integration, Refused } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import type { Diagnosis } from '../../src/core/refusals.ts';
import { deliveryOf, digest } from '../house.ts';

export interface Try {
  /** What the shop signed it with. */
  readonly secret: string;
  readonly body: string | Uint8Array;
  /** Our clock is ahead of the shop's by so much. */
  readonly ahead_ms?: number;
  /** What the way makes of it. */
  readonly headers?: (signed: Record<string, string>) => Record<string, string>;
  readonly altered?: (body: Uint8Array) => Uint8Array;
  readonly settings: Record<string, unknown>;
  readonly mode?: 'live' | 'test';
  readonly neighbors?: readonly {
    readonly source: string;
    readonly mode: 'live' | 'test';
    readonly secrets: readonly string[];
  }[];
}

const AT = Date.UTC(2026, 10, 2, 10);

/** Sends it, and asks why it was refused. */
export async function diagnosed(it: Integration, tried: Try): Promise<Diagnosis | null> {
  const refused = await refusedOf(it, tried);
  return it.diagnose(refused, digest);
}

export async function refusedOf(it: Integration, tried: Try): Promise<Refused> {
  const { secret, altered = (body) => body, headers = (signed) => signed, mode = 'test' } = tried;
  const sent = typeof tried.body === 'string' ? bytes(tried.body) : tried.body;
  const signed = await it.sign('orders/paid', sent, secret, AT, digest);
  const delivery: Delivery = deliveryOf(headers(signed), altered(sent), AT + (tried.ahead_ms ?? 0));
  const settings = it.settings.parse(tried.settings);
  const answer = await it.verify(delivery, settings, digest);
  if (answer.ok) throw new Error('this delivery was not refused');
  const neighbors = (tried.neighbors ?? []).map(({ source, mode, secrets }) => ({
    source,
    mode,
    settings: it.settings.parse({ webhook_secrets: secrets }),
  }));
  return { delivery, problem: answer.problem, settings, mode, neighbors };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(body: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
}

/** A change of a body that is made on its text. */
export function rewritten(change: (body: string) => string): (body: Uint8Array) => Uint8Array {
  return (body) => bytes(change(text(body)));
}

/** Parts of a secret that are long enough to be told apart from words. */
function partsOf(secret: string, length = 12): readonly string[] {
  return Array.from({ length: Math.max(1, secret.length - length + 1) }, (_, at) =>
    secret.slice(at, at + length),
  );
}

/** Whatever is refused, for whatever reason: asking why never throws, and never tells a secret or a part of one. */
export async function tellsNoSecret(
  it: Integration,
  given: {
    readonly secret: fc.Arbitrary<string>;
    /** The name of the signature's header, and what may stand there; undefined: the header is missing. */
    readonly header: string;
    readonly signature: fc.Arbitrary<string | undefined>;
    /** Besides what no shop would send. */
    readonly event: string;
  },
): Promise<void> {
  const code = fc.constantFrom(
    'signature_missing',
    'signature_malformed',
    'signature_wrong',
    'signature_stale',
    'body_malformed',
    'bug',
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map(bytes),
    fc.string({ unit: 'binary' }).map(bytes),
    fc.constant(bytes(given.event)),
  );
  const secrets = fc.array(given.secret, { minLength: 2, maxLength: 5 });
  const signature = fc.oneof(given.signature, fc.string(), fc.constant(undefined));
  const property = fc.asyncProperty(secrets, code, signature, body, async (all, code, signed, sent) => {
    const [settings, ...others] = all.map((secret) => it.settings.parse({ webhook_secrets: [secret] }));
    const headers = signed === undefined ? {} : { [given.header]: signed };
    const refused: Refused = {
      delivery: deliveryOf(headers, sent, AT),
      problem: problem(code),
      settings,
      mode: 'test',
      neighbors: others.map((other) => ({ source: 'next', mode: 'live', settings: other })),
    };
    const found = JSON.stringify(await it.diagnose(refused, digest));
    for (const part of all.flatMap((secret) => partsOf(secret))) expect(found).not.toContain(part);
  });
  await fc.assert(property, { seed: 20_261_125, numRuns: 300 });
}
