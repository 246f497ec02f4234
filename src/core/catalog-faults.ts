/**
 * What the shape of a catalog alone does not show: codes given twice, references to what is not there, a
 * license whose time makes no sense. Used when a catalog is read, and when a line's values are filled in.
 */

import type { Fault, Path } from './faults.ts';
import { isoDate, timeFault } from './license.ts';
import { didYouMean } from './nearest.ts';
import {
  type Bundle,
  type Catalog,
  type CustomField,
  type Product,
  policyOf,
  productOf,
} from './products.ts';

export function repeated(codes: readonly { readonly code: string; readonly path: Path }[]): Fault[] {
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

export function productFaults(it: Product, path: Path): Fault[] {
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

function customValueFault(
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

export function bundleFaults(it: Bundle, path: Path, catalog: Catalog, faulty: readonly string[]): Fault[] {
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
