import { describe, expect, test } from 'vitest';
import { normalize } from '../../integrations/stripe/normalize.ts';
import { choose } from '../../src/core/known.ts';
import {
  GENERATIONS,
  type Generation,
  item,
  type Members,
  MONTH,
  NOW,
  price,
  readTold,
  subscription,
  told,
} from '../fakes/stripe-objects.ts';
import { AT, COMPLETED, codeOf, contents, read } from '../fakes/stripe-sessions.ts';

const CREATED = 'customer.subscription.created';
const UPDATED = 'customer.subscription.updated';
const END = (NOW + MONTH) * 1000;

const said = (generation: Generation, differs: Members = {}, items?: readonly Members[]) =>
  readTold(generation, UPDATED, subscription(generation, differs, items));

describe.each(GENERATIONS)('a subscription, %s', (generation) => {
  test('tells its standing and its lines, and brings its sale into being', () => {
    const reading = said(generation, { trial_end: NOW + 60 });
    expect(reading).toMatchObject({ is: 'facts', creates: 'sub_1', refs: ['in_1'] });
    expect(reading).not.toHaveProperty('remark');
    expect(contents(reading)).toEqual({
      'subscription/sub_1/standing': {
        state: 'active',
        currency: 'eur',
        started_at: AT,
        trial_ends_at: AT + 60_000,
        ends_at: null,
        ended_at: null,
        collection_paused: false,
      },
      'subscription/sub_1/lines': {
        lines: [
          {
            id: 'si_1',
            title: 'price_m',
            quantity: 1,
            refs: { price: 'price_m', product: 'prod_A' },
            attributes: { mode: 'subscription' },
          },
        ],
        periods: { si_1: { start: AT, end: END } },
      },
    });
  });

  test.each<[string, Members, Members]>([
    ['unpaid', { status: 'unpaid' }, { state: 'unpaid' }],
    ['paused', { status: 'paused' }, { state: 'paused' }],
    ['incomplete', { status: 'incomplete' }, { state: 'incomplete' }],
    ['with its collection paused', { pause_collection: { behavior: 'void' } }, { collection_paused: true }],
    ['that will end with its period', { cancel_at_period_end: true }, { ends_at: END }],
    [
      'that will end at a time',
      { cancel_at: NOW + 60, cancel_at_period_end: true },
      { ends_at: AT + 60_000 },
    ],
    ['without a start', { start_date: undefined, created: NOW - 9 }, { started_at: AT - 9000 }],
  ])('%s', (_, differs, expected) => {
    expect(contents(said(generation, differs))['subscription/sub_1/standing']).toMatchObject(expected);
  });

  test.each(['canceled', 'incomplete_expired'])('%s is final', (status) => {
    const reading = said(generation, { status, ended_at: NOW + 5 });
    expect(reading).toMatchObject({
      facts: [{ snapshot: { finality: 1, content: { state: status, ended_at: AT + 5000 } } }, {}],
    });
  });

  test('that is past due says since when, by its period', () => {
    const reading = said(generation, { status: 'past_due' });
    expect(contents(reading)[`subscription/sub_1@${AT}/past_due`]).toEqual({ since: AT });
  });

  test('with a pending update is what its items are, not what it may become', () => {
    const pending_update = { subscription_items: [item('si_1', { quantity: 9 })], expires_at: NOW };
    expect(said(generation, { pending_update })).toEqual(said(generation));
  });

  test.each<[string, Members, unknown]>([
    ['metered', { price: price('price_m', { recurring: { usage_type: 'metered' } }) }, null],
    ['not said', { quantity: undefined }, null],
    ['zero', { quantity: 0 }, 0],
  ])('a quantity that is %s', (_, differs, quantity) => {
    const lines = contents(said(generation, {}, [item('si_1', differs)]))['subscription/sub_1/lines'];
    expect(lines).toMatchObject({ lines: [{ quantity }] });
  });

  test('the nearest metadata win: item, price, product, subscription', () => {
    const product = {
      id: 'prod_A',
      name: 'Acme Pro',
      metadata: { b: 'product', c: 'product', d: 'product' },
    };
    const one = item('si_1', {
      metadata: { d: 'item' },
      price: price('price_m', { product, lookup_key: 'pro', metadata: { c: 'price', d: 'price' } }),
    });
    const reading = said(generation, { metadata: { a: 'subscription', b: 'subscription' } }, [one]);
    expect(contents(reading)['subscription/sub_1/lines']).toMatchObject({
      lines: [
        {
          title: 'Acme Pro',
          attributes: {
            lookup_key: 'pro',
            product_name: 'Acme Pro',
            mode: 'subscription',
            'metadata.a': 'subscription',
            'metadata.b': 'product',
            'metadata.c': 'price',
            'metadata.d': 'item',
          },
        },
      ],
    });
  });

  test('an old plan is a price under the same id', () => {
    const old = item('si_1', { price: undefined, plan: { id: 'plan_m', product: 'prod_A' } });
    expect(contents(said(generation, {}, [old]))['subscription/sub_1/lines']).toMatchObject({
      lines: [{ quantity: 1, refs: { price: 'plan_m', product: 'prod_A' } }],
    });
  });

  test.each<[string, Members, string]>([
    [
      'only its first items',
      { items: { data: [item('si_1')], has_more: true } },
      'names only the first 1 of its items',
    ],
    ['no items', { items: undefined }, 'leaves out its items'],
  ])('that names %s claims no lines, and says so', (_, differs, words) => {
    const reading = said(generation, differs);
    expect(contents(reading)).not.toHaveProperty('subscription/sub_1/lines');
    expect(reading).toMatchObject({
      remark: { code: 'api_key_needed', detail: expect.stringContaining(words) },
    });
  });

  test('a state of the future leaves its standing unsaid', () => {
    const reading = said(generation, { status: 'resting' });
    expect(Object.keys(contents(reading))).toEqual(['subscription/sub_1/lines']);
    expect(reading).toMatchObject({ remark: { code: 'word_unknown' } });
  });

  test('the buyer is told where the customer is expanded, and by no bare name', () => {
    expect(contents(said(generation))).not.toHaveProperty('subscription/sub_1/buyer');
    expect(contents(said(generation, { customer: { id: 'cus_1', deleted: true } }))).not.toHaveProperty(
      'subscription/sub_1/buyer',
    );
    const customer = {
      id: 'cus_1',
      email: 'noor@example.com',
      name: ' Noor ',
      phone: null,
      address: { country: 'NL' },
      preferred_locales: ['nl'],
    };
    expect(contents(said(generation, { customer }))['subscription/sub_1/buyer']).toEqual({
      email: 'noor@example.com',
      name: 'Noor',
      company: null,
      phone: null,
      reference: 'cus_1',
      locale: 'nl',
      country: 'NL',
    });
  });
});

