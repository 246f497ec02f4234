/** Customers from before Keyferry: which given key goes to which license, which lines wait, and which rows are refused. */
import { describe, expect, test } from 'vitest';
import type { GivenKey } from '../../src/core/adoption.ts';
import { draft } from '../../src/core/draft.ts';
import { type Around, type GivenRow, judge, readGivenKey } from '../../src/core/given-rows.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { mappingSchema } from '../../src/core/mapping.ts';
import type { Fact } from '../../src/core/sale.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import { applied } from '../laws/river.ts';
import { revision } from '../mapping/shop.ts';
import { AT, heldEvent, line, order, paid } from './sold.ts';
import { asked, invoice, period, seats, subscription } from './subscribed.ts';

const RULES = `[
  { when: { sku: sku-suite }, grant: { bundle: acmesuite } },
  { when: { sku: sku-yearly }, grant: { product: acmepro, policy: annual } },
  { when: {}, grant: { product: acmepro } },
]`;
/** The day after the sales of sold.ts. */
const LATER = '2026-11-03';
const NOW = AT + 400 * 86_400_000;

interface Settling {
  readonly since?: string | null;
  readonly given?: readonly GivenKey[];
  readonly rules?: string;
  readonly at?: number;
}

/** The sale after these facts, stored as a store would. */
function settle(loaded: LoadedSale | null, facts: readonly Fact[], how: Settling = {}) {
  const { since = LATER, given = [], rules = RULES, at = NOW } = how;
  let drawn = loaded?.licenses.length ?? 0;
  const settlement = draft(
    {
      source: 'shop',
      account: '',
      external_id: '1',
      loaded,
      contributions: [{ event: heldEvent, reading: { is: 'facts', creates: '1', refs: [], facts } }],
      found: new Map(),
      revision: revision(rules, since === null ? {} : { sold_since: since }),
      abilities: { alter: true },
      given,
      units_per_line: 1000,
      remap: false,
      cause: { by: 'events', event_ids: ['evt_1'] },
      at,
    },
    { orderId: () => 'ord_1', licenseId: () => `lic_${drawn++}`, licenseKey: () => `DRAWN-${drawn}` },
  );
  return { settlement, sale: applied(loaded, settlement) };
}

/** A key by itself; `KEY-A of a` and `KEY-B for acmecli` say the line and the product. */
function keys(...texts: readonly string[]): readonly GivenKey[] {
  return texts.map((text) => {
    const [, key = '', named, product] = /^(\S+)(?: of (\S+))?(?: for (\S+))?$/.exec(text) ?? [];
    return { id: `giv_${key}`, line: named ?? null, product: product ?? null, key, created_by: 'key_1' };
  });
}

/** `a/0/acmepro.0 KEY`, or why the line waits. */
function outcome({ settlement }: ReturnType<typeof settle>): readonly string[] {
  const issued = settlement.changes.map((it) =>
    it.change === 'issue'
      ? `${it.line_id}/${it.unit} ${it.product} ${it.key}${it.given ? ' given' : ''}`
      : it.change,
  );
  const parked = settlement.items.flatMap(({ line_id, problem: it }) =>
    it ? [`${line_id} ${it.code}: ${it.detail}`] : [],
  );
  return [...issued, ...parked];
}

