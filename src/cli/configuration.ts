/**
 * Configuration as it lies there, judged without a database: the environment, the mapping files, and which
 * source would open. It stands before `check`, `send`, `doctor` and the start. What must never happen here: a
 * secret's value in what it gives back.
 */
import { integrations } from '../../integrations/index.ts';
import { type Env, readEnvironment, readMappings, resolveSettings } from '../config.ts';
import { ENV_NAME } from '../core/checks.ts';
import type { Integration } from '../core/integration.ts';
import type { Mapping } from '../core/mapping.ts';
import { nearest } from '../core/nearest.ts';
import type { PlacedError } from '../core/problem.ts';
import { readMappingFiles } from '../node.ts';
import { SERVE } from './called.ts';

/** One source as its file describes it. */
export interface WrittenSource {
  readonly name: string;
  readonly file: string;
  readonly mapping: Mapping;
  readonly integration: Integration;
  /** Null: closed, and `errors` says why. */
  readonly settings: unknown;
  readonly open: boolean;
  /** What keeps it closed: variables that are missing, settings that do not fit. */
  readonly errors: readonly PlacedError[];
}

export interface Configuration {
  readonly folder: string;
  readonly sources: readonly WrittenSource[];
  /** What is wrong with the files themselves. */
  readonly errors: readonly PlacedError[];
}

/** Reads the mapping files of a folder, with their `$NAME`s looked up in `env`. */
export function readConfiguration(folder: string, env: Env): Configuration {
  const read = readMappings(readMappingFiles(folder), integrations);
  // What another source takes was not misspelled.
  const taken = read.sources.flatMap((it) => secretNames(it.mapping.settings));
  const free = Object.keys(env).filter((it) => isSet(env, it) && !taken.includes(it));
  const sources = read.sources.flatMap(({ name, file, mapping }): WrittenSource[] => {
    const integration = integrations.find((it) => it.name === mapping.integration);
    if (!integration) return [];
    const settings = resolveSettings(mapping.settings, integration, env);
    const base = { name, file, mapping, integration };
    if (settings.ok) return [{ ...base, settings: settings.value, open: true, errors: [] }];
    const missing = secretNames(mapping.settings).filter((it) => !isSet(env, it));
    const errors =
      missing.length > 0
        ? missing.map((it) => missingError(it, file, free))
        : (settings.problem.errors ?? []).map((it) => ({ ...it, file }));
    return [{ ...base, settings: null, open: false, errors }];
  });
  return { folder, sources, errors: read.errors };
}

/** The variables that settings name, each once. */
export function secretNames(settings: unknown): readonly string[] {
  if (typeof settings === 'string') {
    const name = ENV_NAME.exec(settings)?.[1];
    return name === undefined ? [] : [name];
  }
  if (typeof settings !== 'object' || settings === null) return [];
  return [...new Set(Object.values(settings).flatMap(secretNames))];
}

/** A blank variable counts as not set. */
export function isSet(env: Env, name: string): boolean {
  return (env[name] ?? '').trim() !== '';
}

function missingError(name: string, file: string, free: readonly string[]): PlacedError {
  const similar = nearest(name, free);
  const set = `Set it in the environment, for example: ${name}=… ${SERVE}`;
  const remedy = similar === null ? set : `${similar} is set: did you mean that one?`;
  return { file, path: 'settings', message: `${name} is not set`, remedy };
}

/** Variables that others than the environment's own reader look at. */
const ALSO_KNOWN = ['KEYFERRY_URL', 'KEYFERRY_API_KEY', 'KEYFERRY_DEBUG', 'KEYFERRY_LAUNCHER'];

/**
 * Errors of the environment: values that cannot be read, and names that nobody reads.
 * @param named variables that the mapping files name
 */
export function environmentErrors(env: Env, named: readonly string[]): readonly PlacedError[] {
  const known = new Set<string>([...ALSO_KNOWN, ...named]);
  // The reader itself says which names it knows.
  const watched = new Proxy(env, {
    get: (target, name) => {
      if (typeof name !== 'string') return undefined;
      known.add(name);
      return target[name];
    },
  });
  const read = readEnvironment(watched);
  const unknown = Object.keys(env).filter((it) => it.startsWith('KEYFERRY_') && !known.has(it));
  const ours = [...known].filter((it) => it.startsWith('KEYFERRY_') && it !== 'KEYFERRY_LAUNCHER');
  return [
    ...(read.ok ? [] : (read.problem.errors ?? [])),
    ...unknown.map((name): PlacedError => {
      const near = nearest(name, ours);
      const remedy = near === null ? `Take it away. Known: ${ours.join(', ')}.` : `Did you mean ${near}?`;
      return { file: 'environment', path: name, message: 'nobody reads a variable of this name', remedy };
    }),
  ];
}

/** The mappings folder of an environment that may have errors elsewhere. */
export function mappingsFolder(env: Env): string {
  const read = readEnvironment({ KEYFERRY_MAPPINGS: env.KEYFERRY_MAPPINGS });
  return read.ok ? read.value.mappings : './mappings';
}
