/** From grants to changes: what happens to licenses that exist, table by table. */
import { describe, expect, test } from 'vitest';
import type { Grant, LineResult, Reason } from '../../src/core/entitlement.ts';
import type { LicenseFields } from '../../src/core/license.ts';
import {
  type Abilities,
  type Change,
  isTold,
  type License,
  type Override,
  plan,
  stateOf,
} from '../../src/core/plan.ts';
import { ALTERS, AT, apply, line, REPLACES } from './sold.ts';

const DAY = 24 * 3_600_000;
const YEARLY: LicenseFields = { license_type: 'time-limited', valid_duration: '1y', max_activations: 2 };
const FOREVER: LicenseFields = { license_type: 'perpetual', max_activations: 2 };
const REFUNDED: Reason = { name: 'refund', act: 'revoke', cause: 'refund_full' };
const ON_HOLD: Reason = { name: 'refund', act: 'suspend', cause: 'refund_full' };

const granted = (fields: LicenseFields, reasons: readonly Reason[] = [], unit = 0): Grant => ({
  line_id: 'a',
  unit,
  part: 'acmepro.0',
  product: 'acmepro',
  policy: 'p',
  fields,
  reasons,
});
const result = (state: LineResult['state'], units = 1): LineResult => ({
  line: line('a', units),
  state,
  units,
  rule: 'rule 1',
  parts: [],
  problem: null,
  reason: null,
  ended: { name: 'refund', act: 'revoke', cause: 'a' },
});
const override = (its: Partial<Override>): Override => ({
  id: 'ovr_1',
  line_id: 'a',
  unit: 0,
  part: 'acmepro.0',
  ...its,
});

/** Licenses that follow what is granted, one plan after the other. */
function ledger(abilities: Abilities = ALTERS) {
  let licenses: readonly License[] = [];
  return {
    follow: (
      grants: readonly Grant[],
      more: { state?: LineResult['state']; overrides?: readonly Override[]; as_of?: number } = {},
    ): readonly Change[] => {
      const { state = grants.length > 0 ? 'granted' : 'ended', overrides = [], as_of = AT } = more;
      const input = { grants, lines: [result(state)], overrides, abilities, as_of };
      const changes = plan({ ...input, licenses });
      licenses = apply(licenses, changes, as_of);
      expect(plan({ ...input, licenses }), 'plan after apply').toEqual([]);
      return changes;
    },
    get licenses() {
      return licenses;
    },
    get current() {
      const [one] = licenses.filter((it) => !it.replaced);
      if (!one) throw new Error('no license');
      return one;
    },
  };
}

describe('a slot', () => {
  test('is issued once, from now to the end of its duration', () => {
    const it = ledger();
    expect(it.follow([granted(YEARLY)])).toMatchObject([
      { change: 'issue', generation: 0, starts_at: AT, valid_until: Date.UTC(2027, 10, 2, 10) },
    ]);
    expect(it.follow([granted(YEARLY)], { as_of: AT + 30 * DAY })).toEqual([]);
  });

  test.each([
    ['a perpetual license has no end', FOREVER, AT, null],
    ['a trial runs for its days', { ...FOREVER, is_trial: true, trial_days: 14 }, AT, AT + 14 * DAY],
    [
      'a start date counts, not the day of the purchase',
      { ...YEARLY, start_date: '2027-01-01' },
      Date.UTC(2027, 0, 1),
      Date.UTC(2028, 0, 1),
    ],
  ] as const)('%s', (_name, fields, starts_at, valid_until) => {
    expect(ledger().follow([granted(fields)])).toMatchObject([{ change: 'issue', starts_at, valid_until }]);
  });

  test('that is over before it was issued stays empty; one that is on hold is issued suspended', () => {
    expect(ledger().follow([granted(FOREVER, [REFUNDED])])).toEqual([]);
    const held = ledger();
    expect(held.follow([granted(FOREVER, [ON_HOLD])])).toMatchObject([{ change: 'issue' }]);
    expect(stateOf(held.current.reasons)).toBe('suspended');
  });

  test('is taken back and given again with the same license', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    const { id } = it.current;
    expect(it.follow([])).toMatchObject([{ change: 'revoke', license_id: id, replaced: false }]);
    expect(it.follow([granted(FOREVER)])).toMatchObject([{ change: 'reinstate', license_id: id }]);
    expect(it.licenses).toHaveLength(1);
  });

  test('of a parked line is left as it is', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    expect(it.follow([], { state: 'parked' })).toEqual([]);
    expect(stateOf(it.current.reasons)).toBe('active');
  });
});

