/**
 * What is wrong with a written file, as sentences: zod's findings turned into "where, what, how to mend it".
 * Used for mapping files, for the management API and for the environment. What must never happen here: the
 * value of a secret in a sentence.
 */
import * as z from 'zod';
import { LIMITS } from './limits.ts';
import { didYouMean } from './nearest.ts';

export type Path = readonly (string | number)[];

/** One error, not yet placed in a file. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
}

/** `rules[2].grant.product`; a name of any length stays short. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? clip(part) : `${text}.${clip(part)}`,
    '',
  );
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? Reflect.get(at, part) : undefined,
    root,
  );
}

/**
 * All schemas that may apply inside `schema` at a path: optional, default and pipe with what they wrap, a union
 * with its options.
 */
function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  let here = layers(schema);
  for (const part of path) here = here.flatMap((it) => inside(it, part)).flatMap(layers);
  return here;
}

function definitionOf(schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  // The documented way to tell zod's schemas apart: the union of all of them, narrowed by `def.type`.
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schema and, where it only wraps others, those. */
function layers(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return [schema, ...layers(def.innerType)];
    case 'pipe':
      return [schema, ...layers(def.in._zod.def.type === 'transform' ? def.out : def.in)];
    case 'union':
      return [schema, ...def.options.flatMap(layers)];
    default:
      return [schema];
  }
}

/** A word of the schema's meta anywhere on the way to a path: `secret` on a list speaks for its members. */
export function isMarked(schema: z.core.$ZodType, path: Path, mark: string): boolean {
  return [...path, ''].some((_, length) =>
    schemasAt(schema, path.slice(0, length)).some((it) => z.globalRegistry.get(it)?.[mark] === true),
  );
}

function inside(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  const def = definitionOf(schema);
  if (def.type === 'array') return [def.element];
  if (def.type === 'record') return [def.valueType];
  if (def.type !== 'object' || !Object.hasOwn(def.shape, part)) return [];
  const member = def.shape[part];
  return member ? [member] : [];
}

function knownKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((it) => {
    const def = definitionOf(it);
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
}

/** All of zod's findings as faults. `raw` is what was parsed; `schema` what it was parsed with. */
export function faultsOf(
  schema: z.core.$ZodType,
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  at: Path = [],
): Fault[] {
  const faults: Fault[] = [];
  for (const issue of issues) {
    faults.push(...sentences(schema, issue, raw, at));
    if (faults.length >= LIMITS.faults_told) break;
  }
  return faults.slice(0, LIMITS.faults_told);
}

function sentences(schema: z.core.$ZodType, issue: z.core.$ZodIssue, raw: unknown, at: Path): Fault[] {
  const path: Path = [...at, ...issue.path.map((it) => (typeof it === 'number' ? it : String(it)))];
  const value = valueAt(raw, path);
  const like = examplesAt(schema, path);
  const hint = like ?? meaningAt(schema, path);
  const fault = (message: string, remedy: string): Fault[] => [{ path, message, remedy }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schema, path);
      return issue.keys.slice(0, LIMITS.faults_told).map((key) => ({
        path: [...path, key],
        message: `there is no key "${clip(key)}" here`,
        remedy: didYouMean(key, known, 'Known keys'),
      }));
    }
    case 'invalid_type':
      if (value === undefined) return fault('is missing', hint ?? `Write ${worded(issue.expected)} here.`);
      return fault(
        `is ${kindOfValue(value)}, not ${worded(issue.expected)}`,
        like ?? `Write ${worded(issue.expected)}.`,
      );
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (value === undefined) return fault('is missing', `Write one of: ${values.join(', ')}.`);
      if (typeof value !== 'string')
        return fault(`is ${kindOfValue(value)}`, `Write one of: ${values.join(', ')}.`);
      return fault(
        `"${clip(value)}" is none of: ${values.join(', ')}`,
        didYouMean(value, values, 'Write one of'),
      );
    }
    case 'invalid_union': {
      // The option that is meant: the one that does not already fail on what kind of value it is, else the first.
      const meant = issue.errors.find(
        (branch) => !branch.some((it) => it.path.length === 0 && it.code !== 'custom'),
      );
      const branch = meant ?? issue.errors[0];
      return branch && value !== undefined
        ? faultsOf(schema, branch, raw, path)
        : fault(
            value === undefined ? 'is missing' : 'is not what is expected here',
            hint ?? 'See mappings/examples.',
          );
    }
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int') {
        return fault(`is less than ${issue.minimum}`, `Write ${issue.minimum} or more.`);
      }
      if (value === undefined) return fault('is missing', hint ?? 'Write it.');
      return issue.minimum === 1
        ? fault('is empty', hint ?? 'Write it, or take the key away.')
        : fault(`is shorter than ${issue.minimum}`, `Write at least ${issue.minimum}.`);
    case 'too_big':
      if (issue.origin === 'string')
        return fault(`is longer than ${issue.maximum} letters`, `Write ${issue.maximum} letters at most.`);
      return fault(`is more than ${issue.maximum}`, `Write ${issue.maximum} or less.`);
    case 'custom': {
      const remedy: unknown = issue.params?.remedy;
      return fault(issue.message, typeof remedy === 'string' ? remedy : (hint ?? 'Write another value.'));
    }
    case 'invalid_key':
      return fault(issue.issues[0]?.message ?? 'is not a name that can be kept', 'Choose another name.');
    default:
      return fault(issue.message, hint ?? 'Write another value.');
  }
}

const asText = (it: unknown) => (typeof it === 'string' ? it : JSON.stringify(it));

/** What the schema's own examples advise. */
function examplesAt(schema: z.core.$ZodType, path: Path): string | null {
  for (const it of schemasAt(schema, path)) {
    const examples = z.globalRegistry.get(it)?.examples;
    if (Array.isArray(examples)) return `Write it like ${examples.map(asText).join(' or ')}.`;
  }
  return null;
}

function meaningAt(schema: z.core.$ZodType, path: Path): string | null {
  for (const it of schemasAt(schema, path)) {
    const description = z.globalRegistry.get(it)?.description;
    if (typeof description === 'string') return `What belongs here: ${description}`;
  }
  return null;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

function worded(expected: string): string {
  return WORDS[expected] ?? expected;
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' && !Number.isInteger(value)
    ? 'a fraction'
    : (WORDS[typeof value] ?? typeof value);
}

/** Shop texts can be of any length; sentences are short. */
export function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
