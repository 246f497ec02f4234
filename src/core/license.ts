/**
 * What a license is made of: the fields of a policy, which the `values` of a grant may override. Carried as
 * plain JSON. What only the vendor's own app can act on (floating, borrowing, air gap) is carried, not judged.
 */
import * as z from 'zod';

const LICENSE_TYPES = ['perpetual', 'time-limited', 'subscription', 'consumption'] as const;
const CONSUMPTION_PERIODS = ['daily', 'weekly', 'monthly', 'annually'] as const;

export const count = (description: string) => z.int().min(0).describe(description).optional();
/** A hundred years: what a vendor may write, and far from where dates end. */
const TRIAL_DAYS_MAX = 36_500;
export const flag = (description: string) => z.boolean().describe(description).optional();
/** Days, months or years: a license's time is counted by the calendar. */
export const duration = (description: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,4}[dmy]$/, { error: 'is not a duration in days, months or years' })
    .meta({ description, examples: ['35d', '3m', '2y'] })
    .optional();
export const consumptionPeriod = z
  .enum(CONSUMPTION_PERIODS)
  .describe('How often the count starts anew, with `reset_consumption`.')
  .optional();
export const metadata = z
  .record(
    z
      .string()
      .refine((key) => key !== '' && key !== '__proto__', { error: 'is not a name that can be kept' }),
    z.json(),
  )
  .describe('Anything else, as JSON. Kept with the license.')
  .optional();
export const isoDate = z
  .union([z.iso.date({ error: 'is not a date' }), z.iso.datetime({ offset: true, error: 'is not a date' })])
  .meta({ examples: ['2026-11-01'] });

/** All that a policy says of a license, each of it optional. */
export const licenseFields = z.strictObject({
  license_type: z.enum(LICENSE_TYPES).describe('Never changes once a license is issued.').optional(),
  valid_duration: duration('How long the license is valid from its issue, where the shop has no term.'),
  start_date: isoDate.describe('The day from which the license is valid.').optional(),
  is_trial: flag('A trial license.'),
  trial_days: z.int().min(0).max(TRIAL_DAYS_MAX).describe('Days of the trial.').optional(),
  max_activations: count('Devices on which the license may be active at once.'),
  allow_unlimited_activations: flag('Any number of devices.'),
  max_transfers: count('Moves from device to device; 0 is no limit.'),
  max_license_users: count('People who may share the license; 0 is no limit.'),
  is_floating: flag('Seats are lent by a floating server in the customer’s own network.'),
  is_floating_cloud: flag('Seats are lent over the internet.'),
  floating_users: count('Seats that may be in use at once.'),
  floating_timeout: count('Minutes after which an unused seat comes free.'),
  can_borrow: flag('A seat may be taken offline.'),
  max_borrow_time: count('Longest time offline, in hours.'),
  enable_maintenance_period: flag('Updates are included only for a time.'),
  maintenance_duration: duration('How long updates are included.'),
  prevent_vm: flag('Does not run in virtual machines.'),
  is_air_gapped: flag('For devices that are never online.'),
  is_hardware_key_auth: flag('Bound to a hardware key.'),
  allow_grace_period: flag('Keeps working for a while after a missed renewal.'),
  grace_period: z
    .string()
    .regex(/^[1-9]\d{0,4}[hdmy]$/, { error: 'is not a duration' })
    .meta({ description: 'How long it keeps working after a missed renewal.', examples: ['72h', '5d'] })
    .optional(),
  max_consumptions: count('Uses that the license allows.'),
  allow_unlimited_consumptions: flag('Any number of uses.'),
  allow_overages: flag('May be used beyond its uses.'),
  max_overages: count('How far beyond.'),
  reset_consumption: flag('The count of uses starts anew each period.'),
  consumption_period: consumptionPeriod,
  features: z
    .array(z.string().min(1))
    .describe('Codes of the product’s features that are switched on.')
    .optional(),
  custom_fields: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('Values of the product’s custom fields, by name.')
    .optional(),
  note: z.string().describe('A note for the vendor’s people.').optional(),
  metadata,
});

export type LicenseFields = z.infer<typeof licenseFields>;

/** What a single template in this field becomes. */
export type FieldKind = 'number' | 'boolean' | 'list' | 'text' | 'members';

/** The kind of a license field, read from its schema; null for a name that is no field. */
export function kindOf(field: string): FieldKind | null {
  if (!Object.hasOwn(licenseFields.shape, field)) return null;
  // `hasOwn` has just shown that it is one of the keys.
  const type = licenseFields.shape[field as keyof LicenseFields].def.innerType.def.type;
  if (type === 'number' || type === 'boolean') return type;
  return type === 'array' ? 'list' : type === 'record' ? 'members' : 'text';
}

/**
 * Does the time of a license make sense for its type?
 * @returns what is wrong and how to mend it, or null
 */
export function timeFault(fields: LicenseFields): { message: string; remedy: string } | null {
  const trial = fields.is_trial === true;
  if (fields.license_type === 'perpetual' && fields.valid_duration !== undefined && !trial) {
    return {
      message: 'a perpetual license has no end, but valid_duration gives it one',
      remedy: 'Take valid_duration away, or write license_type: time-limited.',
    };
  }
  const ends = fields.valid_duration !== undefined || (trial && fields.trial_days !== undefined);
  if (fields.license_type === 'time-limited' && !ends) {
    return {
      message: 'a time-limited license needs valid_duration',
      remedy: 'Write for example valid_duration: 1y.',
    };
  }
  return null;
}

/**
 * Are these fields still what a license may say? For fields that follow a quantity: it was checked when the line
 * was mapped, and has grown since.
 * @returns what is wrong, with its place, or null
 */
export function fieldsFault(fields: unknown): string | null {
  const parsed = licenseFields.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`;
  }
  const wrong = timeFault(parsed.data);
  return wrong && `valid_duration: ${wrong.message}`;
}
