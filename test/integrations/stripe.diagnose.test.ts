import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { problem } from '../../src/core/problem.ts';
import { bytes, diagnosed, refusedOf, rewritten, type Try, tellsNoSecret } from '../fakes/refusals.ts';
import { digest } from '../house.ts';

const OWN = 'whsec_0wnB2q9vX7LkQmZr';
const LIVE = 'whsec_1iveT5n8YpWc3HdS';
const OTHER = 'whsec_0therJ6fGkRb4MxUa';

/** As Stripe writes it: indented, with the text of buyers as it is, and empty objects left open. */
const EVENT = JSON.stringify(
  {
    id: 'evt_1',
    object: 'event',
    created: 1793613600,
    data: {
      object: {
        id: 'cs_1',
        object: 'checkout.session',
        amount_total: 14900,
        customer_details: { name: 'Zoë & Søn <Århus>', email: 'zoe@example.com' },
        custom_fields: [],
        metadata: { 10: 'b', 9: 'a' },
        success_url: 'https://acme.example/thanks',
      },
    },
    livemode: false,
    type: 'checkout.session.completed',
  },
  null,
  2,
);
const dense = (body: string) => JSON.stringify(JSON.parse(body));
/** Numbers and the order of keys as a reader that keeps both would have them. */
const WIDE =
  '{\n  "b": 866550311766439020,\n  "10": 1.50,\n  "9": 1E3,\n  "livemode": false,\n  "none": {\n  },\n  "empty": [\n\n  ]\n}';
const WIDE_DENSE = '{"b":866550311766439020,"10":1.50,"9":1E3,"livemode":false,"none":{},"empty":[]}';

const base: Try = { secret: OWN, body: EVENT, settings: { webhook_secrets: [OWN] } };
const neighbors = [
  { source: 'stripe-live', mode: 'live' as const, secrets: ['whsec_rolled0utAndGone', LIVE] },
  { source: 'stripe-two', mode: 'test' as const, secrets: [OTHER] },
];
const ascii = (it: string) =>
  it.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('what a signature proves', () => {
  test.each<[string, Partial<Try>, string, RegExp]>([
    [
      'the secret of a source of the other mode',
      { secret: LIVE, neighbors },
      'other_mode_secret',
      /^its secret is set for the source stripe-live \(mode live\), and it came to a source of mode test$/,
    ],
    [
      'the secret of another source of its mode',
      { secret: OTHER, neighbors },
      'other_source_secret',
      /stripe-two/,
    ],
    [
      'a line break added',
      { altered: rewritten((it) => `${it}\n`) },
      'body_altered',
      /line break at its end.*this source$/,
    ],
    ['a Windows line break added', { altered: rewritten((it) => `${it}\r\n`) }, 'body_altered', /line break/],
    [
      'a line break taken',
      { body: `${EVENT}\n`, altered: rewritten((it) => it.trimEnd()) },
      'body_altered',
      /line break/,
    ],
    [
      'Windows line ends',
      { altered: rewritten((it) => it.replaceAll('\n', '\r\n')) },
      'body_altered',
      /line ends/,
    ],
    [
      'Windows line ends and one more',
      { altered: rewritten((it) => `${it.replaceAll('\n', '\r\n')}\r\n`) },
      'body_altered',
      /line ends/,
    ],
    ['a byte order mark', { altered: rewritten((it) => `\ufeff${it}`) }, 'body_altered', /byte order mark/],
    ['put on one line', { altered: rewritten(dense) }, 'body_altered', /formatting/],
    [
      'put on one line, its letters escaped',
      { altered: rewritten((it) => ascii(dense(it))) },
      'body_altered',
      /formatting/,
    ],
    [
      'indented otherwise',
      { altered: rewritten((it) => JSON.stringify(JSON.parse(it), null, 4)) },
      'body_altered',
      /formatting/,
    ],
    [
      'its slashes escaped',
      { altered: rewritten((it) => it.replaceAll('/', '\\/')) },
      'body_altered',
      /formatting/,
    ],
    [
      'large numbers and the order of keys kept',
      { body: WIDE, altered: () => bytes(WIDE_DENSE) },
      'body_altered',
      /formatting/,
    ],
    [
      'an empty list without its empty line',
      { body: WIDE.replace('[\n\n', '[\n'), altered: () => bytes(WIDE_DENSE) },
      'body_altered',
      /formatting/,
    ],
    [
      'a body taken for Latin-1',
      { altered: (body) => bytes(Array.from(body, (it) => String.fromCharCode(it)).join('')) },
      'body_altered',
      /encoding/,
    ],
    [
      'a body made Latin-1',
      { altered: (body) => Uint8Array.from(new TextDecoder().decode(body), (it) => it.charCodeAt(0)) },
      'body_altered',
      /encoding/,
    ],
    [
      'altered, and for another source',
      { secret: LIVE, neighbors, altered: rewritten(dense) },
      'body_altered',
      /the source stripe-live \(mode live\)$/,
    ],
  ])('%s', async (_, differs, code, detail) => {
    const found = await diagnosed(stripe, { ...base, ...differs });
    expect(found).toMatchObject({ code, certain: true, detail: expect.stringMatching(detail) });
  });

  test('a clock that is behind: nobody signs in the future', async () => {
    expect(await diagnosed(stripe, { ...base, ahead_ms: -7_200_000 })).toEqual({
      code: 'clock_off',
      certain: true,
      detail: "this machine's clock is 7200 s behind the shop's",
    });
  });

  test.each(['no JSON', '[]', '{"object":"customer"}'])('%s, rightly signed, is no event', async (body) => {
    expect(await diagnosed(stripe, { ...base, body })).toMatchObject({ code: 'not_an_event', certain: true });
  });
});