describe('values', () => {
  test('are altered in place, and the key stays', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    expect(it.follow([granted({ ...FOREVER, max_activations: 9 })])).toMatchObject([
      { change: 'alter', license_id: it.current.id, fields: { max_activations: 9 } },
    ]);
  });

  test('a start date that is given or taken away later moves start and end together', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    const { id } = it.current;
    const later = [override({ fields: { start_date: '2027-03-01' } })];
    expect(it.follow([granted(YEARLY)], { overrides: later })).toMatchObject([
      { change: 'alter', license_id: id, starts_at: Date.UTC(2027, 2, 1), valid_until: Date.UTC(2028, 2, 1) },
    ]);
    expect(it.current).toMatchObject({ starts_at: Date.UTC(2027, 2, 1), valid_until: Date.UTC(2028, 2, 1) });
    it.follow([granted({ ...YEARLY, start_date: '2027-06-01' })]);
    expect(it.current).toMatchObject({ starts_at: Date.UTC(2027, 5, 1), valid_until: Date.UTC(2028, 5, 1) });
    it.follow([granted(YEARLY)], { as_of: AT + 90 * DAY });
    expect(it.current).toMatchObject({ starts_at: AT, valid_until: Date.UTC(2027, 10, 2, 10) });
  });

  test('a start date of a license without an end moves its start', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    expect(it.follow([granted({ ...FOREVER, start_date: '2027-01-01' })])).toMatchObject([
      { change: 'alter', starts_at: Date.UTC(2027, 0, 1), valid_until: null },
    ]);
  });

  test('what alters and does not start anew says no start', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    const [change] = it.follow([granted({ ...FOREVER, max_activations: 9 })]);
    expect(change && 'starts_at' in change).toBe(false);
  });

  test('another type is never written into a license: it is replaced by the next generation', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    expect(it.follow([granted(YEARLY)])).toMatchObject([
      { change: 'revoke', replaced: true, reasons: [{ name: 'replaced' }] },
      { change: 'issue', generation: 1, fields: YEARLY },
    ]);
    expect(it.follow([granted(FOREVER)])).toMatchObject([
      { change: 'revoke' },
      { change: 'issue', generation: 2 },
    ]);
    expect(it.licenses.filter((one) => !one.replaced)).toHaveLength(1);
  });

  test('an issuer that cannot alter replaces for any change', () => {
    const it = ledger(REPLACES);
    it.follow([granted(FOREVER)]);
    const changes = it.follow([granted({ ...FOREVER, max_activations: 9 })]);
    expect(changes.map(({ change }) => change)).toEqual(['revoke', 'issue']);
  });

  test('a license that ends is not replaced, and takes on no other type', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    expect(it.follow([granted(YEARLY, [REFUNDED])])).toMatchObject([{ change: 'revoke', replaced: false }]);
    expect(it.current.fields).toEqual(FOREVER);
    expect(it.follow([granted(YEARLY)])).toMatchObject([
      { change: 'revoke', replaced: true },
      { change: 'issue' },
    ]);
  });
});

test.each([
  ['of many years', { ...YEARLY, valid_duration: '99999y' }, 0],
  ['renewed until it is no number any more', { ...YEARLY, valid_duration: '99999y' }, 3],
  [
    'of a trial that begins late',
    { ...YEARLY, is_trial: true, trial_days: 36_500, start_date: '9999-12-31' },
    0,
  ],
])('an end beyond the year 9999 is its end: %s', (_what, fields, renewals) => {
  const sale = ledger();
  sale.follow([{ ...granted(fields), renewals }]);
  expect(sale.current.valid_until).toBe(Date.UTC(9999, 11, 31, 23, 59, 59));
});

describe('reasons', () => {
  test.each([
    ['none', [], 'active'],
    ['one that suspends', [ON_HOLD], 'suspended'],
    ['one that revokes', [REFUNDED], 'revoked'],
    ['both, the strictest counts', [ON_HOLD, REFUNDED], 'revoked'],
  ] as const)('%s', (_name, reasons, state) => {
    expect(stateOf(reasons)).toBe(state);
  });

  test('that change while the state stays are written down and told to nobody', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    it.follow([]);
    const changes = it.follow([granted(FOREVER, [REFUNDED])]);
    expect(changes.map(({ change }) => change)).toEqual(['restate']);
    expect(changes.filter(isTold)).toEqual([]);
    expect(it.current.reasons).toEqual([REFUNDED]);
    it.follow([granted(FOREVER, [ON_HOLD])]);
    const more = [override({ hold: 'suspend' })];
    expect(it.follow([granted(FOREVER, [ON_HOLD])], { overrides: more })).toMatchObject([
      { change: 'restate', reasons: [ON_HOLD, { name: 'hold' }] },
    ]);
  });

  test('taking one away takes back only what it did', () => {
    const it = ledger();
    const hold = [override({ hold: 'suspend' })];
    it.follow([granted(FOREVER)]);
    it.follow([granted(FOREVER, [REFUNDED])], { overrides: hold });
    expect(stateOf(it.current.reasons)).toBe('revoked');
    expect(it.follow([granted(FOREVER)], { overrides: hold })).toMatchObject([{ change: 'suspend' }]);
    expect(it.follow([granted(FOREVER)])).toMatchObject([{ change: 'reinstate' }]);
  });
});

