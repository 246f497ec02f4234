import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { problem } from '../../src/core/problem.ts';
import { diagnosed, refusedOf, rewritten, type Try, tellsNoSecret } from '../fakes/refusals.ts';
import { digest } from '../house.ts';

const APP = 'shpss_0123456789abcdef0123456789abcdef';
const OLD_APP = '89ab4567cdef012389ab4567cdef0123';
const PAGE = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';
const OTHER_PAGE = 'aa1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1aa';

/** As Shopify writes it: on one line, slashes and what HTML reads escaped, ids beyond what JavaScript counts. */
const ORDER =
  '{"id":820982911946154508,"admin_graphql_api_id":"gid:\\/\\/shopify\\/Order\\/820982911946154508","note":"Zoë \\u0026 Søn \\u003cÅrhus\\u003e","total_price":"199.00","line_items":[],"order_status_url":"https:\\/\\/acme.example\\/1?key=a\\u0026b=c"}';
/** What a proxy makes of it that reads JSON without losing digits. */
const unescaped = (it: string) =>
  it
    .replaceAll('\\/', '/')
    .replace(/\\u00(26|3c|3e)/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
const indented = (it: string) =>
  unescaped(it)
    .replace('{', '{\n    ')
    .replaceAll(',"', ',\n    "')
    .replaceAll('":', '": ')
    .replace(/\}$/, '\n}');

const base: Try = { secret: PAGE, body: ORDER, settings: { webhook_secrets: [PAGE] } };
const neighbors = [
  { source: 'shop-live', mode: 'live' as const, secrets: [APP] },
  { source: 'shop-two', mode: 'test' as const, secrets: [OTHER_PAGE] },
];

describe('what a signature proves', () => {
  test.each<[string, Partial<Try>, string, RegExp]>([
    [
      'the secret of a source of the other mode',
      { secret: APP, neighbors },
      'other_mode_secret',
      /shop-live \(mode live\)/,
    ],
    [
      'the secret of another source of its mode',
      { secret: OTHER_PAGE, neighbors },
      'other_source_secret',
      /shop-two/,
    ],
    [
      'a line break added',
      { altered: rewritten((it) => `${it}\n`) },
      'body_altered',
      /line break at its end/,
    ],
    ['a byte order mark', { altered: rewritten((it) => `\ufeff${it}`) }, 'body_altered', /byte order mark/],
    ['slashes and signs written plainly', { altered: rewritten(unescaped) }, 'body_altered', /formatting/],
    ['indented', { altered: rewritten(indented) }, 'body_altered', /formatting/],
    [
      'letters escaped',
      {
        body: unescaped(ORDER).replaceAll('/', '\\/'),
        altered: rewritten((it) => it.replaceAll('ë', '\\u00eb')),
      },
      'body_altered',
      /formatting/,
    ],
    [
      'altered, and for another source',
      { secret: APP, neighbors, altered: rewritten(unescaped) },
      'body_altered',
      /shop-live/,
    ],
  ])('%s', async (_, differs, code, detail) => {
    const found = await diagnosed(shopify, { ...base, ...differs });
    expect(found).toMatchObject({ code, certain: true, detail: expect.stringMatching(detail) });
  });

  test.each([
    ['taken away', {}],
    ['doubled', { 'x-shopify-topic': 'orders/paid, orders/paid' }],
  ])('a topic that was %s on the way makes no stranger of the shop', async (_, topic) => {
    const headers = ({ 'x-shopify-topic': _topic, ...rest }: Record<string, string>) => ({
      ...rest,
      ...topic,
    });
    expect(await diagnosed(shopify, { ...base, headers })).toMatchObject({
      code: 'headers_lost',
      certain: true,
    });
  });

  test('a body of nothing, rightly signed, is no event', async () => {
    expect(await diagnosed(shopify, { ...base, body: '' })).toMatchObject({
      code: 'not_an_event',
      certain: true,
    });
  });
});

