/**
 * What a person does to one line that waits: chooses what it gives, or that it gives nothing, and takes that back. The
 * choice stands in the sale's document and before the rules, so no event, replay or remap undoes it. It stands beside
 * license-acts.ts, and is pure. What must never happen here: a choice laid over what a rule has issued.
 */
import { chosenFaults } from './checks.ts';
import { grantChosen } from './chosen.ts';
import type { Choice } from './entitlement.ts';
import { type Fault, pathText } from './faults.ts';
import { isStill } from './grants.ts';
import { same } from './json.ts';
import type { Made } from './license-acts.ts';
import { LIMITS } from './limits.ts';
import { CHOSEN, type Revision } from './mapping.ts';
import { own } from './own.ts';
import { describe, fail, invalid, ok, type Problem, problem, type Result } from './problem.ts';
import type { LoadedSale, OrderItem, Settlement } from './store.ts';
import type { Chosen } from './things.ts';

export type LineAct =
  | { readonly act: 'resolve'; readonly line_id: string; readonly gives: Choice['gives'] }
  | { readonly act: 'unresolve'; readonly line_id: string };

/** @returns the sale after the act, the very same if it was done before; `not_found`, `line_not_parked`, `request_invalid` */
export function afterLineAct(
  sale: LoadedSale,
  it: LineAct,
  revision: Revision,
  made: Made,
): Result<LoadedSale> {
  const item = sale.items.find(({ line_id }) => line_id === it.line_id);
  if (!item) return fail('not_found', `${sale.order_id} has no line ${it.line_id}`);
  const before = own(sale.doc.choices ?? {}, it.line_id);
  if (it.act === 'unresolve') return ok(before ? lifted(sale, it.line_id, before) : sale);
  if (item.state !== 'parked') {
    const known = before && isStill(item, before) && same(before.gives, it.gives);
    return known ? ok(sale) : notParked(item, before);
  }
  const { gives } = it;
  const faults = gives.is === 'granted' ? faultsOfGiven(gives.chosen, revision) : [];
  if (faults.length > 0) return invalid(faults.map(placed));
  const choice: Choice = { refs: item.refs, gives, ...made };
  return ok(withChoices(sale, [...others(sale, it.line_id), [it.line_id, choice]]));
}

function faultsOfGiven(chosen: Chosen, { catalog }: Revision): readonly Fault[] {
  if (JSON.stringify(chosen.values).length <= LIMITS.values_letters)
    return chosenFaults(grantChosen(chosen), ['body'], catalog);
  const message = `are longer than ${LIMITS.values_letters} letters`;
  return [{ path: ['body', 'values'], message, remedy: 'Keep what is long elsewhere, and its name here.' }];
}

/** In the words of the sale's timeline: codes, never values. */
export function wordsOfLineAct(it: LineAct): string {
  if (it.act === 'unresolve') return `take back what was chosen for line ${it.line_id}`;
  if (it.gives.is === 'ignored') return `choose nothing for line ${it.line_id}`;
  const { product, bundle, policy } = it.gives.chosen;
  const what = bundle === undefined ? [product, policy].filter((code) => code !== undefined) : [bundle];
  return `choose ${what.join(', ')} for line ${it.line_id}`;
}

/** Why it is better not written down: what was chosen would leave the line where it is. */
export function vainChoice({ act, line_id }: LineAct, { items }: Pick<Settlement, 'items'>): Problem | null {
  const item = items.find((one) => one.line_id === line_id);
  return act === 'resolve' && item?.state === 'parked' ? staysParked(item) : null;
}

/** Of a line that would wait all the same. */
export function staysParked({ problem: still }: Pick<OrderItem, 'problem'>): Problem {
  if (!still) return problem('line_stays_parked');
  const { title, detail } = describe(still);
  return problem('line_stays_parked', detail === '' ? title : `${title}: ${detail}`);
}

function notParked({ state, rule, reason }: OrderItem, before: Choice | undefined): Result<never> {
  if (state === 'ended') return fail('line_not_parked', `it is over${reason === null ? '' : `: ${reason}`}`);
  const by = before && rule === CHOSEN ? ', as a person chose before' : rule === null ? '' : ` by ${rule}`;
  return fail('line_not_parked', `it is ${state}${by}`);
}

/** What it was sold as is still known; the rules decide what it is now. */
function lifted(sale: LoadedSale, lineId: string, choice: Choice): LoadedSale {
  const pin = own(sale.doc.pins, lineId);
  const after = withChoices(sale, others(sale, lineId));
  if (!pin || pin.rule !== CHOSEN || !isStill(pin, choice)) return after;
  const pins = { ...sale.doc.pins, [lineId]: { ...pin, lifted: true as const } };
  return { ...after, doc: { ...after.doc, pins } };
}

function others({ doc }: LoadedSale, lineId: string): [string, Choice][] {
  return Object.entries(doc.choices ?? {}).filter(([id]) => id !== lineId);
}

function withChoices(sale: LoadedSale, all: readonly (readonly [string, Choice])[]): LoadedSale {
  const { choices: _before, ...doc } = sale.doc;
  return { ...sale, doc: all.length > 0 ? { ...doc, choices: Object.fromEntries(all) } : doc };
}

function placed({ path, ...it }: Fault) {
  return { file: 'request', path: pathText(path), ...it };
}
