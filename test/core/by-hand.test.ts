/** Orders by hand as the core reads them: what was entered, what was added, and what is forgotten of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BY_HAND,
  BY_HAND_MAPPING,
  byHand,
  type EnteredBody,
  orderAsked,
  requestOf,
} from '../../src/core/by-hand.ts';
import { differences } from '../../src/core/by-hand-again.ts';
import { grantsOf } from '../../src/core/grants.ts';
import type { StoredEvent } from '../../src/core/integration.ts';
import { canonical } from '../../src/core/json.ts';
import { readSale } from '../../src/core/known.ts';
import type { Revision } from '../../src/core/mapping.ts';
import { type Fact, merge, mergeThings } from '../../src/core/sale.ts';
import { revision as ofShop } from '../mapping/shop.ts';
import { AT } from './sold.ts';

const { catalog } = ofShop('[]');
const revision: Revision = { id: 'rev_1', source: BY_HAND, number: 1, mapping: BY_HAND_MAPPING, catalog };
const [product] = catalog.products;
const PRO = { product: product?.code ?? '' };

function stored(id: string, body: EnteredBody | string, at = AT): StoredEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const names = { id, source: BY_HAND, account: '', key: id, type: 'keyferry.order' };
  return { ...names, created_at: at, received_at: at, headers: {}, body: new TextEncoder().encode(text) };
}

function factsOf(event: StoredEvent): readonly Fact[] {
  const reading = byHand.normalize(event, []);
  if (reading.is !== 'facts') throw new Error(JSON.stringify(reading));
  return reading.facts;
}

const asked = (it: unknown) => requestOf(orderAsked.parse(it));
const BUYER = { email: 'jo@example.com', name: 'Jo', company: null, phone: null, reference: null };
const order = (it: unknown): EnteredBody => ({
  order: 'o',
  request: asked(it),
  buyer: BUYER,
  titles: { 1: 'Pro' },
  by: 'key_1',
});
const addition = (id: string): EnteredBody => {
  const [item] = asked({ items: [{ ...PRO, id }] }).items;
  if (!item) throw new Error('one item');
  return { order: 'o', addition: item, note: null, titles: {}, by: 'key_1' };
};

function granted(things: Parameters<typeof readSale>[0]) {
  return grantsOf({
    things,
    external_id: 'o',
    refs: ['o'],
    pins: {},
    on: null,
    remap: false,
    decisions: {},
    origin_by: null,
    as_of: AT,
    revision,
    units_per_line: 1000,
    units_per_order: 5000,
  });
}

describe('additions', () => {
  const first = factsOf(stored('evt_0', order({ items: [PRO] })));
  const all = ['a', 'b', 'c', 'a/b'].map((id, n) =>
    factsOf(stored(`evt_${n + 1}`, addition(id), AT + (n % 2))),
  );
  const expected = merge({}, [...first, ...all.flat()]);

  test('in any order, said twice, and joined in any halves, they are the same lines', () => {
    const some = fc.shuffledSubarray([first, ...all, ...all], { minLength: 2 * all.length + 1 });
    fc.assert(
      fc.property(some, fc.nat(), (told, at) => {
        const cut = at % told.length;
        const halves = [told.slice(0, cut), told.slice(cut)].map((it) => merge({}, it.flat()));
        expect(canonical(halves.reduce(mergeThings))).toBe(canonical(expected));
        expect(canonical(merge({}, told.flat()))).toBe(canonical(expected));
      }),
      { seed: 20_261_130, numRuns: 200 },
    );
  });

  test('stand behind the first lines, in the order in which they were added, and each is granted', () => {
    const { lines, grants, state } = granted(expected);
    expect(lines.map((it) => it.line.id)).toEqual(['1', 'a', 'c', 'a/b', 'b']);
    expect(grants).toHaveLength(5);
    expect(state).toBe('issued');
  });

  test('alone they are no sale', () => {
    expect(readSale(merge({}, all.flat())).checkout).toBeNull();
    expect(granted(merge({}, all.flat())).grants).toEqual([]);
  });
});

describe('an order that is redacted', () => {
  const whole = order({ customer: { email: 'jo@example.com' }, note: 'for Jo', items: [PRO] });
  const text = JSON.stringify(whole);
  const redacted = byHand.redact(text);

  test('names nobody any more, and reads as before but for its buyer', () => {
    expect(redacted).not.toMatch(/jo/i);
    expect(byHand.redact(redacted)).toBe(redacted);
    const buyerless = (facts: readonly Fact[]) => facts.filter(({ group }) => group !== 'buyer');
    expect(buyerless(factsOf(stored('evt_1', redacted)))).toEqual(buyerless(factsOf(stored('evt_1', text))));
  });

  test('is compared by what is left of it', () => {
    const was = JSON.parse(redacted);
    const paths = (it: unknown) => differences(was, asked(it)).map(({ path }) => path);
    expect(paths({ customer: { email: 'mo@example.com' }, items: [PRO] })).toEqual(['body']);
    expect(paths({ items: [{ ...PRO, quantity: 2 }] })).toEqual(['body.items[0].quantity']);
  });
});

test('what is not stored any more differs as a whole', () => {
  expect(differences(null, asked({ items: [PRO] }))).toMatchObject([{ path: 'body' }]);
});

test('a body that no version wrote is parked, not guessed at', () => {
  for (const body of ['', '{}', '[]', '{"order":"o","request":{}}'])
    expect(byHand.normalize(stored('evt_1', body), [])).toMatchObject({ is: 'parked' });
});

test('braces that a person typed are no template', () => {
  const values = { note: '{{buyer.email}} {{ {{"{"}}', metadata: { '{{quantity}}': ['{{quantity}}'] } };
  const { grants } = granted(merge({}, factsOf(stored('evt_1', order({ items: [{ ...PRO, values }] })))));
  expect(grants[0]?.fields).toMatchObject(values);
});
