import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { sign, verify } from '../../integrations/stripe/verify.ts';
import type { Digest } from '../../src/core/ports.ts';

const NOW = Date.UTC(2026, 10, 2, 10, 0, 0);
const SECONDS = NOW / 1000;
const SECRET = 'whsec_keyferry_test_one';
const OLD_SECRET = 'whsec_keyferry_test_old';
const BODY = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'checkout.session.completed',
  created: SECONDS - 3,
  livemode: false,
  data: { object: { id: 'cs_test_1', object: 'checkout.session' } },
  note: 'naïve — ☃',
});

const digest: Digest = {
  hmacSha256: (secret, ...parts) => {
    const mac = createHmac('sha256', secret);
    for (const part of parts) mac.update(part);
    return mac.digest();
  },
  sha256: (...parts) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
};

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (time: string | number, body: string | Uint8Array, secret = SECRET) =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
const header = (body: string | Uint8Array = BODY, time: string | number = SECONDS, secret = SECRET) =>
  `t=${time},v1=${hex(time, body, secret)}`;

interface Input {
  readonly header?: string | undefined;
  readonly body?: string | Uint8Array;
  readonly at?: number;
  readonly secrets?: string[];
}

function ours({ header, body = BODY, at = NOW, secrets = [SECRET] }: Input) {
  const delivery = {
    header: (name: string) => (name === 'stripe-signature' ? header : undefined),
    body: typeof body === 'string' ? bytes(body) : body,
    received_at: at,
  };
  return verify(delivery, { webhook_secrets: secrets, api_key: undefined, api_base: undefined }, digest);
}

/** The same delivery read by the real SDK, with each secret in turn. */
async function theirs({ header, body = BODY, at = NOW, secrets = [SECRET] }: Input): Promise<boolean> {
  const stripe = new Stripe('rk_test_unused');
  const payload = Buffer.from(typeof body === 'string' ? bytes(body) : body);
  for (const secret of secrets) {
    try {
      await stripe.webhooks.constructEventAsync(payload, header ?? '', secret, undefined, undefined, at);
      return true;
    } catch {}
  }
  return false;
}

async function codeOf(input: Input): Promise<string> {
  const result = await ours(input);
  return result.ok ? 'accepted' : result.problem.code;
}

const right = hex(SECONDS, BODY);
const BOM = new Uint8Array([0xef, 0xbb, 0xbf]);
const withBom = Buffer.concat([BOM, bytes(BODY)]);
const [beforeBroken = '', afterBroken = ''] = BODY.split('ï');
const badUtf8 = Buffer.concat([bytes(beforeBroken), Buffer.from([0xef]), bytes(afterBroken)]);

describe('deliveries that Stripe’s own library and we judge alike', () => {
  test.each<[string, string, Input]>([
    ['signed now', 'accepted', { header: header() }],
    [
      'several v1, the last one right',
      'accepted',
      { header: `t=${SECONDS},v1=${'0'.repeat(64)},v1=${right}` },
    ],
    ['v0 and unknown schemes beside v1', 'accepted', { header: `t=${SECONDS},v0=${right},v1=${right},x=1` }],
    ['the signature before the time', 'accepted', { header: `v1=${right},t=${SECONDS}` }],
    ['the second of two secrets', 'accepted', { header: header(), secrets: [OLD_SECRET, SECRET] }],
    ['300 seconds old', 'accepted', { header: header(BODY, SECONDS - 300) }],
    ['300.999 seconds old', 'accepted', { header: header(BODY, SECONDS - 300), at: NOW + 999 }],
    ['299 seconds ahead', 'accepted', { header: header(BODY, SECONDS + 299) }],
    ['a trailing comma', 'accepted', { header: `${header()},` }],

    ['no header', 'signature_missing', {}],
    ['an empty header', 'signature_missing', { header: '' }],
    ['words', 'signature_malformed', { header: 'garbage' }],
    ['no time', 'signature_malformed', { header: `v1=${right}` }],
    ['an empty time', 'signature_malformed', { header: `t=,v1=${right}` }],
    ['a negative time', 'signature_malformed', { header: `t=-1,v1=${hex('-1', BODY)}` }],
    [
      'a time with a fraction',
      'signature_malformed',
      { header: `t=${SECONDS}.5,v1=${hex(`${SECONDS}.5`, BODY)}` },
    ],
    ['no signature', 'signature_malformed', { header: `t=${SECONDS}` }],
    ['an empty v1', 'signature_malformed', { header: `t=${SECONDS},v1=` }],
    ['only v0', 'signature_malformed', { header: `t=${SECONDS},v0=${right}` }],
    ['V1 in capitals', 'signature_malformed', { header: `t=${SECONDS},V1=${right}` }],
    ['a space after the comma', 'signature_malformed', { header: `t=${SECONDS}, v1=${right}` }],
    ['upper-case hex', 'signature_wrong', { header: `t=${SECONDS},v1=${right.toUpperCase()}` }],
    ['hex and more', 'signature_wrong', { header: `t=${SECONDS},v1=${right}00` }],
    ['half the hex', 'signature_wrong', { header: `t=${SECONDS},v1=${right.slice(0, 32)}` }],
    ['a space after the hex', 'signature_wrong', { header: `${header()} ` }],
    ['another secret', 'signature_wrong', { header: header(BODY, SECONDS, OLD_SECRET) }],
    ['another body', 'signature_wrong', { header: header(), body: BODY.replace('evt_1', 'evt_2') }],
    ['another time than signed', 'signature_wrong', { header: `t=${SECONDS + 1},v1=${right}` }],
    ['a stale forgery', 'signature_wrong', { header: header(BODY, SECONDS - 9999, 'whsec_forged') }],
    ['a secret and a line break', 'signature_wrong', { header: header(), secrets: [`${SECRET}\n`] }],
    ['301 seconds old', 'signature_stale', { header: header(BODY, SECONDS - 301) }],
    ['a time in milliseconds, long ago', 'signature_stale', { header: header(BODY, 12) }],
    ['an empty body, signed', 'body_malformed', { header: header(''), body: '' }],
    ['no JSON, signed', 'body_malformed', { header: header('{'), body: '{' }],
    ['a byte order mark, signed', 'body_malformed', { header: header(withBom), body: withBom }],
  ])('%s: %s', async (_, code, input) => {
    expect(await codeOf(input)).toBe(code);
    expect(await theirs(input)).toBe(code === 'accepted');
  });
});