describe('keys that were given out before', () => {
  test.each<readonly [string, readonly Fact[], readonly string[], readonly string[]]>([
    ['are taken in their order, one for each unit', paid(line('a', 2)), ['K1', 'K2'], ['a/0 acmepro K1 given', 'a/1 acmepro K2 given']],
    ['go to the line that is named by its id', paid(line('a'), line('b')), ['K1 of b', 'K2 of a'], ['a/0 acmepro K2 given', 'b/0 acmepro K1 given']],
    ['or by a ref of it', paid(line('a'), line('b')), ['K1 of sku-b', 'K2 of sku-a'], ['a/0 acmepro K2 given', 'b/0 acmepro K1 given']],
    ['go to the product that is named', paid(line('suite')), ['K1 for acmecli', 'K2 for acmepro'], ['suite/0 acmepro K2 given', 'suite/0 acmecli K1 given']],
    ['leave a place to the one that fits nowhere else', paid(line('suite'), line('a')), ['K1', 'K2 of suite', 'K3 for acmecli'], ['suite/0 acmepro K2 given', 'suite/0 acmecli K3 given', 'a/0 acmepro K1 given']],
    ['move on where one that comes later fits nowhere else', paid(line('suite'), line('a')), ['K1 of suite', 'K2 for acmepro', 'K3 for acmepro'], ['suite/0 acmepro K3 given', 'suite/0 acmecli K1 given', 'a/0 acmepro K2 given']],
    ['are left where more came than were bought', paid(line('a')), ['K1', 'K2'], ['a/0 acmepro K1 given']],
    ['park a line that lacks one of its units', paid(line('a', 2)), ['K1'], ['a sold_before: bought on 2026-11-02; 1 of 2 keys are known']],
    ['and only that line', paid(line('a'), line('b')), ['K1 of b'], ['b/0 acmepro K1 given', 'a sold_before: bought on 2026-11-02; 0 of 1 keys are known']],
    ['issue nothing for what is not paid', order({ lines: [line('a')], money: 'unpaid', state: 'complete' }), ['K1'], []],
    ['issue nothing for what went back', [...paid(line('a')), ...order({ money: 'refunded' })], ['K1'], []],
  ])('%s', (_what, facts, texts, expected) => {
    expect(outcome(settle(null, facts, { given: keys(...texts) }))).toEqual(expected);
  }); // biome-ignore format: a table

  test('are taken without sold_since, too; what has none is drawn then', () => {
    const it = settle(null, paid(line('a', 2)), { since: null, given: keys('K1') });
    expect(outcome(it)).toEqual(['a/0 acmepro K1 given', 'a/1 acmepro DRAWN-2']);
  });

  test('start with their sale, and run from there', () => {
    const { settlement, sale } = settle(null, paid(line('yearly')), { given: keys('K1') });
    const [license] = sale.licenses;
    expect(license).toMatchObject({ starts_at: AT, issued_at: AT });
    expect(new Date(license?.valid_until ?? 0).toISOString()).toBe('2027-11-02T10:00:00.000Z');
    expect(settlement.bought_at).toBe(AT);
    expect(settle(sale, [], { given: keys() }).settlement.changes).toEqual([]);
  });

  test('start today where the shop sold them in what is the future here', () => {
    const { sale } = settle(null, paid(line('a')), { given: keys('K1'), at: AT - 60_000 });
    expect(sale.licenses[0]).toMatchObject({ starts_at: AT - 60_000, issued_at: AT - 60_000 });
  });

  test('stay where a license has been drawn', () => {
    const { sale } = settle(null, paid(line('a')), { since: null });
    const again = settle(sale, [], { given: keys('K1') });
    expect(again.settlement.changes).toEqual([]);
  });

  test('are not taken by what replaces a license', () => {
    const { sale } = settle(null, paid(line('a')), { given: keys('K1') });
    const yearly = '[{ when: {}, grant: { product: acmepro, policy: annual } }]';
    const other = paid(line('a', 1, { refs: { sku: 'another' } }));
    const it = settle(sale, other, { rules: yearly, given: keys('K2') });
    expect(outcome(it)).toEqual(['revoke', 'a/0 acmepro DRAWN-2']);
  });
});

describe('sold_since', () => {
  test.each(['soon', '2026-02-30', 20261101, ''])('is no day when it is %j', (sold_since) => {
    expect(mappingSchema.safeParse({ integration: 'shop', mode: 'live', sold_since }).success).toBe(false);
  });

  test('lets what was bought since then issue as ever', () => {
    const it = settle(null, paid(line('a')), { since: '2026-11-02T10:00:00Z' });
    expect(outcome(it)).toEqual(['a/0 acmepro DRAWN-1']);
  });

  test('the line waits, and issues once its key is known, in any order', () => {
    const waiting = settle(null, paid(line('a')));
    expect(waiting.settlement).toMatchObject({ state: 'parked', changes: [] });
    expect(waiting.sale.doc.pins).toEqual({});
    const issued = settle(waiting.sale, [], { given: keys('K1') });
    expect(outcome(issued)).toEqual(['a/0 acmepro K1 given']);
    expect(issued.settlement.state).toBe('issued');
    const before = settle(null, paid(line('a')), { given: keys('K1') });
    expect(before.sale.licenses.map(({ id: _id, ...it }) => it)).toEqual(
      issued.sale.licenses.map(({ id: _id, ...it }) => it),
    );
  });

  test('an old subscription that renews gets no new key, and its license follows it once it has its own', () => {
    const first = [...subscription('active'), ...asked(false), ...invoice(0)];
    const waiting = settle(null, first, { at: period(0) + 1 });
    expect(outcome(waiting)).toEqual(['si_1 sold_before: bought on 2026-11-02; 0 of 1 keys are known']);
    const renewed = [...subscription('active', 1), ...invoice(1)];
    const still = settle(waiting.sale, renewed, { at: period(1) + 1 });
    expect(still.settlement.changes).toEqual([]);
    const adopted = settle(still.sale, [], { at: period(1) + 2, given: keys('K1') });
    expect(outcome(adopted)).toEqual(['si_1/0 acmepro K1 given']);
    expect(adopted.sale.licenses[0]).toMatchObject({ starts_at: AT, valid_until: period(2) });
    const more = [...subscription('active', 2), ...invoice(2)];
    expect(settle(adopted.sale, more, { at: period(2) + 1 }).settlement.changes).toMatchObject([
      { change: 'extend', valid_until: period(3) },
    ]);
  });

  test('seats that are added to an adopted line are new', () => {
    const first = [...subscription('active'), ...asked(false), ...invoice(0)];
    const { sale } = settle(null, first, { given: keys('K1'), at: period(0) + 1 });
    const grown = settle(sale, subscription('active', 0, [seats(2)]), { at: period(0) + 2 });
    expect(outcome(grown)).toEqual(['si_1/1 acmepro DRAWN-2']);
  });

  test('moved to before the sale, it lets the line issue', () => {
    const { sale } = settle(null, paid(line('a')));
    expect(outcome(settle(sale, [], { since: '2026-11-01' }))).toEqual(['a/0 acmepro DRAWN-1']);
  });
});

