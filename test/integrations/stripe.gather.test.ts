import { afterEach, describe, expect, test, vi } from 'vitest';
import { gather } from '../../integrations/stripe/gather.ts';
import { normalize } from '../../integrations/stripe/normalize.ts';
import { samples } from '../../integrations/stripe/samples.ts';
import type { StripeSettings } from '../../integrations/stripe/settings.ts';
import type { StoredEvent } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import {
  FAKE_STRIPE_KEY,
  FAKE_STRIPE_TIME,
  type Fault,
  type StripeLineItem,
  startStripeApi,
  stripeApi,
  stripeLine,
} from '../fakes/stripe-api.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const OUR_CLOCK = AT + 3_600_000;
const WITH_KEY: StripeSettings = {
  webhook_secrets: ['whsec_x'],
  api_key: FAKE_STRIPE_KEY,
  api_base: undefined,
};

/** A stored event of a sample, changed where a test wants it, and the session it speaks of. */
function stored(name: string, envelope: Record<string, unknown> = {}, session: Record<string, unknown> = {}) {
  const made = samples.find((it) => it.name === name)?.make(AT, 'g1');
  if (!made) throw new Error(`no sample ${name}`);
  const body = JSON.parse(made.body);
  Object.assign(body.data.object, session);
  Object.assign(body, envelope);
  const event: StoredEvent = {
    id: 'ev_1',
    source: 'stripe',
    account: String(body.account ?? body.context ?? ''),
    key: body.id,
    type: body.type,
    created_at: AT,
    received_at: AT,
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
  return { event, session: body.data?.object };
}

const lines = (count: number): StripeLineItem[] =>
  Array.from({ length: count }, (_, i) =>
    stripeLine({ id: `li_${i}`, price: `price_${i}`, quantity: i + 1 }),
  );

function ask(event: StoredEvent, fetch: Fetch, settings = WITH_KEY, refresh = 0) {
  return gather(event, settings, { fetch, clock: { now: () => OUR_CLOCK } }, refresh);
}

afterEach(() => void vi.useRealTimers());

describe('what is asked', () => {
  test('nothing without an API key', async () => {
    const api = stripeApi();
    const { event } = stored('one-time');
    expect(await ask(event, api.fetch, { ...WITH_KEY, api_key: undefined })).toEqual({ ok: true, value: [] });
    expect(api.calls).toEqual([]);
  });

  test.each([
    ['setup', {}],
    ['unknown-type', {}],
    ['one-time', { type: 'checkout.session.expired' }],
    ['one-time', { data: null }],
  ])('nothing about %s %j', async (name, envelope) => {
    const api = stripeApi();
    expect(await ask(stored(name, envelope).event, api.fetch)).toEqual({ ok: true, value: [] });
    expect(api.calls).toEqual([]);
  });

  test.each(['one-time', 'zero-total', 'delayed-unpaid', 'delayed-paid', 'delayed-failed', 'payment-link'])(
    'session and lines for %s',
    async (name) => {
      const api = stripeApi();
      const { event, session } = stored(name);
      api.add({ session, lines: lines(1) });
      const answers = await ask(event, api.fetch);
      expect(answers.ok && answers.value.map((it) => [it.id, it.asked, it.stamp])).toEqual([
        ['ev_1/0/checkout.session', 'checkout.session', FAKE_STRIPE_TIME],
        ['ev_1/0/line_items', 'line_items', FAKE_STRIPE_TIME],
      ]);
    },
  );

  test('130 lines come over two pages, in order', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(130) });
    const answers = await ask(event, api.fetch);
    expect(answers).toMatchObject({ ok: true });
    if (!answers.ok) return;
    const pages = api.calls.filter((it) => it.path.endsWith('/line_items')).map((it) => it.query);
    expect(pages.map((it) => [it.get('limit'), it.get('starting_after')])).toEqual([
      ['100', null],
      ['100', 'li_99'],
    ]);
    const reading = normalize(event, answers.value);
    const fact = reading.is === 'facts' ? reading.facts.find((it) => it.group === 'lines') : undefined;
    expect(fact?.snapshot.content).toMatchObject({
      lines: lines(130).map((_, i) => ({ id: `price_${i}.1`, quantity: i + 1 })),
    });
  });

  test('a refresh names its answers by its number', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1) });
    const answers = await ask(event, api.fetch, WITH_KEY, 2);
    expect(answers).toMatchObject({
      value: [{ id: 'ev_1/2/checkout.session' }, { id: 'ev_1/2/line_items' }],
    });
  });

  test('only the fields that are read are kept', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    const line = stripeLine({
      price: 'price_1AcmePro',
      price_metadata: { tier: 'gold' },
      lookup_key: 'acme-pro',
    });
    api.add({ session, lines: [line] });
    const answers = await ask(event, api.fetch);
    expect(answers.ok && answers.value.map((it) => it.body)).toEqual([
      {
        id: 'cs_test_a1Keyferryg1',
        mode: 'payment',
        status: 'complete',
        payment_status: 'paid',
        created: AT / 1000 - 90,
        currency: 'eur',
        amount_total: 14900,
        customer: null,
        customer_account: null,
        customer_email: null,
        customer_details: {
          email: 'noor.veerman@example.com',
          name: 'Noor Veerman',
          individual_name: null,
          business_name: 'Veerman Charts',
          phone: null,
          address: { country: 'NL' },
        },
        custom_fields: [],
        payment_intent: { id: 'pi_3Keyferryg1', latest_charge: 'ch_3Keyferryg1' },
        invoice: null,
        subscription: null,
        payment_link: null,
        client_reference_id: null,
        locale: 'en',
        metadata: { product_code: 'acmepro', license_policy: 'perpetual' },
      },
      {
        data: [
          {
            id: 'li_price_1AcmePro',
            description: 'Acme Pro',
            quantity: 1,
            metadata: {},
            price: {
              id: 'price_1AcmePro',
              type: 'one_time',
              lookup_key: 'acme-pro',
              nickname: null,
              metadata: { tier: 'gold' },
              product: { id: 'prod_AcmePro', name: 'Acme Pro', metadata: {} },
              recurring: null,
            },
          },
        ],
      },
    ]);
  });

  test('an answer without a date is as old as our clock', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1) });
    const undated: Fetch = async (input, init) => {
      const answer = await api.fetch(input, init);
      return new Response(answer.body, { status: answer.status });
    };
    const answers = await ask(event, undated);
    expect(answers.ok && answers.value.map((it) => it.stamp)).toEqual([OUR_CLOCK, OUR_CLOCK]);
  });
});

