/**
 * The licenses as they are once a plan's changes are made: what a store will hold. Pure; what is proposed to a
 * person is planned from there. What must never happen here: a change that a store would make otherwise.
 */
import type { License } from './plan.ts';
import type { AppliedChange } from './store.ts';

/** @param at when they are issued, epoch ms */
export function licensesAfter(
  licenses: readonly License[],
  changes: readonly AppliedChange[],
  at: number,
): readonly License[] {
  const byId = Map.groupBy(changes, (it) => it.license_id);
  const kept = licenses.map((it) => (byId.get(it.id) ?? []).reduce(changed, it));
  return [...kept, ...changes.flatMap((it) => issued(it, at))];
}

function issued(it: AppliedChange, at: number): License[] {
  if (it.change !== 'issue') return [];
  const { license_id: id, change: _issue, key: _key, rule: _rule, from: _from, ...license } = it;
  return [{ ...license, id, replaced: false, issued_at: at }];
}

function changed(license: License, it: AppliedChange): License {
  if (it.change === 'issue') return license;
  if ('reasons' in it) return { ...license, reasons: it.reasons, replaced: it.replaced };
  const { fields, valid_until, starts_at = license.starts_at, policy = license.policy } = it;
  return { ...license, fields, valid_until, starts_at, policy };
}
