/**
 * What differs between two revisions, so that people and programs can follow it: members of a list are told by their
 * code or name, not by where they happen to stand. Pure. What must never happen here: a difference that is not told;
 * whoever applies them all to the one has the other.
 */
import { canonical, type Json, same } from './json.ts';

export type Step = string | number;

export type Difference =
  | { readonly path: readonly Step[]; readonly kind: 'removed'; readonly before: Json }
  | { readonly path: readonly Step[]; readonly kind: 'changed'; readonly before: Json; readonly after: Json }
  /** `at`: where in its list it stands now; null for a member of a group of keys. */
  | {
      readonly path: readonly Step[];
      readonly kind: 'added';
      readonly after: Json;
      readonly at: number | null;
    }
  /** Of a list whose members stand in another order: their names, then and now. Of rules the first that fits decides. */
  | {
      readonly path: readonly Step[];
      readonly kind: 'moved';
      readonly before: readonly string[];
      readonly after: readonly string[];
    };

/** @param before plain data, as `after` is; members that are undefined are not there */
export function differencesOf(before: Json, after: Json): readonly Difference[] {
  return walk(before, after, []);
}

type Members = Readonly<Record<string, Json>>;

function walk(before: Json, after: Json, path: readonly Step[]): Difference[] {
  if (same(before, after)) return [];
  if (isList(before) && isList(after)) return ofLists(before, after, path);
  if (isGroup(before) && isGroup(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => ofMembers(own(before, key), own(after, key), [...path, key], null));
  }
  return [{ path, kind: 'changed', before, after }];
}

function ofMembers(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly Step[],
  at: number | null,
): Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, kind: 'added', after, at }];
  return after === undefined ? [{ path, kind: 'removed', before }] : walk(before, after, path);
}

function ofLists(before: readonly Json[], after: readonly Json[], path: readonly Step[]): Difference[] {
  const [then, now] = [namesOf(before), namesOf(after)];
  // Texts and numbers mean something as a whole.
  if (![...before, ...after].every(isGroup)) return [{ path, kind: 'changed', before, after }];
  if (!then || !now) {
    const longest = Math.max(before.length, after.length);
    return Array.from({ length: longest }, (_, at) =>
      ofMembers(before[at], after[at], [...path, at], at),
    ).flat();
  }
  const old = new Map(then.map((name, at) => [name, before[at]]));
  const gone = new Set(now);
  const removed = then
    .filter((name) => !gone.has(name))
    .flatMap((name) => ofMembers(old.get(name), undefined, [...path, name], null));
  const kept = now.filter((name) => old.has(name));
  const others = now.flatMap((name, at) => ofMembers(old.get(name), after[at], [...path, name], at));
  const sameOrder = same(
    kept,
    then.filter((name) => gone.has(name)),
  );
  return [
    ...removed,
    ...others,
    ...(sameOrder ? [] : [{ path, kind: 'moved' as const, before: then, after: now }]),
  ];
}

/** By which the members of a list are told apart; null where two have one. */
function namesOf(list: readonly Json[]): readonly string[] | null {
  const names = list.flatMap((it) => nameOf(it) ?? []);
  return names.length === list.length && new Set(names).size === names.length ? names : null;
}

/** The code or name of a member of a list: of a rule without one, what it fits. */
export function nameOf(it: unknown): string | null {
  if (!isGroup(it)) return null;
  for (const key of ['code', 'name', 'product', 'bundle']) {
    const name = own(it, key);
    if (typeof name === 'string') return name;
  }
  const when = own(it, 'when');
  return when === undefined ? null : canonical(when);
}

function isList(it: Json): it is readonly Json[] {
  return Array.isArray(it);
}

function isGroup(it: unknown): it is Members {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}

function own(it: Members, key: string): Json | undefined {
  return Object.hasOwn(it, key) ? it[key] : undefined;
}
