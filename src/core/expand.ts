/**
 * What the grants of a rule come to for one line: products chosen, templates filled in, values checked
 * against the catalog. Pure. What must never happen here: a license with a value that nobody wrote or sold.
 */
import { type Catalog, type Policy, type Product, policyOf, productOf } from './catalog.ts';
import { referenceFaults } from './catalog-faults.ts';
import { clip, type Fault, faultsOf, type Path, pathText } from './faults.ts';
import { type FieldKind, kindOf, type LicenseFields, licenseFields, timeFault } from './license.ts';
import { type LineContext, saidUnder } from './match.ts';
import type { PinnedPart } from './pin.ts';
import { fail, ok, type Result } from './problem.ts';
import type { Grant } from './rules.ts';
import { evaluate, fillAllBut, parseTemplate, type Scope } from './template.ts';

/**
 * The parts that these grants give this line, or the problem that parks it.
 * @param at where they are written, for whoever mends them
 */
export function expand(
  grants: readonly Grant[],
  at: Path,
  context: LineContext,
  catalog: Catalog,
): Result<readonly PinnedPart[]> {
  const scope = scopeOf(context);
  const counts = new Map<string, number>();
  const parts: PinnedPart[] = [];
  for (const [nth, grant] of grants.entries()) {
    const path: Path = grants.length > 1 ? [...at, nth] : at;
    const chosen = choose(grant, path, scope, catalog);
    if (!chosen.ok) return chosen;
    for (const { product, policy } of chosen.value) {
      const filled = fillValues(grant, path, { product, policy, scope, quantity: context.line.quantity });
      if (!filled.ok) return filled;
      const ordinal = counts.get(product.code) ?? 0;
      counts.set(product.code, ordinal + 1);
      parts.push({
        part: `${product.code}.${ordinal}`,
        product: product.code,
        policy: policy.code,
        per: grant.per,
        ...filled.value,
      });
    }
  }
  if (context.line.quantity === null && parts.some((it) => it.per === 'unit'))
    return fail('quantity_unknown');
  return ok(parts);
}

/** The names that templates may read. */
function scopeOf(context: LineContext): Scope {
  const { line, buyer, order } = context;
  return (name) => {
    if (name === 'quantity') return line.quantity ?? undefined;
    const dot = name.indexOf('.');
    const root = name.slice(0, dot);
    const rest = name.slice(dot + 1);
    if (root === 'line')
      return rest === 'title' ? line.title : rest === 'id' ? line.id : saidUnder(context, rest);
    if (root === 'buyer') return textOf(buyer, rest);
    return root === 'order' ? textOf(order, rest) : undefined;
  };
}

function textOf(from: object | null, key: string): string | undefined {
  const value: unknown = from !== null && Object.hasOwn(from, key) ? Reflect.get(from, key) : undefined;
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
}

function invalid({ path, message }: Pick<Fault, 'path' | 'message'>): Result<never> {
  return fail('value_invalid', `${pathText(path)}: ${message}`);
}

/** A code that must be there: written, or yielded by a template. */
function codeAt(written: string, path: Path, scope: Scope): Result<string> {
  const template = parseTemplate(written);
  if (typeof template === 'string') return invalid({ path, message: template });
  const { value, empty } = evaluate(template, scope);
  if (empty || value === undefined)
    return fail('template_empty', `${pathText(path)}: ${clip(written)} yields nothing`);
  return typeof value === 'object'
    ? invalid({ path, message: 'a list is not a code' })
    : ok(String(value).trim());
}