describe("a person's override", () => {
  test('outlives what the shop says next', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    const overrides = [override({ hold: 'suspend', fields: { max_activations: 50 } })];
    it.follow([granted(YEARLY)], { overrides });
    expect([stateOf(it.current.reasons), it.current.fields.max_activations]).toEqual(['suspended', 50]);
    it.follow([granted({ ...YEARLY, max_activations: 3 })], { overrides });
    expect([stateOf(it.current.reasons), it.current.fields.max_activations]).toEqual(['suspended', 50]);
    it.follow([granted({ ...YEARLY, max_activations: 3 })]);
    expect([stateOf(it.current.reasons), it.current.fields.max_activations]).toEqual(['active', 3]);
  });

  test('extends a license, and when it is lifted the license has its own end again', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    const end = it.current.valid_until ?? 0;
    const overrides = [override({ valid_until: end + 30 * DAY })];
    expect(it.follow([granted(YEARLY)], { overrides })).toMatchObject([
      { change: 'extend', valid_until: end + 30 * DAY },
    ]);
    expect(it.follow([granted(YEARLY)])).toMatchObject([{ change: 'alter', valid_until: end }]);
  });

  test('may take the end away', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    expect(it.follow([granted(YEARLY)], { overrides: [override({ valid_until: null })] })).toMatchObject([
      { change: 'extend', valid_until: null },
    ]);
  });

  test('counts at the first issue too, and a revoking hold issues nothing', () => {
    const it = ledger();
    it.follow([granted(YEARLY)], { overrides: [override({ fields: { max_activations: 50 } })] });
    expect(it.current.fields.max_activations).toBe(50);
    expect(ledger().follow([granted(YEARLY)], { overrides: [override({ hold: 'revoke' })] })).toEqual([]);
  });

  test('of one unit does not touch the other', () => {
    const changes = ledger().follow([granted(FOREVER), granted(FOREVER, [], 1)], {
      overrides: [override({ hold: 'suspend' })],
    });
    expect(changes.map((it) => ('reasons' in it ? stateOf(it.reasons) : null))).toEqual([
      'suspended',
      'active',
    ]);
  });
});

