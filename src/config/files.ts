/**
 * The mapping files of a folder: a catalog, and one file for each source. Each is judged by itself. What must
 * never happen here: one faulty file that takes the other sources with it, or a file that is passed over.
 */
import { type Catalog, readCatalog } from '../core/catalog.ts';
import { readMapping, type Words } from '../core/checks.ts';
import type { Mapping } from '../core/mapping.ts';
import type { PlacedError } from '../core/problem.ts';
import { readYaml, type WrittenFile } from './yaml.ts';

export interface ReadMappings {
  /** Null when it is missing or has errors: then no file may become a revision. */
  readonly catalog: Catalog | null;
  /** The sources whose files have no error. */
  readonly sources: readonly { readonly name: string; readonly mapping: Mapping; readonly file: string }[];
  /** All errors of all files at once. */
  readonly errors: readonly PlacedError[];
}

const YAML_FILE = /\.ya?ml$/i;
const SOURCE_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Sources that are not files. */
const RESERVED: readonly string[] = ['manual', 'catalog'];

/** The file's name without folder and ending: the name of its source. */
export function sourceName(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? '').replace(YAML_FILE, '');
}

/**
 * @param files all files of the mappings folder (not of the folders inside); what is not YAML is passed over
 */
export function readMappings(files: readonly WrittenFile[], integrations: readonly Words[]): ReadMappings {
  const yaml = files.filter((it) => YAML_FILE.test(it.path));
  const errors: PlacedError[] = [];
  const [catalogFile, ...others] = yaml.filter((it) => sourceName(it.path) === 'catalog');
  for (const it of others) errors.push(taken(it.path, catalogFile?.path ?? ''));
  const catalog = catalogFile ? readCatalogFile(catalogFile, errors) : null;
  if (!catalogFile) {
    const remedy = 'Write catalog.yaml beside the source files; `keyferry init` writes files to start from.';
    errors.push({ file: 'catalog.yaml', path: '', message: 'there is no catalog', remedy });
  }
  const sources: ReadMappings['sources'][number][] = [];
  const seen = new Map<string, string>();
  for (const file of yaml.filter((it) => sourceName(it.path) !== 'catalog')) {
    const name = sourceName(file.path);
    const before = seen.get(name);
    const wrongName = nameFault(name, file.path);
    if (wrongName) errors.push(wrongName);
    if (before !== undefined) errors.push(taken(file.path, before));
    seen.set(name, before ?? file.path);
    const read = readMappingFile(file, integrations, catalog);
    errors.push(...read.errors);
    if (read.mapping && !wrongName && before === undefined)
      sources.push({ name, mapping: read.mapping, file: file.path });
  }
  return { catalog, sources, errors };
}

/** One source's file, or the body of a request that brings one; JSON is YAML too. */
export function readMappingFile(
  file: WrittenFile,
  integrations: readonly Words[],
  catalog: Catalog | null,
): { readonly mapping: Mapping | null; readonly errors: readonly PlacedError[] } {
  const { raw, errors, place } = readYaml(file);
  if (errors.length > 0) return { mapping: null, errors };
  const { mapping, faults } = readMapping(raw, integrations, catalog);
  return { mapping, errors: faults.map(place).sort(byLine) };
}

function readCatalogFile(file: WrittenFile, into: PlacedError[]): Catalog | null {
  const { raw, errors, place } = readYaml(file);
  into.push(...errors);
  if (errors.length > 0) return null;
  const { catalog, faults } = readCatalog(raw);
  into.push(...faults.map(place).sort(byLine));
  return catalog;
}

function byLine(a: PlacedError, b: PlacedError): number {
  return (a.line ?? 0) - (b.line ?? 0);
}

function taken(file: string, by: string): PlacedError {
  return {
    file,
    path: '',
    message: `its name is already taken by ${by}`,
    remedy: 'Rename one of the two: the name of the file is the name of the source.',
  };
}

/** A source's name is part of every key and of its path, and never changes. */
export function nameFault(name: string, file: string): PlacedError | null {
  if (RESERVED.includes(name)) {
    return {
      file,
      path: '',
      message: `"${name}" means something else already`,
      remedy: 'Choose another name for the source.',
    };
  }
  if (SOURCE_NAME.test(name)) return null;
  const remedy = 'Name it with lower-case letters, digits, _ and -, 64 at most, for example shop-eu.';
  return { file, path: '', message: `"${name}" cannot be the name of a source`, remedy };
}
