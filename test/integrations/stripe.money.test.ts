import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/core/integration.ts';
import {
  charge,
  dispute,
  GENERATIONS,
  invoice,
  invoiceLine,
  invoicePayment,
  type Members,
  MONTH,
  NOW,
  readTold,
  refund,
  warning,
} from '../fakes/stripe-objects.ts';
import { AT, codeOf, contents } from '../fakes/stripe-sessions.ts';

const END = (NOW + MONTH) * 1000;
const finalities = (reading: Reading) =>
  reading.is === 'facts' ? reading.facts.map((it) => `${it.group} ${it.snapshot.finality}`) : [];

describe.each(GENERATIONS)('an invoice, %s', (generation) => {
  const basil = generation === 'since basil';
  const said = (differs: Members = {}, lines?: readonly Members[], type = 'invoice.paid') =>
    readTold(generation, type, invoice(generation, differs, lines));
  const periods = (lines: readonly Members[], differs: Members = {}) =>
    contents(said(differs, lines))['invoice/in_1/lines'];

  test('that is paid tells what was paid, and for what time; it creates no sale', () => {
    const reading = said();
    const names = basil ? [] : ['pi_1', 'ch_1'];
    expect(reading).toMatchObject({ is: 'facts', creates: null, refs: ['sub_1', 'in_1', ...names] });
    expect(contents(reading)).toEqual({
      'invoice/in_1/standing': { state: 'paid', due_at: AT },
      'invoice/in_1/money': { amount: '4900', currency: 'eur' },
      'invoice/in_1/lines': { periods: [{ line: 'si_1', start: AT, end: END }], whole: true },
      'invoice/in_1/buyer': {
        email: 'noor@example.com',
        name: 'Noor Veerman',
        company: null,
        phone: null,
        reference: 'cus_1',
        country: 'BE',
      },
      ...(basil ? {} : { 'invoice/in_1/links': { refs: ['pi_1', 'ch_1'] } }),
    });
    expect(finalities(reading).slice(0, 4)).toEqual(['standing 1', 'money 1', 'lines 1', 'buyer 0']);
  });

  test.each([
    ['void', 'standing 1'],
    ['open', 'standing 0'],
    ['uncollectible', 'standing 0'],
  ])('that is %s: %s', (status, finality) => {
    const reading = said({ status });
    expect(contents(reading)['invoice/in_1/standing']).toMatchObject({ state: status });
    expect(finalities(reading)).toContain(finality);
  });

  test('that is sent is due when it says', () => {
    expect(contents(said({ due_date: NOW + 60 }))['invoice/in_1/standing']).toMatchObject({
      due_at: AT + 60_000,
    });
  });

  test('of which only the first lines came is not whole', () => {
    const lines = { data: [invoiceLine(generation)], has_more: true };
    expect(contents(said({ lines }))['invoice/in_1/lines']).toMatchObject({ whole: false });
  });

  test('leaves credits out, and keeps what a change charges for', () => {
    const more = { ...invoiceLine(generation), period: { start: NOW + 9, end: NOW + MONTH } };
    expect(periods([invoiceLine(generation, { amount: -900 }), more])).toEqual({
      periods: [{ line: 'si_1', start: AT + 9000, end: END }],
      whole: true,
    });
  });

  test('of usage that is charged when its time is over opens the time that follows', () => {
    const metered = { period: { start: NOW - MONTH, end: NOW } };
    expect(periods([invoiceLine(generation, metered)])).toEqual({
      periods: [{ line: 'si_1', start: AT, end: END }],
      whole: true,
    });
  });

  test('gives no time for what is bought once beside the subscription', () => {
    const once = basil
      ? { parent: { type: 'invoice_item_details', invoice_item_details: { subscription: 'sub_1' } } }
      : { type: 'invoiceitem', subscription_item: undefined };
    expect(periods([invoiceLine(generation, once)])).toEqual({ periods: [], whole: true });
  });

  test.each<[string, Members]>([
    ['of no subscription', basil ? { parent: null } : { subscription: null }],
    ['of a quote', basil ? { parent: { type: 'quote_details' } } : { subscription: null }],
  ])('%s is no sale', (_, differs) => {
    expect(codeOf(said(differs))).toBe('not_a_sale');
  });

  test('in the fields of the other generation is read as well', () => {
    const other = basil
      ? { parent: undefined, subscription: 'sub_1' }
      : { subscription: undefined, parent: { subscription_details: { subscription: 'sub_1' } } };
    expect(said(other)).toMatchObject({ is: 'facts', refs: expect.arrayContaining(['sub_1', 'in_1']) });
  });

  test('a draft says nothing yet', () => {
    expect(contents(said({ status: 'draft' }))).toEqual({});
  });

  test.each(['invoice.payment_succeeded', 'invoice.payment_failed', 'invoice.finalized', 'invoice.voided'])(
    '%s is read by what the invoice is',
    (type) => {
      expect(said({}, undefined, type)).toEqual(said());
    },
  );

  test.each(['invoice.created', 'invoice.upcoming', 'invoice.updated'])('%s is left alone', (type) => {
    expect(codeOf(said({}, undefined, type))).toBe('type_unknown');
  });
});

describe('a payment of an invoice', () => {
  test('ties the payment to the invoice', () => {
    const reading = readTold('since basil', 'invoice_payment.paid', invoicePayment());
    expect(reading).toMatchObject({ is: 'facts', creates: null, refs: ['in_1', 'pi_1'] });
    expect(contents(reading)).toEqual({
      'payment/pi_1/links': { refs: ['in_1'] },
      'payment/pi_1/standing': { state: 'succeeded' },
      'payment/pi_1/money': { amount: '4900', currency: 'eur' },
    });
  });

  test('made outside of Stripe names no payment', () => {
    const reading = readTold(
      'since basil',
      'invoice_payment.paid',
      invoicePayment({ payment: { type: 'payment_record', payment_record: 'pr_1' } }),
    );
    expect(reading).toMatchObject({ is: 'facts', refs: ['in_1'], facts: [] });
  });
});

