/**
 * One change of the catalog by hand: a product, one of its policies, features or custom fields, or a bundle, made,
 * changed or taken out. Pure: what it says of the whole is judged by `readCatalog`, as a file is. What must never happen
 * here: a code or a license type that changes; what was sold under it would mean something else.
 */
import type * as z from 'zod';
import type { Catalog } from './catalog.ts';
import { nameOf } from './differences.ts';
import { type Fault, faultsOf, type Path, pathText, valueAt } from './faults.ts';
import { type Json, same } from './json.ts';
import { fail, invalid, ok, type PlacedError, type Result } from './problem.ts';
import { bundle, customField, feature, policy, product } from './products.ts';

/** Where in the catalog: a product and a bundle by their code, what is inside of a product by both. */
export type CatalogPlace =
  | { readonly part: 'product' | 'bundle'; readonly code: string }
  | {
      readonly part: 'policy' | 'feature' | 'custom_field';
      readonly product: string;
      readonly code: string;
    };

type Members = Readonly<Record<string, unknown>>;

export type CatalogEdit =
  | { readonly is: 'create'; readonly at: CatalogPlace; readonly content: Members }
  /** A member that is left out stays, null takes it away (RFC 7396); lists are replaced whole. */
  | { readonly is: 'update'; readonly at: CatalogPlace; readonly content: Members }
  | { readonly is: 'delete'; readonly at: CatalogPlace }
  /** All of it, as it was in an earlier revision. */
  | { readonly is: 'replace'; readonly content: unknown };

export interface EditedCatalog {
  /** As it would be, not judged yet. */
  readonly draft: unknown;
  /** Of the part: what changes. */
  readonly before: Json;
  readonly after: Json;
}

const PARTS = {
  product: { list: 'products', key: 'code', schema: product, called: 'product' },
  bundle: { list: 'bundles', key: 'code', schema: bundle, called: 'bundle' },
  policy: { list: 'policies', key: 'code', schema: policy, called: 'policy' },
  feature: { list: 'features', key: 'code', schema: feature, called: 'feature' },
  custom_field: { list: 'custom_fields', key: 'name', schema: customField, called: 'custom field' },
} as const satisfies Record<
  string,
  {
    readonly list: string;
    readonly key: 'code' | 'name';
    readonly schema: z.ZodType;
    readonly called: string;
  }
>;

/** Its content as the catalog has it, or null. */
export function partOf(catalog: Catalog, at: CatalogPlace): Members | null {
  const list = listOf(catalog, at);
  return list?.find((it) => it[PARTS[at.part].key] === at.code) ?? null;
}

/** What there is of one kind; null where the product is not there. */
export function listOf(catalog: Catalog, at: Omit<CatalogPlace, 'code'>): readonly Members[] | null {
  const list: unknown = valueAt(catalog, listPath(catalog, at) ?? ['']);
  // The catalog's own lists hold groups of keys, whatever their kind.
  return Array.isArray(list) ? (list as readonly Members[]) : null;
}

/** @returns null where it is so already */
export function editCatalog(catalog: Catalog, edit: CatalogEdit): Result<EditedCatalog | null> {
  if (edit.is === 'replace') {
    const draft = edit.content;
    return ok(same(catalog, draft) ? null : { draft, before: null, after: null });
  }
  const { at } = edit;
  const { called } = PARTS[at.part];
  const path = listPath(catalog, at);
  const list = listOf(catalog, at);
  const inside = 'product' in at ? ` of ${at.product}` : '';
  if (!path || !list) return fail('not_found', `no product ${'product' in at ? at.product : ''}`);
  const old = partOf(catalog, at);
  if (edit.is === 'create') {
    if (old)
      return same(old, edit.content) ? ok(null) : fail('code_taken', `the ${called} ${at.code}${inside}`);
    const made = onlyDefault(at, edit.content, list);
    return ok({
      draft: written(catalog, path, [...made, edit.content]),
      before: null,
      after: told(edit.content),
    });
  }
  if (!old) return fail('not_found', `no ${called} ${at.code}${inside}`);
  if (edit.is === 'delete') {
    const left = list.filter((it) => it !== old);
    const fault = at.part === 'policy' ? policyFault(old, left) : null;
    if (fault) return invalid([{ file: 'catalog', path: at.code, ...fault }]);
    return ok({ draft: written(catalog, path, left), before: told(old), after: null });
  }
  const changed = merged(old, edit.content);
  const fixed = fixedFaults(at, old, edit.content);
  const { schema } = PARTS[at.part];
  const parsed = schema.safeParse(changed);
  const faults = parsed.success ? [] : faultsOf(schema, parsed.error.issues, changed);
  if (fixed.length > 0 || !parsed.success) return invalid([...fixed, ...faults.map(inBody)]);
  // Of plain data, like all that these schemas yield.
  const now = parsed.data as Members;
  if (same(old, now)) return ok(null);
  if (at.part === 'policy' && old.default === true && now.default !== true)
    return invalid([
      inBody({
        path: ['default'],
        message: 'leaves the product without a default policy',
        remedy: 'Make another one the default instead: that ends this one’s turn by itself.',
      }),
    ]);
  const others = onlyDefault(at, now, list);
  const index = list.indexOf(old);
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => !same(old[key], now[key]),
  );
  return ok({
    draft: written(catalog, path, others.with(index, now)),
    before: told(picked(old, keys)),
    after: told(picked(now, keys)),
  });
}

