/** Verification: our own reading of the signature, held beside the real SDK's over the same requests. */
import '@shopify/shopify-api/adapters/web-api';
import { createHash, createHmac } from 'node:crypto';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalize } from '../../integrations/shopify/normalize.ts';
import { settings } from '../../integrations/shopify/settings.ts';
import { sign, verify } from '../../integrations/shopify/verify.ts';
import type { Digest } from '../../src/core/ports.ts';
import { PROBLEMS } from '../../src/core/problems.ts';

const SECRET = 'shpss_test_5d41402abc4b2a76';
const OLD = 'shpss_test_7d793037a0760186';
const digest: Digest = {
  hmacSha256: (secret, ...parts) =>
    parts.reduce((it, part) => it.update(part), createHmac('sha256', secret)).digest(),
  sha256: (...parts) => parts.reduce((it, part) => it.update(part), createHash('sha256')).digest(),
};
const sdk = shopifyApi({
  apiSecretKey: SECRET,
  apiKey: 'key',
  apiVersion: ApiVersion.October26,
  hostName: 'keyferry.example',
  isEmbeddedApp: false,
  logger: { log: () => {}, level: LogSeverity.Error },
});

const bytes = (text: string) => new TextEncoder().encode(text);
const BODY = bytes('{"id":6100000000001,"financial_status":"paid"}');
const base64 = (body: Uint8Array, secret = SECRET) =>
  createHmac('sha256', secret).update(body).digest('base64');
const HEADERS = {
  'x-shopify-topic': 'orders/paid',
  'x-shopify-shop-domain': 'acme.myshopify.com',
  'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  'x-shopify-api-version': '2026-10',
};
type Headers = Readonly<Record<string, string | undefined>>;

/** Through a real Request, as both doors see it. */
async function ours(body: Uint8Array, headers: Headers, secrets: readonly string[] = [SECRET]) {
  const request = requestOf(body, headers);
  return verify(
    { header: (name) => request.headers.get(name) ?? undefined, body, received_at: 0 },
    settings.parse({ webhook_secrets: secrets }),
    digest,
  );
}

function requestOf(body: Uint8Array, headers: Headers): Request {
  const given = Object.entries(headers).filter((it): it is [string, string] => it[1] !== undefined);
  return new Request('https://keyferry.example/webhooks/shopify', {
    method: 'POST',
    headers: given,
    body: new Uint8Array(body),
  });
}

async function theirs(body: Uint8Array, headers: Headers) {
  const rawRequest = requestOf(body, headers);
  return sdk.webhooks.validate({ rawBody: await rawRequest.clone().text(), rawRequest });
}

const signed = (body: Uint8Array, more: Headers = {}): Headers => ({
  ...HEADERS,
  'x-shopify-hmac-sha256': base64(body),
  ...more,
});
const flip = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
/** Another spelling of the same 32 bytes: the last letter's two idle bits set. */
const respelled = (text: string) => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = letters.indexOf(text.charAt(42));
  return `${text.slice(0, 42)}${letters.charAt(last + 1)}=`;
};
const hmac = base64(BODY);
const urlSafe = (() => {
  // A body whose signature has a + or a /, so that the url-safe spelling differs.
  for (let n = 0; ; n++) {
    const body = bytes(`{"id":${n}}`);
    if (/[+/]/.test(base64(body)))
      return { body, text: base64(body).replaceAll('+', '-').replaceAll('/', '_') };
  }
})();