describe('deliveries where we are stricter on purpose', () => {
  const v2 = JSON.stringify({ id: 'evt_1', object: 'v1.event', type: 'x' });
  test.each<[string, string, Input]>([
    // A far future time would let a captured delivery be played again until then.
    ['301 seconds ahead', 'signature_stale', { header: header(BODY, SECONDS + 301) }],
    ['a day ahead', 'signature_stale', { header: header(BODY, SECONDS + 86_400) }],
    // The SDK reads a number's beginning and signs that; we sign only what we read.
    ['letters after the time', 'signature_malformed', { header: `t=${SECONDS}abc,v1=${right}` }],
    ['a space before the time', 'signature_malformed', { header: `t= ${SECONDS},v1=${right}` }],
    ['a zero before the time', 'signature_malformed', { header: `t=0${SECONDS},v1=${right}` }],
    ['NaN as the time, signed so', 'signature_malformed', { header: `t=x,v1=${hex('NaN', BODY)}` }],
    ['two times, the last one signed', 'signature_malformed', { header: `t=1,t=${SECONDS},v1=${right}` }],
    ['more after a second =', 'signature_wrong', { header: `${header()}=x` }],
    // The SDK compares decoded text; we compare the very bytes.
    ['a byte order mark that was not signed', 'signature_wrong', { header: header(), body: withBom }],
    [
      'broken UTF-8, its repaired text signed',
      'signature_wrong',
      { header: header(new TextDecoder().decode(badUtf8)), body: badUtf8 },
    ],
    // The SDK returns whatever JSON was signed.
    ['null, signed', 'body_malformed', { header: header('null'), body: 'null' }],
    ['a list, signed', 'body_malformed', { header: header('[1]'), body: '[1]' }],
    ['another object, signed', 'body_malformed', { header: header(v2), body: v2 }],
  ])('%s: %s', async (_, code, input) => {
    expect(await codeOf(input)).toBe(code);
    expect(await theirs(input)).toBe(true);
  });

  test('broken UTF-8 that was signed as it is is no JSON; the SDK cannot verify it either', async () => {
    const input = { header: header(badUtf8), body: badUtf8 };
    expect(await codeOf(input)).toBe('body_malformed');
    expect(await theirs(input)).toBe(false);
  });

  test('two headers joined by a proxy: the first time counts and a second signature is only a candidate', async () => {
    const joined = `${header()}, ${header()}`;
    expect(await codeOf({ header: joined })).toBe('accepted');
    expect(await theirs({ header: joined })).toBe(true);
  });
});

test('headers that the SDK makes are accepted', async () => {
  const made = await new Stripe('rk_test_unused').webhooks.generateTestHeaderStringAsync({
    payload: BODY,
    secret: SECRET,
    timestamp: SECONDS,
  });
  expect(await codeOf({ header: made })).toBe('accepted');
});

test('what sign() makes is accepted by the SDK and by us', async () => {
  const signed = await sign('', bytes(BODY), SECRET, NOW + 400, digest);
  const input = { header: signed['stripe-signature'] };
  expect(signed['content-type']).toBe('application/json; charset=utf-8');
  expect(await codeOf(input)).toBe('accepted');
  expect(await theirs(input)).toBe(true);
});

test('a stale delivery says by how much the clocks differ, a forged one says nothing', async () => {
  const old = await ours({ header: header(BODY, SECONDS - 3600) });
  expect(old).toMatchObject({
    problem: { detail: "signed 3600 seconds before the time of this machine's clock" },
  });
  const early = await ours({ header: header(BODY, SECONDS + 3600) });
  expect(early).toMatchObject({
    problem: { detail: "signed 3600 seconds after the time of this machine's clock" },
  });
  const forged = await ours({ header: header(BODY, SECONDS - 3600, 'whsec_forged') });
  expect(forged).toMatchObject({ problem: { code: 'signature_wrong', detail: '' } });
});