function choose(
  grant: Grant,
  path: Path,
  scope: Scope,
  catalog: Catalog,
): Result<readonly { readonly product: Product; readonly policy: Policy }[]> {
  const kind = grant.bundle === undefined ? 'product' : 'bundle';
  const code = codeAt(grant.bundle ?? grant.product ?? '', [...path, kind], scope);
  if (!code.ok) return code;
  const policyCode = grant.policy === undefined ? null : codeAt(grant.policy, [...path, 'policy'], scope);
  if (policyCode?.ok === false) return policyCode;
  const bundle = catalog.bundles.find((it) => it.code === code.value);
  const wanted = kind === 'product' ? [{ product: code.value, policy: policyCode?.value }] : bundle?.products;
  if (!wanted) return invalid({ path: [...path, kind], message: `there is no bundle "${clip(code.value)}"` });
  const chosen: { product: Product; policy: Policy }[] = [];
  for (const it of wanted) {
    const product = productOf(catalog, it.product);
    if (!product)
      return invalid({ path: [...path, kind], message: `there is no product "${clip(it.product)}"` });
    const policy = policyOf(product, it.policy);
    if (!policy) {
      const place = [...path, kind === 'bundle' ? kind : 'policy'];
      return invalid({ path: place, message: `${product.code} has no policy "${clip(it.policy ?? '')}"` });
    }
    chosen.push({ product, policy });
  }
  return ok(chosen);
}

interface Filling {
  readonly product: Product;
  readonly policy: Policy;
  readonly scope: Scope;
  readonly quantity: number | null;
}

type Filled = Pick<PinnedPart, 'fields' | 'by_quantity'>;

/** What grants without templates come to: the same for every line, so it is worked out once for each policy. */
const fixed = new WeakMap<Grant, WeakMap<Policy, Result<Filled>>>();

function fillValues(grant: Grant, path: Path, filling: Filling): Result<Filled> {
  const known = fixed.get(grant)?.get(filling.policy);
  if (known) return known;
  const filled = fillAnew(grant, path, filling);
  if (filled.ok && !JSON.stringify(grant.values).includes('{{')) {
    const byPolicy = fixed.get(grant) ?? new WeakMap<Policy, Result<Filled>>();
    fixed.set(grant, byPolicy.set(filling.policy, filled));
  }
  return filled;
}

