/** What a person chooses for a line that waits: how it stands beside rules and pins, and what it may not touch. */
import { describe, expect, test } from 'vitest';
import { afterAct, type PersonAct, vainly, wordsOf } from '../../src/core/acts.ts';
import type { Choice, GrantsInput, Pin } from '../../src/core/entitlement.ts';
import { grantsOf } from '../../src/core/grants.ts';
import { redactDoc } from '../../src/core/redaction.ts';
import { type Fact, merge } from '../../src/core/sale.ts';
import type { LoadedSale, OrderItem } from '../../src/core/store.ts';
import type { Chosen, Line } from '../../src/core/things.ts';
import { settlementOf } from '../fakes/settlements.ts';
import { revision } from '../mapping/shop.ts';
import { AT, line, order, paid } from './sold.ts';

const NONE = '[{ when: { sku: other }, grant: { product: acmecli } }]';
const EVERY = '[{ when: { sku: "*" }, grant: { product: acmecli } }]';
const PRO: Chosen = { product: 'acmepro', values: {} };
const MADE = { by: 'key_1', at: AT };
const give = (chosen: Chosen = PRO): Choice['gives'] => ({ is: 'granted', chosen });
const IGNORE: Choice['gives'] = { is: 'ignored', reason: 'a gift' };
const chosen = (gives = give(), sku = 'sku-a'): Choice => ({ refs: { sku }, gives, ...MADE });

function grants(facts: readonly Fact[], rules: string, more: Partial<GrantsInput> = {}) {
  const input = { external_id: '1', refs: [], units_per_line: 10, units_per_order: 25, origin_by: null };
  const rest = { pins: {}, on: null, remap: false, decisions: {}, as_of: AT };
  const things = merge({}, [...facts]);
  return grantsOf({ ...input, ...rest, things, revision: revision(rules), ...more });
}
const lineOf = (it: ReturnType<typeof grants>) => {
  const [one] = it.lines;
  return one && [one.state, one.rule, one.units];
};

describe('a choice', () => {
  const choices = { a: chosen() };

  test('maps its line before any rule, with the units that the shop tells', () => {
    const it = grants(paid(line('a', 3)), EVERY, { choices });
    expect(lineOf(it)).toEqual(['granted', 'by hand', 3]);
    expect(it.grants.map(({ product, unit }) => `${product} ${unit}`)).toEqual([
      'acmepro 0',
      'acmepro 1',
      'acmepro 2',
    ]);
    expect(it.pins.a).toMatchObject({ rule: 'by hand', refs: { sku: 'sku-a' } });
  });

  test('is kept by a remap, and leaves other lines to the rules', () => {
    const it = grants(paid(line('a'), line('b')), EVERY, { choices, remap: true });
    expect(it.lines.map(({ rule }) => rule)).toEqual(['by hand', 'rule 1']);
  });

  test('waits for the money like all else', () => {
    const facts = order({ lines: [line('a')], money: 'unpaid', state: 'complete' });
    const it = grants(facts, NONE, { choices });
    expect([lineOf(it), it.pins]).toEqual([['pending', 'by hand', 0], {}]);
  });

  test('says nothing of another good under the same line', () => {
    const other: Line = line('a', 1, { refs: { sku: 'sku-other' } });
    expect(lineOf(grants(paid(other), NONE, { choices }))).toEqual(['parked', null, 0]);
    expect(lineOf(grants(paid(other), EVERY, { choices }))).toEqual(['granted', 'rule 1', 1]);
  });

  test('licenses nothing that the shop never licenses', () => {
    const tip = line('a', 1, { not_licensed: 'a tip' });
    expect(lineOf(grants(paid(tip), NONE, { choices }))).toEqual(['ignored', 'not licensed', 0]);
  });

  test('gives one license for the line where it says so, even if the quantity is no number', () => {
    const per = { a: chosen(give({ ...PRO, per: 'line' })) };
    expect(grants(paid(line('a', null)), NONE, { choices: per }).grants).toHaveLength(1);
    expect(grants(paid(line('a', 5_000)), NONE, { choices: per }).grants).toHaveLength(1);
    expect(grants(paid(line('a', null)), NONE, { choices }).lines[0]?.problem?.code).toBe('quantity_unknown');
  });

  test('of nothing sets the line aside', () => {
    const it = grants(paid(line('a')), NONE, { choices: { a: chosen(IGNORE) } });
    expect([lineOf(it), it.state]).toEqual([['ignored', 'by hand', 0], 'issued']);
    expect(it.lines[0]?.reason).toBe('a gift');
  });

  test('that was taken back leaves what it was sold as: it decides no more, and tells what ended', () => {
    const sold = grants(paid(line('a')), NONE, { choices }).pins.a;
    if (!sold) throw new Error('nothing was sold');
    const pins: Readonly<Record<string, Pin>> = { a: { ...sold, lifted: true } };
    const parked = grants(paid(line('a')), NONE, { pins });
    expect([lineOf(parked), parked.pins]).toEqual([['parked', null, 0], pins]);
    expect(lineOf(grants(paid(line('a')), EVERY, { pins }))).toEqual(['granted', 'rule 1', 1]);
  });

  test('is kept when its buyer is forgotten', () => {
    const { doc } = settlementOf('1');
    expect(redactDoc({ ...doc, choices }).choices).toEqual(choices);
  });
});

