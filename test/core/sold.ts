/** A sale in neutral words, and what becomes of it: what the tables of these tests are written with. */
import { type Grants, type GrantsInput, grantsOf } from '../../src/core/grants.ts';
import { type Abilities, type Change, type License, plan, slotName, stateOf } from '../../src/core/plan.ts';
import {
  type Checkout,
  type Fact,
  fact,
  type Line,
  merge,
  type Refund,
  type Things,
} from '../../src/core/sale.ts';
import { revision } from '../mapping/shop.ts';

export const AT = Date.UTC(2026, 10, 2, 10, 0, 0);

export function line(id: string, quantity: number | null = 1, more: Partial<Line> = {}): Line {
  return { id, title: `Line ${id}`, quantity, refs: { sku: `sku-${id}` }, attributes: {}, ...more };
}

/** What a snapshot of the whole order says; what is left out is not said. */
export interface Said {
  readonly lines?: readonly Line[];
  readonly counted?: readonly string[];
  readonly money?: Checkout['money']['state'];
  readonly state?: Checkout['standing']['state'];
  readonly test?: boolean;
  readonly paid_lines?: Readonly<Record<string, number>>;
  readonly company?: string;
}

let told = 0;

/** A snapshot of the order, later than those made before. */
export function order(said: Said): Fact[] {
  const { lines, counted = [], money, state, test = false, paid_lines, company } = said;
  const from = { stamp: ++told, asked: false, origin: `evt_${told}`, reader: 1 };
  return [
    ...(lines ? [fact('checkout', '1', 'lines', { lines, refunds_counted: counted }, from)] : []),
    ...(money
      ? [fact('checkout', '1', 'money', { state: money, currency: 'eur', total: '98.00' }, from)]
      : []),
    ...(paid_lines
      ? [fact('checkout', '1', 'paid_lines', { quantities: paid_lines, refunds_counted: counted }, from)]
      : []),
    ...(state || said.test !== undefined
      ? [
          fact(
            'checkout',
            '1',
            'standing',
            { state: state ?? 'complete', bought_at: AT, test, void_reason: null },
            from,
          ),
        ]
      : []),
    ...(company ? [fact('checkout', '1', 'buyer', { ...NOBODY, company }, from)] : []),
  ];
}
const NOBODY = { email: null, name: null, company: null, phone: null, reference: null };

/** A paid order of these lines. */
export function paid(...lines: readonly Line[]): Fact[] {
  const paid_lines = Object.fromEntries(lines.map((it) => [it.id, it.quantity ?? 0]));
  return order({ lines, money: 'paid', state: 'complete', paid_lines });
}

/** A refund of units (by line id) and of money: null when none moved. */
export function refund(
  id: string,
  units: Readonly<Record<string, number>>,
  amount: string | null = '49.00',
  state: Refund['standing']['state'] = 'succeeded',
): Fact[] {
  const from = { stamp: ++told, asked: false, origin: `evt_${told}`, reader: 1 };
  return [
    fact('refund', id, 'standing', { state }, from),
    fact('refund', id, 'money', { amount, currency: 'eur' }, from),
    fact('refund', id, 'lines', { units }, from),
  ];
}

/** One sale that facts are told to, one after the other; pins and licenses are kept as a store would. */
export interface Sale {
  /** Tells facts and settles. */
  tell(...facts: readonly (readonly Fact[])[]): Sale;
  /** Another revision runs from now on. */
  run(rules: string, rest?: Record<string, unknown>): Sale;
  /** A person's word on a review. */
  decide(name: string, decision: 'accepted' | 'declined'): Sale;
  readonly grants: Grants;
  /** Changes of the last settle: `issue a/0/acmepro.0`. */
  readonly changes: readonly string[];
  /** Each license that is not replaced: `a/0/acmepro.0 active`. */
  readonly licenses: readonly string[];
  readonly reviews: readonly string[];
}

/** @param rules the mapping's rules as YAML; `rest` its other members, `on` for example */
export function sale(rules: string, rest: Record<string, unknown> = {}): Sale {
  let running = revision(rules, rest);
  let things: Things = {};
  let pins: GrantsInput['pins'] = {};
  let decisions: GrantsInput['decisions'] = {};
  let licenses: readonly License[] = [];
  let grants: Grants | null = null;
  let changes: readonly Change[] = [];

  const settle = () => {
    const input = { external_id: '1', refs: [], units_per_line: 10 };
    grants = grantsOf({ ...input, things, pins, decisions, revision: running });
    pins = grants.pins;
    changes = planned(grants, licenses);
    licenses = apply(licenses, changes);
    const again = planned(grantsOf({ ...input, things, pins, decisions, revision: running }), licenses);
    if (again.length > 0) throw new Error(`planning again changes something: ${JSON.stringify(again)}`);
    return it;
  };
  const it: Sale = {
    tell: (...facts) => {
      things = merge(things, facts.flat());
      return settle();
    },
    run: (newRules, newRest = rest) => {
      running = {
        ...revision(newRules, newRest),
        id: `rev_${running.number + 1}`,
        number: running.number + 1,
      };
      return settle();
    },
    decide: (name, decision) => {
      decisions = { ...decisions, [name]: decision };
      return settle();
    },
    get grants() {
      if (!grants) throw new Error('nothing was told yet');
      return grants;
    },
    get changes() {
      return changes.map((change) => `${change.change} ${slotName(change)}`);
    },
    get licenses() {
      return licenses.filter((one) => !one.replaced).map((one) => `${slotName(one)} ${stateOf(one.reasons)}`);
    },
    get reviews() {
      return it.grants.reviews.map(({ name }) => name);
    },
  };
  return it;
}

function planned(grants: Grants, licenses: readonly License[]): readonly Change[] {
  const { grants: granted, lines } = grants;
  return plan({ grants: granted, lines, licenses, overrides: [], abilities: { alter: true }, as_of: AT });
}

/** What a store would hold after the changes. A new license is named after its slot and generation. */
export function apply(licenses: readonly License[], changes: readonly Change[]): readonly License[] {
  const all = new Map(licenses.map((one) => [one.id, one]));
  for (const change of changes) {
    if (change.change === 'issue') {
      const { change: _change, ...rest } = change;
      const id = `${slotName(change)}#${change.generation}`;
      if (all.has(id)) throw new Error(`a second license ${id}`);
      all.set(id, { ...rest, id, replaced: false });
      continue;
    }
    const one = all.get(change.license_id);
    if (!one) throw new Error(`no license ${change.license_id}`);
    const news =
      'reasons' in change
        ? { reasons: change.reasons, replaced: change.replaced }
        : { fields: change.fields, valid_until: change.valid_until };
    all.set(one.id, { ...one, ...news });
  }
  return [...all.values()];
}

export const ALTERS: Abilities = { alter: true };
export const REPLACES: Abilities = { alter: false };
