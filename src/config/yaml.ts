/**
 * A YAML file as plain data that knows its lines. It stands before every check of a mapping file. What must
 * never happen here: an id losing digits because YAML took it for a number.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { clip, type Fault, type Path, pathText } from '../core/faults.ts';
import { LIMITS } from '../core/limits.ts';
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
  let document: Document | null = null;
  const place = (fault: Fault): PlacedError => {
    const line = document && lineOf(fault.path, document, lines);
    return {
      file: file.path,
      path: pathText(fault.path),
      ...(line !== null && { line }),
      message: fault.message,
      remedy: fault.remedy,
    };
  };
  const refused = (errors: readonly PlacedError[]): ReadFile => ({ raw: undefined, errors, place });
  const whole = ({ message, remedy }: Sentence) => refused([{ file: file.path, path: '', message, remedy }]);
  if (file.text.length > LIMITS.mapping_letters) return whole(TOO_LONG);
  try {
    // Each key once is looked for below: the library compares each with all others.
    document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const lost = file.text.indexOf(NO_LETTER);
    const found = lost < 0 ? faultsIn(document) : [{ at: lost, ...NOT_UTF8 }];
    if (found.length > 0) {
      return refused(
        found.slice(0, LIMITS.faults_told).map(({ at, message, remedy }) => {
          return { file: file.path, path: '', line: lines.linePos(at).line, message, remedy };
        }),
      );
    }
    const raw: unknown = document.toJS({ maxAliasCount: 100 });
    return { raw, errors: [], place };
  } catch (error) {
    // The library calls itself for each level.
    if (error instanceof RangeError) return whole(TOO_DEEP);
    const message = error instanceof Error ? error.message : 'cannot be read';
    return whole({ message, remedy: WRITE_OUT });
  }
}

type Sentence = Pick<Fault, 'message' | 'remedy'>;

interface Found extends Sentence {
  /** Letters from the beginning of the file. */
  readonly at: number;
}

interface Left {
  readonly node: unknown;
  readonly depth: number;
  /** Stands under `when`. */
  readonly compared: boolean;
}

/** What is no YAML, or YAML that is not read here. In a sound document it makes text of what rules compare. */
function faultsIn(document: Document): readonly Found[] {
  const told = [...document.errors, ...document.warnings];
  const deep = told.find((it) => it.message.includes(STACK));
  if (deep) return [{ at: deep.pos[0], ...TOO_DEEP }];
  const found: Found[] = told.map((it) => ({
    at: it.pos[0],
    message: MESSAGES[it.code] ?? it.message,
    remedy: REMEDIES[it.code] ?? REMEDY,
  }));
  const anchors = new Set<string>();
  let aliases = 0;
  const left: Left[] = [{ node: document.contents, depth: 0, compared: false }];
  for (let it = left.pop(); it; it = left.pop()) {
    const { node, depth, compared } = it;
    if (!isNode(node)) continue;
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) {
      aliases += 1;
      if (!anchors.has(node.source)) found.push({ at, ...standsForNothing(node.source) });
    } else if (node.anchor) anchors.add(node.anchor);
    if (isScalar(node) && compared) keepText(node);
    if (!isSeq(node) && !isMap(node)) continue;
    if (depth === LIMITS.data_depth) return [{ at, ...TOO_DEEP }];
    if (isMap(node)) for (const fault of keyFaults(node)) found.push(fault);
    // Last in, first out: an anchor stands before its aliases.
    for (const item of node.items.toReversed()) {
      if (!isPair(item)) left.push({ node: item, depth: depth + 1, compared });
      else {
        const under = compared || (isScalar(item.key) && item.key.value === 'when');
        left.push({ node: item.value, depth: depth + 1, compared: under });
        left.push({ node: item.key, depth: depth + 1, compared: false });
      }
    }
  }
  return aliases > LIMITS.mapping_aliases ? [{ at: 0, ...TOO_MANY_ALIASES }] : found;
}

/** Whatever a rule compares is text, letter by letter: 1.10 is not 1.1, and long ids are no numbers. */
function keepText(scalar: Scalar): void {
  if (typeof scalar.value === 'number' || typeof scalar.value === 'boolean')
    scalar.value = scalar.source ?? scalar.value;
}

function keyFaults({ items }: YAMLMap): Found[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }): Found[] => {
    const at = isNode(key) ? (key.range?.[0] ?? 0) : 0;
    if (!isScalar(key)) return isNode(key) ? [{ at, ...NO_WORD }] : [];
    if (seen.has(key.value)) return [{ at, ...TWICE }];
    seen.add(key.value);
    return [];
  });
}

function standsForNothing(source: string): Sentence {
  return {
    message: `*${clip(source)} stands for nothing`,
    remedy: 'A value that begins with * needs quotes: "*-PRO".',
  };
}

/** What the library says when it ran out of stack. */
const STACK = 'call stack';
/** Stands where bytes were no letter. */
const NO_LETTER = '\ufffd';
const WRITE_OUT = 'Write the values out instead of using aliases.';
const TOO_LONG: Sentence = {
  message: `is longer than ${LIMITS.mapping_letters} letters`,
  remedy: 'Split it into several sources, or let one rule fit many lines with *.',
};
const TOO_DEEP: Sentence = {
  message: `is nested deeper than ${LIMITS.data_depth}`,
  remedy: 'Nothing here needs to be: check the brackets and the indentation.',
};
const TOO_MANY_ALIASES: Sentence = {
  message: `uses more than ${LIMITS.mapping_aliases} aliases`,
  remedy: WRITE_OUT,
};
const NOT_UTF8: Sentence = { message: 'has bytes that are not UTF-8', remedy: 'Save the file as UTF-8.' };
const NO_WORD: Sentence = { message: 'has a key that is not one word', remedy: 'Put the key in quotes.' };
const TWICE: Sentence = { message: 'Map keys must be unique', remedy: 'Write each key once.' };

const REMEDY = 'Mend the YAML of this line: check indentation, quotes and brackets.';
const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'The file holds more than one document',
  TAG_RESOLVE_FAILED: 'YAML tags like !name are not read here',
};
const REMEDIES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Indent the lines of one group alike, with spaces, and close every bracket.',
  TAG_RESOLVE_FAILED: 'Put the value in quotes.',
  MULTIPLE_DOCS: 'Write one document per file: take the --- away.',
  TAB_AS_INDENT: 'Indent with spaces.',
};

/** The line of the nearest thing on the way to a path that is really written. */
function lineOf(path: Path, document: Document, lines: LineCounter): number | null {
  let at: unknown = document.contents;
  let offset: number | null = null;
  for (const part of path) {
    const node = isAlias(at) ? at.resolve(document) : at;
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
