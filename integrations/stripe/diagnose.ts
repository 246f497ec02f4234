/**
 * What was most likely wrong with a delivery that verify refused. It stands beside walk one: a person reads it, and
 * nothing is decided by it. What must never happen here: a secret or a part of the body in what is said, or the
 * body believed.
 */
import { provedCause } from '../../src/core/diagnosis.ts';
import type { Delivery, Refused } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Digest } from '../../src/core/ports.ts';
import type { Diagnosis } from '../../src/core/refusals.ts';
import type { StripeSettings } from './settings.ts';
import { ageOf, fits, readSignature, SIGNATURE_HEADER, type Signature } from './verify.ts';

export async function diagnose(refused: Refused<StripeSettings>, digest: Digest): Promise<Diagnosis | null> {
  const { delivery, problem } = refused;
  const header = delivery.header(SIGNATURE_HEADER) ?? '';
  switch (problem.code) {
    case 'signature_missing':
      return { code: 'signature_lost', certain: false, detail: whatCame(delivery) };
    case 'signature_malformed':
      return { code: 'signature_lost', certain: false, detail: whatIsWrong(header, problem.detail) };
    case 'body_malformed':
      return { code: 'not_an_event', certain: true, detail: problem.detail };
  }
  const signature = readSignature(header);
  if (typeof signature === 'string') return null;
  if (problem.code === 'signature_stale') {
    return clockOff(ageOf(signature, delivery));
  }
  if (problem.code !== 'signature_wrong') return null;
  const proved = await provedCause(refused, {
    secrets: (settings) => settings.webhook_secrets,
    fits: (secret, body) => fits(signature, secret, body, digest),
  });
  const found = proved ?? likelyCause(refused);
  const more = staleToo(signature, delivery);
  return more ? { ...found, detail: `${found.detail}. ${more}` } : found;
}

/** What no signature proves: what the body claims of itself, and what the secrets look like. */
function likelyCause({ delivery, settings, mode }: Refused<StripeSettings>): Diagnosis {
  const claimed = claimedMode(delivery.body);
  if (claimed !== null && claimed !== mode) {
    const detail = `the body says mode ${claimed}, this source is of mode ${mode}`;
    return { code: 'other_mode_secret', certain: false, detail };
  }
  const { webhook_secrets: secrets } = settings;
  const odd = secrets.filter((it) => !it.startsWith('whsec_'));
  const count =
    secrets.length === 1
      ? 'the secret of this source does not fit'
      : `none of ${secrets.length} secrets fits`;
  const isKey = odd.some((it) => /^(?:sk|rk|pk)_/.test(it));
  const look =
    odd.length === 0
      ? ''
      : isKey
        ? ': an API key is set in its place, and those sign nothing; the right one begins with whsec_'
        : `: ${secrets.length === 1 ? 'it' : `${odd.length} of them`} does not begin with whsec_`;
  return { code: 'secret_unknown', certain: false, detail: `${count}${look}` };
}

/** What the body, which nobody has proved, says of its mode. */
function claimedMode(body: Uint8Array): 'live' | 'test' | null {
  if (body.length > LIMITS.diagnosed_bytes) return null;
  try {
    const claimed: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof claimed !== 'object' || claimed === null || !('livemode' in claimed)) return null;
    const { livemode } = claimed;
    return typeof livemode === 'boolean' ? (livemode ? 'live' : 'test') : null;
  } catch {
    return null;
  }
}

/** Nothing is signed in the future; an old signature may also be of a delivery that was held back or sent again. */
function clockOff(age: number): Diagnosis {
  if (age < 0) return { code: 'clock_off', certain: true, detail: clocks(age) };
  const detail = `by this machine's clock it was signed ${age} s before it came: the clock is ahead, or the delivery is old`;
  return { code: 'clock_off', certain: false, detail };
}

function clocks(age: number): string {
  const where = age > 0 ? 'ahead of' : 'behind';
  return `this machine's clock is ${Math.abs(age)} s ${where} the shop's`;
}

function staleToo(signature: Signature, delivery: Delivery): string | null {
  const age = ageOf(signature, delivery);
  if (Math.abs(age) * 1000 <= LIMITS.signature_tolerance_ms) return null;
  return `The time that it names is far off as well: by it, ${clocks(age)}`;
}

function whatCame(delivery: Delivery): string {
  const missing = 'there is no header Stripe-Signature';
  if (delivery.header('x-shopify-hmac-sha256') !== undefined) {
    return `${missing}, but one of Shopify: that webhook belongs to a source of Shopify`;
  }
  return delivery.body.length === 0 ? `${missing}, and no body: like a probe` : missing;
}

function whatIsWrong(header: string, otherwise: string): string {
  const times = header.split(/,\s*/).filter((it) => it.startsWith('t=')).length;
  if (times > 1) return 'two headers Stripe-Signature were joined into one';
  if (/,\s/.test(header)) return 'Stripe-Signature has blanks after its commas, which Stripe does not write';
  return otherwise;
}
