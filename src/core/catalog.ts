/**
 * What the vendor sells: products with their policies, features and custom fields, and bundles of them.
 * Read from mappings/catalog.yaml; part of every revision. What must never happen here: a code that means two
 * things, or a reference to something that is not there.
 */
import * as z from 'zod';
import { type Fault, faultsOf, type Path } from './faults.ts';
import {
  consumptionPeriod,
  count,
  duration,
  flag,
  isoDate,
  licenseFields,
  metadata,
  timeFault,
} from './license.ts';
import { didYouMean } from './nearest.ts';

export const code = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'is not a code: lower-case letters, digits, _ and -' })
  .meta({ description: 'Unique and never changed.', examples: ['acme-pro'] });
/** Codes inside a product may also come from elsewhere: capitals and dots are allowed, commas and colons are not. */
const innerCode = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: 'is not a code: letters, digits, _ - and .' })
  .meta({ description: 'Unique in its product and never changed.', examples: ['annual'] });
const name = z.string().min(1).describe('Shown to people; the code if left out.').optional();

const feature = z
  .strictObject({
    code: innerCode,
    name,
    type: z.enum(['activation', 'consumption']).describe('Switched on, or counted.').default('activation'),
    max_consumption: count('Uses of a counted feature.'),
    allow_unlimited_consumptions: flag('Any number of uses.'),
    allow_overages: flag('May be used beyond its uses.'),
    max_overages: count('How far beyond.'),
    reset_consumption: flag('The count of uses starts anew each period.'),
    consumption_period: consumptionPeriod,
    valid_duration: duration('How long the feature is on.'),
    expiry_date: isoDate.describe('The day on which the feature ends.').optional(),
    is_floating: flag('Lent by a floating server.'),
    is_floating_cloud: flag('Lent over the internet.'),
    floating_users: count('How many may use it at once.'),
    floating_timeout: count('Minutes after which it comes free.'),
    metadata,
  })
  .transform(named);

const customField = z.strictObject({
  name: z
    .string()
    .min(1)
    .refine((it) => it !== '__proto__', { error: 'is not a name that can be kept' })
    .describe('The name of the custom field.'),
  type: z.enum(['text', 'number', 'date']).default('text'),
  default: z.union([z.string(), z.number()]).describe('The value where none is given.').optional(),
  description: z.string().optional(),
});

const policy = z
  .strictObject({
    code: innerCode,
    name,
    default: z
      .boolean()
      .describe('Taken where a rule names no policy. Exactly one of a product.')
      .default(false),
    ...licenseFields.shape,
    license_type: licenseFields.shape.license_type.unwrap(),
  })
  .transform(named);

const product = z
  .strictObject({
    code,
    name,
    authorization: z
      .enum(['key', 'user'])
      .describe('How the app asks: by license key or by user.')
      .default('key'),
    features: z.array(feature).default([]),
    custom_fields: z.array(customField).default([]),
    policies: z.array(policy).min(1).describe('At least one policy.'),
  })
  .transform(named)
  // A policy that stands alone is the default without saying so.
  .transform((it) =>
    it.policies.length === 1
      ? { ...it, policies: it.policies.map((one) => ({ ...one, default: true })) }
      : it,
  );

const bundle = z
  .strictObject({
    code,
    name,
    products: z
      .array(z.strictObject({ product: code, policy: innerCode.optional() }))
      .min(1)
      .describe('At least one product.'),
  })
  .transform(named);

export const catalogSchema = z.strictObject({
  products: z.array(product).describe('All products, each with its policies.'),
  bundles: z.array(bundle).describe('Products that are sold together.').default([]),
});

export type Catalog = z.infer<typeof catalogSchema>;
export type Product = z.infer<typeof product>;
export type Policy = z.infer<typeof policy>;
export type Bundle = z.infer<typeof bundle>;
export type Feature = z.infer<typeof feature>;
export type CustomField = z.infer<typeof customField>;

function named<T extends { code: string; name?: string | undefined }>(
  it: T,
): Omit<T, 'name'> & { name: string } {
  return { ...it, name: it.name ?? it.code };
}

export function productOf(catalog: Catalog, product: string): Product | undefined {
  return catalog.products.find((it) => it.code === product);
}

/** The named policy of a product, or its default one. */
export function policyOf(product: Product, policy: string | undefined): Policy | undefined {
  return product.policies.find((it) => (policy === undefined ? it.default : it.code === policy));
}

/**
 * Reads a catalog from plain data; all errors at once.
 * @returns the catalog, or null and why
 */
export function readCatalog(raw: unknown): {
  readonly catalog: Catalog | null;
  readonly faults: readonly Fault[];
} {
  const parsed = catalogSchema.safeParse(raw);
  if (parsed.success) {
    const entries = (list: readonly unknown[]) => list.map((it, at) => ({ it, at }));
    // Zod has just made these, so the entries are of their list's type.
    const faults = crossFaults(
      entries(parsed.data.products) as At<Product>[],
      entries(parsed.data.bundles) as At<Bundle>[],
      [],
    );
    return { catalog: faults.length === 0 ? parsed.data : null, faults };
  }
  // What is sound by itself is still checked against the rest, so that one reading shows all errors.
  const whole = (raw ?? {}) as { products?: unknown; bundles?: unknown };
  const products = sound(product, whole.products);
  const bundles = sound(bundle, whole.bundles);
  const cross = crossFaults(products, bundles, codesOf(whole.products));
  return { catalog: null, faults: [...faultsOf(catalogSchema, parsed.error.issues, raw), ...cross] };
}

interface At<T> {
  readonly it: T;
  readonly at: number;
}

