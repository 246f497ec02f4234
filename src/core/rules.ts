/**
 * The shape of a mapping file: settings, rules, and what happens on refunds and the like, defaults filled in.
 * What must never happen here: a key that nobody reads passing in silence.
 */
import * as z from 'zod';
import { isoDate, type LicenseFields, licenseFields } from './license.ts';

/** Where licenses may live. */
export const ISSUERS = ['embedded'] as const;
/** What may be owed once the issuer has the licenses. */
const COURIERS = ['email'] as const;

const template = z.string().regex(/\{\{/, { error: 'is no template', abort: true });

/** What `values` may say: a field's own value, or a template that yields it. */
export type GrantValues = { readonly [K in keyof LicenseFields]?: LicenseFields[K] | string };

const grantValues = z
  .strictObject(
    Object.fromEntries(
      Object.entries(licenseFields.shape).map(([field, schema]) => {
        const own = schema.unwrap();
        const description =
          z.globalRegistry.get(schema)?.description ?? z.globalRegistry.get(own)?.description;
        const either =
          own.def.type === 'string' && own.def.checks === undefined ? own : z.union([own, template]);
        return [field, (description ? either.describe(description) : either).optional()];
      }),
    ),
  )
  // Built field by field from `licenseFields`, which the compiler cannot follow through `fromEntries`.
  .transform((it) => it as GrantValues);

const word = (description: string) => z.string().min(1).describe(description);

const grant = z
  .strictObject({
    product: word('A product’s code, or a template.').optional(),
    bundle: word('A bundle’s code, or a template; it gives each of its products.').optional(),
    policy: word('A policy of the product; its default one if left out.').optional(),
    per: z
      .enum(['unit', 'line'])
      .describe('One license for each unit, or one for the line with its quantity in {{quantity}}.')
      .default('unit'),
    values: grantValues.describe('These win over the policy.').default({}),
  })
  .superRefine((it, context) => {
    const named = Number(it.product !== undefined) + Number(it.bundle !== undefined);
    if (named !== 1) {
      const message =
        named === 0 ? 'names neither a product nor a bundle' : 'names both a product and a bundle';
      context.addIssue({
        code: 'custom',
        message,
        params: { remedy: 'Write product: or bundle:, one of them.' },
      });
    }
    if (it.bundle !== undefined && it.policy !== undefined) {
      const remedy = 'Write the policy of each product in the catalog, at the bundle.';
      context.addIssue({
        code: 'custom',
        path: ['policy'],
        message: 'a bundle takes no policy',
        params: { remedy },
      });
    }
  });

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const match = z
  .union([scalar, z.array(scalar).min(1)])
  .transform((it): readonly string[] => (Array.isArray(it) ? it : [it]).map(String))
  .describe('A value, or a list of which any fits. * stands for any run of characters.');

export const rule = z
  .strictObject({
    name: word('Shown in orders and explanations.').optional(),
    when: z.record(z.string(), match).describe('All of these must fit. {} fits every line.'),
    grant: z
      .union([grant, z.array(grant).min(1)])
      .transform((it) => (Array.isArray(it) ? it : [it]))
      .describe('What the buyer gets: one grant or a list of them.')
      .optional(),
    ignore: word('Nothing to license here; say why in a few words.').optional(),
  })
  .superRefine((it, context) => {
    if ((it.grant === undefined) === (it.ignore === undefined)) {
      const message = it.grant ? 'says both grant and ignore' : 'says neither grant nor ignore';
      const remedy = 'Write grant: (what the buyer gets) or ignore: (why nothing), one of them.';
      context.addIssue({ code: 'custom', message, params: { remedy } });
    }
  });

const act = z.enum(['revoke', 'suspend', 'review', 'keep']);
const wait = z
  .string()
  .regex(/^[1-9]\d{0,4}[hdmy]$/, { error: 'is not a duration' })
  .meta({ description: 'How long the license is kept.', examples: ['3d', '12h'] });

const on = z.strictObject({
  refund_full: act.describe('All of the money went back.').default('revoke'),
  refund_partial: z
    .enum(['by_unit', 'review', 'keep'])
    .describe('by_unit: exactly the refunded units when the shop names them, else review.')
    .default('by_unit'),
  dispute_opened: z.enum(['suspend', 'flag']).describe('A dispute was opened.').default('suspend'),
  dispute_lost: act.describe('A dispute won takes back what that dispute did, no more.').default('revoke'),
  order_cancelled: act.describe('The order was cancelled.').default('revoke'),
  payment_past_due: z
    .strictObject({
      keep_for: wait.default('3d'),
      // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
      then: z.enum(['suspend', 'review', 'keep']).default('suspend'),
    })
    .describe('A renewal was not paid.')
    // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
    .default({ keep_for: '3d', then: 'suspend' }),
  subscription_unpaid: act.describe('The shop gave up collecting.').default('suspend'),
  subscription_paused: act
    .describe('The subscription rests; keep where only the collection is paused.')
    .default('suspend'),
  subscription_ended: z
    .enum(['expire', 'revoke'])
    .describe('expire: at the time it ended.')
    .default('expire'),
});

const span = z
  .string()
  .regex(/^[1-9]\d{0,3}[hd]$/, { error: 'is not a number of hours or days' })
  .meta({ examples: ['6h', '1d'] });
const reconcile = z.strictObject({
  every: span.describe('How often; `1d` is at midnight UTC.'),
  window: span
    .describe('How far back each run looks, and further where runs before it failed or were missed.')
    .default('3d'),
});

export const mappingFields = z.strictObject({
  integration: word('The shop’s integration.'),
  mode: z.enum(['live', 'test']).describe('Events of the other mode are stored, ignored and alarmed.'),
  issuer: z.enum(ISSUERS).describe('Where the licenses live.').default('embedded'),
  settings: z
    .record(z.string(), z.unknown())
    .describe('The integration’s own settings. Secrets as $NAME of an environment variable.')
    .default({}),
  rules: z.array(rule).describe('The first that fits a line decides.').default([]),
  unmapped: z.enum(['park', 'ignore']).describe('A line that no rule fits.').default('park'),
  test_orders: z
    .enum(['issue', 'ignore'])
    .describe(
      'Single orders that the shop marks as test. If left out: issue in test mode, ignore in live mode.',
    )
    .optional(),
  on: on.describe('What happens to licenses afterwards.').default(() => on.parse({})),
  renewal: z
    .enum(['issue', 'park'])
    .describe('Renewals that come as new orders and cannot be linked.')
    .default('park'),
  sold_since: isoDate
    .describe(
      'Sales from before this time are issued with the keys that their buyers already have (`keyferry adopt`), never with new ones.',
    )
    .optional(),
  reconcile: reconcile
    .describe('Compares the shop’s own list with what is here, by itself, and heals what is missing.')
    .optional(),
  deliver: z
    .array(z.enum(COURIERS))
    .describe('What is owed once the issuer has the licenses.')
    .default(['email']),
});

/** One source's file, defaults filled in. */
export const mappingSchema = mappingFields.transform((it) => ({
  ...it,
  test_orders: it.test_orders ?? (it.mode === 'test' ? ('issue' as const) : ('ignore' as const)),
}));

export type Rule = z.infer<typeof rule>;
export type Grant = z.infer<typeof grant>;
/** `settings` stay as written: `$NAME`s are resolved only in memory, by `resolveSettings`. */
export type Mapping = z.infer<typeof mappingSchema>;