function fillAnew(grant: Grant, grantPath: Path, filling: Filling): Result<Filled> {
  const { product, policy, quantity } = filling;
  const path: Path = [...grantPath, 'values'];
  const filler = makeFiller(filling, path);
  const values = Object.fromEntries(
    Object.entries(grant.values).flatMap(([field, written]) => {
      const value = filler.fill(written, [field], kindOf(field) ?? 'text');
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const [first] = filler.problems;
  if (first) return first;
  if (Object.keys(filler.live).length > 0 && quantity === null) {
    return fail('quantity_unknown', `${pathText(path)}: {{quantity}} has no number here`);
  }
  const pinned = under(product, policy, values);
  // Checked as it will be for a sold quantity: a line that was wholly refunded must not park over a 0.
  const probe = under(product, policy, mergeDeep(values, filler.probe));
  const parsed = licenseFields.safeParse(probe);
  if (!parsed.success) {
    const [fault] = faultsOf(licenseFields, parsed.error.issues, probe, []);
    return invalid({ path: [...path, ...(fault?.path ?? [])], message: fault?.message ?? 'does not fit' });
  }
  const [wrong] = referenceFaults(product, parsed.data, path);
  if (wrong) return invalid(wrong);
  const time = timeFault(parsed.data);
  if (time) return invalid({ path: [...path, 'valid_duration'], message: time.message });
  // `pinned` is `probe` without what follows the quantity; all fields are optional, so it fits as well.
  return ok({ fields: pinned as LicenseFields, by_quantity: filler.live });
}

interface Filler {
  readonly fill: (written: unknown, at: Path, kind: FieldKind | 'any') => unknown;
  readonly problems: Result<never>[];
  /** Path → what stays a template of the quantity. */
  readonly live: Record<string, string>;
  /** The values of these for the quantity now, nested like the values. */
  readonly probe: Record<string, unknown>;
}

function makeFiller({ product, scope, quantity }: Filling, base: Path): Filler {
  const problems: Result<never>[] = [];
  const live: Record<string, string> = {};
  const probe: Record<string, unknown> = {};
  const asSold: Scope = (name) => (name === 'quantity' ? Math.max(1, quantity ?? 1) : scope(name));

  function fill(written: unknown, at: Path, kind: FieldKind | 'any'): unknown {
    if (Array.isArray(written)) {
      return written.map((it, nth) => fill(it, [...at, nth], kind === 'list' ? 'text' : 'any') ?? '');
    }
    if (typeof written === 'object' && written !== null) {
      const members = Object.entries(written).flatMap(([key, it]) => {
        const value = fill(it, [...at, key], memberKind(at, key));
        return value === undefined ? [] : [[key, value]];
      });
      return Object.fromEntries(members);
    }
    return typeof written === 'string' ? fillText(written, at, kind) : written;
  }

  function memberKind(at: Path, key: string): FieldKind | 'any' {
    if (at[0] !== 'custom_fields') return 'any';
    return product.custom_fields.find((it) => it.name === key)?.type === 'number' ? 'number' : 'text';
  }

  function fillText(written: string, at: Path, kind: FieldKind | 'any'): unknown {
    const path = [...base, ...at];
    const template = parseTemplate(written);
    if (typeof template === 'string') {
      problems.push(invalid({ path, message: template }));
      return undefined;
    }
    if (template.names.length === 0)
      return template.parts.join('') === written ? written : evaluate(template, scope).value;
    const { value, empty } = evaluate(template, asSold);
    if (empty && !mayBeEmpty(at)) {
      problems.push(fail('template_empty', `${pathText(path)}: ${clip(written)} yields nothing`));
      return undefined;
    }
    // A single template that yields nothing is as if it were not written: the policy's or the catalog's value stays.
    if (value === undefined) return undefined;
    if (!template.names.includes('quantity')) return coerce(value, kind);
    const open = fillAllBut('quantity', template, scope);
    const asText = template.single && kind === 'text' && !open.includes('|');
    live[at.map((it) => String(it).replace(/[.\\]/g, '\\$&')).join('.')] = asText
      ? '{{quantity | text}}'
      : open;
    putDeep(probe, at, asText ? String(value) : value);
    return undefined;
  }

  return { fill, problems, live, probe };
}

/** Notes, custom fields and metadata may say nothing; what a license is made of may not. */
function mayBeEmpty(at: Path): boolean {
  return at[0] === 'note' || at[0] === 'custom_fields' || at[0] === 'metadata';
}

/** Text of the shop in the type of its field; what does not fit is left for the check to name. */
function coerce(value: string | number | readonly string[], kind: FieldKind | 'any'): unknown {
  if (kind === 'list') return typeof value === 'object' ? value : [String(value)];
  if (typeof value !== 'string') return kind === 'text' && typeof value === 'number' ? String(value) : value;
  const text = value.trim();
  if (kind === 'number') return /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? Number(text) : value;
  if (kind === 'boolean') return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : value;
  return value;
}

/** The policy under the values; custom fields and metadata are joined name by name. */
function under(
  product: Product,
  policy: Policy,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { code: _code, name: _name, default: _default, ...fields } = policy;
  const defaults = Object.fromEntries(
    product.custom_fields.flatMap((it) => (it.default === undefined ? [] : [[it.name, it.default]])),
  );
  const merged: Record<string, unknown> = mergeDeep(
    { ...fields, custom_fields: { ...defaults, ...fields.custom_fields } },
    values,
    1,
  );
  // The end belonged to the policy's own type; another type that has none does not inherit it.
  if (
    merged.license_type === 'perpetual' &&
    values.license_type !== undefined &&
    values.valid_duration === undefined &&
    merged.is_trial !== true
  ) {
    delete merged.valid_duration;
  }
  if (Object.keys(Object(merged.custom_fields)).length === 0) delete merged.custom_fields;
  return merged;
}

/** `over` wins; groups of keys are joined to a depth, lists replaced. */
function mergeDeep(under: object, over: object, depth = 8): Record<string, unknown> {
  const merged = new Map<string, unknown>(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(
      key,
      depth > 0 && isGroup(before) && isGroup(value) ? mergeDeep(before, value, depth - 1) : value,
    );
  }
  return Object.fromEntries(merged);
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function putDeep(target: Record<string, unknown>, at: Path, value: unknown): void {
  const [first = '', ...rest] = at;
  const nested = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  Object.assign(target, mergeDeep(target, { [first]: nested }));
}
