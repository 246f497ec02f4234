/**
 * Reads source files with a real parser and says what the rules ask about: imports, names of the outside world,
 * calls, `any`, casts. Knows nothing of this project's rooms: those are in rules.ts.
 */
import { posix } from 'node:path';
import { parse } from '@babel/parser';

export interface Import {
  readonly specifier: string;
  /** The imported file's path from the root, for relative specifiers; else null. */
  readonly file: string | null;
  /** `zod`, `@hono/zod-validator`, `node:fs`; null for relative specifiers. */
  readonly package: string | null;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** The exported names that are taken; empty for whole modules. */
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
  /** Names that the file uses and does not declare anywhere: `fetch`, `process`. */
  readonly globals: readonly Place[];
  /** Member chains of names, without a leading `globalThis`: `Date.now`, `integration.verified`. */
  readonly members: readonly Place[];
  /** The innermost name of each call: `verified` of `verified()` and of `it.verified()`. */
  readonly calls: readonly Place[];
  /** `new Date()` and `Date()`: the present, as against `new Date(ms)`. */
  readonly presentDates: readonly number[];
  /** Lines of the keyword `any`. */
  readonly anys: readonly number[];
  /** `as X` but for `as const`; `explained` when a comment stands in its statement or right above it. */
  readonly casts: readonly { readonly to: string; readonly line: number; readonly explained: boolean }[];
  readonly comments: readonly { readonly text: string; readonly line: number }[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [part: string]: unknown;
}

/** Everything that is put together while one file is walked. */
interface Notes {
  readonly path: string;
  readonly source: string;
  readonly imports: Import[];
  readonly used: Place[];
  readonly declared: Set<string>;
  readonly members: Place[];
  readonly calls: Place[];
  readonly dates: { readonly line: number }[];
  readonly anys: number[];
  readonly casts: { readonly to: string; readonly line: number; readonly from: number }[];
}

/** @throws when the source is not TypeScript */
export function scan(path: string, source: string): Scanned {
  // The parser's own types of nodes are a union of hundreds; the walk needs only what every node has.
  const file = parse(source, { sourceType: 'module', plugins: ['typescript'] }) as unknown as {
    readonly program: Node;
    readonly comments: readonly { readonly value: string; readonly loc: Node['loc'] }[];
  };
  const notes: Notes = {
    path,
    source,
    imports: [],
    used: [],
    declared: new Set(),
    members: [],
    calls: [],
    dates: [],
    anys: [],
    casts: [],
  };
  walk(file.program, notes, 1, 'value');
  const { comments } = file;
  const global = (name: string) => !notes.declared.has(name);
  return {
    path,
    imports: notes.imports,
    globals: notes.used.filter((it) => global(it.name)),
    members: notes.members.filter((it) => global(it.name.split('.')[0] ?? '')).concat(
      notes.members.filter((it) => !global(it.name.split('.')[0] ?? '')).map((it) => ({ ...it, name: `~${it.name}` })),
    ),
    calls: notes.calls,
    presentDates: global('Date') ? notes.dates.map((it) => it.line) : [],
    anys: notes.anys,
    casts: notes.casts.map(({ to, line, from }) => ({
      to,
      line,
      explained: comments.some(({ loc }) => loc.end.line >= from - 1 && loc.start.line <= line),
    })),
    comments: comments.map(({ value, loc }) => ({ text: value, line: loc.start.line })),
  };
}