describe('the same as the SDK', () => {
  const cases: readonly [string, Uint8Array, Headers, 'accepted' | string][] = [
    ['a genuine delivery', BODY, signed(BODY), 'accepted'],
    [
      'a genuine delivery of text beyond ASCII',
      bytes('{"name":"Ada Łovelace 🗝"}'),
      signed(bytes('{"name":"Ada Łovelace 🗝"}')),
      'accepted',
    ],
    ['a genuine delivery that is no JSON', bytes('id=1'), signed(bytes('id=1')), 'accepted'],
    [
      'white space around the signature',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': `  ${hmac}\t` }),
      'accepted',
    ],
    [
      'another topic than was sent: it is not signed',
      BODY,
      signed(BODY, { 'x-shopify-topic': 'refunds/create' }),
      'accepted',
    ],
    [
      'another shop than was sent: it is not signed',
      BODY,
      signed(BODY, { 'x-shopify-shop-domain': 'evil.example' }),
      'accepted',
    ],
    [
      'a delivery triggered long ago',
      BODY,
      signed(BODY, { 'x-shopify-triggered-at': '2019-01-01T00:00:00Z' }),
      'accepted',
    ],
    ['no signature', BODY, signed(BODY, { 'x-shopify-hmac-sha256': undefined }), 'signature_missing'],
    ['an empty signature', BODY, signed(BODY, { 'x-shopify-hmac-sha256': '' }), 'signature_missing'],
    [
      'a signature of another secret',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': base64(BODY, OLD) }),
      'signature_wrong',
    ],
    ['a signature of another body', BODY, signed(bytes('{}')), 'signature_wrong'],
    [
      'a body re-serialized by a proxy',
      bytes('{"id": 6100000000001, "financial_status": "paid"}'),
      signed(BODY),
      'signature_wrong',
    ],
    [
      'a line end added by a proxy',
      bytes('{"id":6100000000001,"financial_status":"paid"}\n'),
      signed(BODY),
      'signature_wrong',
    ],
    [
      'one letter of the signature altered',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': flip(hmac) }),
      'signature_wrong',
    ],
    [
      'a signature in hex',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': Buffer.from(hmac, 'base64').toString('hex') }),
      'signature_malformed',
    ],
    [
      'a signature in url-safe base64',
      urlSafe.body,
      signed(urlSafe.body, { 'x-shopify-hmac-sha256': urlSafe.text }),
      'signature_malformed',
    ],
    [
      'a signature without its padding',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': hmac.slice(0, -1) }),
      'signature_malformed',
    ],
    [
      'a signature in another spelling of the same bytes',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': respelled(hmac) }),
      'signature_malformed',
    ],
    [
      'two signatures in one header',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': `${hmac}, ${hmac}` }),
      'signature_malformed',
    ],
    [
      'a signature with a scheme before it',
      BODY,
      signed(BODY, { 'x-shopify-hmac-sha256': `sha256=${hmac}` }),
      'signature_malformed',
    ],
    ['an empty body', bytes(''), signed(bytes('')), 'body_malformed'],
    ['no topic', BODY, signed(BODY, { 'x-shopify-topic': undefined }), 'body_malformed'],
    ['a blank topic', BODY, signed(BODY, { 'x-shopify-topic': ' ' }), 'body_malformed'],
  ];

  test.each(cases)('%s', async (_, body, headers, expected) => {
    const result = await ours(body, headers);
    expect(result.ok ? 'accepted' : result.problem.code).toBe(expected);
    expect((await theirs(body, headers)).valid).toBe(result.ok);
  });

  test.each([
    ['a wrong one', base64(bytes('{}'))],
    ['one that is no signature', 'invalid'],
    ['an empty one', ''],
    ['none', undefined],
  ])(
    "on privacy topics any HMAC that is not right is answered with 401, as the shop's review demands: %s",
    async (_, it) => {
      for (const topic of ['customers/data_request', 'customers/redact', 'shop/redact']) {
        const headers = signed(BODY, { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': it });
        const result = await ours(BODY, headers);
        expect(result).toMatchObject({ ok: false, problem: { code: 'signature_wrong' } });
        expect((await theirs(BODY, headers)).valid).toBe(false);
      }
      expect(PROBLEMS.signature_wrong.status).toBe(401);
    },
  );

  test('any single change to body or signature is refused by both', async () => {
    const place = fc.record({ at: fc.nat(BODY.length - 1), bit: fc.integer({ min: 0, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, bit }) => {
        const altered = BODY.map((it, index) => (index === at ? it ^ (1 << bit) : it));
        expect((await ours(altered, signed(BODY))).ok).toBe(false);
        expect((await theirs(altered, signed(BODY))).valid).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('any body and any signature-like header are judged alike', async () => {
    const body = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((it) => !it.startsWith('\ufeff'))
      .map(bytes);
    const signature = fc.oneof(
      fc.constant('right' as const),
      fc.base64String({ minLength: 40, maxLength: 48 }),
      fc.string({ maxLength: 50, unit: 'grapheme-ascii' }),
    );
    await fc.assert(
      fc.asyncProperty(body, signature, async (raw, given) => {
        const headers = signed(raw, given === 'right' ? {} : { 'x-shopify-hmac-sha256': given });
        expect((await ours(raw, headers)).ok).toBe((await theirs(raw, headers)).valid);
      }),
      { numRuns: 100 },
    );
  });
});

describe('on purpose other than the SDK', () => {
  const bom = new Uint8Array([0xef, 0xbb, 0xbf, ...BODY]);
  const invalid = new Uint8Array([...BODY, 0xff, 0xfe]);
  const onlyTopic = { 'x-shopify-topic': 'orders/paid', 'x-shopify-hmac-sha256': hmac };
  const events = signed(BODY, { 'shopify-hmac-sha256': 'garbage' });
  const cases: readonly [string, Uint8Array, Headers][] = [
    ['a byte order mark is part of what is signed', bom, signed(bom)],
    ['invalid UTF-8 is signed as it is', invalid, signed(invalid)],
    ['of the other headers only the topic is needed', BODY, onlyTopic],
    ['the headers of the next-generation Events are not looked at', BODY, events],
  ];
  test.each(cases)('%s', async (_, body, headers) => {
    expect((await ours(body, headers)).ok).toBe(true);
    expect((await theirs(body, headers)).valid).toBe(false);
  });

  test('any of several secrets fits, for rotation', async () => {
    const headers = signed(BODY, { 'x-shopify-hmac-sha256': base64(BODY, OLD) });
    expect((await ours(BODY, headers, [SECRET, OLD])).ok).toBe(true);
    expect((await ours(BODY, signed(BODY), [OLD, SECRET])).ok).toBe(true);
    expect((await ours(BODY, signed(BODY), [OLD])).ok).toBe(false);
  });

  test('a topic that a proxy doubled is refused: a paid order must not pass for an unknown topic', async () => {
    const headers = signed(BODY, { 'x-shopify-topic': 'orders/paid, orders/create' });
    const result = await ours(BODY, headers);
    expect(result.ok ? 'accepted' : result.problem.code).toBe('body_malformed');
    expect((await theirs(BODY, headers)).valid).toBe(true);
  });

  test('a missing topic is refused only after the signature was found right', async () => {
    const headers = signed(BODY, { 'x-shopify-topic': undefined, 'x-shopify-hmac-sha256': flip(hmac) });
    const result = await ours(BODY, headers);
    expect(result.ok || result.problem.code).toBe('signature_wrong');
  });
});

describe('the verified event', () => {
  const eventOf = async (body: Uint8Array, headers: Headers) => {
    const result = await ours(body, headers);
    if (!result.ok) throw new Error(result.problem.detail);
    return result.value;
  };

  test('says what was signed, and nothing that was not', async () => {
    const headers = signed(BODY, {
      'x-shopify-topic': 'Orders/Paid',
      'x-shopify-event-id': 'e1',
      'x-shopify-triggered-at': '2026-11-02T10:00:00.123456789Z',
      'x-other': 'dropped',
    });
    expect(await eventOf(BODY, headers)).toEqual({
      key: createHash('sha256').update('orders/paid\n').update(BODY).digest('hex'),
      type: 'orders/paid',
      account: '',
      mode: null,
      created_at: null,
      headers: {
        'x-shopify-topic': 'Orders/Paid',
        'x-shopify-shop-domain': 'acme.myshopify.com',
        'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        'x-shopify-event-id': 'e1',
        'x-shopify-triggered-at': '2026-11-02T10:00:00.123456789Z',
        'x-shopify-api-version': '2026-10',
      },
      body: BODY,
    });
  });

  test('is the same event whatever the unsigned ids say', async () => {
    const one = await eventOf(BODY, signed(BODY));
    const again = await eventOf(
      BODY,
      signed(BODY, { 'x-shopify-webhook-id': 'another', 'x-shopify-event-id': 'x' }),
    );
    expect(again.key).toBe(one.key);
  });

  test('is another event under another topic, or with another body', async () => {
    const keys = [
      (await eventOf(BODY, signed(BODY))).key,
      (await eventOf(BODY, signed(BODY, { 'x-shopify-topic': 'orders/updated' }))).key,
      (await eventOf(bytes('{}'), signed(bytes('{}')))).key,
    ];
    expect(new Set(keys).size).toBe(3);
  });
});

describe('a source that names its shop', () => {
  const acme = 'acme.myshopify.com';
  const other = 'other.myshopify.com';
  const readingOf = async (type: string, body: string, domain: string | undefined, shop_domain?: string) => {
    const raw = bytes(body);
    const headers = signed(raw, { 'x-shopify-topic': type, 'x-shopify-shop-domain': domain });
    const request = requestOf(raw, headers);
    const result = await verify(
      { header: (name) => request.headers.get(name) ?? undefined, body: raw, received_at: 0 },
      settings.parse({ webhook_secrets: SECRET, ...(shop_domain && { shop_domain }) }),
      digest,
    );
    if (!result.ok) throw new Error(result.problem.code);
    const reading = normalize({ ...result.value, id: 'evt_1', source: 's', received_at: 0 }, []);
    if (reading.is === 'request') return ['request', reading.request.kind];
    const problem = reading.is === 'facts' ? reading.remark : reading.problem;
    return [reading.is, problem?.code, problem?.detail];
  };
  const gone = (domain: string) => JSON.stringify({ id: 1, myshopify_domain: domain });
  const redact = (domain: string) => JSON.stringify({ shop_id: 1, shop_domain: domain });
  const edit = '{"order_edit":{"id":1,"order_id":2}}';
  const order = JSON.stringify({
    id: 1,
    updated_at: '2026-11-02T10:00:00Z',
    cancelled_at: null,
    test: false,
    financial_status: 'paid',
    currency: 'USD',
    source_name: 'web',
    line_items: [],
    refunds: [],
  });
  const unsigned = `the shop's header, which is not signed, names ${other}, not ${acme}`;
  const signedOther = `the signed body is of ${other}, not ${acme}`;

  const cases: readonly [string, string, string, string | undefined, unknown[]][] = [
    [
      'parks a signed body of another shop',
      'app/uninstalled',
      gone(other),
      acme,
      ['parked', 'topic_mismatch', signedOther],
    ],
    [
      'parks a privacy request to another shop',
      'shop/redact',
      redact(other),
      acme,
      ['parked', 'topic_mismatch', signedOther],
    ],
    [
      'believes the signed body, not the header',
      'shop/redact',
      redact('ACME.myshopify.com'),
      other,
      ['request', 'redact_shop'],
    ],
    [
      'reads an order under the header of another shop, with a remark',
      'orders/paid',
      order,
      other,
      ['facts', 'topic_mismatch', unsigned],
    ],
    [
      'reads an order under its own header',
      'orders/paid',
      order,
      'Acme.myshopify.com',
      ['facts', undefined, undefined],
    ],
    ['reads an order without the header', 'orders/paid', order, undefined, ['facts', undefined, undefined]],
    [
      'reads the samples of Keyferry',
      'orders/paid',
      order,
      'keyferry-sample.myshopify.com',
      ['facts', undefined, undefined],
    ],
    [
      'keeps a remark that says more',
      'orders/edited',
      edit,
      other,
      ['facts', 'api_key_needed', expect.any(String)],
    ],
    [
      'repeats no header that is no domain',
      'orders/paid',
      order,
      '<b>',
      ['facts', 'topic_mismatch', unsigned.replace(other, 'another shop')],
    ],
    [
      'leaves a body that is no JSON to be told as such',
      'orders/paid',
      'x',
      acme,
      ['parked', 'body_unparsable', 'the body is not JSON'],
    ],
  ];
  test.each(cases)('%s', async (_, type, body, domain, expected) => {
    expect(await readingOf(type, body, domain, acme)).toEqual(expected);
  });

  test('a source that names none takes any', async () => {
    expect(await readingOf('app/uninstalled', gone(other), other)).toEqual([
      'ignored',
      'app_uninstalled',
      other,
    ]);
    expect(await readingOf('orders/paid', order, other)).toEqual(['facts', undefined, undefined]);
  });

  test('no delivery can bring the finding along', async () => {
    const headers = signed(BODY, { 'keyferry-signed-shop': 'x', 'keyferry-unsigned-shop': 'x' });
    const result = await ours(BODY, headers);
    expect(
      Object.keys(result.ok ? result.value.headers : {}).filter((it) => it.startsWith('keyferry')),
    ).toEqual([]);
  });
});

test('what sign signs is accepted by both', async () => {
  const headers = await sign('orders/paid', BODY, SECRET, Date.UTC(2026, 10, 2), digest);
  expect((await ours(BODY, headers)).ok).toBe(true);
  expect(await theirs(BODY, headers)).toMatchObject({
    valid: true,
    topic: 'ORDERS_PAID',
    apiVersion: '2026-10',
  });
});
