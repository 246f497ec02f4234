/** Refused webhooks on hard days: what is said of each, what a flood leaves behind, and what never changes an answer. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { type Answered, client, ENV, MAX_BODY_BYTES, sample, send, sign } from '../contracts/http-house.ts';
import { digest } from '../house.ts';
import { type Furnishing, type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
afterEach(() => house.close());

const refusals = async (query = ''): Promise<Answered[]> =>
  (await client(house).get(`/v1/refusals${query}`)).items;
const post = (path: string, init: RequestInit = { body: '{}' }) =>
  house.request(`/webhooks/${path}`, { method: 'POST', ...init });

/** Signed by the shop for a source of ours with another secret. */
async function signedWith(secret: string, seed = 'seed'): Promise<RequestInit> {
  const made = stripe.samples.find((it) => it.name === 'one-time')?.make(house.now(), seed, 'test');
  const body = new TextEncoder().encode(made?.body);
  return { headers: await stripe.sign(made?.type ?? '', body, secret, house.now(), digest), body };
}

const stripeWith = (variable: string, mode = 'test') => `
integration: stripe
mode: ${mode}
settings: { webhook_secrets: [ ${variable} ] }
`;
const LIVE: Furnishing = {
  files: { 'stripe-live.yaml': stripeWith('$LIVE_SECRET', 'live') },
  env: { LIVE_SECRET: 'whsec_of_the_live_mode' },
};
const torn = (secret: string): Furnishing => ({
  files: { 'torn.yaml': stripeWith('$TORN_SECRET') },
  env: { TORN_SECRET: secret },
});

