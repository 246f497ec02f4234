/**
 * Reads one source file with a real parser and says what the rules ask about: imports, names of the outside
 * world, calls, `any`, casts. Knows nothing of this project's rooms: those are in rules.ts.
 */
import { posix } from 'node:path';
import { parse } from '@babel/parser';
import { chainOf, isNode, literalOf, type Node, nameOf, nodesIn, partsOf } from './nodes.ts';

export interface Import {
  readonly specifier: string;
  /** The imported file's path from the root for relative specifiers, else null. */
  readonly file: string | null;
  /** `zod`, `@hono/zod-validator`, `node:fs`; null for relative specifiers. */
  readonly package: string | null;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** The exported names that are taken by name. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Place {
  readonly name: string;
  readonly line: number;
}

export interface Scanned {
  readonly path: string;
  readonly imports: readonly Import[];
  /** Names that the file uses and nowhere declares: `fetch`, `process`. */
  readonly globals: readonly Place[];
  /** Member chains that begin with such a name, without a leading `globalThis`: `Date.now`. */
  readonly members: readonly Place[];
  /** The last name of what is called: `verified` of `verified()` and of `it.verified()`. */
  readonly calls: readonly Place[];
  /** Lines of `new Date()` and `Date()`: the present, as against `new Date(ms)`. */
  readonly presentDates: readonly number[];
  /** Lines of the keyword `any`. */
  readonly anys: readonly number[];
  readonly casts: readonly Cast[];
  readonly comments: readonly { readonly text: string; readonly line: number }[];
}

/** `as X`, but for `as const`. */
export interface Cast {
  readonly to: string;
  readonly line: number;
  /** A comment stands in its statement, or right above it. */
  readonly explained: boolean;
}

/** What is noted while one file is walked. */
interface Notes {
  readonly path: string;
  readonly source: string;
  readonly declared: Set<string>;
  readonly imports: Import[];
  readonly used: Place[];
  readonly members: Place[];
  readonly calls: Place[];
  readonly dates: number[];
  readonly anys: number[];
  readonly casts: { readonly to: string; readonly line: number; readonly statement: number }[];
}

/**
 * @param path from the project's root, with forward slashes
 * @throws when the source is not TypeScript
 */
export function scan(path: string, source: string): Scanned {
  // The parser's types of nodes are a union of hundreds; the walk needs only what every node has.
  const file = parse(source, { sourceType: 'module', plugins: ['typescript'] }) as unknown as {
    readonly program: Node;
    readonly comments: readonly { readonly value: string; readonly loc: Node['loc'] }[];
  };
  const notes: Notes = {
    path,
    source,
    declared: new Set(),
    imports: [],
    used: [],
    members: [],
    calls: [],
    dates: [],
    anys: [],
    casts: [],
  };
  walk(file.program, notes, 1);
  const isGlobal = (chain: string) => !notes.declared.has(chain.split('.')[0] ?? '');
  return {
    path,
    imports: notes.imports,
    globals: notes.used.filter((it) => isGlobal(it.name)),
    members: notes.members.filter((it) => isGlobal(it.name)),
    calls: notes.calls,
    presentDates: isGlobal('Date') ? notes.dates : [],
    anys: notes.anys,
    casts: notes.casts.map(({ to, line, statement }) => ({
      to,
      line,
      explained: file.comments.some(({ loc }) => loc.end.line >= statement - 1 && loc.start.line <= line),
    })),
    comments: file.comments.map(({ value, loc }) => ({ text: value, line: loc.start.line })),
  };
}

/** TypeScript's nodes that hold an expression which runs. All its others are types. */
const RUNNING_TS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSExportAssignment',
]);