const ITEM: OrderItem = {
  ...{ line_id: 'a', title: 'Line a', quantity: 1, state: 'parked', rule: null, product: null, policy: null },
  ...{ part: null, refs: { sku: 'sku-a' }, problem: { code: 'unmapped', detail: '' }, reason: null },
};
function sale(item: Partial<OrderItem> = {}, doc: Partial<LoadedSale['doc']> = {}): LoadedSale {
  const { order_id, source, account, external_id, version, revision_id, state, doc: own } = settlementOf('1');
  return {
    ...{ order_id, source, account, external_id, version, revision_id, state, licenses: [] },
    ...{ next_at: null, reviews: [], items: [{ ...ITEM, ...item }], flags: [] },
    doc: { ...own, ...doc },
  };
}
const resolve = (gives: Choice['gives'] = give(), line_id = 'a'): PersonAct => ({
  act: 'resolve',
  line_id,
  gives,
});
const LIFT: PersonAct = { act: 'unresolve', line_id: 'a' };
function choicesAfter(asked: PersonAct, before: LoadedSale) {
  const acted = afterAct(before, asked, revision(NONE), MADE);
  if (!acted.ok) return `${acted.problem.code}: ${acted.problem.detail}`;
  return acted.value === before ? 'same' : (acted.value.doc.choices ?? null);
}

