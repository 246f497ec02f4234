/**
 * The nodes of a parsed file, and the small questions that one may ask of any: its name, its text, its parts. The
 * walk in scan.ts asks them; nothing here knows what is looked for.
 */

/** What every node has; the parser's own types are a union of hundreds. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [part: string]: unknown;
}

/** `a.b.c` and `a['b']` as text; undefined where a part is not a plain name. */
export function chainOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node.name);
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined;
  const object = chainOf(node.object);
  const property = node.computed === true ? literalOf(node.property) : nameOf(node.property);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined;
}

export function literalOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'StringLiteral') return String(node.value);
  const [only, ...more] = nodesIn(node.quasis);
  if (node.type !== 'TemplateLiteral' || only === undefined || more.length > 0) return undefined;
  // Babel gives the raw text beside the cooked one; they differ only where something was escaped.
  return (only.value as { readonly raw: string }).raw;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value && 'start' in value;
}

/** A node, or the nodes of a list; nothing for all else. */
export function nodesIn(part: unknown): readonly Node[] {
  if (Array.isArray(part)) return part.filter(isNode);
  return isNode(part) ? [part] : [];
}

const NOT_CODE = new Set(['loc', 'extra', 'leadingComments', 'trailingComments', 'innerComments']);

export function partsOf(node: Node): readonly unknown[] {
  return Object.entries(node)
    .filter(([part]) => !NOT_CODE.has(part))
    .map(([, value]) => value);
}
