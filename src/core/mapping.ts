/**
 * The step "map": which rule decides a line, and what it grants. It stands between merge and plan. Pure: the
 * same line under the same revision always has the same outcome. What must never happen here: a paid line
 * that vanishes; where anything is unclear it is parked, with the place to mend.
 */
import type { Catalog } from './catalog.ts';
import { grantChosen } from './chosen.ts';
import { expand } from './expand.ts';
import { valueAt } from './faults.ts';
import type { LicenseFields } from './license.ts';
import { type Fit, judge, type LineContext } from './match.ts';
import type { PinnedPart } from './pin.ts';
import { type Problem, problem, type Result } from './problem.ts';
import type { Mapping, Rule } from './rules.ts';
import { evaluate, parseTemplate } from './template.ts';
import type { Chosen } from './things.ts';

export type { LineContext } from './match.ts';
export type { PinnedPart } from './pin.ts';
export { type Grant, type GrantValues, type Mapping, mappingSchema, type Rule } from './rules.ts';

/** What runs: one source's mapping and the catalog together. */
export interface Revision {
  readonly id: string;
  readonly source: string;
  readonly number: number;
  readonly mapping: Mapping;
  readonly catalog: Catalog;
}

export type LineOutcome =
  | { readonly is: 'granted'; readonly rule: string; readonly parts: readonly PinnedPart[] }
  /** `rule` is the rule's name, or `not licensed` or `unmapped`. `test_orders` concerns whole orders: see grants. */
  | { readonly is: 'ignored'; readonly rule: string; readonly reason: string }
  | { readonly is: 'parked'; readonly problem: Problem };

export interface Explanation {
  /** The rule that decides, null where none does. */
  readonly rule: string | null;
  /** The rules in their order, up to the one that fits. */
  readonly tried: readonly { readonly rule: string; readonly fits: boolean; readonly because: string }[];
  readonly outcome: LineOutcome;
}

function ruleName(rule: Rule, index: number): string {
  return rule.name ?? `rule ${index + 1}`;
}

interface Tried extends Fit {
  readonly rule: string;
}

/** What this line gives under this revision. */
export function mapLine(context: LineContext, revision: Revision): LineOutcome {
  return tryRules(context, revision).outcome;
}

/** `mapLine`, with each rule that was tried and why it did or did not fit. */
export function explainLine(context: LineContext, revision: Revision): Explanation {
  const { tried, ...decided } = tryRules(context, revision);
  return { ...decided, tried: tried.map(({ rule, fits, because }) => ({ rule, fits, because: because() })) };
}

function tryRules(
  context: LineContext,
  revision: Revision,
): Omit<Explanation, 'tried'> & { readonly tried: readonly Tried[] } {
  const { mapping, catalog } = revision;
  const { line } = context;
  if (line.not_licensed !== undefined) {
    return {
      rule: null,
      tried: [],
      outcome: { is: 'ignored', rule: 'not licensed', reason: line.not_licensed },
    };
  }
  if (line.chosen) return { rule: CHOSEN, tried: [], outcome: mapChosen(line.chosen, context, catalog) };
  const tried: Tried[] = [];
  let undecided: Tried | null = null;
  for (const [index, rule] of mapping.rules.entries()) {
    const name = ruleName(rule, index);
    const one: Tried = { rule: name, ...judge(rule.when, context) };
    tried.push(one);
    if (one.undecided) undecided ??= one;
    if (one.fits) return { rule: name, tried, outcome: decide(rule, index, context, catalog) };
  }
  // Not even `unmapped: ignore` may drop a line of which too little is known to say that no rule fits.
  if (line.stands_for_all === true && undecided !== null) {
    const why = `${undecided.rule}: ${undecided.because()}`;
    return { rule: null, tried, outcome: { is: 'parked', problem: problem('line_refs_unknown', why) } };
  }
  if (mapping.unmapped === 'ignore') {
    return { rule: null, tried, outcome: { is: 'ignored', rule: 'unmapped', reason: 'no rule fits' } };
  }
  const known = Object.entries(line.refs).map(([key, value]) => `${key} ${value}`);
  const detail = known.length > 0 ? known.join(', ').slice(0, 300) : line.title.slice(0, 300);
  return { rule: null, tried, outcome: { is: 'parked', problem: problem('unmapped', detail) } };
}

/** What stands for a rule where a person chose what a line gives. */
export const CHOSEN = 'by hand';

/** What a person chose for this line; no rule is asked. */
export function mapChosen(chosen: Chosen, context: LineContext, catalog: Catalog): LineOutcome {
  return given(CHOSEN, expand([grantChosen(chosen)], ['item'], context, catalog));
}

function decide(rule: Rule, index: number, context: LineContext, catalog: Catalog): LineOutcome {
  const name = ruleName(rule, index);
  if (rule.ignore !== undefined) return { is: 'ignored', rule: name, reason: rule.ignore };
  return given(name, expand(rule.grant ?? [], ['rules', index, 'grant'], context, catalog));
}

function given(name: string, parts: Result<readonly PinnedPart[]>): LineOutcome {
  return parts.ok
    ? { is: 'granted', rule: name, parts: parts.value }
    : { is: 'parked', problem: parts.problem };
}

/** The part's license fields for a quantity of the line: what follows the quantity is filled in. */
export function fieldsOf(part: PinnedPart, quantity: number): LicenseFields {
  const paths = Object.entries(part.by_quantity);
  if (paths.length === 0) return part.fields;
  const fields: Record<string, unknown> = structuredClone(part.fields);
  for (const [path, text] of paths) {
    const template = parseTemplate(text);
    if (typeof template === 'string')
      throw new Error(`pinned template of ${part.part} at ${path}: ${template}`);
    const keys = pathOf(path);
    const last = keys.pop() ?? '';
    const value = evaluate(template, (it) => (it === 'quantity' ? quantity : undefined)).value;
    let at: object = fields;
    for (const [depth, key] of keys.entries()) {
      const inner = valueAt(fields, keys.slice(0, depth + 1));
      const next: object = typeof inner === 'object' && inner !== null ? inner : {};
      if (next !== inner) put(at, key, next);
      at = next;
    }
    put(at, last, value);
  }
  // `expand` checked these fields with the same templates; a quantity only changes digits.
  return fields as LicenseFields;
}

/** As an own member, whatever the name. */
function put(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** `custom_fields.a\.b` → `['custom_fields', 'a.b']` */
function pathOf(path: string): string[] {
  return (path.match(/(?:\\.|[^.\\])+/g) ?? []).map((it) => it.replace(/\\(.)/g, '$1'));
}