describe('an act on a line', () => {
  const choices = { a: chosen() };

  test('that waits keeps what was chosen, beside other lines', () => {
    expect(choicesAfter(resolve(), sale())).toEqual({ a: chosen() });
    expect(choicesAfter(resolve(IGNORE), sale({}, { choices: { b: chosen() } }))).toEqual({
      b: chosen(),
      a: chosen(IGNORE),
    });
    // Chosen for another good, or in vain: it still waits.
    expect(choicesAfter(resolve(), sale({}, { choices: { a: chosen(IGNORE, 'sku-old') } }))).toEqual(choices);
  });

  test.each([
    ['done before', {}, resolve(), 'same'],
    ['with another choice', {}, resolve(IGNORE), 'line_not_parked: it is issued, as a person chose before'],
    ['that a rule issued', { rule: 'Pro', choices: {} }, resolve(), 'line_not_parked: it is issued by Pro'],
    ['that is over', { state: 'ended', choices: {}, rule: null }, resolve(), 'line_not_parked: it is over'],
    ['that is not there', {}, resolve(give(), 'z'), /^not_found/],
    ['taken back', {}, LIFT, null],
    ['taken back that nobody chose for', { choices: {} }, LIFT, 'same'],
  ] as const)(
    '%s',
    (_what, {
      choices: known = choices,
      ...item
    }: { choices?: typeof choices | object } & Partial<OrderItem>, asked, expected) => {
      const before = sale({ state: 'issued', rule: 'by hand', ...item }, { choices: { ...known } });
      const done = choicesAfter(asked, before);
      if (expected instanceof RegExp) expect(done).toMatch(expected);
      else expect(done).toEqual(expected);
    },
  );

  test('taken back marks the pin that it made, and no other', () => {
    const pin: Pin = {
      refs: { sku: 'sku-a' },
      revision: 'rev_1',
      rule: 'by hand',
      outcome: { is: 'granted', parts: [] },
    };
    const pinned = (it: Pin) => {
      const acted = afterAct(
        sale({ state: 'issued' }, { choices, pins: { a: it } }),
        LIFT,
        revision(NONE),
        MADE,
      );
      return acted.ok && acted.value.doc.pins.a?.lifted;
    };
    expect(pinned(pin)).toBe(true);
    expect(pinned({ ...pin, rule: 'Pro' })).toBeUndefined();
    expect(pinned({ ...pin, refs: { sku: 'sku-old' } })).toBeUndefined();
  });

  test('is refused with all that is wrong, by the catalog that runs', () => {
    const acted = afterAct(sale(), resolve(give({ product: 'acmepor', values: {} })), revision(NONE), MADE);
    expect(!acted.ok && acted.problem.errors?.map(({ path }) => path)).toEqual(['body.product']);
    const long = give({ ...PRO, values: { note: 'x'.repeat(20_000) } });
    const refused = afterAct(sale(), resolve(long), revision(NONE), MADE);
    expect(!refused.ok && refused.problem.errors?.map(({ path }) => path)).toEqual(['body.values']);
  });

  test('that leaves the line where it is, is not written down', () => {
    const items = [
      { ...ITEM, problem: { code: 'too_many_units' as const, detail: '20 units; the limit is 10' } },
    ];
    const settled = { ...settlementOf('1'), items };
    expect(vainly(resolve(), settled)).toMatchObject({
      code: 'line_stays_parked',
      detail: 'The line has more units than allowed: 20 units; the limit is 10',
    });
    expect(vainly(LIFT, settled)).toBeNull();
    expect(
      vainly(resolve(), { ...settled, items: [{ ...ITEM, state: 'pending', problem: null }] }),
    ).toBeNull();
  });

  test.each([
    [
      resolve(give({ ...PRO, policy: 'annual', values: { note: 'secret' } })),
      'choose acmepro, annual for line a',
    ],
    [resolve(give({ bundle: 'acmesuite', values: {} })), 'choose acmesuite for line a'],
    [resolve(IGNORE), 'choose nothing for line a'],
    [LIFT, 'take back what was chosen for line a'],
  ] as const)('%j is told without its values', (asked, words) => {
    expect(wordsOf(asked)).toBe(words);
  });

  test.each(['__proto__', 'constructor', 'a/0/acmepro.0', ' ', '\u{1f600}\n'])(
    'its id may be %j',
    (line_id) => {
      const before = sale({ line_id });
      const acted = afterAct(before, resolve(give(), line_id), revision(NONE), MADE);
      if (!acted.ok) throw new Error(acted.problem.detail);
      const { doc } = acted.value;
      expect(JSON.parse(JSON.stringify(doc.choices))).toEqual(
        JSON.parse(`{${JSON.stringify(line_id)}: ${JSON.stringify(chosen())}}`),
      );
      const it = grants(
        paid(line(line_id, 1, { refs: { sku: 'sku-a' } })),
        NONE,
        doc.choices ? { choices: doc.choices } : {},
      );
      expect(lineOf(it)).toEqual(['granted', 'by hand', 1]);
    },
  );
});
