/** The store's contract on a libSQL server. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeRecords } from '../../src/store/records.ts';
import { makeStore } from '../../src/store/store.ts';
import { storeContract } from '../contracts/store.ts';
import { eventOf, issueOf, NOON, settlementOf } from '../fakes/settlements.ts';
import { onServer } from '../runtimes/remote.ts';

storeContract('the store on a libSQL server', async () => {
  const { db, close } = await onServer.open();
  return { db, store: makeStore(db, (count) => randomBytes(count)), close };
});

test('a body that is larger than any answer of the server is claimed, and shown, whole', async () => {
  const { db, close } = await onServer.open();
  const store = makeStore(db, (count) => randomBytes(count));
  const body = Uint8Array.from({ length: 9_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
  const { id } = await store.addEvent('shop', eventOf('k1', { body }), NOON);
  await store.addEvent('shop', eventOf('k2'), NOON + 1);
  const claimed = await store.claimEvents(NOON + 1, 9);
  expect(claimed.map((it) => it.body.length)).toEqual([9_000_000, 11]);
  const shown = await makeRecords(db).event(id);
  for (const it of [claimed[0]?.body, shown?.body])
    expect(Buffer.compare(it ?? body.subarray(1), body)).toBe(0);
  await close();
});

test('a sale of more licenses than fit into any answer of the server is read whole', async () => {
  const { db, close } = await onServer.open();
  const store = makeStore(db, (count) => randomBytes(count));
  const text = 'as long as what a vendor may write'.repeat(6);
  const changes = Array.from({ length: 13_000 }, (_, unit) =>
    issueOf(`n${unit}`, { unit, fields: { license_type: 'perpetual', metadata: { text } } }),
  );
  const it = settlementOf('1001', { changes });
  expect(await store.settle(it)).toBe('settled');
  const sale = await store.loadSale(it.order_id);
  expect(sale?.licenses.map(({ unit }) => unit)).toEqual(changes.map(({ unit }) => unit));
  await close();
});
