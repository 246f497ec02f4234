/** What a subscription entitles its buyer to, month after month: core.md §4 and §6, one history after the other. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fact } from '../../src/core/sale.ts';
import { AT, line, order, paid, sale } from './sold.ts';
import { asked, DAY, invoice, period, refundOf, seats, subscription } from './subscribed.ts';

const RULES = '[{ when: { price: "price_a" }, grant: { product: acmepro, policy: annual } }]';
const HOUR = 3_600_000;

const day = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
const license = (state: string, until: number, unit = 0) =>
  `si_1/${unit}/acmepro.0 ${state} until ${day(until)}`;
/** The grace period of the policy `annual` in the catalog of these tests. */
const GRACE = 72 * HOUR;

const running = (on: Record<string, unknown> = {}) => sale(RULES, { on });
const started = (on: Record<string, unknown> = {}) =>
  running(on).tell(asked(), subscription('active'), invoice(0));

describe('a subscription is licensed', () => {
  test('to the end of the period that was paid, and the grace of its policy', () => {
    expect(started().terms).toEqual([license('active', period(1) + GRACE)]);
  });

  test('not before its first payment, and never where that failed', () => {
    expect(running().tell(asked(), subscription('incomplete')).licenses).toEqual([]);
    const it = running().tell(asked(), subscription('incomplete_expired'));
    expect(it.licenses).toEqual([]);
    expect(it.grants.state).toBe('cancelled');
  });

  test('not where its invoice is open, although the shop calls it active', () => {
    const it = running().tell(asked(), subscription('active'), invoice(0, 'open'));
    expect(it.licenses).toEqual([]);
    expect(it.grants.state).toBe('pending');
    expect(it.tell(invoice(0)).terms).toEqual([license('active', period(1) + GRACE)]);
  });

  test('for the days of its trial, whatever was paid', () => {
    const trial = { trial_ends_at: AT + 14 * DAY };
    const it = running().tell(asked(), subscription('trialing', 0, [seats()], trial));
    expect(it.terms).toEqual([license('active', AT + 14 * DAY + GRACE)]);
  });

  test('by its state alone where no invoice is ever told', () => {
    const it = running().tell(asked(false), subscription('active'));
    expect(it.terms).toEqual([license('active', period(1) + GRACE)]);
    expect(it.tell(subscription('active', 1)).terms).toEqual([license('active', period(2) + GRACE)]);
    // Behind with the third period, it has paid for the second.
    it.wait(period(2)).tell(subscription('past_due', 2));
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
    // Behind with the first, it has paid for nothing.
    expect(running().tell(asked(false), subscription('past_due')).licenses).toEqual([]);
  });

  test('once its checkout is known, or after a quarter of an hour without one', () => {
    const it = running().tell(subscription('active'), invoice(0));
    expect(it.licenses).toEqual([]);
    expect(it.grants.next_at).toBe(AT + 15 * 60_000);
    expect(it.wait(AT + 14 * 60_000).licenses).toEqual([]);
    expect(it.wait(AT + 15 * 60_000).licenses).toEqual(['si_1/0/acmepro.0 active']);
    expect(it.grants.next_at).toBeNull();
    const told = running().tell(subscription('active'), invoice(0));
    expect(told.tell(order({ money: 'paid', state: 'complete' })).licenses).toHaveLength(1);
  });
});

describe('a renewal', () => {
  test('extends the same license once it is paid, not when its period begins', () => {
    const it = started().wait(period(1)).tell(subscription('active', 1), invoice(1, 'open'));
    expect(it.changes).toEqual([]);
    expect(it.tell(invoice(1)).changes).toEqual(['extend si_1/0/acmepro.0']);
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
  });

  test('that comes before the one it follows is not shortened by it', () => {
    const it = running().tell(asked(), subscription('active', 1), invoice(1));
    expect(it.tell(invoice(0)).changes).toEqual([]);
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
  });

  test("whose invoice names nobody's lines, or only the first of them, extends all", () => {
    const blank = running().tell(asked(), subscription('active'), invoice(0, 'paid', { lines: [null] }));
    expect(blank.terms).toEqual([license('active', period(1) + GRACE)]);
    const cut = running().tell(
      asked(),
      subscription('active'),
      invoice(0, 'paid', { lines: ['si_9'], whole: false }),
    );
    expect(cut.terms).toEqual([license('active', period(1) + GRACE)]);
  });

  test('that costs nothing is a renewal', () => {
    expect(started().tell(invoice(1, 'paid', { amount: '0' })).terms).toEqual([
      license('active', period(2) + GRACE),
    ]);
  });
});

