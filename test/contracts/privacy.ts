/** What a store promises to persons: requests that are not lost, tombstones that hold, bodies written anew. */
import { describe, expect, test } from 'vitest';
import { buyerNames } from '../../src/core/customer.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { NewRequest } from '../../src/core/privacy.ts';
import { problem } from '../../src/core/problem.ts';
import type { Buyer } from '../../src/core/things.ts';
import type { BuriedName } from '../../src/core/tombstones.ts';
import { makeRecords } from '../../src/store/records.ts';
import { makeStore } from '../../src/store/store.ts';
import { count, endOf, eventOf, everything, NOON, nextOf, settlementOf } from '../fakes/settlements.ts';
import { seededRandom } from '../house.ts';
import type { Current } from './store.ts';

const ADA: Buyer = {
  email: 'Ada@Example.com',
  name: 'Ada',
  company: null,
  phone: '+1 555',
  reference: '77',
};
const asked = (over: Partial<NewRequest> = {}): NewRequest => ({
  kind: 'redact_customer',
  subject: { orders: ['1001'], customer: '77', email: 'Ada@Example.com' },
  source: 'shop',
  account: '',
  by: null,
  at: NOON,
  ...over,
});
const redacted = (body: string) => body.replaceAll(/Ada/g, 'null');
const all = { limit: 50, after: null };