describe('property: whatever is changed on the way, we accept nothing that the SDK refuses', () => {
  const edit = fc.record({
    at: fc.nat({ max: 400 }),
    remove: fc.nat({ max: 3 }),
    insert: fc.oneof(
      fc.constantFrom('', ',', '=', ' ', 't=', 'v1=', 'v0=', '0', 'A', '\n'),
      fc.string({ maxLength: 3 }),
    ),
  });
  const apply = (text: string, edits: readonly { at: number; remove: number; insert: string }[]) =>
    edits.reduce((it, { at, remove, insert }) => {
      const place = at % (it.length + 1);
      return it.slice(0, place) + insert + it.slice(place + remove);
    }, text);
  /** The documented differences, recognized from the outside. */
  const stricterHere = (changed: string) =>
    (changed.match(/(^|,)t=/g) ?? []).length !== 1 ||
    !/(^|,)t=(0|[1-9][0-9]*)(,|$)/.test(changed) ||
    /(^|,)v1=[^,]*=/.test(changed);

  test('headers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 3 }),
        fc.integer({ min: -330, max: 290 }),
        async (edits, age) => {
          const input = { header: apply(header(BODY, SECONDS + age), edits) };
          const [we, they] = [await codeOf(input), await theirs(input)];
          if (we === 'accepted') expect(they).toBe(true);
          else if (they) expect(stricterHere(input.header)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('bodies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 2 }), fc.boolean(), async (edits, signedAfter) => {
        const body = apply(BODY, edits);
        const input = { header: header(signedAfter ? body : BODY), body };
        const [we, they] = [await codeOf(input), await theirs(input)];
        if (we === 'accepted') expect(they).toBe(true);
        else if (they) expect(we).toBe('body_malformed');
      }),
      { numRuns: 300 },
    );
  });

  test('single bytes of the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const body = bytes(BODY);
        body[at % body.length] = byte;
        const same = Buffer.from(body).equals(Buffer.from(bytes(BODY)));
        const input = { header: header(), body };
        expect(await codeOf(input)).toBe(same ? 'accepted' : 'signature_wrong');
        expect(await theirs(input)).toBe(same);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the event that comes out', () => {
  async function read(event: unknown) {
    const body = JSON.stringify(event);
    return ours({ header: header(body), body });
  }
  const base = { id: 'evt_7', object: 'event', type: 'product.created', created: SECONDS, livemode: true };

  test('keeps the very bytes and says type, mode and time', async () => {
    const result = await read(base);
    expect(result).toMatchObject({
      value: {
        key: 'evt_7',
        type: 'product.created',
        account: '',
        mode: 'live',
        created_at: NOW,
        headers: {},
      },
    });
    expect(result.ok && Buffer.from(result.value.body).toString()).toBe(JSON.stringify(base));
  });

  test.each([
    ['a connected account', { account: 'acct_9' }, 'acct_9', 'acct_9/evt_7'],
    ['a context, by the account at its end', { context: 'acct_1/acct_9' }, 'acct_9', 'acct_9/evt_7'],
    ['a context of one account', { context: 'acct_9' }, 'acct_9', 'acct_9/evt_7'],
    ['both', { account: 'acct_9', context: 'acct_1/acct_9' }, 'acct_9', 'acct_9/evt_7'],
    ['an account that is null', { account: null, context: null }, '', 'evt_7'],
  ])('is keyed within %s', async (_, more, account, key) => {
    expect(await read({ ...base, ...more })).toMatchObject({ value: { account, key } });
  });

  test('reads the envelope of a thin event', async () => {
    const thin = {
      id: 'evt_thin',
      object: 'v2.core.event',
      type: 'v1.checkout.session.completed',
      created: '2026-11-02T10:00:00.000Z',
      livemode: false,
      context: 'acct_9',
    };
    expect(await read(thin)).toMatchObject({
      value: { key: 'acct_9/evt_thin', type: thin.type, account: 'acct_9', mode: 'test', created_at: NOW },
    });
  });

  test('claims no mode and no time that the body does not say', async () => {
    expect(await read({ id: 'evt_7', object: 'event', type: 'x', livemode: 'yes' })).toMatchObject({
      value: { mode: null, created_at: null },
    });
  });

  test.each([
    ['no id', { ...base, id: undefined }],
    ['an empty id', { ...base, id: '' }],
    ['a number as id', { ...base, id: 7 }],
    ['no type', { ...base, type: null }],
    ['a list as account', { ...base, account: ['acct_9'] }],
    ['no object', { ...base, object: undefined }],
  ])('does not come out of a body with %s', async (_, event) => {
    expect(await read(event)).toMatchObject({ problem: { code: 'body_malformed' } });
  });
});
