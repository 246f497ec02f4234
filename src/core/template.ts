/**
 * Templates in a mapping: `{{line.sku | split: ":" | at: 0}}`. Reading names and cutting text, nothing else.
 * Written here because none of the libraries can leave one placeholder open (`{{quantity}}` stays live while
 * the rest is pinned); liquidjs 10 would add 125 KB of loops, includes and property access to a Worker for it.
 * What must never happen here: reaching anything but the names given, or text of a shop read as a template.
 */

/** Looks a name up: `line.sku`, `quantity`. Undefined: nothing is known by this name. */
export type Scope = (name: string) => string | number | undefined;

type Filter = { readonly is: 'split' | 'at' | 'from' | 'text'; readonly by: string };

interface Placeholder {
  /** A name to look up, or a text in quotes. */
  readonly name: string | null;
  readonly literal: string;
  readonly filters: readonly Filter[];
  /** As it stands between the braces. */
  readonly written: string;
}

export interface Template {
  readonly parts: readonly (string | Placeholder)[];
  readonly names: readonly string[];
  /** The whole value is this one placeholder, so it takes the type of its field. */
  readonly single: boolean;
  /** What it yields as a whole. Inside other text a list is an error. */
  readonly yields: 'text' | 'list';
}

const PLACEHOLDER = /\{\{((?:"[^"]*"|'[^']*'|[^"'{}])*)\}\}/g;
const QUOTED = /^(?:"([^"]*)"|'([^']*)')$/;
const NAME = /^[A-Za-z_][^"'{}|]*$/;
const FILTER = /^(split|at|from|text)\s*(?::\s*(.*))?$/;

/** Templates are few, and read for every line; the bound is for those that stand in old sales. */
const KEPT = 1_000;
const parsed = new Map<string, Template | string>();

/** @returns the template, or in one sentence why it is none */
export function parseTemplate(text: string): Template | string {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const template = parseAnew(text);
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(text, template);
  return template;
}

function parseAnew(text: string): Template | string {
  const parts: (string | Placeholder)[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const read = parsePlaceholder(match[1] ?? '');
    if (typeof read === 'string') return read;
    parts.push(read);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  if (parts.some((it) => typeof it === 'string' && it.includes('{{'))) return 'a {{ is not closed by }}';
  const holes = parts.filter((it) => typeof it !== 'string');
  const lists = holes.filter((it) => ['split', 'from'].includes(it.filters.at(-1)?.is ?? ''));
  if (lists.length > 0 && parts.length > 1)
    return 'a list cannot stand inside other text; pick one of it with at:';
  return {
    parts,
    names: holes.flatMap((it) => it.name ?? []),
    single: holes.length === 1 && parts.length === 1,
    yields: lists.length > 0 ? 'list' : 'text',
  };
}

function parsePlaceholder(inner: string): Placeholder | string {
  const [head = '', ...rest] = (inner.match(/(?:"[^"]*"|'[^']*'|[^"'|])+|(?<=\|)(?=\|)/g) ?? []).map((it) =>
    it.trim(),
  );
  const quoted = QUOTED.exec(head);
  if (!quoted && !NAME.test(head)) return `"${inner.trim()}" is not a name`;
  const filters: Filter[] = [];
  let holds: 'text' | 'list' = 'text';
  for (const written of rest) {
    const [, is, argument = ''] = FILTER.exec(written) ?? [];
    if (is !== 'split' && is !== 'at' && is !== 'from' && is !== 'text')
      return `"${written}" is no filter; there are split, at and from`;
    const text = QUOTED.exec(argument);
    const by = text ? (text[1] ?? text[2] ?? '') : argument;
    if (is === 'split' && (!text || by === '')) return 'split: wants what to cut at, in quotes: split: ":"';
    if ((is === 'at' || is === 'from') && (text || !/^-?\d{1,4}$/.test(by)))
      return `${is}: wants a whole number: ${is}: 0`;
    if (is !== 'text' && (is === 'split') !== (holds === 'text')) {
      return is === 'split' ? 'only text can be split' : `${is}: wants a list: put split: ":" before it`;
    }
    if (is === 'split' || is === 'from') holds = 'list';
    if (is === 'at') holds = 'text';
    filters.push({ is, by });
  }
  if (head === 'quantity' && filters.some((it) => it.is !== 'text'))
    return 'quantity is a number: it takes no filters';
  return { name: quoted ? null : head, literal: quoted?.[1] ?? quoted?.[2] ?? '', filters, written: inner };
}

type Yield = string | number | readonly string[] | undefined;

function fill(hole: Placeholder, scope: Scope): Yield {
  let value: Yield = hole.name === null ? hole.literal : scope(hole.name);
  for (const { is, by } of hole.filters) {
    if (value === undefined) return undefined;
    if (is === 'text') value = String(value);
    else if (is === 'split')
      value = String(value)
        .split(by)
        .map((it) => it.trim());
    else if (Array.isArray(value)) value = is === 'at' ? value.at(Number(by)) : value.slice(Number(by));
  }
  return hole.name !== null && typeof value === 'string' && value.trim() === '' ? undefined : value;
}

/**
 * The value, and whether a placeholder yielded nothing (it counts as empty text then). A list is a value even
 * when it is empty.
 */
export function evaluate(
  template: Template,
  scope: Scope,
): { readonly value: Yield; readonly empty: boolean } {
  const filled = template.parts.map((it) => (typeof it === 'string' ? it : fill(it, scope)));
  const empty = filled.some((it) => it === undefined);
  return { value: template.single ? filled[0] : filled.map((it) => it ?? '').join(''), empty };
}

/**
 * The template with all but `open` filled in. Braces of what was filled in become quoted literals, so that a
 * title of `{{quantity}}` stays just that title.
 */
export function fillAllBut(open: string, template: Template, scope: Scope): string {
  return template.parts
    .map((it) => {
      if (typeof it !== 'string' && it.name === open) return `{{${it.written}}}`;
      return String(typeof it === 'string' ? it : (fill(it, scope) ?? '')).replaceAll('{', '{{"{"}}');
    })
    .join('');
}
