/** What a person's act on a license writes into its sale's document: table by table, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { afterAct, markedBy, type PersonAct, wordsOf } from '../../src/core/acts.ts';
import type { Reason } from '../../src/core/entitlement.ts';
import type { ValuesByHand } from '../../src/core/license-acts.ts';
import type { License, Override } from '../../src/core/plan.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import { settlementOf } from '../fakes/settlements.ts';
import { revisionOf } from '../laws/vendor.ts';

const END = Date.UTC(2027, 0, 1);
const LICENSE: License = {
  id: 'lic_a',
  line_id: 'line',
  unit: 0,
  part: 'acmepro.0',
  generation: 0,
  replaced: false,
  product: 'acmepro',
  policy: 'annual',
  fields: { license_type: 'time-limited', valid_duration: '1y', max_activations: 3 },
  reasons: [],
  starts_at: Date.UTC(2026, 0, 1),
  valid_until: END,
};
const SLOT = { id: 'line/0/acmepro.0', line_id: 'line', unit: 0, part: 'acmepro.0' };
const REFUND: Reason = { name: 'refund', act: 'revoke', cause: 're_1' };
const REISSUED: Reason = { name: 'reissued', act: 'revoke', cause: 'line' };

const MADE = { by: 'key_1', at: Date.UTC(2026, 5, 1) };

function sale(overrides: readonly Override[] = [], licenses: readonly License[] = [LICENSE]): LoadedSale {
  const { order_id, source, account, external_id, version, revision_id, state, doc } = settlementOf('1');
  return {
    ...{ order_id, source, account, external_id, version, revision_id, state, licenses },
    ...{ next_at: null, reviews: [], items: [], flags: [] },
    doc: { ...doc, overrides },
  };
}

/** The overrides after the act, or the code it was refused with; `same` where it had been done before. */
function overridesAfter(asked: PersonAct, before: LoadedSale = sale()) {
  const acted = afterAct(before, asked, revisionOf('shopify'), MADE);
  if (!acted.ok) return acted.problem.code;
  if (acted.value === before) return 'same';
  return acted.value.doc.overrides.map(({ by: _by, at: _at, ...it }) => it);
}
const on = (act: 'suspend' | 'reinstate' | 'revoke' | 'reissue', license = 'lic_a') => ({ act, license });
const alter = (values: Partial<ValuesByHand>): PersonAct => ({
  act: 'alter',
  license: 'lic_a',
  values: { fields: {}, ...values },
});

describe('a hold', () => {
  const suspended: Override = { ...SLOT, hold: 'suspend' };
  const revoked: Override = { ...SLOT, hold: 'revoke' };
  test.each([
    ['suspend', [], [suspended]],
    ['suspend', [suspended], 'same'],
    ['suspend', [revoked], 'license_revoked'],
    ['revoke', [suspended], [revoked]],
    ['revoke', [revoked], 'same'],
    ['reinstate', [revoked], []],
    ['reinstate', [{ ...suspended, valid_until: END }], [{ ...SLOT, valid_until: END }]],
    ['reinstate', [], 'same'],
  ] as const)('%s after %j', (act, before, expected) => {
    expect(overridesAfter(on(act), sale(before))).toEqual(expected);
  });

  test('of one slot leaves the others', () => {
    const other: Override = { ...SLOT, id: 'line/1/acmepro.0', unit: 1, hold: 'suspend' };
    expect(overridesAfter(on('revoke'), sale([other]))).toEqual([other, revoked]);
  });
});

describe('another key', () => {
  const next: License = { ...LICENSE, id: 'lic_b', generation: 1 };
  const leaked: License = { ...LICENSE, replaced: true, reasons: [REISSUED] };
  test.each([
    ['of a license that stands', [LICENSE], [{ ...SLOT, generation: 1 }]],
    [
      'of a suspended one',
      [{ ...LICENSE, reasons: [{ ...REFUND, act: 'suspend' }] }],
      [{ ...SLOT, generation: 1 }],
    ],
    ['of a revoked one', [{ ...LICENSE, reasons: [REFUND] }], 'license_revoked'],
    ['asked for again', [leaked, next], 'same'],
    [
      'of one that the shop had replaced',
      [{ ...leaked, reasons: [{ ...REISSUED, name: 'replaced' }] }, next],
      'license_replaced',
    ],
    [
      'asked for again when the next one leaked as well',
      [leaked, { ...next, replaced: true, reasons: [REISSUED] }, { ...next, id: 'lic_c', generation: 2 }],
      'license_replaced',
    ],
    ['of a license of another sale', [next], 'not_found'],
  ] as const)('%s', (_what, licenses, expected) => {
    expect(overridesAfter(on('reissue'), sale([], licenses))).toEqual(expected);
  });

  test.each(['suspend', 'reinstate', 'revoke'] as const)('%s is refused for one that was replaced', (act) => {
    const acted = afterAct(sale([], [leaked, next]), on(act), revisionOf('shopify'), MADE);
    expect(acted).toMatchObject({
      problem: { code: 'license_replaced', detail: 'lic_b stands in its place' },
    });
  });
});

