/**
 * A YAML file as plain data that knows its lines. It stands before every check of a mapping file. What must
 * never happen here: an id losing digits because YAML took it for a number.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { type Fault, type Path, pathText } from '../core/faults.ts';
import type { PlacedError } from '../core/problem.ts';

export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

export interface ReadFile {
  /** Undefined when the file is no YAML; `errors` says why. */
  readonly raw: unknown;
  readonly errors: readonly PlacedError[];
  /** Gives a fault its file and line. */
  readonly place: (fault: Fault) => PlacedError;
}

export function readYaml(file: WrittenFile): ReadFile {
  const lines = new LineCounter();
  const unresolved: Alias[] = [];
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  visit(document, {
    // Whatever a rule compares is text, letter by letter: 1.10 is not 1.1, and long ids are no numbers.
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) unresolved.push(alias);
    },
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === 'when') keepTexts(pair.value);
    },
  });
  const place = (fault: Fault): PlacedError => {
    const line = lineOf(fault.path, document.contents, lines, (node) =>
      isAlias(node) ? node.resolve(document) : node,
    );
    return {
      file: file.path,
      path: pathText(fault.path),
      ...(line !== null && { line }),
      message: fault.message,
      remedy: fault.remedy,
    };
  };
  const at = (offset: number, message: string, remedy: string): PlacedError => {
    return { file: file.path, path: '', line: lines.linePos(offset).line, message, remedy };
  };
  const errors = [
    ...[...document.errors, ...document.warnings].map((it) =>
      at(it.pos[0], MESSAGES[it.code] ?? it.message, REMEDIES[it.code] ?? REMEDY),
    ),
    ...unresolved.map((it) =>
      at(
        it.range?.[0] ?? 0,
        `*${it.source} stands for nothing`,
        'A value that begins with * needs quotes: "*-PRO".',
      ),
    ),
  ];
  if (errors.length > 0) return { raw: undefined, errors, place };
  try {
    const raw: unknown = document.toJS({ maxAliasCount: 100 });
    return { raw, errors, place };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    return {
      raw: undefined,
      errors: [
        { file: file.path, path: '', message, remedy: 'Write the values out instead of using aliases.' },
      ],
      place,
    };
  }
}

const REMEDY = 'Mend the YAML of this line: check indentation, quotes and brackets.';
const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'The file holds more than one document',
  TAG_RESOLVE_FAILED: 'YAML tags like !name are not read here',
};
const REMEDIES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Indent the lines of one group alike, with spaces, and close every bracket.',
  TAG_RESOLVE_FAILED: 'Put the value in quotes.',
  DUPLICATE_KEY: 'Write each key once.',
  MULTIPLE_DOCS: 'Write one document per file: take the --- away.',
  TAB_AS_INDENT: 'Indent with spaces.',
};

function keepTexts(node: unknown): void {
  if (!isNode(node)) return;
  visit(node, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'number' || typeof scalar.value === 'boolean')
        scalar.value = scalar.source ?? scalar.value;
    },
  });
}

/** The line of the nearest thing on the way to a path that is really written. */
function lineOf(
  path: Path,
  root: unknown,
  lines: LineCounter,
  resolve: (node: Node) => Node | undefined,
): number | null {
  let at: unknown = root;
  let offset: number | null = null;
  for (const part of path) {
    const node = isNode(at) ? resolve(at) : undefined;
    if (isMap(node)) {
      const pair = node.items.find((it) => isScalar(it.key) && String(it.key.value) === String(part));
      if (!pair) break;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      at = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      at = node.items[part];
      if (!isNode(at)) break;
      offset = at.range?.[0] ?? offset;
    } else break;
  }
  return offset === null ? null : lines.linePos(offset).line;
}