describe('a renewal that is not paid', () => {
  const late = (on: Record<string, unknown> = {}) =>
    started(on).wait(period(1)).tell(subscription('past_due', 1), invoice(1, 'open'));

  test('is kept for the time set, then suspends although nothing more arrives', () => {
    const it = late({ payment_past_due: { keep_for: '10d' } });
    expect(it.terms).toEqual([license('active', period(1) + 10 * DAY)]);
    expect(it.grants.next_at).toBe(period(1) + 10 * DAY);
    expect(it.wait(period(1) + 10 * DAY).licenses).toEqual(['si_1/0/acmepro.0 suspended']);
    expect(it.grants.next_at).toBeNull();
  });

  test('is given back when it is paid after all', () => {
    const it = late().wait(period(1) + 5 * DAY);
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 suspended']);
    it.tell(subscription('active', 1), invoice(1));
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
  });

  test('counts from when it was first said, where no open invoice is known', () => {
    const it = started()
      .wait(period(1) + DAY)
      .tell(subscription('past_due', 1));
    expect(it.grants.next_at).toBe(period(1) + 3 * DAY);
  });

  test("is a person's to decide, or nothing happens, as the policy says", () => {
    const asks = late({ payment_past_due: parse('{ then: review }') }).wait(period(1) + 5 * DAY);
    expect(asks.licenses).toEqual(['si_1/0/acmepro.0 active']);
    expect(asks.reviews).toEqual([`past_due@${period(1)}:suspend`]);
    asks.decide(`past_due@${period(1)}:suspend`, 'accepted');
    expect(asks.licenses).toEqual(['si_1/0/acmepro.0 suspended']);
    const keeps = late({ payment_past_due: parse('{ then: keep }') }).wait(period(1) + 5 * DAY);
    expect(keeps.licenses).toEqual(['si_1/0/acmepro.0 active']);
  });

  test('is given up by the shop: suspended', () => {
    expect(late().tell(subscription('unpaid', 1)).licenses).toEqual(['si_1/0/acmepro.0 suspended']);
  });

  test('is one case for as long as it lasts: what a person decided holds in the next period, too', () => {
    const gone = late({ subscription_unpaid: 'review' }).tell(subscription('unpaid', 1));
    gone.decide(`unpaid@${period(1)}:suspend`, 'accepted');
    expect(gone.wait(period(2)).tell(subscription('unpaid', 2)).changes).toEqual([]);
    expect(gone.reviews).toEqual([]);
    const asks = started({ payment_past_due: parse('{ then: review }') }).wait(period(1));
    asks.tell(subscription('past_due', 1), invoice(1, 'open')).wait(period(1) + 5 * DAY);
    asks.decide(`past_due@${period(1)}:suspend`, 'accepted');
    expect(asks.wait(period(2)).tell(subscription('past_due', 2)).changes).toEqual([]);
    expect(asks.reviews).toEqual([]);
  });

  test('is kept for the time set although an older one was given up once', () => {
    const it = late().tell(invoice(1, 'uncollectible'), subscription('active', 2), invoice(2));
    it.wait(period(3)).tell(subscription('past_due', 3), invoice(3, 'open'));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 active']);
    expect(it.grants.next_at).toBe(period(3) + 3 * DAY);
  });

  test('takes nothing from a line that was added without an invoice of its own', () => {
    const lines = [seats(), seats(1, { id: 'si_2' })];
    const it = started().tell(subscription('active', 0, lines));
    const both = { lines: ['si_1', 'si_2'] };
    it.wait(period(1)).tell(subscription('past_due', 1, lines), invoice(1, 'open', both));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 active', 'si_2/0/acmepro.0 active']);
    it.wait(period(1) + 3 * DAY);
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 suspended', 'si_2/0/acmepro.0 suspended']);
    it.tell(subscription('active', 1, lines), invoice(1, 'paid', both));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 active', 'si_2/0/acmepro.0 active']);
  });
});

