/** What the ledger promises: a settle is whole or not at all, and of two that meet exactly one is there. */
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import type { AppliedChange, Proposal, Settlement } from '../../src/core/store.ts';
import type { Buyer } from '../../src/core/things.ts';
import { makeRecords } from '../../src/store/records.ts';
import {
  count,
  endOf,
  eventOf,
  everything,
  HOSTILE,
  issueOf,
  itemOf,
  kept,
  NOON,
  nextOf,
  problemOf,
  settlementOf,
  suspensionOf,
} from '../fakes/settlements.ts';
import type { Current } from './store.ts';

const NOBODY: Buyer = { email: null, name: null, company: null, phone: null, reference: null };

export function ledgerContract(current: Current): void {
  const settle = (it: Settlement) => current().store.settle(it);
  const load = (orderId: string) => current().store.loadSale(orderId);

  describe('settle and load', () => {
    test('what was settled is loaded as it was', async () => {
      const problem = problemOf('unmapped', 'no rule for this line');
      const it = settlementOf('1001', {
        account: 'acct_1',
        doc: {
          things: {},
          refs: ['1001', 'pi_1'],
          pins: {},
          decisions: { 'review-1': 'declined' },
          overrides: [{ id: 'ovr_1', line_id: 'line-1', unit: 0, part: 'acmepro', hold: 'suspend' }],
        },
        new_refs: ['1001', 'pi_1'],
        state: 'partly_parked',
        flags: ['ambiguous_order'],
        reviews: ['review-b', 'review-a'].map((name) => ({
          name,
          cause: 'c',
          line_id: null,
          act: 'look',
          title: name,
          changes: [],
        })),
        next_at: NOON + 60_000,
        items: [
          itemOf('line-1'),
          itemOf('line-2', { state: 'parked', problem, quantity: null, rule: null, part: null }),
        ],
        changes: [
          issueOf('a'),
          issueOf('b', {
            unit: 1,
            valid_until: NOON + 1,
            reasons: [{ name: 'hold', act: 'suspend', cause: 'ovr_1' }],
          }),
        ],
      });
      expect(await settle(it)).toBe('settled');
      expect(await load(it.order_id)).toEqual({
        order_id: it.order_id,
        source: 'shop',
        account: 'acct_1',
        external_id: '1001',
        version: 1,
        revision_id: 'rev_1',
        next_at: NOON + 60_000,
        state: 'partly_parked',
        doc: it.doc,
        items: it.items,
        flags: ['ambiguous_order'],
        reviews: ['review-a', 'review-b'],
        licenses: it.changes.map((change) => {
          if (change.change !== 'issue') throw new Error('only issues were settled');
          const { change: _issue, license_id: id, key: _key, ...license } = change;
          return { ...license, id, replaced: false, issued_at: it.at };
        }),
      });
      expect(await load('ord_nobody')).toBeNull();
    });

    test('sales that are asked for at once are each whose they are, asked for twice or not there', async () => {
      const names = Array.from({ length: 70 }, (_, n) => `${n}`);
      for (const name of names) {
        const changes = [issueOf(name), issueOf(`${name}-2`, { unit: 1 })];
        await settle(settlementOf(name, { items: [itemOf(`line ${name}`)], changes }));
      }
      const asked = [...names, 'nobody', ...names.slice(0, 9)];
      const loaded = await Promise.all(asked.map((name) => load(`ord_${name}`)));
      expect(
        loaded.map((it) => it && [it.external_id, it.items[0]?.line_id, ...it.licenses.map(({ id }) => id)]),
      ).toEqual(asked.map((it) => (it === 'nobody' ? null : [it, `line ${it}`, `lic_${it}`, `lic_${it}-2`])));
    });

    test('a later version replaces lines, state and document, and keeps the licenses', async () => {
      const first = settlementOf('1001', {
        items: [itemOf('line-1'), itemOf('line-2')],
        changes: [issueOf('a')],
      });
      await settle(first);
      const doc = { ...first.doc, refs: ['1001', 'ch_1'] };
      await settle(nextOf(first, { doc, new_refs: ['ch_1'], items: [itemOf('line-2')], state: 'cancelled' }));
      expect(await load(first.order_id)).toMatchObject({
        version: 2,
        state: 'cancelled',
        doc,
        items: [itemOf('line-2')],
        licenses: [{ id: 'lic_a' }],
      });
    });

    test('events end in the same batch, with their order', async () => {
      const { store, db } = current();
      const { id } = await store.addEvent('shop', eventOf('k1'), NOON);
      const [event] = await store.claimEvents(NOON, 1);
      if (!event) throw new Error('it is due');
      const it = settlementOf('1001', { ends: [endOf(event, { order_id: 'ord_1001' })] });
      expect(await settle(it)).toBe('settled');
      const [row] = await db.read('SELECT state, order_id, lease FROM events WHERE id = ?', [id]);
      expect(row).toEqual({ state: 'done', order_id: 'ord_1001', lease: null });
      expect(await store.claimEvents(NOON + 100 * LIMITS.lease_ms, 1)).toEqual([]);
    });

    test('names are found within their source and account only', async () => {
      await settle(settlementOf('1001', { new_refs: ['1001', 'pi_1'] }));
      const { store } = current();
      const names = ['pi_1', '1001', 'nobody'];
      expect([...(await store.findOrders('shop', '', names))].sort()).toEqual([
        ['1001', 'ord_1001'],
        ['pi_1', 'ord_1001'],
      ]);
      expect((await store.findOrders('other', '', names)).size).toBe(0);
      expect((await store.findOrders('shop', 'acct_1', names)).size).toBe(0);
      expect((await store.findOrders('shop', '', [])).size).toBe(0);
    });

    test('ids of 64 bits stay what they are', async () => {
      const id = '9223372036854775807';
      const refs = { product_id: '9007199254740993', sku: '007', price: '1e5' };
      await settle(
        settlementOf(id, {
          items: [itemOf('9007199254740995', { refs })],
          changes: [issueOf('a', { line_id: '9007199254740995' })],
        }),
      );
      expect([...(await current().store.findOrders('shop', '', [id, '9223372036854775806']))]).toEqual([
        [id, `ord_${id}`],
      ]);
      expect(await load(`ord_${id}`)).toMatchObject({
        external_id: id,
        items: [{ line_id: '9007199254740995', refs }],
        licenses: [{ line_id: '9007199254740995' }],
      });
    });

    test.for(HOSTILE)('a text %s is a name, a title and a company like any other', async ([, text]) => {
      const buyer = { ...NOBODY, email: `${text}@example.com`, name: text, company: text };
      const first = settlementOf('1001', {
        doc: { things: {}, refs: ['1001', text], pins: {}, decisions: { [text]: 'accepted' }, overrides: [] },
        new_refs: ['1001', text],
        label: text,
        buyer,
        items: [
          itemOf('line-1', {
            title: text,
            reason: text,
            refs: { sku: text },
            problem: problemOf('unmapped', text),
          }),
        ],
        reviews: [{ name: text, cause: 'c', line_id: text, act: 'look', title: text, changes: [] }],
        changes: [issueOf('a', { fields: { license_type: 'perpetual', custom_fields: { [text]: text } } })],
      });
      expect(await settle(first)).toBe('settled');
      expect(await settle(nextOf(first, { changes: [suspensionOf('a')] }))).toBe('settled');
      const loaded = await load('ord_1001');
      expect(loaded).toMatchObject({
        doc: first.doc,
        items: [{ title: kept(text), reason: kept(text), refs: { sku: text } }],
      });
      expect(loaded?.licenses[0]?.fields).toEqual({
        license_type: 'perpetual',
        custom_fields: { [text]: text },
      });
      expect([...(await current().store.findOrders('shop', '', [text]))]).toEqual([[text, 'ord_1001']]);
      // And every page that shows it can be read.
      await everything(current().db);
    });
  });

  describe('two at once', () => {
    /** Two workers that do not know of each other, each with its own ids and keys, on one sale. */
    const rivals = (over: (name: 'left' | 'right') => Partial<Settlement>) =>
      (['left', 'right'] as const).map((name) =>
        settlementOf('1001', {
          order_id: `ord_${name}`,
          label: `label_${name}`,
          buyer: { ...NOBODY, reference: `buyer_${name}` },
          items: [itemOf('line-1', { title: `title_${name}` })],
          reviews: [
            { name: `review_${name}`, cause: 'c', line_id: null, act: 'look', title: 't', changes: [] },
          ],
          changes: [issueOf(`license_${name}`)],
          ...over(name),
        }),
      );

    test('two first settles of one sale: one is there whole, of the other nothing', async () => {
      const outcomes = await Promise.all(rivals(() => ({})).map(settle));
      expect(outcomes.sort()).toEqual(['conflict', 'settled']);
      const all = await everything(current().db);
      const there = ['left', 'right'].filter((name) => all.includes(name));
      expect(there).toHaveLength(1);
      for (const prefix of ['ord', 'label', 'buyer', 'title', 'review', 'lic_license', 'KEY-license'])
        expect(all).toContain(`${prefix}_${there[0]}`);
    });

    test('two settles of one version that clash in nothing else: one is there whole, of the other nothing', async () => {
      const first = settlementOf('1001', { changes: [issueOf('zero')] });
      await settle(first);
      const both = (['left', 'right'] as const).map((name, i) =>
        nextOf(first, { new_refs: [`ref_${name}`], changes: [issueOf(`license_${name}`, { unit: i + 1 })] }),
      );
      expect((await Promise.all(both.map(settle))).sort()).toEqual(['conflict', 'settled']);
      const all = await everything(current().db);
      expect(['left', 'right'].filter((name) => all.includes(name))).toHaveLength(1);
    });

    test('a settle of a version that has passed is a conflict, even if it would only say the same', async () => {
      const first = settlementOf('1001');
      await settle(first);
      const second = nextOf(first);
      await settle(second);
      await settle(nextOf(second));
      const before = await everything(current().db);
      expect(await settle(second)).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });

    test('64 settles of one version: exactly one wins', async () => {
      const first = settlementOf('1001');
      await settle(first);
      const all = Array.from({ length: 64 }, (_, i) =>
        nextOf(first, { changes: [issueOf(`n${i}`, { unit: i })] }),
      );
      const outcomes = await Promise.all(all.map(settle));
      expect(outcomes.filter((it) => it === 'settled')).toHaveLength(1);
      expect(outcomes.filter((it) => it === 'conflict')).toHaveLength(63);
      expect(await count(current().db, 'licenses')).toBe(1);
    });

    test('a settle that uses a name of another sale is a conflict, and nothing of it is there', async () => {
      await settle(settlementOf('1001', { new_refs: ['1001', 'pi_1'] }));
      const before = await everything(current().db);
      expect(await settle(settlementOf('1002', { new_refs: ['1002', 'pi_1'] }))).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });

    test('a second order of the same external id is a conflict, and one that does not bear its own name is a bug', async () => {
      await settle(settlementOf('1001'));
      const before = await everything(current().db);
      const other = (id: string, new_refs: readonly string[]) => ({
        ...settlementOf(id, { new_refs }),
        order_id: 'ord_other',
      });
      expect(await settle(other('1001', ['1001']))).toBe('conflict');
      await expect(settle(other('1001', ['pi_1']))).rejects.toThrow('orders.external_id');
      await expect(settle(other('1002', []))).rejects.toThrow('orders.external_id');
      expect(await everything(current().db)).toBe(before);
    });

    test('a settle that was committed and repeated, since its answer was lost, changes nothing', async () => {
      const it = settlementOf('1001', { changes: [issueOf('a')] });
      await settle(it);
      const before = await everything(current().db);
      expect(await settle(it)).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });
  });

  describe('licenses', () => {
    test.for<[string, AppliedChange]>([
      ['a second live license for a slot', issueOf('b', { generation: 1 })],
      ['the same generation of a slot', issueOf('b')],
      ['a key that is in use', issueOf('b', { unit: 1, key: 'KEY-a' })],
      ['an id that is in use', issueOf('a', { unit: 1, key: 'KEY-b' })],
    ])('%s is refused by the database, with its whole settle', async ([, change]) => {
      const first = settlementOf('1001', { changes: [issueOf('a')] });
      await settle(first);
      const before = await everything(current().db);
      expect(await settle(nextOf(first, { changes: [change] }))).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });

    test('a replaced license leaves its slot to the next generation, in one settle', async () => {
      const first = settlementOf('1001', { changes: [issueOf('a')] });
      await settle(first);
      const changes = [suspensionOf('a', { replaced: true }), issueOf('b', { generation: 1 })];
      expect(await settle(nextOf(first, { changes }))).toBe('settled');
      expect((await load(first.order_id))?.licenses).toMatchObject([
        { id: 'lic_a', generation: 0, replaced: true },
        { id: 'lic_b', generation: 1, replaced: false },
      ]);
    });

    test('2,000 licenses are issued, suspended and altered, each in one settle', async () => {
      const all = Array.from({ length: 2_000 }, (_, unit) => ({ unit, name: `n${unit}` }));
      const first = settlementOf('1001', { changes: all.map(({ unit, name }) => issueOf(name, { unit })) });
      expect(await settle(first)).toBe('settled');
      // A database of small values writes it in parts, each a version of its own.
      const version = async () => ({ version: ((await load(first.order_id))?.version ?? 0) + 1 });
      const suspended = all.map(({ unit, name }) => suspensionOf(name, { unit }));
      const second = nextOf(first, { changes: suspended, ...(await version()) });
      expect(await settle(second)).toBe('settled');
      expect(await count(current().db, `licenses WHERE state = 'suspended'`)).toBe(2_000);
      const altered = all.map(
        ({ unit, name }): AppliedChange => ({
          change: 'alter',
          line_id: 'line-1',
          unit,
          part: 'acmepro',
          license_id: `lic_${name}`,
          fields: { license_type: 'perpetual', max_activations: unit },
          valid_until: NOON + unit,
        }),
      );
      expect(await settle(nextOf(second, { changes: altered, ...(await version()) }))).toBe('settled');
      const licenses = (await load(first.order_id))?.licenses ?? [];
      expect(
        licenses.map(({ unit, fields, valid_until, reasons, starts_at }) => [
          unit,
          fields.max_activations,
          valid_until,
          reasons.length,
          starts_at,
        ]),
      ).toEqual(all.map(({ unit }) => [unit, unit, NOON + unit, 1, NOON]));
    });

    test('a large settle that fails at its last license leaves nothing', async () => {
      const before = await everything(current().db);
      const changes = Array.from({ length: 1_200 }, (_, unit) =>
        issueOf(`n${unit}`, { unit: unit === 1_199 ? 0 : unit }),
      );
      expect(await settle(settlementOf('1001', { changes }))).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });

    test('keys stand in no timeline', async () => {
      await settle(settlementOf('1001', { changes: [issueOf('a')] }));
      const [row] = await current().db.read('SELECT changes FROM sale_versions');
      expect(String(row?.changes)).toContain('lic_a');
      expect(String(row?.changes)).not.toContain('KEY-a');
    });
  });

  test('one person is one customer, however the email is written; what is known stays', async () => {
    const buyer = (email: string, name: string | null, company: string | null) => ({
      ...NOBODY,
      email,
      name,
      company,
    });
    await settle(settlementOf('1', { buyer: buyer('Noor@Example.com', null, 'Veerman') }));
    await settle(settlementOf('2', { buyer: buyer('noor@example.COM', 'Noor', 'Other') }));
    await settle(settlementOf('3', { buyer: { ...NOBODY, reference: 'cus_1' } }));
    await settle(settlementOf('4'));
    expect(
      await current().db.read('SELECT email, name, company, reference FROM customers ORDER BY email'),
    ).toEqual([
      { email: null, name: null, company: null, reference: 'cus_1' },
      { email: 'Noor@Example.com', name: 'Noor', company: 'Veerman', reference: null },
    ]);
    expect(await count(current().db, 'orders WHERE customer_id IS NULL')).toBe(1);
  });

  describe('reviews', () => {
    const review = (name: string, over: Partial<Proposal> = {}): Proposal => ({
      name,
      cause: 'c',
      line_id: null,
      act: 'look',
      changes: [],
      title: name,
      ...over,
    });
    const rows = () => current().db.read('SELECT name, state, created_at FROM reviews ORDER BY name');
    const read = (name: string) => makeRecords(current().db).review('ord_1001', name);
    const decision = (name: string, as: 'accepted' | 'declined', over: Partial<Settlement> = {}) => ({
      cause: { by: 'person', actor: 'key_1', act: 'a test' } as const,
      decided: { review: name, decision: as, changes: as === 'accepted' ? (over.changes ?? []) : null },
      ...over,
    });
    const { key: _key, ...proposed } = issueOf('a');

    test('what is still proposed stays, what is not goes, what was decided is kept', async () => {
      const first = settlementOf('1001', { reviews: [review('kept'), review('gone'), review('decided')] });
      await settle(first);
      await settle(nextOf(first, { reviews: [review('kept')], ...decision('decided', 'declined') }));
      const third = { ...nextOf(nextOf(first)), reviews: [review('kept'), review('decided'), review('new')] };
      await settle(third);
      expect(await rows()).toEqual([
        { name: 'decided', state: 'declined', created_at: NOON },
        { name: 'kept', state: 'open', created_at: NOON },
        { name: 'new', state: 'open', created_at: NOON + 2_000 },
      ]);
      expect((await load(first.order_id))?.reviews).toEqual(['kept', 'new']);
      await settle(nextOf(third, { reviews: [] }));
      expect(await rows()).toMatchObject([{ name: 'decided' }]);
    });

    test('each settle says anew what accepting would change, and no key', async () => {
      const changes = [issueOf('a', { key: 'KEY-secret' })];
      const first = settlementOf('1001', { reviews: [review('r', { changes, title: 'old' })] });
      await settle(first);
      expect(await read('r')).toMatchObject({ changes: [proposed], change_count: 1, title: 'old' });
      await settle(nextOf(first, { reviews: [review('r', { title: 'new' })] }));
      expect(await read('r')).toMatchObject({ changes: [], change_count: 0, title: 'new', since: NOON });
      expect(await everything(current().db)).not.toContain('KEY-secret');
    });

    test('one that is accepted keeps what it changed, one declined what it would have', async () => {
      const both = [review('yes', { changes: [proposed] }), review('no', { changes: [proposed] })];
      const first = settlementOf('1001', { changes: [issueOf('a')], reviews: both });
      await settle(first);
      const changes = [suspensionOf('a')];
      const second = nextOf(first, { reviews: both.slice(1), ...decision('yes', 'accepted', { changes }) });
      await settle(second);
      const third = nextOf(second, { reviews: [], ...decision('no', 'declined') });
      await settle(third);
      const by = { decided_by: 'key_1', state: 'accepted', since: NOON };
      expect(await read('yes')).toMatchObject({ ...by, changes, decided_at: NOON + 1_000 });
      expect(await read('no')).toMatchObject({
        ...by,
        state: 'declined',
        changes: [proposed],
        decided_at: NOON + 2_000,
      });
      // A decision is final, whoever comes later with another.
      await settle(nextOf(third, decision('no', 'accepted', { changes: [] })));
      expect(await read('no')).toMatchObject({ state: 'declined', decided_at: NOON + 2_000 });
    });

    test('a decision is not there without its settle', async () => {
      const first = settlementOf('1001', { reviews: [review('r')] });
      await settle(first);
      const before = await everything(current().db);
      expect(await settle({ ...nextOf(first, decision('r', 'accepted')), version: 1 })).toBe('conflict');
      expect(await everything(current().db)).toBe(before);
    });

    test('of very many changes the first are kept, and how many there are', async () => {
      const changes = Array.from({ length: 3_000 }, (_, unit) => suspensionOf(`n${unit}`, { unit }));
      const all = Array.from({ length: 40 }, (_, i) => review(`r${i}`, { changes }));
      expect(await settle(settlementOf('1001', { reviews: all }))).toBe('settled');
      const it = await read('r39');
      expect([it?.change_count, it?.changes.length]).toEqual([3_000, LIMITS.told_changes]);
      const long = {
        fields: { license_type: 'perpetual', custom_fields: { a: 'x'.repeat(LIMITS.told_letters) } },
      } as const;
      const second = nextOf(settlementOf('1001'), {
        reviews: [review('r39', { changes: [suspensionOf('b'), issueOf('a', long)] })],
      });
      await settle(second);
      expect(await read('r39')).toMatchObject({ change_count: 2, changes: [{ license_id: 'lic_b' }] });
    });
  });

  test.for<[string, Partial<Settlement>]>([
    // What the compiler would not let through.
    ['a line without a title', { items: [{ ...itemOf('line-1'), title: null as unknown as string }] }],
    ['an order without a currency’s type', { flags: undefined as unknown as string[] }],
  ])('a bug is neither a conflict nor a lost lease: %s', async ([, over]) => {
    const before = await everything(current().db);
    await expect(settle(settlementOf('1001', over))).rejects.toThrow();
    expect(await everything(current().db)).toBe(before);
    expect(await settle(settlementOf('1001'))).toBe('settled');
  });

  describe('the clock', () => {
    const nextAt = async (orderId: string) => (await load(orderId))?.next_at;
    const newerRevision = () =>
      current().store.revisions.add(
        [{ source: 'shop', origin: 'file', mapping: {}, catalog: {}, created_by: 'test', after: 1 }],
        NOON,
        [],
      );
    const parked = [itemOf('line-1', { state: 'parked', problem: problemOf('unmapped') })];

    test('orders are due at their time, the longest due first', async () => {
      for (const [name, at] of [
        ['a', 30],
        ['b', 10],
        ['c', 20],
        ['d', null],
      ] as const)
        await settle(settlementOf(name, { next_at: at === null ? null : NOON + at }));
      const { store } = current();
      expect(await store.dueOrders(NOON + 9, 10)).toEqual([]);
      expect(await store.dueOrders(NOON + 20, 10)).toEqual(['ord_b', 'ord_c']);
      expect(await store.dueOrders(NOON + 90, 2)).toEqual(['ord_b', 'ord_c']);
    });

    test('rescheduling moves the time of the version that was read, and of no other', async () => {
      const it = settlementOf('1001', { next_at: NOON });
      await settle(it);
      await current().store.reschedule({ ...it, version: 2, next_at: NOON + 7 });
      expect(await nextAt(it.order_id)).toBe(NOON);
      await current().store.reschedule({ ...it, next_at: NOON + 7 });
      expect(await nextAt(it.order_id)).toBe(NOON + 7);
      await current().store.reschedule({ ...it, next_at: null });
      expect(await nextAt(it.order_id)).toBeNull();
    });

    test('a settle that used an older revision than there is by now leaves its parked lines due', async () => {
      await newerRevision();
      const it = settlementOf('1001', { items: parked, next_at: null });
      await settle(it);
      expect(await nextAt(it.order_id)).toBe(NOON);
      await settle(nextOf(it, { revision_number: 2 }));
      expect(await nextAt(it.order_id)).toBeNull();
      await settle(settlementOf('1002', { items: [itemOf('line-1')] }));
      expect(await nextAt('ord_1002')).toBeNull();
    });

    test('rescheduling by an older revision does not put an order to sleep', async () => {
      const it = settlementOf('1001', { items: parked });
      await settle(it);
      await newerRevision();
      await current().store.reschedule({ ...it, at: NOON + 5, next_at: null });
      expect(await nextAt(it.order_id)).toBe(NOON + 5);
    });

    test('a revision that comes while its order settles is never missed', async () => {
      for (let i = 0; i < 20; i++) {
        const it = settlementOf(`s${i}`, { items: parked, revision_number: i + 1 });
        const add = () =>
          current().store.revisions.add(
            [{ source: 'shop', origin: 'api', mapping: {}, catalog: {}, created_by: 't', after: i + 1 }],
            NOON,
            [],
          );
        await Promise.all(i % 2 === 0 ? [settle(it), add()] : [add(), settle(it)]);
        expect(await nextAt(it.order_id)).toBe(NOON);
      }
    });
  });
}
