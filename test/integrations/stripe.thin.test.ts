import { describe, expect, test } from 'vitest';
import { gather } from '../../integrations/stripe/gather.ts';
import { normalize } from '../../integrations/stripe/normalize.ts';
import type { Answer, StoredEvent } from '../../src/core/integration.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { FAKE_STRIPE_KEY, type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import {
  ASKED_AT,
  AT,
  answer,
  COMPLETED,
  codeOf as code,
  contents,
  FAILED,
  line,
  lines,
  linesAnswer,
  money,
  PAID,
  SUCCEEDED,
  sessionAnswer,
  stored,
  storedThin,
} from '../fakes/stripe-sessions.ts';

const thin = (type: string) => `v1.${type}`;
const both = (differs = {}): Answer[] => [
  sessionAnswer(differs),
  linesAnswer(line('price_1', { quantity: 2 })),
];

describe('what a thin event means', () => {
  test('facts are of the answers alone, with their time', () => {
    const reading = normalize(storedThin(thin(COMPLETED)), both());
    expect(reading).toMatchObject({ is: 'facts', creates: 'cs_1', refs: ['pi_1'] });
    expect(Object.keys(contents(reading)).sort()).toEqual([
      'checkout/cs_1/buyer',
      'checkout/cs_1/lines',
      'checkout/cs_1/links',
      'checkout/cs_1/money',
      'checkout/cs_1/standing',
      'payment/pi_1/money',
    ]);
    expect(lines(reading)).toMatchObject([{ id: 'price_1.1', quantity: 2 }]);
    const told = reading.is === 'facts' ? reading.facts.map((it) => it.snapshot) : [];
    expect(told.every((it) => it.asked && it.stamp === ASKED_AT)).toBe(true);
  });

  test.each([
    [COMPLETED, undefined],
    [SUCCEEDED, { state: 'succeeded' }],
    [FAILED, { state: 'failed' }],
  ])('%s says of the payment what its snapshot says: %j', (type, standing) => {
    const name = 'payment/pi_1/standing';
    const ofThin = contents(normalize(storedThin(thin(type)), both()))[name];
    expect(ofThin).toEqual(standing);
    expect(ofThin).toEqual(contents(normalize(stored(type, PAID), both()))[name]);
  });

  test('an answer that says unpaid is unpaid', () => {
    expect(money(normalize(storedThin(thin(COMPLETED)), both({ payment_status: 'unpaid' })))).toMatchObject({
      state: 'unpaid',
    });
  });

  test.each<[string, string, readonly Answer[], string]>([
    ['without an API key', COMPLETED, [], 'api_key_needed'],
    ['with the session alone', COMPLETED, [sessionAnswer()], 'answer_missing'],
    ['with the lines alone', COMPLETED, [linesAnswer(line('price_1'))], 'answer_missing'],
    ['with an answer of another shape', COMPLETED, [answer('checkout.session', 7)], 'answer_missing'],
    [
      'of a subscription that is not named',
      COMPLETED,
      [sessionAnswer({ mode: 'subscription' })],
      'fields_missing',
    ],
    ['of a set-up session', COMPLETED, [sessionAnswer({ mode: 'setup' })], 'not_a_sale'],
    ['of an abandoned cart', 'checkout.session.expired', [], 'not_a_sale'],
    ['of another object than its type says', 'refund.created', [], 'body_unparsable'],
    ['of a type that nobody reads', 'invoice_payment.open', [], 'type_unknown'],
  ])('%s it ends as it should', (_, type, answers, expected) => {
    expect(code(normalize(storedThin(thin(type)), answers))).toBe(expected);
  });

  test('the ping of a destination is no sale', () => {
    expect(code(normalize(storedThin('v2.core.event_destination.ping'), []))).toBe('not_a_sale');
    expect(code(normalize(storedThin('v2.core.health.event_generation_failure.resolved'), []))).toBe(
      'type_unknown',
    );
  });
});

function ask(event: StoredEvent, api: StripeApi, fetch: Fetch = api.fetch, api_base?: string) {
  const settings = { webhook_secrets: ['whsec_x'], api_key: FAKE_STRIPE_KEY, api_base };
  return gather(event, settings, { fetch, clock: { now: () => AT } }, 0);
}
function shop(differs: Record<string, unknown> = {}, account = ''): StripeApi {
  const api = stripeApi();
  api.add({
    session: { ...PAID, ...differs, id: 'cs_1' },
    lines: [stripeLine({ price: 'price_1' })],
    account,
  });
  return api;
}
const paths = (api: StripeApi) => api.calls.map((it) => it.path);

