import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import {
  ASKED_AT,
  answer,
  COMPLETED,
  contents,
  FAILED,
  line,
  lines,
  linesAnswer,
  money,
  read,
  sessionAnswer,
} from '../fakes/stripe-sessions.ts';

describe('a checkout whose lines were asked for', () => {
  test('the answers speak; the payload gives names, and what never goes back', () => {
    const answers = [
      sessionAnswer({ payment_intent: { id: 'pi_1', latest_charge: 'ch_1' }, customer: 'cus_1' }),
      linesAnswer(line('price_1AcmePro')),
    ];
    const reading = read(COMPLETED, { invoice: 'in_1' }, answers);
    expect(reading).toMatchObject({ creates: 'cs_1', refs: ['pi_1', 'in_1', 'ch_1'] });
    const origins = reading.is === 'facts' ? reading.facts.map((it) => [it.group, it.snapshot]) : [];
    const told = { stamp: ASKED_AT, asked: true };
    expect(origins).toMatchObject([
      ['standing', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['money', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['buyer', { ...told, origin: 'ev_1/0/checkout.session', content: { reference: 'cus_1' } }],
      ['links', { ...told, origin: 'ev_1/0/checkout.session' }],
      ['money', { ...told, content: { amount: '14900', currency: 'eur' } }],
      ['lines', { ...told, origin: 'ev_1/0/line_items', finality: 1 }],
      ['standing', { asked: false, origin: 'ev_1', finality: 1, content: { state: 'complete' } }],
      ['money', { asked: false, origin: 'ev_1', finality: 1, content: { state: 'paid' } }],
    ]);
  });

  test('the payload of a delayed payment still says what became of it', () => {
    const answers = [sessionAnswer({ payment_status: 'unpaid' }), linesAnswer(line('price_1AcmePro'))];
    const reading = read(FAILED, { payment_status: 'unpaid' }, answers);
    expect(contents(reading)['payment/pi_1/standing']).toEqual({ state: 'failed' });
    expect(money(reading)).toMatchObject({ state: 'unpaid' });
  });

  test('an answer that lags behind the signed event loses to it: complete and paid are final', () => {
    const answers = [
      sessionAnswer({ status: 'open', payment_status: 'unpaid' }),
      linesAnswer(line('price_1AcmePro')),
    ];
    const reading = read(COMPLETED, {}, answers);
    expect(contents(reading)).toMatchObject({
      'checkout/cs_1/standing': { state: 'complete' },
      'checkout/cs_1/money': { state: 'paid' },
    });
  });

  test('an answer newer than an unpaid event tells that it was paid since', () => {
    const answers = [sessionAnswer(), linesAnswer(line('price_1AcmePro'))];
    expect(money(read(COMPLETED, { payment_status: 'unpaid' }, answers))).toMatchObject({ state: 'paid' });
  });

  test('a refresh adds its answers, with the session of the same round', () => {
    const reading = read(COMPLETED, {}, [
      sessionAnswer({ metadata: { round: 'first' } }),
      linesAnswer(line('price_1AcmePro')),
      sessionAnswer({ metadata: { round: 'second' } }, 1, ASKED_AT + 9000),
      answer('line_items', { data: [line('price_1AcmePro')] }, 1, ASKED_AT + 9000),
    ]);
    const sets = reading.is === 'facts' ? reading.facts.filter((it) => it.group === 'lines') : [];
    expect(sets.map((it) => it.snapshot)).toMatchObject([
      { stamp: ASKED_AT, content: { lines: [{ attributes: { 'metadata.round': 'first' } }] } },
      { stamp: ASKED_AT + 9000, content: { lines: [{ attributes: { 'metadata.round': 'second' } }] } },
    ]);
  });

  test('a stored answer that cannot be read counts as none', () => {
    const reading = read(COMPLETED, {}, [
      answer('checkout.session', 'x'),
      answer('line_items', { data: 'x' }),
    ]);
    expect(lines(reading)).toMatchObject([{ id: 'session' }]);
    expect(money(reading)).toMatchObject({ state: 'paid' });
  });
});

describe('lines', () => {
  const asked = (...items: Json[]) => lines(read(COMPLETED, {}, [sessionAnswer(), linesAnswer(...items)]));

  test('say what they are and all that rules may match', () => {
    const item = line(
      'price_1AcmePro',
      { quantity: 3, description: 'Acme Pro (early bird)' },
      { lookup_key: 'acme-pro' },
    );
    expect(asked(item)).toEqual([
      {
        id: 'price_1AcmePro.1',
        title: 'Acme Pro (early bird)',
        quantity: 3,
        refs: { price: 'price_1AcmePro', product: 'prod_A' },
        attributes: {
          lookup_key: 'acme-pro',
          product_name: 'Acme Pro',
          mode: 'payment',
          payment_link: 'plink_1AcmePro',
          'metadata.campaign': 'spring',
        },
      },
    ]);
  });

  test('are named by their price and counted within it, whatever li_ ids Stripe gives', () => {
    const items = [
      line('price_A', { id: 'li_x' }),
      line('price_B', { id: 'li_y' }),
      line('price_A', { id: 'li_z' }),
    ];
    expect(asked(...items)).toMatchObject([{ id: 'price_A.1' }, { id: 'price_B.1' }, { id: 'price_A.2' }]);
  });

  test.each([
    ['left null', null, null],
    ['zero', 0, 0],
    ['a hundred', 100, 100],
    ['a fraction', 1.5, null],
    ['less than nothing', -1, null],
  ])('a quantity that is %s', (_, quantity, expected) => {
    expect(asked(line('price_A', { quantity }))).toMatchObject([{ quantity: expected }]);
  });

  test('metadata of the line goes before the price’s, then the product’s, then the session’s', () => {
    const items = [
      line(
        'price_A',
        { metadata: { d: 'line' } },
        {
          metadata: { b: 'price', c: 'price', d: 'price' },
          product: { id: 'prod_A', name: 'A', metadata: { a: 'product', b: 'product', campaign: 'product' } },
        },
      ),
    ];
    const answers = [
      sessionAnswer({ metadata: { z: 'session', a: 'session', campaign: 'session' } }),
      linesAnswer(...items),
    ];
    expect(lines(read(COMPLETED, {}, answers))).toMatchObject([
      {
        attributes: {
          'metadata.z': 'session',
          'metadata.a': 'product',
          'metadata.campaign': 'product',
          'metadata.b': 'price',
          'metadata.c': 'price',
          'metadata.d': 'line',
        },
      },
    ]);
  });

  test.each<[string, Json, unknown]>([
    [
      'a price that is gone',
      line('x', { price: null, description: null }),
      { id: 'no_price.1', title: 'no_price', refs: {} },
    ],
    [
      'a product not expanded',
      line('price_A', { description: null }, { product: 'prod_A' }),
      { title: 'price_A', refs: { price: 'price_A', product: 'prod_A' } },
    ],
    [
      'a deleted product',
      line('price_A', {}, { product: { id: 'prod_A', deleted: true } }),
      { refs: { price: 'price_A', product: 'prod_A' } },
    ],
    ['no description', line('price_A', { description: null }), { title: 'Acme Pro' }],
  ])('of %s', (_, item, expected) => {
    expect(asked(item)).toMatchObject([expected as object]);
  });

  test('the buyer’s own client_reference_id is carried for display only', () => {
    expect(lines(read(COMPLETED, { client_reference_id: 'user_7' }))).toMatchObject([
      { refs: {}, attributes: { client_reference_id: 'user_7' } },
    ]);
  });

  test('metadata with odd keys and kinds does no harm', () => {
    const odd = JSON.parse('{"__proto__":"x","constructor":"y","n":7,"o":{},"":"empty"}');
    expect(lines(read(COMPLETED, { metadata: odd }))).toMatchObject([
      { attributes: { 'metadata.constructor': 'y', 'metadata.': 'empty' } },
    ]);
  });
});
