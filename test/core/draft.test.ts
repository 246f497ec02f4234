/** What is kept with a sale from one settle to the next: pins and policies, through `draft` as walk two calls it. */
import { expect, test } from 'vitest';
import { draft } from '../../src/core/draft.ts';
import type { Fact } from '../../src/core/sale.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import { applied } from '../laws/river.ts';
import { revision } from '../mapping/shop.ts';
import { AT, heldEvent, line, order, paid } from './sold.ts';

const PRO = '[{ when: { sku: "*" }, grant: { product: acmepro } }]';
const NONE = '[{ when: { sku: other }, grant: { product: acmepro } }]';

interface Settling {
  readonly rules?: string;
  readonly on?: Record<string, string>;
  readonly remap?: boolean;
  readonly units_per_line?: number;
}

/** The sale after these facts, stored as a store would. */
function settle(loaded: LoadedSale | null, facts: readonly Fact[], how: Settling = {}) {
  const { rules = PRO, on = {}, remap = false, units_per_line = 1000 } = how;
  let drawn = 0;
  const settlement = draft(
    {
      source: 'shop',
      account: '',
      external_id: '1',
      loaded,
      contributions: [{ event: heldEvent, reading: { is: 'facts', creates: '1', refs: [], facts } }],
      found: new Map(),
      revision: revision(rules, { on }),
      abilities: { alter: true },
      units_per_line,
      remap,
      cause: { by: 'events', event_ids: ['evt_1'] },
      at: AT,
    },
    { orderId: () => 'ord_1', licenseId: () => `lic_${drawn++}`, licenseKey: () => 'KEY' },
  );
  return { settlement, sale: applied(loaded, settlement) };
}

test('the policies of the first issue are stored with the sale and decide from then on', () => {
  const waiting = settle(null, order({ lines: [line('a')], money: 'unpaid', state: 'complete' }));
  expect(waiting.sale.doc.on).toBeUndefined();
  const issued = settle(waiting.sale, paid(line('a')), { on: { refund_full: 'suspend' } });
  expect(issued.sale.doc.on?.refund_full).toBe('suspend');
  const refunded = settle(issued.sale, order({ money: 'refunded' }), { on: { refund_full: 'keep' } });
  expect(refunded.settlement.changes.map(({ change }) => change)).toEqual(['suspend']);
  const remapped = settle(refunded.sale, [], { on: { refund_full: 'keep' }, remap: true });
  expect(remapped.settlement.changes.map(({ change }) => change)).toEqual(['reinstate']);
  expect(remapped.sale.doc.on?.refund_full).toBe('keep');
});

test('a remap starts from the pins there are: what maps to nothing now stays as it was sold', () => {
  const { sale } = settle(null, paid(line('a')));
  const { settlement } = settle(sale, [], { rules: NONE, remap: true });
  expect(settlement.changes).toEqual([]);
  expect(settlement.doc.pins).toEqual(sale.doc.pins);
  expect(settlement.state).toBe('issued');
});

test.each([
  [1000, ['issued', 'issued', 'issued', 'issued', 'issued', 'parked']],
  [6000, ['issued', 'issued', 'issued', 'issued', 'issued', 'issued']],
])('an order takes 5,000 units, or as many as %i of one line', (units_per_line, states) => {
  const lines = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => line(id, 1000));
  const { settlement } = settle(null, paid(...lines), { units_per_line });
  expect(settlement.items.map(({ state }) => state)).toEqual(states);
});
