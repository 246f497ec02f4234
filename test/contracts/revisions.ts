/** What revisions and alarms promise. */
import { expect, test } from 'vitest';
import type { NewRevision, StoredRevision } from '../../src/core/store.ts';
import { count, itemOf, NOON, problemOf, settlementOf } from '../fakes/settlements.ts';
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
  const added = async (...args: Parameters<ReturnType<typeof revisions>['add']>): Promise<StoredRevision> => {
    const it = await revisions().add(...args);
    if (it === 'conflict') throw new Error('a conflict that nobody expected');
    return it;
  };

  test('revisions of a source count from one, and the newest runs', async () => {
    const one = await added(revision('shop'), 0, NOON);
    const other = await added(revision('other', { origin: 'api' }), 0, NOON);
    const two = await added(revision('shop'), 1, NOON + 1);
    expect([one.number, two.number, other.number]).toEqual([1, 2, 1]);
    expect(await revisions().current()).toEqual([other, two]);
    expect(await revisions().of('shop')).toEqual([two, one]);
    expect(await revisions().byId(one.id)).toEqual(one);
    expect(await revisions().byId('rev_nobody')).toBeNull();
  });

  test('of writers who saw the same newest one, one wins, and the others are told', async () => {
    await added(revision('shop'), 0, NOON);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        revisions().add(revision('shop', { created_by: `w${i}` }), 1, NOON),
      ),
    );
    expect(outcomes.filter((it) => it !== 'conflict')).toHaveLength(1);
    expect(await revisions().add(revision('shop'), 0, NOON)).toBe('conflict');
    expect(await count(current().db, 'mapping_revisions')).toBe(2);
  });

  test('a new revision makes the parked orders of its source due, a conflict none', async () => {
    const parked = [itemOf('line-1', { state: 'parked', problem: problemOf('unmapped') }), itemOf('line-2')];
    await current().store.settle(settlementOf('1', { items: parked }));
    await current().store.settle(settlementOf('2', { items: [itemOf('line-1')] }));
    await current().store.settle(settlementOf('3', { items: parked, source: 'other' }));
    await added(revision('shop'), 0, NOON + 5);
    expect(await current().store.dueOrders(NOON + 5, 9)).toEqual(['ord_1']);
    await revisions().add(revision('shop'), 0, NOON + 1);
    expect(await current().store.dueOrders(NOON + 4, 9)).toEqual([]);
  });

  test('the stamp grows with every revision, and with nothing else', async () => {
    const stamps = [await revisions().stamp()];
    await added(revision('shop'), 0, NOON);
    stamps.push(await revisions().stamp());
    await revisions().add(revision('shop'), 0, NOON);
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
