/**
 * What was most likely wrong with a delivery that verify refused. It stands beside walk one: a person reads it, and
 * nothing is decided by it. What must never happen here: a secret or a part of the body in what is said, or a
 * header believed.
 */
import { provedCause } from '../../src/core/diagnosis.ts';
import type { Delivery, Refused } from '../../src/core/integration.ts';
import type { Digest } from '../../src/core/ports.ts';
import type { Diagnosis, DiagnosisCode } from '../../src/core/refusals.ts';
import type { Settings } from './settings.ts';
import { isOtherShop } from './shop.ts';
import { fits, hasTopic, readSignature, signatureOf } from './verify.ts';

export async function diagnose(refused: Refused<Settings>, digest: Digest): Promise<Diagnosis | null> {
  const { delivery, problem, settings } = refused;
  const header = signatureOf(delivery);
  switch (problem.code) {
    case 'signature_missing':
      return { code: 'signature_lost', certain: false, detail: whatCame(delivery) };
    case 'signature_malformed':
      return { code: 'signature_lost', certain: false, detail: whatIsWrong(header) };
    case 'body_malformed':
      return { code: whyNoEvent(delivery), certain: true, detail: problem.detail };
  }
  if (problem.code !== 'signature_wrong') return null;
  const signature = readSignature(header);
  if (signature === null) {
    return {
      code: 'signature_lost',
      certain: false,
      detail: header ? whatIsWrong(header) : whatCame(delivery),
    };
  }
  const proved = await provedCause(refused, {
    secrets: (it) => it.webhook_secrets,
    fits: (secret, body) => fits(signature, secret, body, digest),
  });
  return proved ?? likelyCause(delivery, settings);
}

/** The shop sends each event with its topic: where that is gone, the body may well be an event. */
function whyNoEvent(delivery: Delivery): DiagnosisCode {
  return delivery.body.length > 0 && !hasTopic(delivery) ? 'headers_lost' : 'not_an_event';
}

/** The kinds of secrets, by their looks: each signs webhooks that the other never signs. */
const KINDS = [
  { looks: /^(?:shpss_\w+|[0-9a-f]{32})$/, name: "an app's client secret", of: 'an app' },
  { looks: /^[0-9a-f]{64}$/, name: 'the key of Settings > Notifications', of: 'Settings > Notifications' },
] as const;

/** What no signature proves: the kind of secret that is not set signs as well. */
function likelyCause(delivery: Delivery, settings: Settings): Diagnosis {
  const { webhook_secrets: secrets } = settings;
  const shop = isOtherShop(delivery, settings.shop_domain)
    ? '. Its header names another shop than shop_domain'
    : '';
  const [set, ...more] = KINDS.filter(({ looks }) => secrets.some((it) => looks.test(it)));
  const other = KINDS.find((it) => it !== set);
  if (set && other && more.length === 0) {
    const detail = `what is set is ${set.name}; this webhook may be of ${other.of}, which is signed with ${other.name}`;
    return { code: 'other_secret_kind', certain: false, detail: `${detail}${shop}` };
  }
  const count =
    secrets.length === 1
      ? 'the secret of this source does not fit'
      : `none of ${secrets.length} secrets fits`;
  const token = secrets.some((it) => /^shp(?:at|ca|pa|ua)_/.test(it))
    ? ': an access token is set in its place, and those sign nothing'
    : '';
  return { code: 'secret_unknown', certain: false, detail: `${count}${token}${shop}` };
}

function whatCame(delivery: Delivery): string {
  const missing = 'there is no header X-Shopify-Hmac-Sha256';
  if (delivery.header('stripe-signature') !== undefined) {
    return `${missing}, but one of Stripe: that webhook belongs to a source of Stripe`;
  }
  return delivery.body.length === 0 ? `${missing}, and no body: like a probe` : missing;
}

function whatIsWrong(header: string): string {
  return header.includes(',')
    ? 'two headers X-Shopify-Hmac-Sha256 were joined into one'
    : 'X-Shopify-Hmac-Sha256 is not base64 of 32 bytes: it was cut or encoded anew';
}