describe('what is said of a refusal', () => {
  test("signed for another mode's secret, in the list and at the source", async () => {
    house = await openHttpHouse(undefined, LIVE);
    expect((await post('stripe', await signedWith('whsec_of_the_live_mode'))).status).toBe(401);
    expect(await refusals()).toEqual([
      {
        id: expect.stringMatching(/^ref_/),
        source: 'stripe',
        known: true,
        at: new Date(house.now()).toISOString(),
        reason: expect.objectContaining({ code: 'signature_wrong', stage: 'verify' }),
        diagnosis: {
          code: 'other_mode_secret',
          title: "Signed for another mode's secret",
          certain: true,
          detail: expect.stringContaining('stripe-live'),
          remedy: expect.any(String),
        },
      },
    ]);
    const { items } = await client(house).get('/v1/sources');
    const [flag] = items.find((it: Answered) => it.name === 'stripe').flags;
    expect(flag.detail).toMatch(/^Signed for another mode's secret \(certain\): .*stripe-live/);
  });

  test('signed with the other kind of secret that the shop has', async () => {
    house = await openHttpHouse(undefined, { env: { SHOPIFY_WEBHOOK_SECRET: '0123456789abcdef'.repeat(4) } });
    await send(house, 'shopify', 'paid', 'kind');
    expect((await refusals())[0].diagnosis).toMatchObject({ code: 'other_secret_kind', certain: false });
  });

  test('altered by a proxy', async () => {
    house = await openHttpHouse();
    const { headers, body } = await sample('stripe', 'one-time', 'proxy', house.now());
    const altered = JSON.stringify(JSON.parse(new TextDecoder().decode(body)));
    expect(altered).not.toBe(new TextDecoder().decode(body));
    const signed = await sign('stripe', 'x', altered, house.now());
    await post('stripe', { headers: signed.headers, body });
    await post('shopify', { headers, body });
    expect((await refusals('?source=stripe'))[0].diagnosis).toMatchObject({
      code: 'body_altered',
      certain: true,
    });
  });

  test('clocks that disagree, and by how much', async () => {
    house = await openHttpHouse();
    const { headers, body } = await sample('stripe', 'one-time', 'stale', house.now() - 3_600_000);
    await post('stripe', { headers, body });
    const [it] = await refusals();
    expect(it.diagnosis).toMatchObject({
      code: 'clock_off',
      certain: false,
      detail: expect.stringContaining('3600'),
    });
  });

  test('a secret with a line break in it closes its source, and only those with a key learn why', async () => {
    house = await openHttpHouse(undefined, torn('whsec_one_line\nand_another'));
    const answer = await post('torn');
    expect([answer.status, ((await answer.json()) as Answered).code]).toEqual([404, 'source_closed']);
    const [it] = await refusals();
    expect([it.reason.code, it.diagnosis.code, it.diagnosis.certain]).toEqual([
      'source_closed',
      'secret_white_space',
      true,
    ]);
    expect(it.diagnosis.detail).toContain('$TORN_SECRET');
    const { items } = await client(house).get('/v1/sources');
    expect(items.find((one: Answered) => one.name === 'torn').problem.code).toBe('secret_white_space');
    expect(JSON.stringify([it, items, house.lines])).not.toMatch(/one_line|and_another/);
  });

  test('a secret with a blank in it fits once the blank is out', async () => {
    house = await openHttpHouse(undefined, torn('whsec_one and_two'));
    await post('torn', await signedWith('whsec_oneand_two'));
    expect((await refusals())[0].diagnosis).toMatchObject({ code: 'secret_white_space', certain: true });
  });

  test('white space around a secret is no reason to refuse', async () => {
    house = await openHttpHouse(undefined, {
      env: { STRIPE_WEBHOOK_SECRET: ` ${ENV.STRIPE_WEBHOOK_SECRET}\n` },
    });
    expect((await send(house, 'stripe', 'one-time', 'around')).status).toBe(200);
    expect(await refusals()).toEqual([]);
  });

  test('a source that is closed names the variables that are missing', async () => {
    house = await openHttpHouse();
    await post('closed');
    expect((await refusals())[0].diagnosis).toMatchObject({
      code: 'secret_missing',
      certain: true,
      detail: 'NOBODY_SET_THIS is not set',
    });
  });

  test('a path that was mistyped names the source that was meant', async () => {
    house = await openHttpHouse();
    await post('stirpe');
    const [it] = await refusals();
    expect([it.source, it.known, it.diagnosis.code, it.diagnosis.detail]).toEqual([
      'stirpe',
      false,
      'path_unknown',
      expect.stringContaining('stripe'),
    ]);
  });

  test('a delivery that broke off, or that could not be stored, is no refusal', async () => {
    house = await openHttpHouse();
    const broken = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('gone')) });
    const init = { method: 'POST', body: broken, duplex: 'half' } as const;
    expect((await house.request('/webhooks/stripe', init)).status).toBe(400);
    await house.db.batch([{ sql: 'ALTER TABLE events RENAME TO events_away', params: [] }]);
    expect((await send(house, 'stripe', 'one-time', 'full')).status).toBe(503);
    expect(await refusals()).toEqual([]);
  });
});

