/**
 * What is written down with a change besides the change itself: the rule that its line is mapped by, and what stood
 * there before. Pure; it stands between plan and settle, and the timelines are told from it. What must never happen
 * here: a license key, which stands in no timeline.
 */
import type { Reason } from './entitlement.ts';
import { same } from './json.ts';
import type { LicenseFields } from './license.ts';
import { type Change, type License, type LicenseState, stateOf } from './plan.ts';

/** Of the license as it was, what the change makes different. */
export interface Before {
  readonly state?: LicenseState;
  readonly reasons?: readonly Reason[];
  readonly policy?: string;
  /** Only those that become others; null: nothing was said. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Epoch ms, as below. */
  readonly starts_at?: number;
  readonly valid_until?: number | null;
}

export interface Noted {
  /** Null: its line is mapped by none. Left out by versions that did not write it down. */
  readonly rule?: string | null;
  /** Left out where there was nothing: of a license that is issued. */
  readonly from?: Before;
}

/** @returns the function that notes a change of the sale with these licenses, whose lines are mapped by these rules */
export function noter(
  licenses: readonly License[],
  ruleOf: (lineId: string) => string | null,
): <C extends Change>(change: C) => C & Noted {
  const byId = new Map(licenses.map((it) => [it.id, it]));
  return (change) => {
    const rule = ruleOf(change.line_id);
    const license = change.change === 'issue' ? undefined : byId.get(change.license_id);
    return license ? { ...change, rule, from: beforeOf(change, license) } : { ...change, rule };
  };
}

function beforeOf(change: Change, license: License): Before {
  if (change.change === 'issue') return {};
  if ('reasons' in change) return { state: stateOf(license.reasons), reasons: license.reasons };
  const { policy, starts_at, valid_until } = license;
  return {
    ...(change.policy !== undefined && { policy }),
    fields: differences(license.fields, change.fields),
    ...(change.starts_at !== undefined && { starts_at }),
    valid_until,
  };
}

function differences(before: LicenseFields, after: LicenseFields): Readonly<Record<string, unknown>> {
  const [old, next] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = [...new Set([...old.keys(), ...next.keys()])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = old.get(name) ?? null;
      return same(value, next.get(name) ?? null) ? [] : [[name, value]];
    }),
  );
}