function walk(node: Node, notes: Notes, above: number): void {
  const line = node.loc.start.line;
  const statement = /Statement$|Declaration$|Property$|Method$/.test(node.type) ? line : above;
  const into = (part: unknown) => {
    for (const child of nodesIn(part)) walk(child, notes, statement);
  };
  const declare = (part: unknown) => {
    for (const child of nodesIn(part)) bind(child, notes, statement);
  };

  if (node.type.startsWith('TS') && !RUNNING_TS.has(node.type)) {
    walkType(node, notes);
    return;
  }
  switch (node.type) {
    case 'ImportDeclaration':
      noteImport(node, notes, node.importKind === 'type', namesTaken(node, 'imported'));
      for (const it of nodesIn(node.specifiers)) declare(it.local);
      return;
    case 'ExportAllDeclaration':
      noteImport(node, notes, node.exportKind === 'type', []);
      return;
    case 'ExportNamedDeclaration':
      if (isNode(node.source)) noteImport(node, notes, node.exportKind === 'type', namesTaken(node, 'local'));
      else {
        into(node.declaration);
        for (const it of nodesIn(node.specifiers)) into(it.local);
      }
      return;
    case 'ImportExpression':
      noteImport(node, notes, false, []);
      into(node.source);
      return;
    case 'CallExpression':
    case 'OptionalCallExpression':
      noteCall(node, notes);
      into(node.callee);
      into(node.arguments);
      into(node.typeArguments);
      return;
    case 'NewExpression':
      if (nodesIn(node.arguments).length === 0 && nameOf(node.callee) === 'Date') notes.dates.push(line);
      into(node.callee);
      into(node.arguments);
      into(node.typeArguments);
      return;
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const chain = chainOf(node)?.replace(/^(globalThis\.)+/, '');
      if (chain !== undefined) notes.members.push({ name: chain, line });
      if (chain !== undefined && nameOf(node.object) === 'globalThis') notes.used.push({ name: chain, line });
      into(node.object);
      if (node.computed === true) into(node.property);
      return;
    }
    case 'Identifier':
      notes.used.push({ name: String(node.name), line });
      return;
    case 'VariableDeclarator':
      noteDestructured(node, notes);
      declare(node.id);
      into(node.init);
      return;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      declare(node.id);
      if (node.computed === true) into(node.key);
      declare(node.params);
      into(node.typeParameters);
      into(node.returnType);
      into(node.body);
      return;
    case 'ClassDeclaration':
    case 'ClassExpression':
      declare(node.id);
      into(node.superClass);
      into(node.implements);
      into(node.body);
      return;
    case 'CatchClause':
      declare(node.param);
      into(node.body);
      return;
    case 'ObjectProperty':
    case 'ClassProperty':
    case 'ClassAccessorProperty':
    case 'ClassPrivateProperty':
      if (node.computed === true) into(node.key);
      into(node.typeAnnotation);
      into(node.value);
      return;
    case 'LabeledStatement':
      into(node.body);
      return;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return;
    case 'TSAsExpression':
    case 'TSTypeAssertion': {
      const to = isNode(node.typeAnnotation) ? textOf(node.typeAnnotation, notes) : '';
      if (to !== 'const') notes.casts.push({ to, line: node.loc.end.line, statement });
      into(node.expression);
      into(node.typeAnnotation);
      return;
    }
    default:
      for (const part of partsOf(node)) into(part);
  }
}

/** A pattern that declares names; its default values run. */
function bind(node: Node, notes: Notes, above: number): void {
  const deeper = (part: unknown) => {
    for (const child of nodesIn(part)) bind(child, notes, above);
  };
  const run = (part: unknown) => {
    for (const child of nodesIn(part)) walk(child, notes, above);
  };
  switch (node.type) {
    case 'Identifier':
      notes.declared.add(String(node.name));
      run(node.typeAnnotation);
      return;
    case 'ObjectPattern':
      deeper(node.properties);
      run(node.typeAnnotation);
      return;
    case 'ObjectProperty':
      if (node.computed === true) run(node.key);
      deeper(node.value);
      return;
    case 'ArrayPattern':
      deeper(node.elements);
      run(node.typeAnnotation);
      return;
    case 'RestElement':
      deeper(node.argument);
      run(node.typeAnnotation);
      return;
    case 'AssignmentPattern':
      deeper(node.left);
      run(node.right);
      return;
    default:
      run(node);
  }
}

function walkType(node: Node, notes: Notes): void {
  if (node.type === 'TSAnyKeyword') notes.anys.push(node.loc.start.line);
  if (node.type === 'TSImportType') noteImport(node, notes, true, []);
  if (node.type === 'TSExternalModuleReference')
    noteImport({ ...node, source: node.expression }, notes, false, []);
  for (const part of partsOf(node)) for (const child of nodesIn(part)) walkType(child, notes);
}

function noteImport(node: Node, notes: Notes, typeOnly: boolean, names: readonly string[]): void {
  // A computed name stays empty, and a rule complains of it.
  const specifier = literalOf(node.source) ?? '';
  const relative = specifier.startsWith('.');
  const file = relative ? posix.join(posix.dirname(notes.path), specifier) : null;
  const [first = '', second = ''] = specifier.split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  const outside = first.startsWith('node:') || first.startsWith('cloudflare:') ? specifier : name;
  notes.imports.push({
    specifier,
    file,
    package: relative ? null : outside,
    typeOnly,
    names,
    line: node.loc.start.line,
  });
}

function noteCall(node: Node, notes: Notes): void {
  const line = node.loc.start.line;
  const callee = chainOf(node.callee)?.replace(/^(globalThis\.)+/, '');
  const last = isNode(node.callee) ? (nameOf(node.callee) ?? nameOf(node.callee.property)) : undefined;
  if (last !== undefined) notes.calls.push({ name: last, line });
  if (callee === 'Date') notes.dates.push(line);
  if (callee === 'require' || callee === 'process.getBuiltinModule') {
    noteImport({ ...node, source: nodesIn(node.arguments)[0] }, notes, false, []);
  }
}

/** `const { now } = Date` takes `Date.now` as well. */
function noteDestructured(node: Node, notes: Notes): void {
  const from = chainOf(node.init);
  if (from === undefined || !isNode(node.id) || node.id.type !== 'ObjectPattern') return;
  for (const property of nodesIn(node.id.properties)) {
    const key = nameOf(property.key);
    if (key !== undefined) notes.members.push({ name: `${from}.${key}`, line: property.loc.start.line });
  }
}

function namesTaken(node: Node, side: 'imported' | 'local'): readonly string[] {
  return nodesIn(node.specifiers).flatMap((it) => nameOf(it[side]) ?? []);
}

function textOf(node: Node, notes: Notes): string {
  return notes.source.slice(node.start, node.end);
}
