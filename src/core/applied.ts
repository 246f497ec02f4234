/**
 * The licenses as they are once a plan's changes are made: what a store will hold. Pure; what is proposed to a
 * person is planned from there. What must never happen here: a change that a store would make otherwise.
 */
import type { License } from './plan.ts';
import type { AppliedChange } from './store.ts';

/** When licenses are issued, epoch ms. */
export interface Issuing {
  readonly at: number;
  readonly bought_at: number | null;
}

/** Of a license whose key was given out before: with its sale, and not after today. */
export function givenAt({ at, bought_at }: Issuing): number {
  return Math.min(bought_at ?? at, at);
}

export function licensesAfter(
  licenses: readonly License[],
  changes: readonly AppliedChange[],
  issuing: Issuing,
): readonly License[] {
  const byId = Map.groupBy(changes, (it) => it.license_id);
  const kept = licenses.map((it) => (byId.get(it.id) ?? []).reduce(changed, it));
  return [...kept, ...changes.flatMap((it) => issued(it, issuing))];
}

function issued(it: AppliedChange, issuing: Issuing): License[] {
  if (it.change !== 'issue') return [];
  const { license_id: id, change: _issue, key: _key, given, rule: _rule, from: _from, ...license } = it;
  return [{ ...license, id, replaced: false, issued_at: given ? givenAt(issuing) : issuing.at }];
}

function changed(license: License, it: AppliedChange): License {
  if (it.change === 'issue') return license;
  if ('reasons' in it) return { ...license, reasons: it.reasons, replaced: it.replaced };
  const { fields, valid_until, starts_at = license.starts_at, policy = license.policy } = it;
  return { ...license, fields, valid_until, starts_at, policy };
}
