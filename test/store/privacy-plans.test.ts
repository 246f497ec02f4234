/** What a request costs: as much as its person has records, never as much as the shop has. */
import { expect, test } from 'vitest';
import type { RequestRecord } from '../../src/core/privacy.ts';
import { makeStore } from '../../src/store/store.ts';
import { NOON, settlementOf } from '../fakes/settlements.ts';
import { seededRandom } from '../house.ts';
import { openOnFile } from './on-file.ts';

test('all that a redaction and an export ask for is found by an index', async () => {
  const { db, close } = await openOnFile();
  // Explained beside it: a statement that writes, if it is only explained, keeps the reader where it was.
  const beside = await openOnFile();
  const plans: string[] = [];
  const explain = async (sql: string, params: readonly (string | number | null | Uint8Array)[]) => {
    const rows = await beside.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
    plans.push(...rows.map(({ detail }) => `${String(detail)} | ${sql.slice(0, 60)}`));
  };
  const store = makeStore(
    {
      ...db,
      read: async (sql, params = []) => {
        await explain(sql, params);
        return db.read(sql, params);
      },
      batch: async (statements) => {
        for (const { sql, params } of statements) await explain(sql, params);
        return db.batch(statements);
      },
    },
    seededRandom('plans'),
  );
  const subject = { orders: ['1001'], customer: '7', email: 'ada@example.com' };
  const sought = { ...subject, source: 'shop', account: '' };
  await store.settle(
    settlementOf('1001', {
      unburied: [{ kind: 'order', name: '1001' }],
      new_buyers: [{ kind: 'reference', name: '7' }],
      forgets: true,
    }),
  );
  await store.bury('shop', '', [{ kind: 'customer', name: '7' }], 'req_1', NOON);
  await store.isBuried('shop', '', [{ kind: 'order', name: '1001' }]);
  await store.emailKey();
  await store.ordersOf(sought, '', 9);
  expect(plans.join('\n')).toMatch(/SEARCH b USING COVERING INDEX \S+ \(kind=\? AND name=\?\)/);
  await store.ordersOf({ ...sought, source: null, account: null }, '', 9);
  await store.ordersOfShop('shop', '', '', 9);
  // In the order of their names, from where it goes on: no more than a page is read.
  expect(plans.join('\n')).toMatch(/SEARCH r USING INDEX \S+ \(source=\? AND account=\? AND ref>\?\)/);
  expect(plans.filter((step) => step.startsWith('USE TEMP B-TREE FOR ORDER BY'))).toEqual([]);
  await store.eventsOfOrder('ord_1001', '', 9);
  await store.eventsOfShop('shop', '', '', 9);
  await store.customersOf(sought);
  await store.forgetCustomers(['ord_1001']);
  expect(plans.join('\n')).toMatch(/SEARCH order_buyers USING COVERING INDEX order_buyers_order/);
  await store.fillCustomer('cus_1', { email: null, name: null, company: null, phone: null, reference: null });
  await store.countEvents(['ord_1001']);
  await store.countOfShop('shop', '');
  await store.rewriteEvents(['evt_1'], (it) => it);
  await store.wholeEvents('ord_1001', '', 9);
  const id = await store.addRequest({
    kind: 'redact_customer',
    subject,
    source: 'shop',
    account: '',
    by: null,
    at: NOON,
  });
  // It was added just now.
  const it = (await store.privacyRequest(id)) as RequestRecord;
  await store.saveProgress(id, { stage: 'orders', after: '', touched: { orders: 0, events: 0 } });
  await store.eventsBeside(it);
  await store.openRedaction([]);
  await store.finishRequest(it, 'keyferry', NOON);
  const scans = plans.filter((step) => /^SCAN (?!.*(INDEX|VIRTUAL|\(subquery|CONSTANT))/.test(step));
  // Requests are few, and what one forgets is written to all that are alike.
  expect(scans.filter((step) => !/^SCAN privacy_requests /.test(step))).toEqual([]);
  await close();
  await beside.close();
});
