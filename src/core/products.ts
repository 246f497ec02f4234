/**
 * The shape of a catalog: products with their policies, features and custom fields, and bundles. What must
 * never happen here: a code that could be mistaken for another by case or white space.
 */
import * as z from 'zod';
import { consumptionPeriod, count, duration, flag, isoDate, licenseFields, metadata } from './license.ts';
import { LIMITS } from './limits.ts';

const code = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'is not a code: lower-case letters, digits, _ and -' })
  .max(LIMITS.code_letters)
  .meta({ description: 'Unique and never changed.', examples: ['acme-pro'] });
/** Codes inside a product may also come from elsewhere: capitals and dots are allowed, commas and colons are not. */
const innerCode = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: 'is not a code: letters, digits, _ - and .' })
  .max(LIMITS.code_letters)
  .meta({ description: 'Unique in its product and never changed.', examples: ['annual'] });
const name = z.string().min(1).describe('Shown to people; the code if left out.').optional();

export const featureFields = z.strictObject({
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
});
export const feature = featureFields.transform(named);

export const customField = z.strictObject({
  name: z
    .string()
    .min(1)
    .refine((it) => it !== '__proto__', { error: 'is not a name that can be kept' })
    .describe('The name of the custom field.'),
  type: z.enum(['text', 'number', 'date']).default('text'),
  default: z.union([z.string(), z.number()]).describe('The value where none is given.').optional(),
  description: z.string().optional(),
});

export const policyFields = z.strictObject({
  code: innerCode,
  name,
  default: z
    .boolean()
    .describe('Taken where a rule names no policy. Exactly one of a product.')
    .default(false),
  ...licenseFields.shape,
  license_type: licenseFields.shape.license_type.unwrap(),
});
export const policy = policyFields.transform(named);

export const productFields = z.strictObject({
  code,
  name,
  authorization: z
    .enum(['key', 'user'])
    .describe('How the app asks: by license key or by user.')
    .default('key'),
  features: z.array(feature).default([]),
  custom_fields: z.array(customField).default([]),
  policies: z.array(policy).min(1).describe('At least one policy.'),
});
export const product = productFields
  .transform(named)
  // A policy that stands alone is the default without saying so.
  .transform((it) =>
    it.policies.length === 1
      ? { ...it, policies: it.policies.map((one) => ({ ...one, default: true })) }
      : it,
  );

export const bundleFields = z
  .strictObject({
    code,
    name,
    products: z
      .array(z.strictObject({ product: code, policy: innerCode.optional() }))
      .min(1)
      .describe('At least one product.'),
  })
  .meta({ examples: [{ code: 'acmesuite', products: [{ product: 'acmepro' }] }] });
export const bundle = bundleFields.transform(named);

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
