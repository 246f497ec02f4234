/** The moment from which activations count anew: kept with the license, and never a reason for another key. */
import { expect, test } from 'vitest';
import { nextReset } from '../../src/core/override.ts';
import { type Abilities, type License, type Override, type PlanInput, plan } from '../../src/core/plan.ts';
import { ALTERS, AT, apply, line, REPLACES } from './sold.ts';

const SLOT = { line_id: 'a', unit: 0, part: 'acmepro.0' };
const MOMENT = '2026-11-30T10:00:00.000Z';
const LICENSE: License = {
  ...{ ...SLOT, id: 'lic_a', generation: 0, replaced: false, product: 'acmepro', policy: 'perpetual' },
  ...{ fields: { license_type: 'perpetual' }, reasons: [], starts_at: AT, valid_until: null },
};
const reset: Override = { ...SLOT, id: 'a/0/acmepro.0', activations_reset_at: MOMENT };

function planned(abilities: Abilities, licenses: readonly License[], override: Override, parked = false) {
  const { product, policy, fields } = LICENSE;
  const state = parked ? 'parked' : 'granted';
  const known = { line: line('a'), units: 1, rule: 'r', parts: [], problem: null, reason: null };
  const input: PlanInput = {
    grants: parked ? [] : [{ ...SLOT, product, policy, fields, reasons: [] }],
    lines: [{ ...known, state, ended: { name: 'removed', act: 'revoke', cause: 'a' } }],
    licenses,
    overrides: [override],
    abilities,
    as_of: AT,
  };
  return plan(input);
}

test.each([
  ['an issuer that alters', ALTERS, false],
  ['one that cannot: the app reads it, no key gives way for it', REPLACES, false],
  ['a line that waits', ALTERS, true],
  ['a line that waits, and an issuer that cannot alter', REPLACES, true],
] as const)('is written once, with %s', (_what, abilities, parked) => {
  const changes = planned(abilities, [LICENSE], reset, parked);
  expect(changes).toMatchObject([
    { change: 'alter', license_id: 'lic_a', fields: { activations_reset_at: MOMENT } },
  ]);
  expect(planned(abilities, apply([LICENSE], changes), reset, parked)).toEqual([]);
});

test('goes over to the key that takes the place of a leaked one', () => {
  const next = planned(ALTERS, [LICENSE], { ...reset, generation: 1 });
  expect(next.map((it) => it.change)).toEqual(['revoke', 'issue']);
  expect(next[1]).toMatchObject({ generation: 1, fields: { activations_reset_at: MOMENT } });
});

test('comes after the one before, whatever the clock says', () => {
  expect(nextReset(undefined, Date.parse(MOMENT))).toBe(MOMENT);
  expect(nextReset(MOMENT, Date.parse(MOMENT))).toBe('2026-11-30T10:00:00.001Z');
  expect(nextReset(MOMENT, 0)).toBe('2026-11-30T10:00:00.001Z');
});
