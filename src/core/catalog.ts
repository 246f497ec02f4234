/**
 * Reads what the vendor sells, from mappings/catalog.yaml or a request; part of every revision. What must
 * never happen here: a code that means two things, or a reference to something that is not there.
 */
import type * as z from 'zod';
import { bundleFaults, productFaults, repeated } from './catalog-faults.ts';
import { type Fault, faultsOf } from './faults.ts';
import { LIMITS } from './limits.ts';
import { type Bundle, bundle, type Catalog, catalogSchema, type Product, product } from './products.ts';
import { dataFaults } from './written.ts';

export {
  type Bundle,
  type Catalog,
  type CustomField,
  catalogSchema,
  type Feature,
  type Policy,
  type Product,
  policyOf,
  productOf,
} from './products.ts';

/**
 * Reads a catalog from plain data; all errors at once.
 * @returns the catalog, or null and why
 */
export function readCatalog(raw: unknown): {
  readonly catalog: Catalog | null;
  readonly faults: readonly Fault[];
} {
  const data = dataFaults(raw);
  if (data.unsound) return { catalog: null, faults: data.faults };
  const parsed = catalogSchema.safeParse(raw);
  if (parsed.success) {
    const entries = (list: readonly unknown[]) => list.map((it, at) => ({ it, at }));
    // Zod has just made these, so the entries are of their list's type.
    const faults = [
      ...data.faults,
      ...crossFaults(
        entries(parsed.data.products) as At<Product>[],
        entries(parsed.data.bundles) as At<Bundle>[],
        [],
      ),
    ];
    return { catalog: faults.length === 0 ? parsed.data : null, faults: faults.slice(0, LIMITS.faults_told) };
  }
  // What is sound by itself is still checked against the rest, so that one reading shows all errors.
  const whole = (raw ?? {}) as { products?: unknown; bundles?: unknown };
  const products = sound(product, whole.products);
  const bundles = sound(bundle, whole.bundles);
  const cross = crossFaults(products, bundles, codesOf(whole.products));
  return {
    catalog: null,
    faults: [...data.faults, ...faultsOf(catalogSchema, parsed.error.issues, raw), ...cross].slice(
      0,
      LIMITS.faults_told,
    ),
  };
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