describe('what is only likely', () => {
  const set = (...webhook_secrets: string[]) => ({ settings: { webhook_secrets } });
  const unknown = { ...base, secret: 'a secret that nobody here has' };
  test.each<[string, Partial<Try>, string, string]>([
    [
      'only the secret of an app is set',
      set(APP),
      'other_secret_kind',
      "what is set is an app's client secret; this webhook may be of Settings > Notifications, which is signed with the key of Settings > Notifications",
    ],
    [
      'only secrets of older apps are set',
      set(OLD_APP, OLD_APP),
      'other_secret_kind',
      "what is set is an app's client secret; this webhook may be of Settings > Notifications, which is signed with the key of Settings > Notifications",
    ],
    [
      'only the key of the page is set',
      set(PAGE),
      'other_secret_kind',
      "what is set is the key of Settings > Notifications; this webhook may be of an app, which is signed with an app's client secret",
    ],
    ['both kinds are set', set(PAGE, APP), 'secret_unknown', 'none of 2 secrets fits'],
    [
      'a secret of no known kind is set',
      set('something'),
      'secret_unknown',
      'the secret of this source does not fit',
    ],
    [
      'a token is set in its place',
      set('shpat_0123456789abcdef0123456789abcdef'),
      'secret_unknown',
      'the secret of this source does not fit: an access token is set in its place, and those sign nothing',
    ],
    [
      'the header names another shop',
      {
        settings: { webhook_secrets: [PAGE, APP], shop_domain: 'acme.myshopify.com' },
        headers: (signed) => ({ ...signed, 'x-shopify-shop-domain': 'Other.myshopify.com' }),
      },
      'secret_unknown',
      'none of 2 secrets fits. Its header names another shop than shop_domain',
    ],
  ])('%s', async (_, differs, code, detail) => {
    expect(await diagnosed(shopify, { ...unknown, ...differs })).toEqual({ code, certain: false, detail });
  });

  const header = (change: (it: string) => string) => (signed: Record<string, string>) => ({
    ...signed,
    'x-shopify-hmac-sha256': change(signed['x-shopify-hmac-sha256'] ?? ''),
  });
  test.each<[string, Partial<Try>, string]>([
    ['no header', { headers: () => ({}) }, 'there is no header X-Shopify-Hmac-Sha256'],
    [
      'nothing at all',
      { headers: () => ({}), altered: () => new Uint8Array() },
      'there is no header X-Shopify-Hmac-Sha256, and no body: like a probe',
    ],
    [
      'a webhook of another shop',
      { headers: () => ({ 'stripe-signature': 't=1,v1=x' }) },
      'there is no header X-Shopify-Hmac-Sha256, but one of Stripe: that webhook belongs to a source of Stripe',
    ],
    [
      'the header twice',
      { headers: header((it) => `${it}, ${it}`) },
      'two headers X-Shopify-Hmac-Sha256 were joined into one',
    ],
    [
      'the header cut',
      { headers: header((it) => it.slice(0, 20)) },
      'X-Shopify-Hmac-Sha256 is not base64 of 32 bytes: it was cut or encoded anew',
    ],
  ])('a signature lost: %s', async (_, differs, detail) => {
    expect(await diagnosed(shopify, { ...base, ...differs })).toEqual({
      code: 'signature_lost',
      certain: false,
      detail,
    });
  });

  test('of a problem that is no refusal nothing is said', async () => {
    const refused = await refusedOf(shopify, unknown);
    expect(await shopify.diagnose({ ...refused, problem: problem('body_too_large') }, digest)).toBeNull();
  });
});

test('whatever comes, it never throws, and never tells a secret or a part of one', async () => {
  await tellsNoSecret(shopify, {
    secret: fc.stringMatching(/^[0-9a-f]{64}$|^[0-9a-f]{32}$|^shpss_[0-9a-f]{32}$|^shpat_[0-9a-f]{32}$/),
    header: 'x-shopify-hmac-sha256',
    signature: fc.constant(`${'A'.repeat(43)}=`),
    event: ORDER,
  });
});