describe('values', () => {
  const given: Override = {
    ...SLOT,
    fields: { max_activations: 5, metadata: { a: 1 }, note: 'x' },
    valid_until: null,
    extended_to: END,
  };
  test.each([
    [
      'one more beside others',
      { fields: { max_transfers: 2 } },
      { ...given, fields: { ...given.fields, max_transfers: 2 } },
    ],
    [
      'another',
      { fields: { max_activations: 6 } },
      { ...given, fields: { ...given.fields, max_activations: 6 } },
    ],
    [
      'a member beside others',
      { fields: { metadata: { b: 2 } } },
      { ...given, fields: { ...given.fields, metadata: { a: 1, b: 2 } } },
    ],
    [
      'the same',
      { fields: { max_activations: 5, metadata: { a: 1 } }, valid_until: 'never', extend_to: END },
      null,
    ],
    ['nothing', {}, null],
    ['back what was never given', { fields: { features: null, custom_fields: { team: null } } }, null],
    [
      'a number named like a part of JavaScript',
      { fields: { metadata: { constructor: 1 } } },
      { ...given, fields: { ...given.fields, metadata: { a: 1, constructor: 1 } } },
    ],
    ['an end', { valid_until: END }, { ...given, valid_until: END }],
    [
      'the last member back',
      { fields: { metadata: { a: null } } },
      { ...given, fields: { max_activations: 5, note: 'x' } },
    ],
  ] as const)('giving %s', (_what, values, expected) => {
    expect(overridesAfter(alter(values), sale([given]))).toEqual(expected ? [expected] : 'same');
  });

  test('all of them taken back leave nothing', () => {
    const fields = { max_activations: null, metadata: null, note: null };
    expect(overridesAfter(alter({ fields, valid_until: null, extend_to: null }), sale([given]))).toEqual([]);
  });

  test('that do not fit are named with their places, all at once', () => {
    const fields = { custom_fields: { color: 'red' }, features: ['fly'], valid_duration: '1y' };
    const perpetual: License = { ...LICENSE, fields: { license_type: 'perpetual' }, valid_until: null };
    const asked = alter({ fields, valid_until: END, extend_to: END });
    const acted = afterAct(sale([], [perpetual]), asked, revisionOf('shopify'), MADE);
    expect(!acted.ok && acted.problem.errors?.map(({ path }) => path)).toEqual([
      'body.features[0]',
      'body.custom_fields.color',
      'body.valid_duration',
      'body.valid_until',
      'body.extend_to',
    ]);
  });

  test('a person who took an end away may give one again; a shop’s end may be moved, whatever the type', () => {
    const endless: License = { ...LICENSE, fields: { license_type: 'perpetual' }, valid_until: null };
    expect(
      overridesAfter(alter({ valid_until: END }), sale([{ ...SLOT, valid_until: null }], [endless])),
    ).toEqual([{ ...SLOT, valid_until: END }]);
    const termed: License = { ...endless, valid_until: END };
    expect(overridesAfter(alter({ extend_to: END + 1 }), sale([], [termed]))).toEqual([
      { ...SLOT, extended_to: END + 1 },
    ]);
  });
});

describe('values that hold others', () => {
  const given: Override = { ...SLOT, fields: { metadata: { a: 1, custom_fields: { x: 1 } } } };
  test.each([
    ['nothing inside', { a: {} }, { a: {}, custom_fields: { x: 1 } }],
    ['the name of a field', { custom_fields: { y: 2 } }, { a: 1, custom_fields: { y: 2 } }],
    ['nothing, named like a field', { custom_fields: {} }, { a: 1, custom_fields: {} }],
  ])('are kept as they are said: %s', (_what, metadata, expected) => {
    expect(overridesAfter(alter({ fields: { metadata } }), sale([given]))).toEqual([
      { ...SLOT, fields: { metadata: expected } },
    ]);
  });
});