describe('what is only likely', () => {
  const unknown = { ...base, secret: 'whsec_0fNobodyHere' };
  test.each<[string, Partial<Try>, string, string]>([
    ['nobody knows the secret', {}, 'secret_unknown', 'the secret of this source does not fit'],
    [
      'nobody knows it, of several',
      { settings: { webhook_secrets: [OWN, OTHER] }, neighbors },
      'secret_unknown',
      'none of 2 secrets fits',
    ],
    [
      'the body says live',
      { body: EVENT.replace('"livemode": false', '"livemode": true') },
      'other_mode_secret',
      'the body says mode live, this source is of mode test',
    ],
    [
      'an old signature: the clock, or a delivery that was held back or sent again',
      { secret: OWN, ahead_ms: 301_000 },
      'clock_off',
      "by this machine's clock it was signed 301 s before it came: the clock is ahead, or the delivery is old",
    ],
    [
      'an API key in its place',
      { settings: { webhook_secrets: ['sk_test_0123456789abcdef'] } },
      'secret_unknown',
      'the secret of this source does not fit: an API key is set in its place, and those sign nothing; the right one begins with whsec_',
    ],
    [
      'something else in its place',
      { settings: { webhook_secrets: [OWN, 'we_0123456789abcdef'] } },
      'secret_unknown',
      'none of 2 secrets fits: 1 of them does not begin with whsec_',
    ],
    [
      'the time is off as well',
      { ahead_ms: 400_000 },
      'secret_unknown',
      "the secret of this source does not fit. The time that it names is far off as well: by it, this machine's clock is 400 s ahead of the shop's",
    ],
    [
      'a byte was changed',
      { secret: OWN, altered: rewritten((it) => it.replace('cs_1', 'cs_2')) },
      'secret_unknown',
      'the secret of this source does not fit',
    ],
  ])('%s', async (_, differs, code, detail) => {
    expect(await diagnosed(stripe, { ...unknown, ...differs })).toEqual({ code, certain: false, detail });
  });

  const header = (change: (it: string) => string) => (signed: Record<string, string>) => ({
    ...signed,
    'stripe-signature': change(signed['stripe-signature'] ?? ''),
  });
  test.each<[string, Partial<Try>, string]>([
    ['no header', { headers: () => ({}) }, 'there is no header Stripe-Signature'],
    [
      'nothing at all',
      { headers: () => ({}), altered: () => new Uint8Array() },
      'there is no header Stripe-Signature, and no body: like a probe',
    ],
    [
      'a webhook of another shop',
      { headers: () => ({ 'x-shopify-hmac-sha256': 'x' }) },
      'there is no header Stripe-Signature, but one of Shopify: that webhook belongs to a source of Shopify',
    ],
    [
      'the header twice',
      { headers: header((it) => `${it},${it}`) },
      'two headers Stripe-Signature were joined into one',
    ],
    [
      'blanks in it',
      { headers: header((it) => it.replaceAll(',', ', ')) },
      'Stripe-Signature has blanks after its commas, which Stripe does not write',
    ],
    [
      'no time',
      { headers: header((it) => it.replace(/^t=\d+,/, '')) },
      'Stripe-Signature names no time (t=)',
    ],
    ['something else', { headers: header(() => 'Bearer x') }, 'Stripe-Signature names no time (t=)'],
  ])('a signature lost: %s', async (_, differs, detail) => {
    expect(await diagnosed(stripe, { ...base, ...differs })).toEqual({
      code: 'signature_lost',
      certain: false,
      detail,
    });
  });

  test('of a problem that is no refusal nothing is said', async () => {
    const refused = await refusedOf(stripe, unknown);
    expect(await stripe.diagnose({ ...refused, problem: problem('body_too_large') }, digest)).toBeNull();
  });
});

