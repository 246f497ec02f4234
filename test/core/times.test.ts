/** Whatever a license may say of its time, plan can count with it: no value that passes the checks makes it throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration, isDuration } from '../../src/core/duration.ts';
import { fieldsFault, licenseFields } from '../../src/core/license.ts';
import { plan } from '../../src/core/plan.ts';
import { ALTERS, AT } from './sold.ts';

const LATEST = 8.64e15;

const digits = fc.stringMatching(/^\d{1,7}$/);
const fields = fc.record(
  {
    license_type: fc.constantFrom('perpetual', 'time-limited', 'subscription'),
    is_trial: fc.boolean(),
    trial_days: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(36_500, 36_501, 99_999, 100_000)),
    valid_duration: fc.tuple(digits, fc.constantFrom('h', 'd', 'm', 'y', '')).map((it) => it.join('')),
    start_date: fc.oneof(
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/),
      fc.constantFrom('0000-01-01', '9999-12-31', '2026-02-30', '2026-11-01T24:00:00Z'),
    ),
  },
  { requiredKeys: ['license_type'] },
);

test('any time that passes the checks begins and ends at a date', () => {
  const property = fc.property(fields, (written) => {
    const parsed = licenseFields.safeParse(written);
    if (!parsed.success) return;
    const grant = {
      line_id: 'a',
      unit: 0,
      part: 'acmepro.0',
      product: 'acmepro',
      policy: 'p',
      fields: parsed.data,
      reasons: [],
    };
    const [issued] = plan({
      grants: [grant],
      lines: [],
      licenses: [],
      overrides: [],
      abilities: ALTERS,
      as_of: AT,
    });
    if (issued?.change !== 'issue') throw new Error('not issued');
    for (const at of [issued.starts_at, issued.valid_until ?? AT]) {
      expect(Number.isInteger(at) && Math.abs(at) <= LATEST, JSON.stringify(written)).toBe(true);
    }
    if (parsed.data.start_date) expect(issued.starts_at).toBe(Date.parse(parsed.data.start_date));
  });
  fc.assert(property, { seed: 20_261_102, numRuns: 3_000 });
});

test('the longest duration from the last day that can be written is still a date', () => {
  for (const unit of ['h', 'd', 'm', 'y']) {
    expect(isDuration(`99999${unit}`)).toBe(true);
    expect(addDuration(Date.parse('9999-12-31T23:59:59-23:59'), `99999${unit}`)).toBeLessThan(LATEST);
  }
});

describe('what no license may say', () => {
  test.each([
    [{ is_trial: true, trial_days: 36_501 }, /^trial_days: /],
    [{ valid_duration: '100000y' }, /^valid_duration: is not a duration/],
    [{ max_activations: 2 ** 53 }, /^max_activations: /],
    [{ license_type: 'time-limited' }, /^valid_duration: a time-limited license needs/],
    [{ custom_fields: { team: true } }, /^custom_fields\.team: /],
  ])('%j', (written, fault) => {
    expect(fieldsFault(written)).toMatch(fault);
  });

  test('and what it may', () => {
    expect(fieldsFault({ license_type: 'perpetual', is_trial: true, trial_days: 36_500 })).toBeNull();
  });
});