/** A new default policy takes the place of the one before. */
function onlyDefault(at: CatalogPlace, now: Members, list: readonly Members[]): readonly Members[] {
  if (at.part !== 'policy' || now.default !== true) return list;
  return list.map((it) => (it.default === true ? { ...it, default: false } : it));
}

/** What no rule and no bundle says of a policy that is to go. */
function policyFault(old: Members, left: readonly Members[]): Omit<PlacedError, 'file' | 'path'> | null {
  if (left.length === 0)
    return {
      message: 'is the only policy of its product',
      remedy: 'Delete the product, or make another policy first.',
    };
  if (old.default !== true || left.length === 1) return null;
  const remedy = 'Make another one the default first: PATCH it with {"default": true}.';
  return { message: 'is the default policy of its product', remedy };
}

/** What is never changed, each with what to do instead. */
function fixedFaults(at: CatalogPlace, old: Members, content: Members): PlacedError[] {
  const { key, called } = PARTS[at.part];
  const never = [
    [key, `Make another ${called}, and delete this one once nothing needs it.`] as const,
    ...(at.part === 'policy'
      ? [['license_type', 'Make another policy of the other type, and let the rules name it.'] as const]
      : []),
  ];
  return never.flatMap(([field, remedy]) => {
    const said = content[field];
    if (said === undefined || said === old[field]) return [];
    return [inBody({ path: [field], message: 'never changes', remedy })];
  });
}

/** RFC 7396. */
function merged(old: Members, patch: Members): Members {
  const kept = Object.entries(old).filter(([key]) => !Object.hasOwn(patch, key));
  const changed = Object.entries(patch).flatMap(([key, value]): [string, unknown][] => {
    if (value === null) return [];
    if (value === undefined) return Object.hasOwn(old, key) ? [[key, old[key]]] : [];
    const before = Object.hasOwn(old, key) ? old[key] : undefined;
    return [[key, isMembers(value) ? merged(isMembers(before) ? before : {}, value) : value]];
  });
  return Object.fromEntries([...kept, ...changed]);
}

function isMembers(it: unknown): it is Members {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}

function listPath(catalog: Catalog, at: Omit<CatalogPlace, 'code'>): Path | null {
  const { list } = PARTS[at.part];
  if (!('product' in at)) return [list];
  const index = catalog.products.findIndex(({ code }) => code === at.product);
  return index < 0 ? null : ['products', index, list];
}

/** The catalog with another list at this path. */
function written(catalog: unknown, [key, ...rest]: Path, list: readonly Members[]): unknown {
  if (key === undefined) return list;
  const inner = written(valueAt(catalog, [key]), rest, list);
  if (Array.isArray(catalog)) return catalog.with(Number(key), inner);
  return { ...(isMembers(catalog) ? catalog : {}), [key]: inner };
}

/** Letters of one value that the audit log repeats. */
const TOLD = 300;

/** For the audit log: short values as they are, of long ones that they are there. */
function told(it: Members): Json {
  const entries = Object.entries(it).map(([key, value]): [string, Json] => {
    const text = JSON.stringify(value) ?? 'null';
    // What was just written as JSON reads as JSON.
    return [key, text.length > TOLD ? '…' : (JSON.parse(text) as Json)];
  });
  return Object.fromEntries(entries);
}

function picked(it: Members, keys: readonly string[]): Members {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(it, key)).map((key) => [key, it[key]]));
}

function inBody({ path, message, remedy }: Fault): PlacedError {
  return { file: 'request', path: pathText(['body', ...path]), message, remedy };
}

/** Faults of the draft: those of the part itself at their place in the request, others by the names of what they are in. */
export function placedFaults(faults: readonly Fault[], draft: unknown, edit: CatalogEdit): PlacedError[] {
  const part = edit.is === 'replace' || edit.is === 'delete' ? null : pathOfPart(draft, edit.at);
  return faults.map((it) => {
    if (part?.every((step, at) => it.path[at] === step))
      return inBody({ ...it, path: it.path.slice(part.length) });
    return { file: 'catalog', path: namedPath(it.path, draft), message: it.message, remedy: it.remedy };
  });
}

function pathOfPart(draft: unknown, at: CatalogPlace): Path | null {
  const index = (list: unknown, key: string, code: string) =>
    Array.isArray(list) ? list.findIndex((it: unknown) => valueAt(it, [key]) === code) : -1;
  const { list, key } = PARTS[at.part];
  const above: Path =
    'product' in at ? ['products', index(valueAt(draft, ['products']), 'code', at.product), list] : [list];
  const found = index(valueAt(draft, above), key, at.code);
  return found < 0 ? null : [...above, found];
}

/** `bundles[0].products[1].product` → `bundles.acmesuite.products.acmecli.product` */
export function namedPath(path: Path, root: unknown): string {
  const named = path.map((step, at) =>
    typeof step === 'number' ? (nameOf(valueAt(root, path.slice(0, at + 1))) ?? step) : step,
  );
  return pathText(named);
}