describe('what a stranger can do', () => {
  test('a large body is not tried in other spellings, but for the others’ secrets', async () => {
    const large = EVENT.replace('"evt_1"', `"evt_1", "filler": "${'x'.repeat(LIMITS.diagnosed_bytes)}"`);
    const altered = rewritten((it) => `${it}\n`);
    expect(await diagnosed(stripe, { ...base, body: large, altered })).toMatchObject({
      code: 'secret_unknown',
    });
    expect(await diagnosed(stripe, { ...base, body: large, secret: LIVE, neighbors })).toMatchObject({
      code: 'other_mode_secret',
      certain: true,
    });
  });

  test.each([
    ['nested without end', '['.repeat(200_000)],
    ['nested and closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nested as far as is read, and wide', `${'['.repeat(60)}${'0,'.repeat(15_000)}0${']'.repeat(60)}`],
    ['many values', `[${'0,'.repeat(120_000)}0]`],
    ['line breaks', '\n'.repeat(250_000)],
    ['one long text', `"${'\\n'.repeat(120_000)}"`],
    ['a text without end', `"${'\\n'.repeat(120_000)}`],
    ['blanks', `${' '.repeat(250_000)}x`],
  ])('%s costs few signatures and ends', async (_, body) => {
    let signatures = 0;
    const counted = {
      ...digest,
      hmacSha256: (...of: Parameters<typeof digest.hmacSha256>) => {
        signatures += 1;
        return digest.hmacSha256(...of);
      },
    };
    const many = Array.from({ length: 100 }, (_, at) => ({
      source: `s${at}`,
      mode: 'live' as const,
      secrets: [`whsec_${at}`],
    }));
    const refused = await refusedOf(stripe, { ...base, secret: 'whsec_0fNobodyHere', body, neighbors: many });
    expect(await stripe.diagnose(refused, counted)).toMatchObject({ certain: false });
    expect(signatures).toBeLessThanOrEqual(3 * LIMITS.diagnosed_tries);
  });

  test('whatever comes, it never throws, and never tells a secret or a part of one', async () => {
    await tellsNoSecret(stripe, {
      secret: fc.stringMatching(/^(?:whsec_|sk_live_|)[A-Za-z0-9]{16,40}$/),
      header: 'stripe-signature',
      signature: fc.constant(`t=1793613600,v1=${'a'.repeat(64)}`),
      event: EVENT,
    });
  });
});
