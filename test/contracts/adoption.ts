/** What a database promises about keys that were given out before: none is used twice, and none is overlooked. */
import { expect, test } from 'vitest';
import type { GivenKeyPlace, GivenKeys, JudgedRow } from '../../src/core/given-keys.ts';
import type { Settlement } from '../../src/core/store.ts';
import { makeGivenKeys } from '../../src/store/given-keys.ts';
import {
  count,
  HOSTILE,
  issueOf,
  itemOf,
  kept,
  NOON,
  nextOf,
  problemOf,
  settlementOf,
} from '../fakes/settlements.ts';
import { seededRandom } from '../house.ts';
import type { Current } from './store.ts';

const WITHIN = { source: 'shop', account: '' };
const random = seededRandom('given');

function row(name: string, key: string, more: Partial<JudgedRow> = {}): JudgedRow {
  return { name, line: null, product: null, key, order_id: null, version: null, ...more };
}

export function adoptionContract(current: Current): void {
  const given = (): GivenKeys => makeGivenKeys(current().db, random);
  const add = async (rows: readonly JudgedRow[], at = NOON) => [
    ...(await given().add(WITHIN, rows, 'key_1', at)),
  ];
  const keysOf = async (...names: string[]) =>
    (await current().store.givenKeys('shop', '', names)).map(({ key }) => key);
  const seen = async (...names: string[]) =>
    (await current().store.givenKeys('shop', '', names)).map(({ id }) => id);
  const free = async () =>
    (await given().free('shop', { limit: 50, after: null })).items.map(({ key }) => key);
  const taking = (name: string, key: string) => issueOf(name, { key, given: true });
  const parked = (name: string, over: Partial<Settlement> = {}) =>
    settlementOf(name, {
      state: 'parked',
      items: [itemOf('line-1', { state: 'parked', product: null, problem: problemOf('sold_before') })],
      keys_seen: [],
      ...over,
    });

  test('keys are found by any name of their sale, in the order in which they came, where they belong', async () => {
    expect(
      await add([row('1001', 'K2'), row('pi_1', 'K1', { line: 'a', product: 'p' }), row('9', 'K9')]),
    ).toEqual(['K2', 'K1', 'K9']);
    expect(await add([row('1001', 'K0')], NOON - 5_000)).toEqual(['K0']);
    expect(await keysOf('1001', 'pi_1')).toEqual(['K2', 'K1', 'K0']);
    expect(await current().store.givenKeys('shop', '', ['pi_1'])).toEqual([
      { id: expect.stringMatching(/^giv_/), line: 'a', product: 'p', key: 'K1', created_by: 'key_1' },
    ]);
    expect(await current().store.givenKeys('shop', 'acct_1', ['1001'])).toEqual([]);
    expect(await current().store.givenKeys('other', '', ['1001'])).toEqual([]);
    expect(await keysOf()).toEqual([]);
  });

  test('a key is found once, though its sale bears its name twice, or two that are stored as one', async () => {
    await add([row('a\ufffdb', 'K1')]);
    expect(await keysOf('a\ufffdb', 'a\0b', 'a\ufffdb')).toEqual(['K1']);
  });

  test('the same key comes in once, whatever sale it is said to be of', async () => {
    await add([row('1001', 'K1')]);
    expect(await add([row('1001', 'K1'), row('1002', 'K1')])).toEqual([]);
    expect(await count(current().db, 'given_keys')).toBe(1);
  });

  test.each(HOSTILE.filter(([what]) => what !== 'of 100 KB'))(
    'names %s stay what they are',
    async (_what, text) => {
      await add([row(text, 'K1', { line: text, product: text })]);
      expect((await given().free('shop', { limit: 9, after: null })).items).toMatchObject([
        { name: kept(text), line: kept(text), product: kept(text) },
      ]);
    },
  );

  test('a settle uses them, in the same batch: the license bears the key and dates from its sale', async () => {
    const { store, db } = current();
    await add([row('1001', 'K1'), row('1001', 'K2')]);
    const it = settlementOf('1001', { changes: [taking('a', 'K1')], keys_seen: await seen('1001') });
    expect(await store.settle(it)).toBe('settled');
    expect(await db.read('SELECT key, created_at, updated_at FROM licenses')).toEqual([
      { key: 'K1', created_at: it.bought_at, updated_at: it.at },
    ]);
    expect((await store.loadSale(it.order_id))?.licenses[0]?.issued_at).toBe(it.bought_at);
    expect(await keysOf('1001')).toEqual(['K2']);
    expect(await free()).toEqual(['K2']);
    const [told] = await db.read('SELECT changes FROM sale_versions');
    expect(String(told?.changes)).toContain('"given":true');
    expect(String(told?.changes)).not.toContain('K1');
  });

  test('a settle that did not see a key which is there has lost, and wrote nothing', async () => {
    const { store, db } = current();
    const it = settlementOf('1001', { changes: [issueOf('a')], keys_seen: [] });
    await add([row('1001', 'K1')]);
    expect(await store.settle(it)).toBe('conflict');
    for (const table of ['sale_versions', 'orders', 'licenses']) expect(await count(db, table)).toBe(0);
    expect(await store.settle({ ...it, keys_seen: await seen('1001') })).toBe('settled');
  });

  test('and so has one whose key was taken out, or used', async () => {
    const { store, db } = current();
    await add([row('1001', 'K1')]);
    const it = settlementOf('1001', { changes: [taking('a', 'K1')], keys_seen: await seen('1001') });
    expect(await given().drop(it.keys_seen?.[0] ?? '', 'ann', 0)).toBe(true);
    expect(await store.settle(it)).toBe('conflict');
    await add([row('1001', 'K1')]);
    expect(await store.settle({ ...it, keys_seen: await seen('1001') })).toBe('settled');
    const other = settlementOf('1002', { changes: [taking('b', 'K1')], keys_seen: [] });
    expect(await store.settle(other)).toBe('conflict');
    expect(await count(db, 'licenses')).toBe(1);
    expect(await count(db, 'orders')).toBe(1);
  });

  test('a settle that issues nothing looks at no keys', async () => {
    await add([row('1001', 'K1')]);
    expect(await current().store.settle(settlementOf('1001'))).toBe('settled');
  });

  test('a key comes in beside the sale as it was judged, and not beside what it became', async () => {
    const { store, db } = current();
    const it = parked('1001');
    await store.settle(it);
    const judged = { order_id: it.order_id, version: 1 };
    expect(await add([row('1001', 'K1')])).toEqual([]);
    const next = nextOf(it, { changes: [issueOf('a')] });
    await store.settle(next);
    expect(await add([row('1001', 'K1', judged)])).toEqual([]);
    expect(await count(db, 'given_keys')).toBe(0);
    expect(await add([row('1001', 'K1', { ...judged, version: 2 })])).toEqual(['K1']);
  });

  test('nor a key that a license has', async () => {
    await current().store.settle(settlementOf('1001', { changes: [issueOf('a')] }));
    expect(await add([row('1002', 'KEY-a')])).toEqual([]);
  });

  test('the sale that waits is due at once, whatever was settled meanwhile without the key', async () => {
    const { store } = current();
    const it = parked('1001');
    await store.settle(it);
    expect(await store.dueOrders(NOON + 10, 9)).toEqual([]);
    await add([row('1001', 'K1', { order_id: it.order_id, version: 1 })], NOON + 10);
    expect(await store.dueOrders(NOON + 10, 9)).toEqual([it.order_id]);
    // Whoever read before has not seen the key: neither may put the sale to rest again.
    await store.reschedule({ ...it, next_at: null });
    expect(await store.settle(nextOf(it, { keys_seen: [] }))).toBe('conflict');
    expect(await store.dueOrders(NOON + 10, 9)).toEqual([it.order_id]);
    await store.reschedule({ ...it, next_at: null, keys_seen: await seen('1001') });
    expect(await store.dueOrders(NOON + 10, 9)).toEqual([]);
  });

  test('what is stored around a row is the key, its license and its sale', async () => {
    const { store } = current();
    const sale = settlementOf('1001', {
      new_refs: ['1001', 'pi_1'],
      items: [itemOf('line-1'), itemOf('line-2', { state: 'pending', product: null })],
      changes: [issueOf('a'), issueOf('b', { unit: 1 })],
    });
    await store.settle(sale);
    await add([row('9', 'K9', { line: 'l' })]);
    const around = await given().around(WITHIN, [row('pi_1', 'KEY-a'), row('9', 'K9'), row('8', 'K8')]);
    expect(around).toMatchObject([
      {
        taken: null,
        license: { id: 'lic_a', order_id: 'ord_1001' },
        sale: {
          order_id: 'ord_1001',
          version: 1,
          items: [
            { line_id: 'line-1', product: 'acmepro', state: 'issued', refs: { sku: 'ACME-PRO' } },
            { line_id: 'line-2', product: null, state: 'pending' },
          ],
          licensed: [{ line_id: 'line-1', product: 'acmepro' }],
        },
      },
      {
        taken: { source: 'shop', account: '', name: '9', line: 'l', used: false },
        license: null,
        sale: null,
      },
      { taken: null, license: null, sale: null },
    ]);
  });

  test('those that no license has are listed by account and name, page by page', async () => {
    await add([row('b', 'K1'), row('a', 'K2'), row('b', 'K3')]);
    await given().add({ source: 'shop', account: 'acct_1' }, [row('a', 'K4')], 'key_1', NOON);
    await given().add({ source: 'other', account: '' }, [row('a', 'K5')], 'key_1', NOON);
    const keys: string[] = [];
    for (let after: GivenKeyPlace | null = null; ; ) {
      const page: Awaited<ReturnType<GivenKeys['free']>> = await given().free('shop', { limit: 1, after });
      keys.push(...page.items.map(({ key }) => key));
      if (page.next === null) break;
      after = page.next;
    }
    expect(keys).toEqual(['K2', 'K1', 'K3', 'K4']);
  });

  test('one that is not used can be taken out, once', async () => {
    await add([row('1001', 'K1'), row('1001', 'K2')]);
    const [first = '', second = ''] = await seen('1001');
    const it = settlementOf('1001', { changes: [taking('a', 'K1')], keys_seen: [first, second] });
    await current().store.settle(it);
    expect([
      await given().drop(first, 'ann', 0),
      await given().drop(second, 'ann', 0),
      await given().drop(second, 'ann', 0),
    ]).toEqual([false, true, false]);
  });
}