describe('an end', () => {
  test('ends the license at the time it ended, and issues nothing to whoever hears of it later', () => {
    const ended = { ended_at: AT + 10 * DAY };
    const it = started().tell(subscription('canceled', 0, [seats()], ended));
    expect(it.terms).toEqual([license('active', AT + 10 * DAY)]);
    expect(it.grants.state).toBe('cancelled');
    const late = running().tell(asked(), subscription('canceled', 0, [seats()], ended), invoice(0));
    expect(late.licenses).toEqual([]);
  });

  test('of more units than anybody could have issued is worked through all the same', () => {
    const it = started().tell(
      subscription('canceled', 0, [seats(9_000_000_000)], { ended_at: AT + 10 * DAY }),
    );
    expect(it.terms).toEqual([license('active', AT + 10 * DAY)]);
  });

  test('gives nothing back: an item whose only invoice was refunded stays ended', () => {
    const two = [seats(), seats(1, { id: 'si_2' })];
    const own = { amount: '1900', lines: ['si_2'] };
    const it = running().tell(
      asked(),
      subscription('active', 0, two),
      invoice(0, 'paid', { lines: ['si_1'] }),
      invoice(1, 'paid', own),
    );
    it.tell(refundOf(1, 're_1', '1900'));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 active', 'si_2/0/acmepro.0 revoked']);
    it.tell(subscription('canceled', 0, two, { ended_at: AT + 10 * DAY }));
    expect(it.terms).toEqual([license('active', AT + 10 * DAY), expect.stringMatching(/^si_2\S+ revoked /)]);
  });

  test('is not undone by a renewal that is told late', () => {
    const it = started().tell(subscription('canceled', 0, [seats()], { ended_at: AT + 40 * DAY }));
    expect(it.terms).toEqual([license('active', period(1) + GRACE)]);
    expect(it.tell(invoice(1)).terms).toEqual([license('active', AT + 40 * DAY)]);
    expect(it.tell(subscription('active', 1)).terms).toEqual([license('active', AT + 40 * DAY)]);
  });

  test('revokes where the policy says so', () => {
    const it = started({ subscription_ended: 'revoke' });
    it.tell(subscription('canceled', 0, [seats()], { ended_at: AT + 10 * DAY }));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 revoked']);
  });

  test('that is announced ends the license then, without its grace; taken back, it runs on', () => {
    const it = started().tell(subscription('active', 0, [seats()], { ends_at: period(1) }));
    expect(it.terms).toEqual([license('active', period(1))]);
    expect(it.grants.flags).toEqual(['cancel_pending']);
    expect(it.grants.next_at).toBe(period(1));
    expect(it.tell(subscription('active')).terms).toEqual([license('active', period(1) + GRACE)]);
    expect(it.grants.flags).toEqual([]);
  });
});

describe('a pause', () => {
  test('suspends, and its end reinstates the same key', () => {
    const it = started().tell(subscription('paused'));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 suspended']);
    expect(it.tell(subscription('active')).changes).toEqual(['reinstate si_1/0/acmepro.0']);
  });

  test('of the collection alone keeps the license through its periods', () => {
    const it = started().tell(subscription('active', 1, [seats()], { collection_paused: true }));
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
    expect(it.grants.flags).toEqual(['collection_paused']);
  });
});

describe('another quantity, or another plan', () => {
  test('adds or ends units and leaves those that stay alone', () => {
    const it = started().tell(subscription('active', 0, [seats(3)]));
    expect(it.changes).toEqual(['issue si_1/1/acmepro.0', 'issue si_1/2/acmepro.0']);
    expect(it.tell(subscription('active', 0, [seats(1)])).changes).toEqual([
      'revoke si_1/1/acmepro.0',
      'revoke si_1/2/acmepro.0',
    ]);
    expect(it.tell(subscription('active', 0, [seats(2)])).changes).toEqual(['reinstate si_1/1/acmepro.0']);
  });

  test('of the same product alters the license in place', () => {
    const rules = `[{ when: { price: price_a }, grant: { product: acmepro, policy: annual } },
      { when: { price: price_b }, grant: { product: acmepro, policy: annual, values: { max_activations: 9 } } }]`;
    const it = sale(rules).tell(asked(), subscription('active'), invoice(0));
    it.tell(subscription('active', 0, [seats(1, { refs: { price: 'price_b' } })]));
    expect(it.changes).toEqual(['alter si_1/0/acmepro.0']);
  });

  test('of another type replaces it, and of another product ends it and issues the other', () => {
    const rules = `[{ when: { price: price_a }, grant: { product: acmepro, policy: annual } },
      { when: { price: price_b }, grant: { product: acmepro, policy: perpetual } },
      { when: { price: price_c }, grant: { product: acmecli } }]`;
    const priced = (price: string) => subscription('active', 0, [seats(1, { refs: { price } })]);
    const it = sale(rules).tell(asked(), subscription('active'), invoice(0));
    expect(it.tell(priced('price_b')).changes).toEqual(['revoke si_1/0/acmepro.0', 'issue si_1/0/acmepro.0']);
    expect(it.tell(priced('price_c')).changes).toEqual(['revoke si_1/0/acmepro.0', 'issue si_1/0/acmecli.0']);
  });

  test('that no rule fits parks the line, and its licenses stay as they are', () => {
    const it = started().tell(subscription('active', 0, [seats(1, { refs: { price: 'price_x' } })]));
    expect(it.changes).toEqual([]);
    expect(it.grants.state).toBe('parked');
  });

  test('measured by its use parks: there is no number of units', () => {
    const it = running().tell(asked(), subscription('active', 0, [seats(null)]), invoice(0));
    expect(it.grants.lines[0]?.problem?.code).toBe('quantity_unknown');
  });
});