describe.each(GENERATIONS)('money that went back, %s', (generation) => {
  const basil = generation === 'since basil';

  test('a charge tells how much in all, and leads to its payment and, before basil, its invoice', () => {
    const reading = readTold(generation, 'charge.refunded', charge(generation));
    const names = basil ? ['pi_1'] : ['in_1', 'pi_1'];
    expect(reading).toMatchObject({ creates: null, refs: [...names, 'ch_1'] });
    expect(contents(reading)).toEqual({
      'payment/ch_1/standing': { state: 'succeeded' },
      'payment/ch_1/money': { amount: '4900', currency: 'eur', refunded: '4900' },
      'payment/ch_1/links': { refs: names },
    });
  });

  test('a charge that was captured in part was paid in that part', () => {
    const reading = readTold(generation, 'charge.refunded', charge(generation, { amount_captured: 900 }));
    expect(contents(reading)['payment/ch_1/money']).toMatchObject({ amount: '900' });
  });

  test('a charge of old lists its refunds', () => {
    const refunds = { data: [refund(), refund({ id: 're_2', status: 'pending' })], has_more: false };
    const reading = readTold(generation, 'charge.refunded', charge(generation, { refunds }));
    expect(contents(reading)).toMatchObject({
      'refund/re_1/standing': { state: 'succeeded' },
      'refund/re_2/standing': { state: 'pending' },
    });
  });

  test.each([
    ['refund.created', 'pending', 0],
    ['refund.updated', 'requires_action', 1],
    ['charge.refund.updated', 'succeeded', 2],
    ['refund.updated', 'canceled', 3],
    ['refund.failed', 'failed', 4],
  ])('%s: a refund that is %s has come so far: %i', (type, status, finality) => {
    const reading = readTold(generation, type, refund({ status }));
    expect(reading).toMatchObject({ creates: null, refs: ['pi_1', 'ch_1'] });
    expect(contents(reading)).toEqual({
      'refund/re_1/standing': { state: status },
      'refund/re_1/money': { amount: '4900', currency: 'eur' },
      'refund/re_1/links': { refs: ['pi_1', 'ch_1'] },
    });
    expect(finalities(reading)).toEqual([`standing ${finality}`, 'money 0', 'links 0']);
  });

  test('what a refund is of was so when it was made', () => {
    const reading = readTold(generation, 'refund.updated', refund());
    const stamps = reading.is === 'facts' ? reading.facts.map((it) => it.snapshot.stamp) : [];
    expect(stamps).toEqual([AT, AT - 60_000, AT - 60_000]);
  });

  test.each<[string, string, Members]>([
    ['charge.refunded', 'ch_1', charge(generation)],
    ['refund.created', 're_1', refund()],
    ['charge.dispute.created', 'dp_1', dispute('needs_response')],
    ['radar.early_fraud_warning.created', 'issfr_1', warning()],
  ])('%s alone says what would link it, where only one event does', (type, _, object) => {
    const reading = readTold(generation, type, object);
    const remark = { code: 'payment_unlinked', detail: expect.stringContaining('invoice_payment.paid') };
    if (basil) expect(reading).toMatchObject({ remark });
    else expect(reading).not.toHaveProperty('remark');
  });

  test('a refund in a state of the future leaves its standing unsaid', () => {
    const reading = readTold(generation, 'refund.updated', refund({ status: 'thinking' }));
    expect(contents(reading)).not.toHaveProperty('refund/re_1/standing');
    expect(reading).toMatchObject({ remark: { code: 'word_unknown' } });
  });
});

describe('a dispute', () => {
  test.each([
    ['warning_needs_response', 'inquiry'],
    ['warning_under_review', 'inquiry'],
    ['warning_closed', 'inquiry_closed'],
    ['needs_response', 'opened'],
    ['under_review', 'opened'],
    ['lost', 'lost'],
    ['appeal_needs_response', 'appealed'],
    ['appeal_under_review', 'appealed'],
    ['won', 'won'],
    ['prevented', 'prevented'],
    ['charge_refunded', 'prevented'],
  ])('%s is %s', (status, state) => {
    const reading = readTold('since basil', 'charge.dispute.updated', dispute(status));
    expect(reading).toMatchObject({ creates: null, refs: ['pi_1', 'ch_1'] });
    expect(contents(reading)).toEqual({
      'dispute/dp_1/standing': { state, reason: 'fraudulent' },
      'dispute/dp_1/money': { amount: '4900', currency: 'eur' },
      'dispute/dp_1/links': { refs: ['pi_1', 'ch_1'] },
    });
  });

  test('in a state of the future leaves its standing unsaid, and does not throw', () => {
    const reading = readTold('since basil', 'charge.dispute.closed', dispute('settled'));
    expect(contents(reading)).not.toHaveProperty('dispute/dp_1/standing');
    expect(reading).toMatchObject({ remark: { code: 'word_unknown', detail: 'dp_1 is called settled' } });
  });

  test('that is only a warning is one', () => {
    const reading = readTold('since basil', 'radar.early_fraud_warning.created', warning());
    expect(contents(reading)).toEqual({
      'dispute/issfr_1/standing': { state: 'warning', reason: 'made_with_stolen_card' },
      'dispute/issfr_1/links': { refs: ['pi_1', 'ch_1'] },
    });
  });
});
