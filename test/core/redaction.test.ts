/** To redact is a law of merge: whatever is told in whatever order, who it was stays unknown, and no license changes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { draft } from '../../src/core/draft.ts';
import { canonical } from '../../src/core/json.ts';
import { choose } from '../../src/core/known.ts';
import { isPersonalKey, redactDoc, redactFact, redactThings } from '../../src/core/redaction.ts';
import { type Fact, fact, merge, mergeThings, type Things } from '../../src/core/sale.ts';
import { isUnchanged } from '../../src/core/settlement.ts';
import type { LoadedSale } from '../../src/core/store.ts';
import type { Buyer } from '../../src/core/things.ts';
import { buriedNames, buryable, buyersIn, buyersTold, emailName } from '../../src/core/tombstones.ts';
import { digest } from '../house.ts';
import { applied } from '../laws/river.ts';
import { revision } from '../mapping/shop.ts';
import { AT, heldEvent, line, paid, refund } from './sold.ts';

const RUNS = { seed: 20_261_103, numRuns: 500 };
const ADA: Buyer = { email: 'ada@example.com', name: 'Ada', company: 'Engines', phone: '+1', reference: '7' };
const NOBODY: Buyer = { email: null, name: null, company: null, phone: null, reference: null };
const from = (stamp: number, origin = `evt_${stamp}`) => ({ stamp, asked: false, origin, reader: 1 });

function same(a: unknown, b: unknown): void {
  expect(canonical(a)).toBe(canonical(b));
}

describe('over generated words', () => {
  const attributes = fc.constantFrom<Record<string, string>>(
    {},
    { vendor: 'Acme' },
    { 'property.Team': 'Ada', 'metadata.plan': 'pro' },
    { 'metadata.plan': 'pro' },
  );
  const content = {
    buyer: fc.constantFrom<unknown>(ADA, { ...ADA, name: 'Bob', locale: 'de' }, NOBODY),
    lines: attributes.map((all) => ({ lines: [line('a', 1, { attributes: all })], refunds_counted: [] })),
    links: attributes.map((all) => ({ refs: ['pi_1'], attributes: all })),
    standing: fc.constantFrom<unknown>({ state: 'open' }, { state: 'complete' }),
  };
  const word = fc.constantFrom('buyer', 'lines', 'links', 'standing').chain((group) =>
    fc.record({
      kind: fc.constantFrom('checkout', 'subscription'),
      id: fc.constantFrom('cs_1', 'gid://shop/Order/1'),
      group: fc.constant(group),
      snapshot: fc.record(
        {
          stamp: fc.integer({ min: 1, max: 3 }),
          asked: fc.boolean(),
          finality: fc.integer({ min: 0, max: 1 }),
          origin: fc.constantFrom('evt_1', 'evt_2', 'evt_3'),
          reader: fc.integer({ min: 1, max: 2 }),
          content: content[group],
          previous: content[group],
        },
        { requiredKeys: ['stamp', 'asked', 'finality', 'origin', 'reader', 'content'] },
      ),
    }),
  );
  const words: fc.Arbitrary<Fact[]> = fc.array(word, { maxLength: 12 });
  const joined = (all: readonly Fact[]): Things => merge({}, all);

  test('redacted and joined, or joined and redacted: the same', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const whole = redactThings(joined([...a, ...b]));
        same(joined([...a, ...b].map(redactFact)), whole);
        same(mergeThings(redactThings(joined(a)), redactThings(joined(b))), whole);
        same(merge(redactThings(joined(a)), b.map(redactFact)), whole);
        same(redactThings(whole), whole);
      }),
      RUNS,
    );
  });

  test('nobody is left, and two who are unknown do not contradict each other', () => {
    fc.assert(
      fc.property(words, (all) => {
        const things = redactThings(joined(all));
        expect(JSON.stringify(things)).not.toMatch(/Ada|ada@|Bob|Engines|"de"/);
        for (const [name, register] of Object.entries(things))
          if (name.endsWith('/buyer')) expect(choose('checkout', 'buyer', register).ambiguous).toBe(false);
      }),
      RUNS,
    );
  });
});

test('what is sold stays, what a buyer wrote or is goes', () => {
  const attributes = {
    sku: 'ACME',
    vendor: 'Acme',
    lookup_key: 'pro',
    client_reference_id: 'ada@example.com',
    'property.Team': 'Engines',
    'metadata.product_code': 'acmepro',
    'metadata.plan_name': 'Pro',
    'metadata.customerEmail': 'hidden',
    'metadata.first.name': 'Ada',
    'metadata.contact': 'Ada',
    'metadata.note': 'write to ada@example.com',
  };
  const lines = { lines: [line('a', 2, { attributes })], refunds_counted: [] };
  const { snapshot } = redactFact(fact('checkout', '1', 'lines', lines, from(1)));
  const kept = {
    sku: 'ACME',
    vendor: 'Acme',
    lookup_key: 'pro',
    'metadata.product_code': 'acmepro',
    'metadata.plan_name': 'Pro',
  };
  expect(snapshot.content).toEqual({ ...lines, lines: [line('a', 2, { attributes: kept })] });
  const periods = { periods: [{ line: 'si_1', start: 1, end: 2 }], whole: true };
  const invoice = fact('invoice', 'in_1', 'lines', periods, from(1));
  expect(redactFact(invoice)).toEqual(invoice);
});

test.each([
  ['email', true],
  ['Customer E-Mail', true],
  ['billingAddress', true],
  ['name', true],
  ['last_name', true],
  ['product_name', false],
  ['plan', false],
  ['recipe', false],
  ['telemetry', false],
])('metadata named %s is personal: %s', (key, personal) => {
  expect(isPersonalKey(key)).toBe(personal);
});

describe('a stored body that was redacted', () => {
  const cases = integrations.flatMap((shop) =>
    shop.samples.map((it) => [shop.name, it.name, shop, it] as const),
  );

  test.each(cases)(
    'of %s, %s, is read as what is redacted of it, and brings nobody back',
    (_shop, _name, shop, it) => {
      const { type, body } = it.make(AT, 'seed');
      const said = body.replaceAll(
        '"metadata":{',
        '"metadata":{"note":"write to ada@example.com","Full Name":"Ada",',
      );
      const readAs = (text: string) => {
        const event = {
          id: 'evt_1',
          source: shop.name,
          account: '',
          key: 'evt_1',
          type,
          created_at: AT,
          received_at: AT,
          headers: {},
          body: new TextEncoder().encode(text),
        };
        const reading = shop.normalize(event, []);
        if (reading.is !== 'facts') return reading.is === 'request' ? reading.request.kind : reading.is;
        const facts = reading.facts.map(redactFact).filter(({ group }) => group !== 'buyer');
        return { ...reading, facts };
      };
      expect(readAs(shop.redact(said))).toEqual(readAs(said));
    },
  );
});

describe('names for tombstones', () => {
  test('are those of the sale, and of everybody who is said to buy', () => {
    const facts = [
      fact('checkout', '1', 'buyer', ADA, from(1)),
      fact('checkout', '1', 'buyer', { ...ADA, email: 'ADA@example.com', reference: '8' }, from(1, 'evt_x')),
      fact('checkout', '1', 'links', { refs: [] }, from(1)),
    ];
    const expected = {
      names: [
        { kind: 'shop', name: '' },
        { kind: 'order', name: '1' },
        { kind: 'order', name: 'pi_1' },
        { kind: 'customer', name: '7' },
        { kind: 'customer', name: '8' },
      ],
      emails: ['ada@example.com'],
    };
    expect(buryable(['1', 'pi_1', '1'], buyersTold(facts))).toEqual(expected);
    const { names, emails } = buryable(['1', 'pi_1'], buyersIn(merge({}, facts)));
    expect([new Set(names), emails]).toEqual([new Set(expected.names), expected.emails]);
  });

  test('an address leaves a hash under the key of the database, whatever its case', async () => {
    const name = await emailName(digest, 'key', ' Ada@Example.com');
    expect(name).toMatch(/^email:[0-9a-f]{64}$/);
    expect(await emailName(digest, 'key', 'ada@example.com')).toBe(name);
    expect(await emailName(digest, 'another', 'ada@example.com')).not.toBe(name);
    const asked: string[] = [];
    const key = async () => {
      asked.push('key');
      return 'key';
    };
    expect(await buriedNames({ names: [], emails: [] }, digest, key)).toEqual([]);
    expect(asked).toEqual([]);
    expect(await buriedNames({ names: [], emails: ['ada@example.com'] }, digest, key)).toEqual([
      { kind: 'customer', name },
    ]);
  });
});

describe('a sale that is redacted', () => {
  const RULES = `[{ when: { sku: "*" }, grant: { product: acmepro, values: { custom_fields: { team: "{{buyer.company}}" } } } }]`;

  function settle(loaded: LoadedSale | null, facts: readonly Fact[], redact = false) {
    let drawn = loaded?.licenses.length ?? 0;
    const settlement = draft(
      {
        source: 'shop',
        account: '',
        external_id: '1',
        loaded,
        contributions: [{ event: heldEvent, reading: { is: 'facts', creates: '1', refs: [], facts } }],
        found: new Map(),
        revision: revision(RULES, {}),
        abilities: { alter: true },
        units_per_line: 1000,
        remap: false,
        redact,
        cause: { by: 'events', event_ids: ['evt_1'] },
        at: AT,
      },
      { orderId: () => 'ord_1', licenseId: () => `lic_${drawn++}`, licenseKey: () => 'KEY' },
    );
    return { settlement, sale: applied(loaded, settlement) };
  }
  const bought = () => [
    ...paid(line('a', 2, { attributes: { 'property.Note': 'for Ada' } })),
    fact('checkout', '1', 'buyer', ADA, from(1)),
  ];

  test('keeps its licenses as they were issued, and says of itself that it is', () => {
    const issued = settle(null, bought());
    expect(issued.sale.licenses[0]?.fields.custom_fields).toEqual({ team: 'Engines' });
    const { settlement, sale } = settle(issued.sale, [], true);
    expect(settlement.changes).toEqual([]);
    expect(sale.licenses).toEqual(issued.sale.licenses);
    expect(sale.flags).toEqual(['redacted']);
    expect(settlement.buyer).toEqual(NOBODY);
    expect(JSON.stringify(sale.doc.things)).not.toMatch(/Ada|ada@|Engines/);
    expect(sale.doc.pins).toEqual(issued.sale.doc.pins);
    expect(isUnchanged(sale, settle(sale, [], true).settlement)).toBe(true);
  });

  test('stays redacted whatever comes, and counts units and refunds as ever', () => {
    const { sale } = settle(settle(null, bought()).sale, [], true);
    const told = settle(sale, [...bought(), ...refund('re_1', { a: 1 })]);
    expect(told.settlement.changes.map(({ change }) => change)).toEqual(['revoke']);
    expect(told.sale.doc.redacted).toBe(true);
    expect(JSON.stringify(told.sale.doc.things)).not.toMatch(/Ada|ada@|Engines/);
    const more = settle(told.sale, paid(line('a', 3)));
    // Of the pin that was: what was issued is issued alike.
    expect(more.sale.licenses.at(-1)?.fields.custom_fields).toEqual({ team: 'Engines' });
  });

  test('before it is known is licensed without the name', () => {
    const { sale } = settle(null, bought(), true);
    expect(sale.flags).toEqual(['redacted']);
    expect(sale.licenses.map(({ fields }) => fields.custom_fields?.team)).toEqual(['', '']);
    expect(JSON.stringify(sale)).not.toMatch(/Ada|ada@|Engines/);
  });

  test('keeps without its buyer the line that a pin kept', () => {
    const { sale } = settle(null, bought());
    const [id = ''] = Object.keys(sale.doc.pins);
    const pin = sale.doc.pins[id];
    if (!pin) throw new Error('it was issued');
    const whole = line('a', 1, { attributes: { 'property.Note': 'Ada', vendor: 'Acme' } });
    const { pins } = redactDoc({ ...sale.doc, pins: { [id]: { ...pin, whole } } });
    expect(pins[id]).toEqual({ ...pin, whole: { ...whole, attributes: { vendor: 'Acme' } } });
  });
});