describe('a refund', () => {
  const renewed = (on: Record<string, unknown> = {}) =>
    started(on).tell(subscription('active', 1), invoice(1));

  test('of a renewal shortens the license by its period, and kills nothing', () => {
    const it = renewed().tell(refundOf(1));
    expect(it.terms).toEqual([license('active', period(1) + GRACE)]);
  });

  test('that fails after all gives the period back', () => {
    const it = renewed().tell(refundOf(1));
    it.tell(refundOf(1, 're_1', '4900', 'failed'));
    expect(it.terms).toEqual([license('active', period(2) + GRACE)]);
  });

  test("of a part, or of several parts, is a person's to judge until they come to the whole", () => {
    const it = renewed().tell(refundOf(1, 're_a', '1000'));
    expect(it.reviews).toEqual(['re_a:look']);
    it.tell(refundOf(1, 're_b', '3900'));
    expect(it.reviews).toEqual([]);
    expect(it.terms).toEqual([license('active', period(1) + GRACE)]);
  });

  test("of all that was ever paid ends the subscription's licenses", () => {
    const it = renewed().tell(refundOf(1), refundOf(0));
    expect(it.licenses).toEqual(['si_1/0/acmepro.0 revoked']);
    expect(it.tell(invoice(2)).terms).toEqual([license('active', period(3) + GRACE)]);
  });

  test('of the only renewal that anybody told of leaves what must have been paid before', () => {
    const it = running().tell(asked(false), subscription('active', 5), invoice(5)).tell(refundOf(5));
    expect(it.terms).toEqual([license('active', period(5) + GRACE)]);
    const whole = running().tell(asked(), subscription('active', 5), invoice(5)).tell(refundOf(5));
    expect(whole.licenses).toEqual(['si_1/0/acmepro.0 revoked']);
  });

  test('is asked about, or kept out, as the policy says', () => {
    const asks = renewed({ refund_full: 'review' }).tell(refundOf(1));
    expect(asks.terms).toEqual([license('active', period(2) + GRACE)]);
    expect(asks.reviews).toEqual(['re_1:end_period']);
    expect(asks.decide('re_1:end_period', 'accepted').terms).toEqual([license('active', period(1) + GRACE)]);
    expect(renewed({ refund_full: 'keep' }).tell(refundOf(1)).terms).toEqual([
      license('active', period(2) + GRACE),
    ]);
  });

  test('that no invoice is known for is left to a person', () => {
    const it = renewed().tell(refundOf(7));
    expect(it.changes).toEqual([]);
    expect(it.reviews).toEqual(['re_7:look']);
  });
});

describe('renewals of a shop that knows no subscription', () => {
  const YEARLY = '[{ when: {}, grant: { product: acmepro, policy: annual } }]';
  const renewal = (id: string) => {
    const from = { stamp: AT, asked: true, origin: id, reader: 1 };
    return [fact('invoice', id, 'standing', { state: 'paid', due_at: null }, from)];
  };

  test('run the duration of its policy as often again, from when it was issued', () => {
    const it = sale(YEARLY).tell(paid(line('a')));
    expect(it.terms).toEqual(['a/0/acmepro.0 active until 2027-11-02 10:00']);
    expect(it.tell(renewal('1002'), renewal('1003')).changes).toEqual(['extend a/0/acmepro.0']);
    expect(it.terms).toEqual(['a/0/acmepro.0 active until 2029-11-02 10:00']);
    expect(it.tell(renewal('1003')).changes).toEqual([]);
  });

  test('lengthen the lines that they name, and no others', () => {
    const from = { stamp: AT, asked: true, origin: '1002', reader: 1 };
    const periods = [{ line: 'b', start: AT, end: AT + 365 * DAY }];
    const it = sale(YEARLY).tell(paid(line('a'), line('b')));
    it.tell([...renewal('1002'), fact('invoice', '1002', 'lines', { periods, whole: true }, from)]);
    expect(it.terms).toEqual([
      'a/0/acmepro.0 active until 2027-11-02 10:00',
      'b/0/acmepro.0 active until 2028-11-02 10:00',
    ]);
  });

  test('lengthen nothing that has no end', () => {
    const it = sale('[{ when: {}, grant: { product: acmepro, policy: perpetual } }]').tell(paid(line('a')));
    expect(it.tell(renewal('1002')).changes).toEqual([]);
  });

  test('of which nobody knows the first order park, or issue where the mapping says so', () => {
    const told = paid(line('a', 1, { attributes: { renewal: 'true' } }));
    const parks = sale(YEARLY).tell(told);
    expect(parks.grants.lines[0]?.problem?.code).toBe('renewal_unlinked');
    expect(sale(YEARLY, { renewal: 'issue' }).tell(told).licenses).toEqual(['a/0/acmepro.0 active']);
  });
});