describe('strangers', () => {
  test('a flood of wrong signatures leaves one refusal a second', async () => {
    house = await openHttpHouse();
    const flood = await Promise.all(Array.from({ length: 200 }, async (_, i) => post('stripe', await signedWith('whsec_x', `${i}`))));
    expect(new Set(flood.map((it) => it.status))).toEqual(new Set([401]));
    expect(await refusals()).toHaveLength(1);
    house.clock.advance(LIMITS.refusal_every_ms);
    await post('stripe', await signedWith('whsec_x'));
    expect(await refusals()).toHaveLength(2);
  });

  test('a flood is diagnosed as seldom as it is kept', async () => {
    let asked = 0;
    house = await openHttpHouse(({ whyRefused }) => ({
      whyRefused: (...args) => {
        asked += 1;
        return whyRefused(...args);
      },
    }));
    for (let i = 0; i < 50; i++) {
      await post('stripe', await signedWith('whsec_x'));
      await post(`path${i}`);
    }
    expect(asked).toBe(2);
  });

  test('who fills the list pushes out the oldest of that list, and nothing of another', async () => {
    house = await openHttpHouse();
    await post('stripe', await signedWith('whsec_x'));
    for (let i = 0; i < LIMITS.refusals_kept + 3; i++) {
      house.clock.advance(LIMITS.refusal_every_ms);
      await post(`path${i}`);
    }
    const [newest] = await refusals('?limit=1');
    expect(newest.source).toBe(`path${LIMITS.refusals_kept + 2}`);
    expect(await refusals('?source=path2')).toEqual([]);
    expect(await refusals('?source=path3')).toHaveLength(1);
    expect(await refusals('?source=stripe')).toHaveLength(1);
  });

  test.each([
    ['control characters', 'a%00b%0d%0aSet-Cookie:%20x%1b[2J', 'a\ufffdb\ufffd\ufffdSet-Cookie: x\ufffd[2J'],
    ['letters that turn the line around', 'a%E2%80%AEb', 'a\ufffdb'],
    ['ten thousand letters', 'x'.repeat(10_000), 'x'.repeat(LIMITS.refusal_text)],
    ['a name of JavaScript', '__proto__', '__proto__'],
    ['another', 'constructor', 'constructor'],
    ['quotes', "'%22;DROP%20TABLE%20refusals;--", '\'";DROP TABLE refusals;--'],
    ['HTML', '%3Cscript%3Ealert(1)%3C%2Fscript%3E', '<script>alert(1)</script>'],
    ['half a letter', '%ED%A0%80', '%ED%A0%80'],
  ])('%s in the path are kept as text', async (_what, path, kept) => {
    house = await openHttpHouse();
    expect((await post(path)).status).toBe(404);
    const [it] = await refusals();
    expect([it.source, it.known, it.diagnosis.code]).toEqual([kept, false, 'path_unknown']);
    expect(it.reason.detail.length).toBeLessThanOrEqual(LIMITS.refusal_text);
    expect(await refusals(`?source=${encodeURIComponent(kept)}`)).toHaveLength(1);
  });

  test('nothing of a body, a signature or a secret is kept or logged', async () => {
    house = await openHttpHouse(undefined, LIVE);
    const body = '{"buyer":"noor.veerman@example.com"}';
    await post('stripe', { ...(await signedWith('whsec_x')), body });
    await post('stripe', { body });
    await post('stripe', { body, headers: { 'stripe-signature': 'v1=deadbeef' } });
    await post('stripe', { body: body.padEnd(MAX_BODY_BYTES + 1) });
    await post('stripe', { ...(await sign('stripe', 'x', 'noor.veerman', house.now())) });
    expect(await refusals()).toHaveLength(5);
    const written = JSON.stringify([await refusals(), house.lines, await house.db.read('SELECT * FROM refusals')]);
    for (const secret of ['noor.veerman', 'whsec_of', 'whsec_x', 'v1=d', 'deadbeef']) expect(written).not.toContain(secret);
  });
}); // biome-ignore format: tables

describe('the answer stays as it is', () => {
  test('when the list cannot be written', async () => {
    house = await openHttpHouse();
    await house.db.batch([{ sql: 'ALTER TABLE refusals RENAME TO refusals_away', params: [] }]);
    expect((await post('stripe', await signedWith('whsec_x'))).status).toBe(401);
    expect((await post('nobody')).status).toBe(404);
    expect(house.lines.filter((it) => it.message === 'refusal not kept')).toHaveLength(2);
  });

  test('when the diagnosis itself fails', async () => {
    house = await openHttpHouse(() => ({ whyRefused: () => Promise.reject(new Error('a bug')) }));
    expect((await post('stripe', await signedWith('whsec_x'))).status).toBe(401);
    expect((await house.request('/readyz')).status).toBe(200);
  });

  test('when the database hangs: the sender waits for a short while only', async () => {
    house = await openHttpHouse(() => ({ refuse: () => new Promise(() => {}) }));
    const init = await signedWith('whsec_x');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const answering = post('stripe', init);
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      vi.advanceTimersByTime(2_000);
      expect((await answering).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});