function sound<T>(schema: z.ZodType<T>, list: unknown): At<T>[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((raw, at) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? [{ it: parsed.data, at }] : [];
  });
}

function codesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.flatMap((it) => (typeof it?.code === 'string' ? [it.code] : [])) : [];
}

/** @param faulty codes of products that are there but not sound: references to them are not reported twice */
function crossFaults(
  products: readonly At<Product>[],
  bundles: readonly At<Bundle>[],
  faulty: readonly string[],
): Fault[] {
  const catalog = { products: products.map(({ it }) => it), bundles: bundles.map(({ it }) => it) };
  return [
    ...repeated([
      ...products.map(({ it, at }) => ({ code: it.code, path: ['products', at, 'code'] })),
      ...bundles.map(({ it, at }) => ({ code: it.code, path: ['bundles', at, 'code'] })),
    ]),
    ...products.flatMap(({ it, at }) => productFaults(it, ['products', at])),
    ...bundles.flatMap(({ it, at }) => bundleFaults(it, ['bundles', at], catalog, faulty)),
  ];
}

function repeated(codes: readonly { readonly code: string; readonly path: Path }[]): Fault[] {
  const seen = new Set<string>();
  return codes.flatMap(({ code, path }) => {
    if (!seen.has(code)) {
      seen.add(code);
      return [];
    }
    return [
      { path, message: `"${code}" is already taken`, remedy: 'Give each its own; one name means one thing.' },
    ];
  });
}

function productFaults(it: Product, path: Path): Fault[] {
  const faults: Fault[] = [
    ...repeated(it.features.map(({ code }, at) => ({ code, path: [...path, 'features', at, 'code'] }))),
    ...repeated(
      it.custom_fields.map(({ name }, at) => ({ code: name, path: [...path, 'custom_fields', at, 'name'] })),
    ),
    ...repeated(it.policies.map(({ code }, at) => ({ code, path: [...path, 'policies', at, 'code'] }))),
  ];
  const defaults = it.policies.filter((one) => one.default).length;
  if (defaults !== 1) {
    faults.push({
      path: [...path, 'policies'],
      message: defaults === 0 ? 'no policy is the default' : `${defaults} policies are the default`,
      remedy: 'Write default: true at exactly one policy.',
    });
  }
  it.custom_fields.forEach((field, at) => {
    const wrong = field.default === undefined ? null : customValueFault(field, field.default);
    if (wrong !== null) faults.push({ path: [...path, 'custom_fields', at, 'default'], ...wrong });
  });
  it.policies.forEach((one, at) => {
    const here = [...path, 'policies', at];
    const time = timeFault(one);
    if (time) faults.push({ path: [...here, 'valid_duration'], ...time });
    faults.push(...referenceFaults(it, one, here));
  });
  return faults;
}

/** Do the features and custom fields that are named exist in the product? */
export function referenceFaults(
  product: Product,
  fields: {
    readonly features?: readonly string[] | undefined;
    readonly custom_fields?: Readonly<Record<string, string | number>> | undefined;
  },
  path: Path,
): Fault[] {
  const features = product.features.map((it) => it.code);
  const names = product.custom_fields.map((it) => it.name);
  const faults: Fault[] = [];
  fields.features?.forEach((code, at) => {
    if (features.includes(code)) return;
    const message = `${product.code} has no feature "${code}"`;
    faults.push({
      path: [...path, 'features', at],
      message,
      remedy: didYouMean(code, features, 'Its features'),
    });
  });
  for (const [name, value] of Object.entries(fields.custom_fields ?? {})) {
    const field = product.custom_fields.find((it) => it.name === name);
    const wrong = field
      ? customValueFault(field, value)
      : {
          message: `${product.code} has no custom field "${name}"`,
          remedy: didYouMean(name, names, 'Its custom fields'),
        };
    if (wrong) faults.push({ path: [...path, 'custom_fields', name], ...wrong });
  }
  return faults;
}

export function customValueFault(
  field: CustomField,
  value: string | number,
): { message: string; remedy: string } | null {
  if (field.type === 'number') {
    return typeof value === 'number'
      ? null
      : { message: 'is not a number', remedy: `"${field.name}" is a number in the catalog.` };
  }
  if (field.type === 'date') {
    return isoDate.safeParse(value).success
      ? null
      : { message: 'is not a date', remedy: 'Write it like 2026-11-01.' };
  }
  return typeof value === 'string' ? null : { message: 'is not text', remedy: 'Put it in quotes.' };
}

function bundleFaults(it: Bundle, path: Path, catalog: Catalog, faulty: readonly string[]): Fault[] {
  const codes = catalog.products.map((one) => one.code);
  const faults = it.products.flatMap((member, at): Fault[] => {
    const here = [...path, 'products', at];
    const product = productOf(catalog, member.product);
    if (product === undefined) {
      if (faulty.includes(member.product)) return [];
      return [
        {
          path: [...here, 'product'],
          message: `there is no product "${member.product}"`,
          remedy: didYouMean(member.product, codes, 'Products'),
        },
      ];
    }
    if (member.policy === undefined || policyOf(product, member.policy)) return [];
    const policies = product.policies.map((one) => one.code);
    const message = `${product.code} has no policy "${member.policy}"`;
    return [
      { path: [...here, 'policy'], message, remedy: didYouMean(member.policy, policies, 'Its policies') },
    ];
  });
  const ways = new Set(
    it.products.flatMap((member) => productOf(catalog, member.product)?.authorization ?? []),
  );
  if (ways.size > 1) {
    faults.push({
      path: [...path, 'products'],
      message: 'its products differ in authorization',
      remedy: 'A bundle holds products of one authorization: key or user.',
    });
  }
  return faults;
}