describe('what a thin event asks', () => {
  test.each([COMPLETED, SUCCEEDED, FAILED])(
    '%s: the session with its payment, and its lines',
    async (type) => {
      const api = shop();
      const answers = await ask(storedThin(thin(type)), api);
      expect(answers).toMatchObject({ value: [{ asked: 'checkout.session' }, { asked: 'line_items' }] });
      expect(paths(api)).toEqual(['/v1/checkout/sessions/cs_1', '/v1/checkout/sessions/cs_1/line_items']);
      expect(api.calls[0]?.query.get('expand[0]')).toBe('payment_intent');
      expect(code(normalize(storedThin(thin(type)), answers.ok ? answers.value : []))).toBe('facts');
    },
  );

  test('nothing more once the session turns out to sell nothing', async () => {
    const api = shop({ mode: 'setup' });
    expect(await ask(storedThin(thin(COMPLETED)), api)).toMatchObject({
      value: [{ asked: 'checkout.session' }],
    });
    expect(paths(api)).toEqual(['/v1/checkout/sessions/cs_1']);
  });

  test.each([
    ['the own account', null, '', null],
    ['an account', 'acct_9', 'acct_9', 'acct_9'],
    ['an account behind a platform', 'acct_1/acct_9', 'acct_1/acct_9', 'acct_1/acct_9'],
  ])('on behalf of %s', async (_, context, account, header) => {
    const api = shop({}, account);
    expect(await ask(storedThin(thin(COMPLETED), { context }), api)).toMatchObject({ ok: true });
    expect(api.calls.map((it) => it.headers.get('stripe-context'))).toEqual([header, header]);
  });

  test.each<[string, unknown]>([
    ['another object', { id: 'cs_1', type: 'invoice', url: '/v1/checkout/sessions/cs_1' }],
    ['an id that climbs', { id: 'cs_1/../../accounts', type: 'checkout.session', url: '' }],
    ['an escaped id that climbs', { id: 'cs_1%2f..%2f..', type: 'checkout.session', url: '' }],
    ['a query', { id: 'cs_1?expand[]=customer', type: 'checkout.session', url: '' }],
    ['an address', { id: 'https://evil.example/', type: 'checkout.session', url: '' }],
    ['another kind of id', { id: 'in_1', type: 'checkout.session', url: '' }],
    ['a line break', { id: 'cs_1\n', type: 'checkout.session', url: '' }],
    ['an id without end', { id: `cs_${'a'.repeat(300)}`, type: 'checkout.session', url: '' }],
    ['no id', { type: 'checkout.session', url: '/v1/checkout/sessions/cs_1' }],
    ['nothing', null],
  ])('%s is not asked for, and parks', async (_, related_object) => {
    const api = shop();
    const event = storedThin(thin(COMPLETED), { related_object });
    expect(await ask(event, api)).toEqual({ ok: true, value: [] });
    expect(api.calls).toEqual([]);
    expect(code(normalize(event, []))).toBe('body_unparsable');
  });

  test.each(['https://evil.example/v1/checkout/sessions/cs_1', '//evil.example/', '/v1/accounts'])(
    'the url %s is never followed',
    async (url) => {
      const api = shop();
      const asked: string[] = [];
      const watched: Fetch = (input, init) => {
        asked.push(String(input));
        return api.fetch(input, init);
      };
      const event = storedThin(thin(COMPLETED), {
        related_object: { id: 'cs_1', type: 'checkout.session', url },
      });
      expect(await ask(event, api, watched)).toMatchObject({ ok: true });
      for (const it of asked) expect(it).toMatch(/^https:\/\/api\.stripe\.com\/v1\/checkout\/sessions\/cs_1/);
    },
  );

  test.each([
    [COMPLETED, { status: 'open', payment_status: 'unpaid' }, 'says that the session is open'],
    [SUCCEEDED, { payment_status: 'unpaid' }, 'says that the payment has not come'],
  ])('an answer that is behind %s is not believed, and asked for again', async (type, differs, words) => {
    const api = shop(differs);
    expect(await ask(storedThin(thin(type)), api)).toMatchObject({
      problem: { code: 'shop_unavailable', detail: expect.stringContaining(words) },
    });
    api.add({ session: PAID, lines: [stripeLine({ price: 'price_1' })] });
    expect(await ask(storedThin(thin(type)), api)).toMatchObject({ ok: true });
  });

  test('a debit under way is no such answer, nor is one that failed', async () => {
    for (const type of [COMPLETED, FAILED]) {
      expect(await ask(storedThin(thin(type)), shop({ payment_status: 'unpaid' }))).toMatchObject({
        ok: true,
      });
    }
  });

  test.each([
    ['/cs_1', { status: 403 }, 'api_key_refused'],
    ['/cs_1', { status: 404 }, 'shop_object_gone'],
    ['/cs_1', { status: 500 }, 'shop_unavailable'],
    ['/line_items', { status: 500 }, 'line_items_unavailable'],
  ])('%s answered %j: %s', async (path, fault, expected) => {
    const api = shop();
    api.break(path, fault);
    expect(await ask(storedThin(thin(COMPLETED)), api)).toMatchObject({ problem: { code: expected } });
  });
});