describe('whose behalf it is asked on', () => {
  test.each([
    ['the own account', {}, null, null],
    ['a connected account', { account: 'acct_9' }, 'acct_9', null],
    ['a context', { context: 'acct_1/acct_9' }, null, 'acct_1/acct_9'],
    ['an account that is a context too', { account: 'acct_9', context: 'acct_9' }, 'acct_9', null],
  ])('%s', async (_, envelope, account, context) => {
    const api = stripeApi();
    const { event, session } = stored('one-time', envelope);
    api.add({ session, lines: lines(1), account: account ?? context ?? '' });
    expect(await ask(event, api.fetch)).toMatchObject({ ok: true });
    const headers = api.calls.map((it) => [
      it.headers.get('stripe-account'),
      it.headers.get('stripe-context'),
    ]);
    expect(headers).toEqual([
      [account, context],
      [account, context],
    ]);
  });
});

describe('where it is asked', () => {
  test.each([
    [undefined, 'https://api.stripe.com'],
    ['http://127.0.0.1:12111', 'http://127.0.0.1:12111'],
    ['http://proxy.internal/', 'http://proxy.internal'],
    ['https://proxy.internal:8443', 'https://proxy.internal:8443'],
  ])('api_base %s: %s', async (api_base, origin) => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1) });
    const origins = new Set<string>();
    const watched: Fetch = (input, init) => {
      origins.add(new URL(String(input)).origin);
      return api.fetch(input, init);
    };
    expect(await ask(event, watched, { ...WITH_KEY, api_base })).toMatchObject({ ok: true });
    expect([...origins]).toEqual([origin]);
  });

  test('a real server over a real socket', async () => {
    const api = await startStripeApi();
    try {
      const { event, session } = stored('one-time');
      api.add({ session, lines: lines(130) });
      const settings = { ...WITH_KEY, api_base: api.url };
      expect(await ask(event, fetch, settings)).toMatchObject({ ok: true });
      api.break('/line_items', 'cut', 1);
      expect(await ask(event, fetch, settings)).toMatchObject({
        problem: { code: 'line_items_unavailable' },
      });
      api.heal();
      api.break('/line_items', { status: 503 }, 1);
      expect(await ask(event, fetch, settings)).toMatchObject({
        problem: { code: 'line_items_unavailable' },
      });
      expect(await ask(event, fetch, settings)).toMatchObject({ ok: true });
    } finally {
      await api.close();
    }
  });
});