export function privacyContract(current: Current): void {
  const random = seededRandom(`privacy ${Math.random()}`);
  const store = () => makeStore(current().db, random);
  const alarms = async () =>
    current().db.read('SELECT source, code, count, detail FROM alarms ORDER BY source, code');
  async function claimed(key: string, body = `{"who":"Ada ${key}"}`) {
    const { id } = await store().addEvent(
      'shop',
      eventOf(key, { body: new TextEncoder().encode(body) }),
      NOON,
    );
    const event = (await store().claimEvents(NOON, 64)).find((it) => it.id === id);
    if (!event) throw new Error('it was added');
    return event;
  }
  async function bodyOf(id: string): Promise<string> {
    return new TextDecoder().decode((await makeRecords(current().db).event(id))?.body ?? new Uint8Array());
  }
  const sold = (name: string, over: Parameters<typeof settlementOf>[1] = {}) =>
    store().settle(settlementOf(name, { buyer: ADA, ...over }));
  const customers = () => current().db.read('SELECT * FROM customers ORDER BY id');

  describe('requests', () => {
    test('one is written with the end of its event, and comes back as it was said', async () => {
      const event = await claimed('k1');
      expect(await store().takeRequest(endOf(event), asked())).toBe(true);
      expect(await count(current().db, `events WHERE state = 'done'`)).toBe(1);
      const { items } = await store().privacyRequests({}, all);
      expect(items).toEqual([
        {
          id: expect.stringMatching(/^req_/),
          source: 'shop',
          account: '',
          kind: 'redact_customer',
          subject: { orders: ['1001'], customer: '77', email: 'ada@example.com' },
          by: null,
          progress: null,
          event_id: event.id,
          created_at: NOON,
          due_at: NOON + LIMITS.privacy_due_ms,
          done_at: null,
          done_by: null,
        },
      ]);
      expect(await store().privacyRequest(items[0]?.id ?? '')).toEqual(items[0]);
      expect(await store().privacyRequest('req_nobody')).toBeNull();
    });

    test('of one event there is one, whoever holds it', async () => {
      const event = await claimed('k1');
      await store().takeRequest(endOf(event), asked({ kind: 'export' }));
      const again = await store().seizeEvent(event.id, NOON + 1);
      if (!again) throw new Error('it is there');
      expect(await store().takeRequest(endOf(again), asked({ kind: 'export', at: NOON + 1 }))).toBe(true);
      expect(await count(current().db, 'privacy_requests')).toBe(1);
      expect(await alarms()).toMatchObject([{ source: 'shop', code: 'export_requested', count: 1 }]);
    });

    test('whoever lost the lease writes nothing', async () => {
      const event = await claimed('k1');
      await store().seizeEvent(event.id, NOON + 1);
      const before = await everything(current().db);
      expect(await store().takeRequest(endOf(event), asked({ kind: 'export' }))).toBe(false);
      expect(await everything(current().db)).toBe(before);
    });

    test('an export raises an alarm, which goes when the last of its source is done', async () => {
      for (const [at, key] of ['k1', 'k2'].entries())
        await store().takeRequest(endOf(await claimed(key)), asked({ kind: 'export', at: NOON + at }));
      const [second, first] = (await store().privacyRequests({ open: true }, all)).items;
      if (!first || !second) throw new Error('two were made');
      expect(await alarms()).toMatchObject([
        { count: 2, detail: `${second.id}, to be answered by 2026-12-02` },
      ]);
      await store().finishRequest(first, 'key_1', NOON + 5);
      expect(await alarms()).toHaveLength(1);
      await store().finishRequest(second, 'key_1', NOON + 6);
      expect(await alarms()).toEqual([]);
      await store().finishRequest(second, 'key_2', NOON + 7);
      expect(await store().privacyRequest(second.id)).toMatchObject({ done_at: NOON + 6, done_by: 'key_1' });
      expect((await store().privacyRequests({ open: true }, all)).items).toEqual([]);
      expect((await store().privacyRequests({ open: false, source: 'shop' }, all)).items).toHaveLength(2);
      expect((await store().privacyRequests({ source: 'other' }, all)).items).toEqual([]);
    });

    test('they run newest first, page by page', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.unshift(await store().addRequest(asked({ at: NOON + i })));
      const first = await store().privacyRequests({}, { limit: 3, after: null });
      const rest = await store().privacyRequests({}, { limit: 3, after: first.next });
      expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
      expect(rest.next).toBeNull();
    });

    test('the oldest redaction that is not done is found, with how far it got', async () => {
      expect(await store().openRedaction([])).toBeNull();
      await store().addRequest(asked({ kind: 'export' }));
      const one = await store().addRequest(asked({ at: NOON + 1, by: 'key_1' }));
      const two = await store().addRequest(asked({ at: NOON + 2, kind: 'redact_shop' }));
      const progress = { stage: 'orders', after: `it's "5"`, touched: { orders: 5, events: 7 } } as const;
      await store().saveProgress(one, progress);
      await store().raise('shop', 'redaction_waits', one, NOON);
      const found = await store().openRedaction([]);
      expect(found).toMatchObject({ id: one, by: 'key_1', progress });
      expect(await store().openRedaction([one])).toMatchObject({ id: two });
      expect(await store().openRedaction([one, two])).toBeNull();
      if (found) await store().finishRequest(found, 'keyferry', NOON + 9);
      expect(await store().privacyRequest(one)).toMatchObject({
        done_at: NOON + 9,
        progress,
        subject: { email: null },
      });
      const left = await store().openRedaction([]);
      expect(left).toMatchObject({ id: two });
      expect(await alarms()).toHaveLength(1);
      if (left) await store().finishRequest(left, 'keyferry', NOON + 10);
      expect(await alarms()).toEqual([]);
    });

    test('a redaction forgets the address in other requests about the same person, too', async () => {
      const other = { orders: [], customer: null, email: 'ada@example.com' };
      const same = await store().addRequest(asked({ kind: 'export', subject: other }));
      const else_ = await store().addRequest(asked({ subject: { ...other, email: 'bob@example.com' } }));
      const elsewhere = await store().addRequest(asked({ source: 'other', subject: other }));
      const begun = await store().addRequest(asked({ subject: other }));
      const id = await store().addRequest(asked());
      const it = await store().privacyRequest(id);
      if (it) await store().finishRequest(it, 'keyferry', NOON);
      const left = await Promise.all([same, else_, elsewhere].map((one) => store().privacyRequest(one)));
      expect(left.map((one) => one?.subject.email)).toEqual([null, 'bob@example.com', 'ada@example.com']);
      // One that is still to be carried out must know whom it is about, and forgets that itself.
      const open = await store().privacyRequest(begun);
      expect(open?.subject.email).toBe('ada@example.com');
      if (open) await store().finishRequest(open, 'keyferry', NOON);
      expect((await store().privacyRequest(begun))?.subject.email).toBeNull();
    });
  });

  describe('tombstones', () => {
    const order: BuriedName = { kind: 'order', name: '1001' };
    const bury = (...names: BuriedName[]) => store().bury('shop', '', names, 'req_1', NOON);

    test('hold for one source and account, and are laid twice without harm', async () => {
      expect(await store().isBuried('shop', '', [order])).toBe(false);
      await bury(order, order);
      await bury(order);
      expect(await store().isBuried('shop', '', [{ kind: 'shop', name: '' }, order])).toBe(true);
      expect(await store().isBuried('shop', '', [{ kind: 'customer', name: '1001' }])).toBe(false);
      expect(await store().isBuried('shop', 'acct_1', [order])).toBe(false);
      expect(await store().isBuried('other', '', [order])).toBe(false);
      await bury();
    });

    test('a settle that has not seen one is refused whole, and goes in once it has', async () => {
      await bury(order);
      const before = await everything(current().db);
      expect(await sold('1001', { unburied: [order] })).toBe('buried');
      expect(await everything(current().db)).toBe(before);
      expect(await sold('1002', { unburied: [{ kind: 'order', name: '1002' }] })).toBe('settled');
      expect(await sold('1001', { buyer: null })).toBe('settled');
    });

    test('of many names all are laid', async () => {
      const names = Array.from({ length: 500 }, (_, i): BuriedName => ({ kind: 'order', name: `n${i}` }));
      const small = makeStore(
        { ...current().db, limits: { parameters: 100, value_bytes: 5_000 } },
        seededRandom('small'),
      );
      await small.bury('shop', '', names, 'req_1', NOON);
      expect(await count(current().db, 'redactions')).toBe(500);
    });

    test('the key of addresses is drawn once, whoever asks', async () => {
      const keys = await Promise.all([store().emailKey(), store().emailKey(), store().emailKey()]);
      expect(new Set([...keys, await store().emailKey()]).size).toBe(1);
      expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    });
  });

  describe('whose orders they are', () => {
    const sought = { orders: [], customer: null, email: null, source: 'shop', account: '' };
    const found = (it: Partial<typeof sought> | object, after = '', limit = 9) =>
      store().ordersOf({ ...sought, ...it }, after, limit);
    const find = async (...asked: Parameters<typeof found>) => (await found(...asked)).map(({ id }) => id);
    const named = (...buyers: [email: string | null, reference: string | null][]) => ({
      new_buyers: buyerNames(buyers.map(([email, reference]) => ({ email, reference }))),
    });
    const namesLeft = () =>
      current().db.read('SELECT order_id, kind, name FROM order_buyers ORDER BY order_id, kind, name');

    test('are found by names, by the address, and by the shop’s id, each once and page by page', async () => {
      await sold('1001', { new_refs: ['1001', 'pi_1'] });
      await sold('1002', { buyer: { ...ADA, reference: null } });
      await sold('1003', { buyer: { ...ADA, email: null } });
      await sold('1004', { buyer: { ...ADA, email: 'bob@example.com', reference: '8' } });
      await sold('1005', { source: 'other' });
      expect(await find({ orders: ['pi_1', '1004', 'nobody'] })).toEqual(['ord_1001', 'ord_1004']);
      expect(await find({ email: 'ADA@example.com' })).toEqual(['ord_1001', 'ord_1002']);
      expect(await find({ email: 'ada@example.com', orders: ['1001'] })).toEqual(['ord_1001', 'ord_1002']);
      expect(await find({ email: 'ada@example.com', source: null, account: null })).toEqual([
        'ord_1001',
        'ord_1002',
        'ord_1005',
      ]);
      expect(await find({ customer: '77' })).toEqual(['ord_1001', 'ord_1002', 'ord_1003']);
      expect(await find({})).toEqual([]);
      expect(await find({ customer: '77' }, 'ord_1001', 1)).toEqual(['ord_1002']);
      expect(await store().ordersOfShop('shop', '', '1001', 2)).toEqual([
        { id: 'ord_1002', external_id: '1002' },
        { id: 'ord_1003', external_id: '1003' },
      ]);
      expect(await store().countOfShop('shop', '')).toEqual({ orders: 4, events: 0 });
      expect(
        (await store().customersOf({ ...sought, email: 'ada@example.com' })).map(({ name }) => name),
      ).toEqual(['Ada']);
    });

    test('are found by every id and address that their shop ever said, which a customer does not keep', async () => {
      await sold('1001', named(['Ada@Example.com', '77']));
      await sold('1002', { buyer: { ...ADA, reference: '78' }, ...named(['Ada@Example.com', '78']) });
      const first = settlementOf('1003', { buyer: ADA, ...named(['Ada@Example.com', '77']) });
      await store().settle(first);
      const bob = { ...ADA, email: 'bob@example.com', reference: '8' };
      await store().settle(nextOf(first, { buyer: bob, ...named(['bob@example.com', '8']) }));
      expect(await customers()).toMatchObject([{ reference: '77' }, { reference: '8' }]);
      expect(await found({ customer: '78' })).toEqual([{ id: 'ord_1002', told: true }]);
      expect(await find({ customer: '77' }, 'ord_1001', 1)).toEqual(['ord_1002']);
      expect(await found({ email: ' ADA@example.com' })).toEqual(
        ['ord_1001', 'ord_1002', 'ord_1003'].map((id) => ({ id, told: true })),
      );
      expect(await find({ email: 'bob@example.com' })).toEqual(['ord_1003']);
      expect(await find({ customer: '78', email: 'bob@example.com' })).toEqual(['ord_1002', 'ord_1003']);
      expect(await find({ email: 'bob@example.com' }, 'ord_1003')).toEqual([]);
      // Who is a customer besides is not told: the id may be of another shop.
      expect((await found({ customer: '77' })).map(({ told }) => told)).toEqual([true, false, true]);
    });

    test('are those of their own source and account, or of all where none is said', async () => {
      await sold('1001', named([null, '5']));
      await sold('1002', { account: 'acct_1', ...named([null, '5']) });
      await sold('1003', { source: 'other', ...named([null, '5'], ['5', null]) });
      expect(await find({ customer: '5' })).toEqual(['ord_1001']);
      expect(await find({ customer: '5', account: 'acct_1' })).toEqual(['ord_1002']);
      expect(await find({ customer: '5', account: null })).toEqual(['ord_1001', 'ord_1002']);
      expect(await find({ customer: '5', source: null, account: null })).toEqual([
        'ord_1001',
        'ord_1002',
        'ord_1003',
      ]);
      expect(await find({ email: '5', source: 'other' })).toEqual(['ord_1003']);
    });

    test('are known by a name once, however often it is said, and by many at once', async () => {
      const many = Array.from({ length: 300 }, (_, i): [string, null] => [`ada${i}@example.com`, null]);
      const small = makeStore(
        { ...current().db, limits: { parameters: 100, value_bytes: 5_000 } },
        seededRandom('small'),
      );
      const first = settlementOf('1001', named(...many));
      await small.settle(first);
      await small.settle(nextOf(first, named(...many, [null, '77'])));
      expect(await namesLeft()).toHaveLength(301);
      expect(await find({ email: 'ada299@example.com' })).toEqual(['ord_1001']);
    });

    test('are named no more once they are redacted and their customer is forgotten; others are', async () => {
      await sold('1001', named(['ada@example.com', '77'], ['old@example.com', null]));
      await sold('1002', named(['ada@example.com', '77']));
      const flags = ['redacted'];
      await store().settle(nextOf(settlementOf('1001', { flags })));
      // Till then whoever goes on with the redaction finds it.
      expect(await find({ email: 'old@example.com' })).toEqual(['ord_1001']);
      await store().forgetCustomers(['ord_1001', 'ord_1002']);
      expect(await namesLeft()).toEqual([
        { order_id: 'ord_1002', kind: 'email', name: 'ada@example.com' },
        { order_id: 'ord_1002', kind: 'reference', name: '77' },
      ]);
      await store().settle(nextOf(settlementOf('1002', { flags }), { forgets: true }));
      expect(await namesLeft()).toEqual([]);
    });
  });

  describe('customers of orders that are redacted', () => {
    const redact = (name: string) => store().settle(nextOf(settlementOf(name, { flags: ['redacted'] })));

    test('are forgotten with the last of them, and stay theirs', async () => {
      await sold('1001');
      await sold('1002', { source: 'other' });
      await redact('1001');
      await redact('1002');
      expect(await store().forgetCustomers(['ord_1001', 'ord_1002'])).toEqual([]);
      const [customer, ...others] = await customers();
      expect(others).toEqual([]);
      expect(customer).toEqual({
        id: customer?.id,
        identity: `redacted:${customer?.id}`,
        account_id: null,
        email: null,
        name: null,
        company: null,
        phone: null,
        reference: null,
        version: 1,
        created_at: NOON,
      });
      expect(await count(current().db, 'orders WHERE customer_id IS NOT NULL')).toBe(2);
      const { items } = await makeRecords(current().db).customers({ email: 'ada@example.com' }, all);
      expect(items).toEqual([]);
    });

    test('stay while another order is theirs, which says who they are', async () => {
      await sold('1001');
      await sold('1002', { source: 'other' });
      await redact('1001');
      const others = await store().forgetCustomers(['ord_1001']);
      const [customer] = await customers();
      expect(others).toEqual([{ customer_id: customer?.id, order_id: 'ord_1002' }]);
      expect(customer).toMatchObject({ identity: 'email:ada@example.com', name: null, phone: null });
      await store().fillCustomer(String(customer?.id), { ...ADA, phone: null });
      expect(await customers()).toMatchObject([{ name: 'Ada', phone: null, reference: '77' }]);
      const rows = await current().db.read('SELECT id, customer_id FROM orders ORDER BY id');
      expect(rows.map(({ customer_id }) => customer_id === null)).toEqual([true, false]);
      expect(await store().forgetCustomers(['ord_1001'])).toEqual([]);
    });

    test('are named no more by what people noted; who did it, and what, stays', async () => {
      const by = { by: 'person', actor: 'key_1', act: 'decline review 1' } as const;
      const cause = { ...by, note: 'Ada asked for it' };
      await sold('1001', { cause });
      await sold('1002', { cause });
      await store().settle(nextOf(settlementOf('1001', { flags: ['redacted'] }), { cause }));
      await store().forgetCustomers(['ord_1001', 'ord_1002']);
      const causes = await current().db.read('SELECT cause FROM sale_versions ORDER BY order_id, version');
      expect(causes.map(({ cause }) => JSON.parse(String(cause)))).toEqual([by, by, cause]);
    });

    test('an order that is not redacted loses nobody', async () => {
      await sold('1001');
      const before = await everything(current().db);
      await store().forgetCustomers(['ord_1001']);
      expect(await everything(current().db)).toBe(before);
    });

    test('a settle that nobody else sees to forgets them itself', async () => {
      await sold('1001');
      await store().settle(nextOf(settlementOf('1001', { flags: ['redacted'] }), { forgets: true }));
      expect(await customers()).toMatchObject([{ email: null }]);
    });
  });

  describe('bodies and answers', () => {
    test('are written anew, each once; the key stays', async () => {
      const event = await claimed('k1');
      const answer = { id: `${event.id}/0/order`, asked: 'order', stamp: NOON, body: { who: 'Ada' } };
      await store().addAnswers(event.id, 0, [answer]);
      const other = await claimed('k2', '{"who":"Bob"}');
      expect(await store().rewriteEvents([event.id, other.id, 'evt_nobody'], redacted)).toBe(1);
      expect(await bodyOf(event.id)).toBe('{"who":"null k1"}');
      expect(await bodyOf(other.id)).toBe('{"who":"Bob"}');
      expect(await store().answersOf(event.id)).toEqual([{ ...answer, body: { who: 'null' } }]);
      expect(await store().rewriteEvents([event.id], redacted)).toBe(0);
      expect(await store().rewriteEvents([], redacted)).toBe(0);
      expect((await store().addEvent('shop', eventOf('k1'), NOON)).duplicate).toBe(true);
    });

    test('a problem that cites what a line said is told without it', async () => {
      const silent = ['value_invalid', 'line_refs_unknown'] as const;
      const told = ['unmapped', ...silent] as const;
      const ids: string[] = [];
      for (const code of told) {
        const event = await claimed(code);
        ids.push(event.id);
        await store().endEvents([endOf(event, { problem: problem(code, 'there is no product "Ada"') })]);
      }
      await store().rewriteEvents(ids, redacted);
      const rows = await Promise.all(ids.map((id) => makeRecords(current().db).event(id)));
      expect(rows.map((it) => it?.problem?.detail)).toEqual(['there is no product "Ada"', '', '']);
    });

    test('long ones lie in parts, and become shorter', async () => {
      const long = (word: string) => `{"who":"${word.repeat(LIMITS.body_part_bytes / 2)}"}`;
      const event = await claimed('long', long('Ada'));
      const answer = {
        id: `${event.id}/0/order`,
        asked: 'order',
        stamp: NOON,
        body: { who: 'Ada'.repeat(9_000) },
      };
      const small = makeStore(
        { ...current().db, limits: { parameters: 100, value_bytes: 20_000 } },
        seededRandom('small'),
      );
      await small.addAnswers(event.id, 0, [answer]);
      expect(await small.rewriteEvents([event.id], (it) => it.replaceAll('Ada', 'x'))).toBe(1);
      expect(await bodyOf(event.id)).toBe(long('x'));
      expect(await store().answersOf(event.id)).toEqual([{ ...answer, body: { who: 'x'.repeat(9_000) } }]);
      expect(await small.rewriteEvents([event.id], () => '')).toBe(1);
      expect(await bodyOf(event.id)).toBe('');
      expect(await store().answersOf(event.id)).toEqual([{ ...answer, body: null }]);
    });

    test('of an order and of a shop they are found page by page, and shown whole', async () => {
      const ids: string[] = [];
      for (const key of ['a', 'b', 'c']) {
        const event = await claimed(key);
        ids.push(event.id);
        await store().endEvents([endOf(event, { order_id: 'ord_1' })]);
      }
      await store().addEvent('shop', eventOf('d', { account: 'acct_1' }), NOON);
      ids.sort();
      expect(await store().eventsOfOrder('ord_1', '', 2)).toEqual(ids.slice(0, 2));
      expect(await store().eventsOfOrder('ord_1', ids[1] ?? '', 2)).toEqual(ids.slice(2));
      expect(await store().countEvents(['ord_1', 'ord_2'])).toBe(3);
      expect((await store().eventsOfShop('shop', '', 'a', 9)).map(({ key }) => key)).toEqual(['b', 'c']);
      const whole = await store().wholeEvents('ord_1', ids[0] ?? '', 9);
      expect(whole.map(({ id }) => id)).toEqual(ids.slice(1));
      const records = makeRecords(current().db);
      expect(whole[0]).toEqual(await records.event(ids[1] ?? ''));
    });

    test('those beside a request are what waits for its orders, and what passed on its like', async () => {
      const waiting = await claimed('waits');
      await store().waitForSale(endOf(waiting, { state: 'waiting', due_at: NOON + 1 }), 'shop', '', ['1001']);
      const passed = await claimed('passed');
      await store().takeRequest(endOf(passed), asked({ kind: 'export' }));
      const [stranger] = [await claimed('stranger')];
      const bob = { orders: ['5'], customer: '8', email: 'bob@example.com' };
      await store().takeRequest(endOf(stranger), asked({ subject: bob }));
      const it = await store().privacyRequest(await store().addRequest(asked()));
      if (!it) throw new Error('it was added');
      expect([...(await store().eventsBeside(it))].sort()).toEqual([waiting.id, passed.id].sort());
      const about = { ...asked().subject, source: 'shop', account: '' };
      expect(await store().requestsOf(about)).toHaveLength(2);
    });
  });
}
