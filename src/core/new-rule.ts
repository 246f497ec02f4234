/**
 * A rule made of one line that waits, and where it must stand to decide that line: a person says what the line gives,
 * the line says what it is. Pure. What must never happen here: a rule that takes a line from a rule that works.
 */

import { grantChosen } from './chosen.ts';
import type { Choice } from './entitlement.ts';
import { clip, pathText } from './faults.ts';
import type { WhenKey } from './integration.ts';
import { same } from './json.ts';
import { explainLine, type LineContext, type Mapping, type Revision, type Rule } from './mapping.ts';
import { globFits, judge, saidUnder } from './match.ts';
import { own } from './own.ts';
import { invalid, ok, type PlacedError, type Problem, type Result } from './problem.ts';

/** What a person says of the rule that is to be. */
export interface RuleAsked {
  readonly gives: Choice['gives'];
  /** What the line names itself by, if left out. */
  readonly when?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly name?: string | undefined;
}

export interface MadeRule {
  readonly rule: Rule & { readonly name: string };
  /** It is there already, and decides. */
  readonly known: boolean;
  /** The mapping with it. */
  readonly mapping: Mapping;
  /** Its place among the rules. */
  readonly at: number;
}

/** @returns `request_invalid` where the line names itself by nothing, or the name or the `when` does not do */
export function ruleOf(
  context: LineContext,
  asked: RuleAsked,
  keys: readonly WhenKey[],
  revision: Revision,
): Result<MadeRule> {
  const { mapping } = revision;
  if (keys.length === 0)
    return invalid([told('as', 'is of no use: this source has no rules', 'Send as: order.')]);
  const when = asked.when ?? whenOf(context, keys);
  if (!when) {
    const names = keys.filter(({ sold }) => sold).map(({ key }) => key);
    return invalid([
      told(
        'when',
        'is missing: the line has nothing that a rule could know it by',
        `Send when, with ${names.join(', ')} or another key.`,
      ),
    ]);
  }
  const fit = judge(when, context);
  if (!fit.fits)
    return invalid([
      told(
        'when',
        `does not fit this line: ${fit.because()}`,
        'Send what the line says, as GET /v1/parked shows it.',
      ),
    ]);
  const { gives } = asked;
  const decides = gives.is === 'granted' ? { grant: [grantChosen(gives.chosen)] } : { ignore: gives.reason };
  const twin = mapping.rules.find(
    (it) =>
      it.name !== undefined &&
      same(it.when, when) &&
      same(it.ignore ?? null, decides.ignore ?? null) &&
      same(it.grant ?? null, decides.grant ?? null),
  );
  const today = explainLine(context, revision);
  if (twin?.name !== undefined && today.rule === twin.name)
    return ok({ rule: { ...twin, name: twin.name }, known: true, mapping, at: mapping.rules.indexOf(twin) });
  const taken = new Set(mapping.rules.map(({ name }) => name));
  if (asked.name !== undefined && taken.has(asked.name))
    return invalid([told('name', 'is the name of another rule', 'Give it one of its own.')]);
  const rule = { name: asked.name ?? nameOf(context, when, taken), when, ...decides };
  // Rules are asked in their order. Where one fits and cannot be carried out, it would be asked first.
  const at = today.rule === null ? mapping.rules.length : today.tried.length - 1;
  return ok({ rule, known: false, mapping: { ...mapping, rules: mapping.rules.toSpliced(at, 0, rule) }, at });
}

/** May this rule fit a line, as far as the line's refs tell? `yes`: they tell all that it asks for. */
export function fitsRefs(
  { when }: Pick<Rule, 'when'>,
  refs: Readonly<Record<string, string>>,
): 'yes' | 'perhaps' | 'no' {
  let all = true;
  for (const [key, patterns] of Object.entries(when)) {
    const value = own(refs, key);
    if (value === undefined) all = false;
    else if (!patterns.some((it) => globFits(it, value))) return 'no';
  }
  return all ? 'yes' : 'perhaps';
}

/** As YAML, which JSON is: one line to put under `rules:` of the source's file. */
export function yamlOf(rule: Rule): string {
  return `- ${JSON.stringify(rule)}`;
}

/** What is wrong with the new rule, with its places in the request in stead of those in the mapping. */
export function placedInRequest(it: Problem, at: number): Problem {
  if (it.code !== 'config_invalid' || !it.errors) return it;
  const here = `rules[${at}]`;
  const own = it.errors.filter(({ path }) => path.startsWith(here));
  if (own.length !== it.errors.length) return it;
  const errors = own.map(({ path, message, remedy }) => ({
    file: 'request',
    path: path.replace(here, 'body').replace(/^body\.grant(\[0\])?/, 'body'),
    message,
    remedy,
  }));
  const refused = invalid(errors);
  return refused.ok ? it : refused.problem;
}

/** @returns null where none of the keys that name what is sold tells anything, or only what would read as a pattern */
function whenOf(context: LineContext, keys: readonly WhenKey[]): Record<string, string[]> | null {
  for (const { key, sold } of keys) {
    const value = sold ? saidUnder(context, key) : undefined;
    if (value !== undefined && value !== '' && !value.includes('*')) return { [key]: [value] };
  }
  return null;
}

function nameOf(
  { line }: LineContext,
  when: Readonly<Record<string, readonly string[]>>,
  taken: ReadonlySet<string | undefined>,
): string {
  const [[key, patterns] = ['', []]] = Object.entries(when);
  const what = `${key} ${patterns.join(', ')}`.trim();
  const title = line.title.trim();
  const names = [title, title === '' ? what : `${title} (${what})`]
    .filter((it) => it !== '')
    .map((it) => clip(it));
  const free = names.find((it) => !taken.has(it));
  if (free !== undefined) return free;
  const last = names.at(-1) ?? 'by hand';
  for (let n = 2; ; n++) if (!taken.has(`${last} ${n}`)) return `${last} ${n}`;
}

function told(place: string, message: string, remedy: string): PlacedError {
  return { file: 'request', path: pathText(['body', place]), message, remedy };
}
