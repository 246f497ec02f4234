/**
 * The items of an order with their licenses, as they are shown. Pure. What must never happen here: a license that nobody
 * sees, because its line is gone.
 */
import type { ItemRecord, LicenseRecord } from './records.ts';
import type { OrderItem } from './store.ts';

/** Each license under the item it belongs to: by line and part, else by line; what is left becomes an item that ended. */
export function itemsWithLicenses(
  items: readonly OrderItem[],
  licenses: readonly LicenseRecord[],
): readonly ItemRecord[] {
  const groups: { readonly item: OrderItem; readonly licenses: LicenseRecord[] }[] = items.map((item) => ({
    item,
    licenses: [],
  }));
  for (const it of licenses) {
    const group =
      groups.find(({ item }) => item.line_id === it.line_id && item.part === it.part) ??
      groups.find(({ item }) => item.line_id === it.line_id && item.part === null);
    if (group) group.licenses.push(it);
    else groups.push({ item: leftOver(it), licenses: [it] });
  }
  return groups.map(({ item, licenses: own }) => ({ ...item, licenses: own }));
}

/** The line left the order, or it gives another product now; its licenses are still there to be seen. */
function leftOver(it: LicenseRecord): OrderItem {
  const { line_id, product, policy, part } = it;
  const reason = 'no longer part of the order';
  return {
    line_id,
    title: product,
    quantity: 0,
    state: 'ended',
    rule: null,
    product,
    policy,
    part,
    refs: {},
    problem: null,
    reason,
  };
}
