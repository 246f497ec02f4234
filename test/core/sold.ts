/** A sale in neutral words, and what becomes of it: what the tables of these tests are written with. */
import type { Contribution } from '../../src/core/draft.ts';
import type { Grants, GrantsInput } from '../../src/core/entitlement.ts';
import { grantsOf } from '../../src/core/grants.ts';
import { type Abilities, type Change, type License, plan, slotName, stateOf } from '../../src/core/plan.ts';
import { type Fact, fact, merge, type Things } from '../../src/core/sale.ts';
import type { Checkout, Line, Refund } from '../../src/core/things.ts';
import { revision } from '../mapping/shop.ts';

export const AT = Date.UTC(2026, 10, 2, 10, 0, 0);

/** What brings facts to a draft: all that matters of it is that somebody holds it. */
export const heldEvent: Contribution['event'] = {
  id: 'evt_1',
  source: 'shop',
  account: '',
  key: 'evt_1',
  type: 'paid',
  created_at: AT,
  received_at: AT,
  headers: {},
  body: new Uint8Array(),
  mode: null,
  lease: '',
  attempts: 0,
  deaths: 0,
  refresh: 0,
};

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
  /** Epoch ms. */
  readonly cancelled_at?: number;
  readonly paid_lines?: Readonly<Record<string, number>>;
  readonly company?: string;
}

let told = 0;

/** A snapshot of the order, later than those made before. */
export function order(said: Said): Fact[] {
  const { lines, counted = [], money, state, test = false, cancelled_at, paid_lines, company } = said;
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
            {
              state: state ?? 'complete',
              bought_at: AT,
              test,
              void_reason: null,
              ...(cancelled_at !== undefined && { cancelled_at }),
            },
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

/** A refund of units (by line id) and of money: null when none moved. `at`: when it was made, else after all before. */
export function refund(
  id: string,
  units: Readonly<Record<string, number>>,
  amount: string | null = '49.00',
  state: Refund['standing']['state'] = 'succeeded',
  at: number | null = null,
): Fact[] {
  const from = { stamp: at ?? ++told, asked: false, origin: `evt_${told}`, reader: 1 };
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
  /** A person has it mapped anew. */
  remap(): Sale;
  /** A person's word on a review. */
  decide(name: string, decision: 'accepted' | 'declined'): Sale;
  /** Nothing is told, and it is this time (epoch ms) by our clock. */
  wait(until: number): Sale;
  readonly grants: Grants;
  /** Changes of the last settle: `issue a/0/acmepro.0`. */
  readonly changes: readonly string[];
  /** Each license that is not replaced: `a/0/acmepro.0 active`. */
  readonly licenses: readonly string[];
  /** The same with the day and minute on which it ends: `a/0/acmepro.0 active until 2026-12-02 10:00`. */
  readonly terms: readonly string[];
  readonly reviews: readonly string[];
}

/** @param rules the mapping's rules as YAML; `rest` its other members, `on` for example */
export function sale(rules: string, rest: Record<string, unknown> = {}): Sale {
  let running = revision(rules, rest);
  let things: Things = {};
  let pins: GrantsInput['pins'] = {};
  let on: GrantsInput['on'] = null;
  let decisions: GrantsInput['decisions'] = {};
  let licenses: readonly License[] = [];
  let grants: Grants | null = null;
  let changes: readonly Change[] = [];
  let as_of = AT;
  let origin_by: number | null = null;

  const settle = (remap = false) => {
    const input = {
      external_id: '1',
      refs: [],
      units_per_line: 10,
      units_per_order: 25,
      origin_by,
      as_of,
    };
    grants = grantsOf({ ...input, things, pins, on, remap, decisions, revision: running });
    pins = grants.pins;
    on = grants.on;
    origin_by = grants.origin_by;
    changes = planned(grants, licenses, as_of);
    licenses = apply(licenses, changes, as_of);
    const settled = grantsOf({
      ...input,
      origin_by,
      things,
      pins,
      on,
      remap: false,
      decisions,
      revision: running,
    });
    const again = planned(settled, licenses, as_of);
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
    remap: () => settle(true),
    decide: (name, decision) => {
      decisions = { ...decisions, [name]: decision };
      return settle();
    },
    wait: (until) => {
      as_of = until;
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
    get terms() {
      return licenses
        .filter((one) => !one.replaced)
        .map((one) => `${slotName(one)} ${stateOf(one.reasons)} until ${minute(one.valid_until)}`);
    },
    get reviews() {
      return it.grants.reviews.map(({ name }) => name);
    },
  };
  return it;
}

function minute(at: number | null): string {
  return at === null ? 'ever' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function planned(grants: Grants, licenses: readonly License[], as_of: number): readonly Change[] {
  const { grants: granted, lines } = grants;
  return plan({ grants: granted, lines, licenses, overrides: [], abilities: { alter: true }, as_of });
}

/** What a store would hold after the changes. A new license is named after its slot and generation. */
export function apply(
  licenses: readonly License[],
  changes: readonly Change[],
  issuedAt = AT,
): readonly License[] {
  const all = new Map(licenses.map((one) => [one.id, one]));
  for (const change of changes) {
    if (change.change === 'issue') {
      const { change: _change, ...rest } = change;
      const id = `${slotName(change)}#${change.generation}`;
      if (all.has(id)) throw new Error(`a second license ${id}`);
      all.set(id, { ...rest, id, replaced: false, issued_at: issuedAt });
      continue;
    }
    const one = all.get(change.license_id);
    if (!one) throw new Error(`no license ${change.license_id}`);
    const news =
      'reasons' in change
        ? { reasons: change.reasons, replaced: change.replaced }
        : {
            fields: change.fields,
            policy: change.policy ?? one.policy,
            valid_until: change.valid_until,
            starts_at: change.starts_at ?? one.starts_at,
          };
    all.set(one.id, { ...one, ...news });
  }
  return [...all.values()];
}

export const ALTERS: Abilities = { alter: true };
export const REPLACES: Abilities = { alter: false };
