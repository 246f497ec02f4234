/** What is noted with a change: its rule, and what stood there before; and the licenses that come of it. */
import { expect, test } from 'vitest';
import { licensesAfter } from '../../src/core/applied.ts';
import { noter } from '../../src/core/noted.ts';
import type { Change, License } from '../../src/core/plan.ts';
import type { AppliedChange } from '../../src/core/store.ts';
import { issueOf, suspensionOf } from '../fakes/settlements.ts';

const slot = { line_id: 'line-1', unit: 0, part: 'acmepro' } as const;
const license: License = {
  ...slot,
  id: 'lic_a',
  generation: 0,
  replaced: false,
  product: 'acmepro',
  policy: 'yearly',
  fields: { license_type: 'time-limited', max_activations: 2, features: ['export'] },
  reasons: [{ name: 'past_due', act: 'suspend', cause: '7' }],
  starts_at: 10,
  valid_until: 20,
  issued_at: 10,
};
const altered: AppliedChange = {
  ...slot,
  change: 'alter',
  license_id: 'lic_a',
  policy: 'monthly',
  fields: { license_type: 'time-limited', max_activations: 5, is_floating: true },
  starts_at: 12,
  valid_until: null,
};
const noted = noter([license], (line) => (line === 'line-1' ? 'pro' : null));

test('of what is altered, each value that becomes another is noted as it was', () => {
  expect(noted(altered)).toEqual({
    ...altered,
    rule: 'pro',
    from: {
      policy: 'yearly',
      fields: { max_activations: 2, features: ['export'], is_floating: null },
      starts_at: 10,
      valid_until: 20,
    },
  });
});

test('what only runs longer notes its end, and no field', () => {
  const { fields } = license;
  const extended: Change = { ...slot, change: 'extend', license_id: 'lic_a', fields, valid_until: 30 };
  expect(noted(extended).from).toEqual({ fields: {}, valid_until: 20 });
});

test('a state notes the state before, and why it was so', () => {
  expect(noted(suspensionOf('a')).from).toEqual({ state: 'suspended', reasons: license.reasons });
});

test('a new license was nothing before; a line that nothing maps has no rule', () => {
  expect(noted(issueOf('b'))).toEqual({ ...issueOf('b'), rule: 'pro' });
  expect(noted(issueOf('b', { line_id: 'line-2' })).rule).toBeNull();
});

test('the licenses after changes are those that a store would hold', () => {
  const { change: _issue, license_id, key: _key, ...issued } = { ...issueOf('b'), generation: 1 };
  const revoked = suspensionOf('a', { replaced: true });
  const changes = [revoked, noted({ ...issueOf('b'), generation: 1 }), noted(altered)];
  const reasons = 'reasons' in revoked ? revoked.reasons : [];
  expect(licensesAfter([license, { ...license, id: 'lic_c' }], changes, { at: 99, bought_at: null })).toEqual(
    [
      {
        ...license,
        ...{
          reasons,
          replaced: true,
          fields: altered.fields,
          valid_until: null,
          starts_at: 12,
          policy: 'monthly',
        },
      },
      { ...license, id: 'lic_c' },
      { ...issued, id: license_id, replaced: false, issued_at: 99 },
    ],
  );
});
