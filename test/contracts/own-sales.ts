/** What a database promises to a reconciliation: which sales were bought in a range, and what an event changed. */
import { expect, test } from 'vitest';
import { ID_BYTES, timeOrderedId } from '../../src/core/keys.ts';
import { makeOwnSales } from '../../src/store/own-sales.ts';
import { endOf, eventOf, issueOf, NOON, nextOf, settlementOf, suspensionOf } from '../fakes/settlements.ts';
import { seededRandom } from '../house.ts';
import type { Current } from './store.ts';

const HOUR = 3_600_000;
const random = seededRandom('own sales');

export function ownSalesContract(current: Current): void {
  const own = () => makeOwnSales(current().db);
  const sell = async (name: string, bought: number | null, more: { at?: number; account?: string } = {}) => {
    const { at = NOON, account = '' } = more;
    const order_id = timeOrderedId('ord', at, random(ID_BYTES));
    const sale = settlementOf(name, { order_id, bought_at: bought, at, account });
    expect(await current().store.settle(sale)).toBe('settled');
    return sale;
  };
  const bought = async (from: number, to: number, more: { account?: string; source?: string } = {}) =>
    (await own().bought({ source: 'shop', account: '', from, to, ...more }, null, 50)).map(
      (it) => it.external_id,
    );

  test('sales are listed by when they were bought, the end excluded, oldest first and page by page', async () => {
    await sell('early', NOON - 3 * HOUR);
    await sell('first', NOON - 2 * HOUR, { at: NOON + 1 });
    await sell('second', NOON - HOUR, { at: NOON + 2 });
    await sell('last', NOON, { at: NOON + 3 });
    expect(await bought(NOON - 2 * HOUR, NOON)).toEqual(['first', 'second']);
    expect(await bought(NOON, NOON + 1)).toEqual(['last']);
    const asked = { source: 'shop', account: '', from: 0, to: NOON + HOUR };
    const page = await own().bought(asked, null, 3);
    expect(page.map((it) => it.external_id)).toEqual(['early', 'first', 'second']);
    const rest = await own().bought(asked, page.at(-1)?.id ?? null, 3);
    expect(rest).toEqual([{ id: expect.stringMatching(/^ord_/), external_id: 'last', bought_at: NOON }]);
  });

  test('each source and account its own; where nobody says when it was bought, it is when it came', async () => {
    await sell('ours', NOON);
    await sell('theirs', NOON, { account: 'acct_1', at: NOON + 1 });
    await sell('undated', null, { at: NOON + 2 });
    expect(await bought(NOON, NOON + HOUR)).toEqual(['ours', 'undated']);
    expect(await bought(NOON, NOON + HOUR, { account: 'acct_1' })).toEqual(['theirs']);
    expect(await bought(NOON, NOON + HOUR, { source: 'other' })).toEqual([]);
    // Adopted long after.
    await sell('old', NOON - 900 * 24 * HOUR, { at: NOON + 3 });
    expect(await bought(NOON - 901 * 24 * HOUR, NOON - 899 * 24 * HOUR)).toEqual(['old']);
  });

  test('what an event changed is found by its key, and whether the sale came into being by it', async () => {
    const { store } = current();
    const keys = ['look/1', 'look/2', 'look/3'];
    const ids = await Promise.all(keys.map((key) => store.addEvent('shop', eventOf(key), NOON)));
    const claimed = await store.claimEvents(NOON, 10);
    const end = (at: number, order_id: string) => {
      const event = claimed.find(({ id }) => id === ids[at]?.id);
      if (!event) throw new Error('not claimed');
      return { ends: [endOf(event, { order_id })], cause: { by: 'events', event_ids: [event.id] } } as const;
    };
    const issue = issueOf('1001');
    const made = settlementOf('1001', { ...end(0, 'ord_1001'), changes: [issue] });
    expect(await store.settle(made)).toBe('settled');
    const suspend = suspensionOf('1001');
    expect(await store.settle(nextOf(made, { ...end(1, 'ord_1001'), changes: [suspend] }))).toBe('settled');
    const found = await own().changedBy('shop', [...keys, 'nobody']);
    expect([...found.keys()].sort()).toEqual(['look/1', 'look/2']);
    expect(found.get('look/1')).toMatchObject({ order_id: 'ord_1001', external_id: '1001', made: true });
    expect(found.get('look/1')?.changes).toMatchObject([{ change: 'issue' }]);
    expect(found.get('look/2')).toMatchObject({ made: false, changes: [{ change: suspend.change }] });
    expect((await own().changedBy('other', keys)).size).toBe(0);
    expect((await own().changedBy('shop', [])).size).toBe(0);
  });
}
