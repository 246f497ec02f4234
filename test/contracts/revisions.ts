/** What revisions and alarms promise. */
import { expect, test } from 'vitest';
import type { NewRevision, StoredRevision } from '../../src/core/revisions.ts';
import { count, issueOf, itemOf, NOON, problemOf, settlementOf } from '../fakes/settlements.ts';
import type { Current } from './store.ts';

const revision = (source: string, over: Partial<NewRevision> = {}): NewRevision => ({
  source,
  origin: 'file',
  mapping: { rules: [`it's "quoted" 🗝️ \0`] },
  catalog: { products: [] },
  created_by: 'a test',
  ...over,
});

export function revisionsContract(current: Current): void {
  const revisions = () => current().store.revisions;
  const add = (it: NewRevision, after: number, now: number) => revisions().add([{ ...it, after }], now, []);
  const added = async (...args: Parameters<typeof add>): Promise<StoredRevision> => {
    const it = await add(...args);
    const [one] = it === 'conflict' ? [] : it;
    if (!one) throw new Error('a conflict that nobody expected');
    return one;
  };

  test('revisions of a source count from one, and the newest runs', async () => {
    const one = await added(revision('shop'), 0, NOON);
    const other = await added(revision('other', { origin: 'api' }), 0, NOON);
    const two = await added(revision('shop'), 1, NOON + 1);
    expect([one.number, two.number, other.number]).toEqual([1, 2, 1]);
    expect(await revisions().current()).toEqual([other, two]);
    expect(await revisions().of('shop', { limit: 9, after: null })).toEqual({
      items: [two, one],
      next: null,
    });
    expect(await revisions().byId(one.id)).toEqual(one);
    expect(await revisions().byId('rev_nobody')).toBeNull();
  });

  test('of writers who saw the same newest one, one wins, and the others are told', async () => {
    await added(revision('shop'), 0, NOON);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => add(revision('shop', { created_by: `w${i}` }), 1, NOON)),
    );
    expect(outcomes.filter((it) => it !== 'conflict')).toHaveLength(1);
    expect(await add(revision('shop'), 0, NOON)).toBe('conflict');
    expect(await count(current().db, 'mapping_revisions')).toBe(2);
  });

  test('a new revision makes the parked orders of its source due, a conflict none', async () => {
    const parked = [itemOf('line-1', { state: 'parked', problem: problemOf('unmapped') }), itemOf('line-2')];
    await current().store.settle(settlementOf('1', { items: parked }));
    await current().store.settle(settlementOf('2', { items: [itemOf('line-1')] }));
    await current().store.settle(settlementOf('3', { items: parked, source: 'other' }));
    await added(revision('shop'), 0, NOON + 5);
    expect(await current().store.dueOrders(NOON + 5, 9)).toEqual(['ord_1']);
    await add(revision('shop'), 0, NOON + 1);
    expect(await current().store.dueOrders(NOON + 4, 9)).toEqual([]);
  });

  test('one is found by its number, by where it came from, and page by page', async () => {
    const [one, two] = [await added(revision('shop'), 0, NOON), await added(revision('shop'), 1, NOON)];
    const three = await added(revision('shop', { origin: 'api' }), 2, NOON);
    await added(revision('other'), 0, NOON);
    expect(await revisions().newest('shop')).toEqual(three);
    expect(await revisions().newest('shop', ['file'])).toEqual(two);
    expect(await revisions().newest('nobody')).toBeNull();
    expect(await revisions().numbered('shop', 1)).toEqual(one);
    expect(await revisions().numbered('shop', 4)).toBeNull();
    const page = await revisions().of('shop', { limit: 2, after: null });
    expect(page).toEqual({ items: [three, two], next: [2] });
    expect(await revisions().of('shop', { limit: 2, after: [2] })).toEqual({ items: [one], next: null });
  });

  test('several come together, with what the audit log says, or none does', async () => {
    await added(revision('shop'), 0, NOON);
    const both = [
      { ...revision('other'), after: 0 },
      { ...revision('shop'), after: 0 },
    ];
    const entry = { actor: 'ann', action: 'product.create', subject: 'acmepro', before: null, after: null };
    expect(await revisions().add(both, NOON, [entry])).toBe('conflict');
    expect([await count(current().db, 'mapping_revisions'), await count(current().db, 'audit')]).toEqual([
      1, 0,
    ]);
    const right = both.map((it) => ({ ...it, after: it.source === 'shop' ? 1 : 0 }));
    expect(await revisions().add(right, NOON, [entry])).toMatchObject([{ number: 1 }, { number: 2 }]);
    expect(await current().db.read('SELECT at, actor, action, subject FROM audit')).toEqual([
      { at: NOON, actor: 'ann', action: 'product.create', subject: 'acmepro' },
    ]);
  });

  test('none comes that takes away what was issued meanwhile', async () => {
    await current().store.settle(settlementOf('1', { changes: [issueOf('1')] }));
    const [license] = await current().db.read('SELECT id, product, policy FROM licenses LIMIT 1');
    const [product, policy] = [String(license?.product), String(license?.policy)];
    const count = await current().db.read('SELECT id FROM licenses');
    for (const sold of [{ product }, { product, policy }]) {
      expect(await revisions().add([{ ...revision('shop'), after: 0 }], NOON, [], sold)).toBe('conflict');
      expect(await revisions().sold(sold)).toMatchObject({ licenses: count.length, given_keys: 0 });
    }
    // Names that only begin alike are other names.
    for (const sold of [
      { product: product.slice(0, -1) },
      { product, policy: policy.slice(0, -1) },
      { product: `${product}-2` },
    ])
      expect(await revisions().sold(sold)).toEqual({ licenses: 0, license_ids: [], given_keys: 0 });
    const other = await revisions().add([{ ...revision('shop'), after: 0 }], NOON, [], { product: 'other' });
    expect(other).toHaveLength(1);
  });

  test('the stamp grows with every revision, and with nothing else', async () => {
    const stamps = [await revisions().stamp()];
    await added(revision('shop'), 0, NOON);
    stamps.push(await revisions().stamp());
    await add(revision('shop'), 0, NOON);
    await current().store.settle(settlementOf('1'));
    expect(await revisions().stamp()).toBe(stamps[1]);
    await added(revision('other'), 0, NOON);
    stamps.push(await revisions().stamp());
    expect(stamps[0]).toBeLessThan(stamps[1] ?? 0);
    expect(stamps[1]).toBeLessThan(stamps[2] ?? 0);
  });

  test('an alarm is one row for each source and code, counted', async () => {
    const { store, db } = current();
    await Promise.all([1, 2, 3].map((i) => store.raise('shop', 'mode_mismatch', 'a test event', NOON + i)));
    await store.raise('shop', 'other', 'x', NOON);
    expect(await db.read('SELECT code, count, first_at, last_at FROM alarms ORDER BY code')).toEqual([
      { code: 'mode_mismatch', count: 3, first_at: NOON + 1, last_at: NOON + 3 },
      { code: 'other', count: 1, first_at: NOON, last_at: NOON },
    ]);
  });
}