describe('a row', () => {
  const ROW: GivenRow = { name: 'cs_1', line: null, product: null, key: 'K1' };
  const ITEM = { line_id: 'a', refs: { price: 'price_1' }, product: 'acmepro', state: 'issued' } as const;
  const sale = (
    items: readonly (Omit<typeof ITEM, 'state' | 'product' | 'line_id'> & {
      readonly line_id: string;
      readonly state: 'issued' | 'pending' | 'parked' | 'ignored' | 'ended';
      readonly product: string | null;
    })[],
    licensed: readonly string[] = [],
  ): Around['sale'] => ({
    order_id: 'ord_1',
    version: 1,
    items,
    licensed: licensed.map((it) => ({ line_id: it, product: 'acmepro' })),
  });
  const fate = (row: Partial<GivenRow>, around: Partial<Around>) => {
    const it = judge(
      { ...ROW, ...row },
      { source: 'shop', account: '' },
      { taken: null, license: null, sale: null, ...around },
    );
    return typeof it === 'string' ? it : it.message;
  };
  const taken = (more: Partial<NonNullable<Around['taken']>>): Partial<Around> => ({
    taken: { ...ROW, source: 'shop', account: '', used: false, created_by: 'key_1', ...more },
  });
  const parked = { ...ITEM, state: 'parked', product: null } as const;
  const own = { id: 'lic_1', order_id: 'ord_1' };

  test.each<readonly [string, Partial<GivenRow>, Partial<Around>, string]>([
    ['of a sale that is not known', {}, {}, 'new'],
    ['of a sale whose lines are not known', { line: 'x' }, { sale: sale([]) }, 'new'],
    ['of a line that waits', {}, { sale: sale([parked]) }, 'new'],
    ['of a line that is not paid', { line: 'price_1' }, { sale: sale([{ ...ITEM, state: 'pending' }]) }, 'new'],
    ['of what is over', {}, { sale: sale([{ ...ITEM, state: 'ended' }]) }, 'new'],
    ['of a line that has its license', {}, { sale: sale([ITEM], ['a']) }, 'the order ord_1 has its licenses already, with other keys'],
    ['of the other line', { line: 'b' }, { sale: sale([ITEM, { ...parked, line_id: 'b' }], ['a']) }, 'new'],
    ['of a line that is not there', { line: 'b' }, { sale: sale([ITEM]) }, 'the order ord_1 has no line that is called "b"'],
    ['of a product that is not there', { product: 'other' }, { sale: sale([ITEM]) }, 'the order ord_1 sells no product "other" there'],
    ['that was taken in', {}, taken({}), 'known'],
    ['that was taken in and used', { line: 'a' }, taken({ used: true }), 'known'],
    ['that was taken in for another line', {}, taken({ line: 'b' }), 'the key was taken in before for another line or product of this sale'],
    ['that was taken in for another sale', {}, taken({ name: 'cs_2' }), 'the key was taken in before for another sale, cs_2'],
    ['that another sale uses', {}, taken({ name: 'cs_2', used: true }), 'the key is that of another sale, cs_2'],
    ['whose license has the key already', {}, { license: own, sale: sale([ITEM], ['a']) }, 'known'],
    ['whose key is on a license of another sale', {}, { license: own }, 'the license lic_1 of the order ord_1 has this key'],
  ])('%s', (_what, row, around, expected) => {
    expect(fate(row, around)).toBe(expected);
  }); // biome-ignore format: a table

  test.each([
    ['  ABC-1 \n', 'ABC-1'],
    ['any {thing} ~ printed', 'any {thing} ~ printed'],
    ['', null],
    ['schlüssel', null],
    ['two\nlines', null],
    ['k'.repeat(LIMITS.given_key_letters + 1), null],
  ])('a key written as %j', (text, read) => {
    expect(readGivenKey(text)).toBe(read);
  });
});