describe('two words of one second', () => {
  /** Each is the state after a change; the event of the second says what was before. */
  function chosen(first: Members, second: Members, previous: Members, group: 'standing' | 'lines') {
    const events = [
      told('since basil', UPDATED, subscription('since basil', first)),
      told('since basil', UPDATED, subscription('since basil', second), previous),
    ];
    const snapshots = events.flatMap((event, n) => {
      const reading = normalize({ ...event, id: `ev_${n}` }, []);
      return reading.is === 'facts' ? reading.facts.filter((it) => it.group === group) : [];
    });
    return choose('subscription', group, snapshots.map((it) => it.snapshot).toReversed());
  }
  const items = (quantity: number) => ({ data: [{ ...item('si_1', { quantity }), ...PERIOD }] });
  const PERIOD = { current_period_start: NOW, current_period_end: NOW + MONTH };

  test.each<[string, Members, Members, Members, 'standing' | 'lines', Members]>([
    ['a state', { status: 'past_due' }, {}, { status: 'past_due' }, 'standing', { state: 'active' }],
    [
      'a notice taken back',
      { cancel_at_period_end: true },
      {},
      { cancel_at_period_end: true },
      'standing',
      { ends_at: null },
    ],
    [
      'a pause',
      {},
      { pause_collection: { behavior: 'void' } },
      { pause_collection: null },
      'standing',
      { collection_paused: true },
    ],
    [
      'fewer seats',
      { items: items(5) },
      { items: items(2) },
      { items: items(5) },
      'lines',
      { lines: [{ quantity: 2 }] },
    ],
  ])(
    'of %s: the one that says what was before is the later',
    (_, first, second, previous, group, content) => {
      const it = chosen(first, second, previous, group);
      expect(it).toMatchObject({ ambiguous: false, content });
    },
  );

  test('stay two where nobody says what was before', () => {
    expect(chosen({ status: 'past_due' }, {}, {}, 'standing').ambiguous).toBe(true);
  });
});

describe('the session of a subscription', () => {
  const differs = {
    mode: 'subscription',
    subscription: 'sub_1',
    payment_intent: null,
    invoice: 'in_1',
    client_reference_id: 'user_7',
  };

  test('is a name of the sale of the subscription, and gives its words to the lines of it', () => {
    const reading = read(COMPLETED, differs);
    expect(reading).toMatchObject({ is: 'facts', creates: 'sub_1', refs: ['cs_1', 'in_1'] });
    expect(Object.keys(contents(reading))).toEqual([
      'checkout/cs_1/standing',
      'checkout/cs_1/money',
      'checkout/cs_1/buyer',
      'checkout/cs_1/links',
    ]);
    expect(contents(reading)['checkout/cs_1/links']).toEqual({
      refs: ['in_1'],
      attributes: {
        mode: 'subscription',
        payment_link: 'plink_1AcmePro',
        client_reference_id: 'user_7',
        'metadata.campaign': 'spring',
      },
    });
  });

  test('that names no subscription parks', () => {
    expect(codeOf(read(COMPLETED, { ...differs, subscription: null }))).toBe('fields_missing');
  });
});

test.each([
  CREATED,
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.trial_will_end',
])('%s is read as what the subscription is by then', (type) => {
  const it = subscription('since basil');
  expect(readTold('since basil', type, it)).toEqual(readTold('since basil', UPDATED, it));
});