describe('what a person does', () => {
  const GONE = { name: 'reissued', act: 'revoke' };

  test('a leaked key gives way to another: the same license, with the start and end that it had', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    const { id, starts_at, valid_until, fields } = it.current;
    const overrides = [override({ generation: 1, fields: { max_activations: 9 } })];
    expect(it.follow([granted(YEARLY)], { overrides, as_of: AT + 90 * DAY })).toMatchObject([
      { change: 'revoke', license_id: id, replaced: true, reasons: [GONE] },
      {
        change: 'issue',
        generation: 1,
        fields: { ...fields, max_activations: 9 },
        starts_at,
        valid_until,
        reasons: [],
      },
    ]);
    expect(it.follow([granted(YEARLY)], { overrides, as_of: AT + 91 * DAY })).toEqual([]);
    // And again: the third key still begins no new term.
    const again = [override({ generation: 2 })];
    expect(it.follow([granted(YEARLY)], { overrides: again, as_of: AT + 120 * DAY })).toMatchObject([
      { change: 'revoke' },
      { change: 'issue', generation: 2, starts_at, valid_until, fields },
    ]);
    it.follow([granted({ ...YEARLY, valid_duration: '2y' })], { overrides: again, as_of: AT + 121 * DAY });
    expect(it.current).toMatchObject({ starts_at, valid_until: Date.UTC(2028, 10, 2, 10) });
  });

  test('a key that is asked for while the license is over comes once it is not over any more', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    const overrides = [override({ generation: 1 })];
    expect(it.follow([granted(FOREVER, [REFUNDED])], { overrides })).toMatchObject([
      { change: 'revoke', replaced: false },
    ]);
    expect(it.follow([granted(FOREVER)], { overrides }).map(({ change }) => change)).toEqual([
      'revoke',
      'issue',
    ]);
  });

  test('another type and another key at once are one new license, from now on', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    const overrides = [override({ generation: 1 })];
    const as_of = AT + DAY;
    expect(it.follow([granted(YEARLY)], { overrides, as_of })).toMatchObject([
      { change: 'revoke', reasons: [{ name: 'replaced' }] },
      { change: 'issue', generation: 1, starts_at: as_of },
    ]);
  });

  test('what runs out has another key until then, and takes on no other type', () => {
    const it = ledger();
    it.follow([granted(YEARLY)]);
    const { valid_until } = it.current;
    const last: Grant = { ...granted(FOREVER), existing_only: true, valid_until: AT + 400 * DAY };
    expect(it.follow([last], { overrides: [override({ generation: 1 })] })).toMatchObject([
      { change: 'revoke', reasons: [GONE] },
      { change: 'issue', fields: YEARLY, valid_until: AT + 400 * DAY },
    ]);
    expect(valid_until).not.toBeNull();
  });

  test('holds, values and keys of a parked line are a person’s alone: nothing else of it changes', () => {
    const it = ledger();
    it.follow([granted(YEARLY, [ON_HOLD])]);
    const { valid_until } = it.current;
    const parked = (its: Partial<Override> | null) =>
      it.follow([], { state: 'parked', overrides: its ? [override(its)] : [] });
    expect(parked({ hold: 'revoke' })).toMatchObject([
      { change: 'revoke', reasons: [ON_HOLD, { name: 'hold' }] },
    ]);
    expect(parked(null)).toMatchObject([{ change: 'suspend', reasons: [ON_HOLD] }]);
    expect(parked({ fields: { max_activations: 9 }, extended_to: (valid_until ?? 0) + DAY })).toMatchObject([
      { change: 'alter', fields: { max_activations: 9 }, valid_until: (valid_until ?? 0) + DAY },
    ]);
    expect(parked({ fields: { max_activations: 9 }, generation: 1 })).toMatchObject([
      { change: 'revoke', reasons: [GONE] },
      { change: 'issue', generation: 1, reasons: [ON_HOLD], fields: { max_activations: 9 } },
    ]);
    // What it had before is known again once a rule fits.
    expect(parked(null)).toEqual([]);
    it.follow([granted(YEARLY)]);
    expect(it.current).toMatchObject({ fields: YEARLY, valid_until, reasons: [] });
  });

  test('values are laid over what is granted, of fields with members each by itself', () => {
    const it = ledger();
    const fields: LicenseFields = { ...FOREVER, custom_fields: { team: 'red', desk: 1 }, metadata: { a: 1 } };
    const values: LicenseFields = { custom_fields: { team: 'blue' }, metadata: { b: 2 }, features: ['x'] };
    it.follow([granted(fields)], { overrides: [override({ fields: values })] });
    expect(it.current.fields).toEqual({
      ...FOREVER,
      custom_fields: { team: 'blue', desk: 1 },
      metadata: { a: 1, b: 2 },
      features: ['x'],
    });
  });

  test('an extension ends no sooner than it says; a paid period that reaches further counts', () => {
    const it = ledger();
    const end = AT + 30 * DAY;
    const paid = (valid_until: number): Grant => ({ ...granted(FOREVER), valid_until });
    const overrides = [override({ extended_to: end + 7 * DAY })];
    it.follow([paid(end)]);
    expect(it.follow([paid(end)], { overrides })).toMatchObject([
      { change: 'extend', valid_until: end + 7 * DAY },
    ]);
    expect(it.follow([paid(end + 30 * DAY)], { overrides })).toMatchObject([
      { change: 'extend', valid_until: end + 30 * DAY },
    ]);
    expect(ledger().follow([granted(FOREVER)], { overrides })).toMatchObject([{ valid_until: null }]);
  });

  test('values of a license that is over are written down, and it stays over', () => {
    const it = ledger();
    it.follow([granted(FOREVER)]);
    it.follow([]);
    const overrides = [override({ fields: { max_activations: 9 } })];
    expect(it.follow([], { overrides })).toMatchObject([{ change: 'alter', fields: { max_activations: 9 } }]);
    expect(stateOf(it.current.reasons)).toBe('revoked');
    const replacing = ledger(REPLACES);
    replacing.follow([granted(FOREVER)]);
    replacing.follow([]);
    expect(replacing.follow([], { overrides })).toEqual([]);
  });
});