describe('a perpetual license that a person made a trial', () => {
  const perpetual: License = { ...LICENSE, fields: { license_type: 'perpetual' }, valid_until: null };
  const trial: License = {
    ...perpetual,
    fields: { license_type: 'perpetual', is_trial: true, valid_duration: '30d' },
    valid_until: END,
  };
  const fields = { is_trial: true, valid_duration: '30d' };
  test.each([
    ['with its duration', { fields }, { fields: { is_trial: null } }, 'body.is_trial'],
    ['with another', { fields }, { fields: { is_trial: null, valid_duration: '1y' } }, 'body.valid_duration'],
    [
      'with its end',
      { fields: { is_trial: true }, valid_until: END },
      { fields: { is_trial: false } },
      'body.is_trial',
    ],
    [
      'with an end',
      { fields: { is_trial: true } },
      { fields: { is_trial: null }, valid_until: END },
      'body.valid_until',
    ],
  ] as const)('is none again, but not %s', (_what, before, values, path) => {
    const { valid_duration: _no, ...own } = trial.fields;
    const license = 'valid_duration' in before.fields ? trial : { ...trial, fields: own };
    const acted = afterAct(
      sale([{ ...SLOT, ...before }], [license]),
      alter(values),
      revisionOf('shopify'),
      MADE,
    );
    expect(!acted.ok && acted.problem.errors?.map((it) => it.path)).toEqual([path]);
    // The type is not theirs to write.
    expect(!acted.ok && acted.problem.errors?.[0]?.remedy).not.toContain('license_type');
    const back = { fields: { is_trial: null, valid_duration: null }, valid_until: null };
    expect(overridesAfter(alter(back), sale([{ ...SLOT, ...before }], [license]))).toEqual([]);
  });

  test('gets its end in the same request', () => {
    const asked = { fields: { is_trial: true }, valid_until: END };
    expect(overridesAfter(alter(asked), sale([], [perpetual]))).toEqual([{ ...SLOT, ...asked }]);
  });
});

test('a time beyond the year 9999 is refused, also where only its time zone makes it one', () => {
  const late = Date.parse('9999-12-31T23:59:59-14:00');
  const fields = { start_date: '9999-12-31T23:59:59-14:00' };
  const acted = afterAct(
    sale(),
    alter({ fields, valid_until: late, extend_to: late }),
    revisionOf('shopify'),
    MADE,
  );
  expect(!acted.ok && acted.problem.errors?.map(({ path }) => path)).toEqual([
    'body.start_date',
    'body.valid_until',
    'body.extend_to',
  ]);
});

test('another key that was refused, since the license ended in the same moment, is not given later either', () => {
  const { line_id, unit, part } = SLOT;
  const ended = { change: 'revoke', license_id: 'lic_a', reasons: [REFUND], line_id, unit, part } as const;
  const other: Override = { ...SLOT, id: 'line/1/acmepro.0', unit: 1, generation: 1 };
  const settled = (overrides: readonly Override[], replaced: boolean) => {
    const it = settlementOf('1');
    const doc = { ...it.doc, overrides };
    return markedBy(on('reissue'), { ...it, doc, changes: [{ ...ended, replaced }] }).doc.overrides;
  };
  expect(settled([{ ...SLOT, generation: 1 }, other], false)).toEqual([other]);
  expect(settled([{ ...SLOT, generation: 1, hold: 'suspend' }], false)).toEqual([
    { ...SLOT, hold: 'suspend' },
  ]);
  expect(settled([{ ...SLOT, generation: 1 }], true)).toEqual([{ ...SLOT, generation: 1 }]);
});

test('the timeline is told names, never values; a license’s act decides no review', () => {
  const secret = alter({ fields: { custom_fields: { team: 'Ada' } }, valid_until: null });
  expect([on('suspend'), on('reissue'), secret].map((it) => wordsOf(it))).toEqual([
    'suspend license lic_a',
    'reissue license lic_a',
    'change license lic_a: custom_fields, valid_until',
  ]);
  expect(markedBy(on('suspend'), settlementOf('1')).decided).toBeUndefined();
});
