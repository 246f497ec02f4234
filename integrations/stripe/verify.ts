/**
 * Walk one's first step: whether Stripe signed these very bytes, just now. Written by hand over the raw bytes
 * because it is three times as fast as the SDK's and looks both ways in time; held to the SDK by the parity test.
 * What must never happen here: an event made of a body whose signature was not found right.
 * The scheme: https://docs.stripe.com/webhooks/signature
 */
import { hexOf } from '../../src/core/bytes.ts';
import { type Delivery, equalBytes, type VerifiedEvent, verified } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Digest } from '../../src/core/ports.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';
import type { StripeSettings } from './settings.ts';

export const SIGNATURE_HEADER = 'stripe-signature';

/** Seconds without leading zeros: the signed text must be exactly what we read. */
const TIME = /^(?:0|[1-9][0-9]{0,11})$/;
/** Stripe writes lower-case hex; other spellings of the same bytes are not accepted, as in the SDK. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;
/** Ids, accounts and types are short, of plain letters, and hold no slash. */
const NAME = /^[\x21-\x2e\x30-\x7e]{1,255}$/;

/**
 * Verifies one delivery.
 *
 * @returns the event, or `signature_missing`, `signature_malformed`, `signature_wrong`, `signature_stale` (told
 * only to those who know a secret), `body_malformed`
 */
export async function verify(
  delivery: Delivery,
  settings: StripeSettings,
  digest: Digest,
): Promise<Result<VerifiedEvent>> {
  const header = delivery.header(SIGNATURE_HEADER);
  if (!header) return fail('signature_missing', 'the header Stripe-Signature is missing');
  const signature = readSignature(header);
  if (typeof signature === 'string') return fail('signature_malformed', signature);

  let found = false;
  // All are compared, so that time does not tell which secret or signature was near.
  for (const secret of settings.webhook_secrets) {
    found = (await fits(signature, secret, delivery.body, digest)) || found;
  }
  if (!found) return fail('signature_wrong');

  const age = ageOf(signature, delivery);
  if (Math.abs(age) * 1000 > LIMITS.signature_tolerance_ms) {
    const where = age > 0 ? 'before' : 'after';
    return fail(
      'signature_stale',
      `signed ${Math.abs(age)} seconds ${where} the time of this machine's clock`,
    );
  }
  return readEvent(delivery.body);
}

/** What a header says: when it was signed, in seconds, and the signatures that may fit. */
export interface Signature {
  readonly time: string;
  readonly candidates: readonly Uint8Array[];
}

/** Whether one of the signatures is that of the body by this secret. */
export async function fits(
  { time, candidates }: Signature,
  secret: string,
  body: Uint8Array,
  digest: Digest,
): Promise<boolean> {
  const expected = await digest.hmacSha256(secret, new TextEncoder().encode(`${time}.`), body);
  let found = false;
  for (const candidate of candidates) found = equalBytes(candidate, expected) || found;
  return found;
}

/** Whole seconds between the signing and our clock, as Stripe counts them: 300.9 s is still 300. Negative: signed later. */
export function ageOf({ time }: Signature, delivery: Delivery): number {
  return Math.floor(delivery.received_at / 1000) - Number(time);
}

/** `t=…,v1=…,v1=…,v0=…` in any order. Returns what is wrong with it as text. */
export function readSignature(header: string): Signature | string {
  let time: string | null = null;
  let signatures = 0;
  const candidates: Uint8Array[] = [];
  for (const item of header.split(',')) {
    if (item.startsWith('t=')) {
      // Two times are two deliveries in one: nobody can say which one was meant.
      if (time !== null) return 'Stripe-Signature names more than one time';
      time = item.slice(2);
    } else if (item.startsWith('v1=') && item.length > 3) {
      signatures += 1;
      const hex = item.slice(3);
      if (HEX_SHA256.test(hex)) candidates.push(bytesOf(hex));
    }
  }
  if (time === null) return 'Stripe-Signature names no time (t=)';
  if (!TIME.test(time)) return 'the time (t=) in Stripe-Signature is not a number of seconds';
  if (signatures === 0) return 'Stripe-Signature has no signature of the scheme v1';
  return { time, candidates };
}

function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * The envelope of a snapshot event (`object: event`) or a thin one (`v2.core.event`).
 *
 * The key is the event's id, and for a connected account or one of an organization `<account>/<event id>`: ids are
 * unique within an account, and an event id holds no slash.
 */
function readEvent(body: Uint8Array): Result<VerifiedEvent> {
  let parsed: unknown;
  try {
    // A byte order mark stays and fails; bytes that are not UTF-8 fail: what was signed is what is read.
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return fail('body_malformed', 'the body is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return fail('body_malformed', 'the body is not a JSON object');
  }
  const event: Partial<Record<string, unknown>> = { ...parsed };
  if (event.object !== 'event' && event.object !== 'v2.core.event') {
    return fail(
      'body_malformed',
      'the body is not an event (its `object` is neither event nor v2.core.event)',
    );
  }
  const { id, type } = event;
  if (!isName(id)) return fail('body_malformed', 'the event has no id');
  if (!isName(type)) return fail('body_malformed', 'the event has no type');
  // The last of a context is the account the object lies in. Snapshot events name it as `account` as well, thin
  // ones do not, and both must name one sale.
  const lastOf = (context: unknown) => (typeof context === 'string' ? context.split('/').at(-1) : context);
  const account = event.account ?? lastOf(event.context) ?? '';
  if (account !== '' && !isName(account)) return fail('body_malformed', "the event's account is not an id");

  return ok(
    verified({
      key: account === '' ? id : `${account}/${id}`,
      type,
      account,
      mode: typeof event.livemode === 'boolean' ? (event.livemode ? 'live' : 'test') : null,
      created_at: createdAt(event.created),
      headers: {},
      body,
    }),
  );
}

/** What tells events apart must come out of a database as it went in. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** Seconds in snapshot events, ISO text in thin ones. */
function createdAt(created: unknown): number | null {
  const ms =
    typeof created === 'number'
      ? created * 1000
      : typeof created === 'string'
        ? Date.parse(created)
        : Number.NaN;
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= LIMITS.latest_time_ms ? ms : null;
}

/** The headers Stripe would send with `body` at the time `at` (epoch ms). */
export async function sign(
  _type: string,
  body: Uint8Array,
  secret: string,
  at: number,
  digest: Digest,
): Promise<Record<string, string>> {
  const time = Math.floor(at / 1000);
  const mac = await digest.hmacSha256(secret, new TextEncoder().encode(`${time}.`), body);
  const hex = hexOf(mac);
  return { [SIGNATURE_HEADER]: `t=${time},v1=${hex}`, 'content-type': 'application/json; charset=utf-8' };
}