describe('what goes wrong', () => {
  const SESSION = '/cs_test_a1Keyferryg1';
  test.each<[string, string, Fault, string]>([
    ['the session', SESSION, { status: 401 }, 'api_key_refused'],
    ['the session', SESSION, { status: 403, code: 'more_permissions_required' }, 'api_key_refused'],
    ['the session', SESSION, { status: 404, code: 'resource_missing' }, 'shop_object_gone'],
    ['the session', SESSION, { status: 400, code: 'parameter_unknown' }, 'shop_unavailable'],
    ['the session', SESSION, { status: 409, code: 'lock_timeout' }, 'shop_unavailable'],
    ['the session', SESSION, { status: 429, code: 'rate_limit' }, 'shop_unavailable'],
    ['the session', SESSION, { status: 500 }, 'shop_unavailable'],
    ['the session', SESSION, { status: 503 }, 'shop_unavailable'],
    ['the session', SESSION, 'cut', 'shop_unavailable'],
    ['the session', SESSION, 'refuse', 'shop_unavailable'],
    ['the session', SESSION, 'html', 'shop_unavailable'],
    ['the session', SESSION, 'null', 'shop_unavailable'],
    ['its lines', '/line_items', { status: 401 }, 'api_key_refused'],
    ['its lines', '/line_items', { status: 403 }, 'api_key_refused'],
    ['its lines', '/line_items', { status: 404 }, 'shop_object_gone'],
    ['its lines', '/line_items', { status: 429 }, 'line_items_unavailable'],
    ['its lines', '/line_items', { status: 502 }, 'line_items_unavailable'],
    ['its lines', '/line_items', 'cut', 'line_items_unavailable'],
    ['its lines', '/line_items', 'refuse', 'line_items_unavailable'],
    ['its lines', '/line_items', 'html', 'line_items_unavailable'],
    ['its lines', '/line_items', 'null', 'line_items_unavailable'],
  ])('%s (%s) answered %j: %s', async (_, path, fault, code) => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1) });
    api.break(path, fault);
    expect(await ask(event, api.fetch)).toMatchObject({ ok: false, problem: { code } });
    expect(api.calls).toHaveLength(2); // no tries of its own: the inbox tries again
    api.heal();
    expect(await ask(event, api.fetch)).toMatchObject({ ok: true });
  });

  test.each([
    ['"a text"', 200],
    [' 7', 200],
    ['true', 500],
  ])('an answer that is the mere JSON %s (%i) is none, and harms nobody', async (body, status) => {
    const { event } = stored('one-time');
    expect(await ask(event, async () => new Response(body, { status }))).toMatchObject({
      ok: false,
      problem: { code: 'shop_unavailable' },
    });
  });

  test('the detail names status, code and request, never the message', async () => {
    const api = stripeApi();
    const { event } = stored('one-time');
    expect(await ask(event, api.fetch)).toMatchObject({
      problem: {
        code: 'shop_object_gone',
        detail: 'Stripe answered 404 (resource_missing) to request req_Fake',
      },
    });
  });

  test('another key is refused', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1) });
    const result = await ask(event, api.fetch, { ...WITH_KEY, api_key: 'rk_test_other' });
    expect(result).toMatchObject({ problem: { code: 'api_key_refused' } });
  });

  test('a failure on the second page is a failure of all', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(130) });
    const failsLater: Fetch = (input, init) =>
      String(input).includes('starting_after')
        ? Promise.reject(new TypeError('reset'))
        : api.fetch(input, init);
    expect(await ask(event, failsLater)).toMatchObject({ problem: { code: 'line_items_unavailable' } });
  });

  test('pages without end are given up', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.add({ session, lines: lines(1200) });
    const result = await ask(event, api.fetch);
    expect(result).toMatchObject({
      problem: {
        code: 'line_items_unavailable',
        detail: 'the answer is not readable: more than 1000 line items',
      },
    });
  });

  test('an answer about another session is not believed', async () => {
    const api = stripeApi();
    const { event, session } = stored('one-time');
    api.sales.set(session.id, { session: { ...session, id: 'cs_test_other' }, lines: lines(1) });
    expect(await ask(event, api.fetch)).toMatchObject({ problem: { code: 'shop_unavailable' } });
  });

  test.each(['/cs_test_a1Keyferryg1', '/line_items'])(
    '%s that never answers is given up in time',
    async (path) => {
      const api = stripeApi();
      const { event, session } = stored('one-time');
      api.add({ session, lines: lines(1) });
      api.break(path, 'hang');
      vi.useFakeTimers();
      const asked = ask(event, api.fetch);
      await vi.advanceTimersByTimeAsync(LIMITS.ask_timeout_ms + 1);
      expect(await asked).toMatchObject({
        ok: false,
        problem: { detail: 'no answer came, or it broke off' },
      });
    },
  );
});
