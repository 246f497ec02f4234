/**
 * What may be asked for a line that waits: the bodies of POST /v1/parked/{id}/resolve and /unresolve, and what they mean.
 * What must never happen here: a field that is taken, and counts for nothing.
 */
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import type { ResolveAsked } from '../../core/resolving.ts';
import { word } from '../request.ts';

const codes = {
  product: word.describe("A product's code."),
  bundle: word.describe("A bundle's code: each of its products."),
  policy: word.describe('A policy of the product; its default one if left out.'),
  per: z
    .enum(['unit', 'line'])
    .describe('One license for each unit, which is so if left out, or one for the line.'),
  values: licenseFields.describe('These win over the policy.'),
};
const ignored = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .describe('Nothing to license here; say why in a few words.');

const note = z.string().max(1_000).optional().describe('Kept in the timeline.');
const dry_run = z.boolean().default(false).describe('Say what would change, change nothing.');
const patterns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const resolveBody = z
  .strictObject({
    as: z
      .enum(['order', 'rule'])
      .default('order')
      .describe(
        '`order`: for this order alone. `rule`: a new rule, for all lines like it; it takes a key of the scope `admin`.',
      ),
    product: codes.product.optional(),
    bundle: codes.bundle.optional(),
    policy: codes.policy.optional(),
    per: codes.per.optional(),
    values: codes.values.optional(),
    ignore: ignored.optional(),
    when: z
      .record(z.string(), patterns)
      .refine((it) => Object.keys(it).length > 0, {
        error: 'asks for nothing, and would fit every line',
        params: { remedy: 'Name what the line is, or leave it out.' },
      })
      .meta({ minProperties: 1 })
      .optional()
      .describe('Of the rule; what the line names itself by if left out.'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('Of the rule; the title of the line if left out.'),
    revision: z
      .int()
      .min(0)
      .optional()
      .describe('Of the mapping, as a dry run told it: if another one runs by now, no rule is written.'),
    note,
    dry_run,
  })
  // What is checked below, in the words of a schema.
  .meta({
    allOf: [
      {
        anyOf: [
          { required: ['product'], properties: { bundle: false, ignore: false } },
          { required: ['bundle'], properties: { product: false, ignore: false, policy: false } },
          {
            required: ['ignore'],
            properties: { product: false, bundle: false, policy: false, per: false, values: false },
          },
        ],
      },
      {
        anyOf: [
          { properties: { as: { const: 'order' }, when: false, name: false, revision: false } },
          { required: ['as'], properties: { as: { const: 'rule' }, note: false } },
        ],
      },
    ],
    examples: [{ product: 'acmepro', policy: 'annual', dry_run: true }],
  })
  .superRefine((it, context) => {
    const issue = (path: string[], message: string, remedy: string) =>
      context.addIssue({ code: 'custom', path, message, params: { remedy } });
    const named = [it.product, it.bundle, it.ignore].filter((one) => one !== undefined).length;
    if (named !== 1)
      issue(
        [],
        named === 0 ? 'says nothing to give' : 'says several things to give',
        'Send one of product, bundle and ignore.',
      );
    if (it.bundle !== undefined && it.policy !== undefined)
      issue(
        ['policy'],
        'a bundle takes no policy',
        'The catalog says the policy of each of its products; send values.',
      );
    for (const key of ['policy', 'per', 'values'] as const)
      if (it.ignore !== undefined && it[key] !== undefined)
        issue([key], 'nothing is given that it could be of', 'Leave it out.');
    for (const key of ['when', 'name', 'revision'] as const)
      if (it.as === 'order' && it[key] !== undefined)
        issue([key], 'is of a rule', 'Send as: rule, or leave it out.');
    if (it.as === 'rule' && it.note !== undefined)
      issue(['note'], 'a rule keeps no note', 'Say it in the name of the rule.');
  });

export const unresolveBody = z.strictObject({ note, dry_run });

/** In the words of the core. */
export function resolveAsked(it: z.output<typeof resolveBody>): ResolveAsked {
  const { as, name, revision, dry_run: dry } = it;
  return { as, gives: givesOf(it), when: whenOf(it), name, revision, dry_run: dry };
}

function givesOf({ product, bundle, policy, per, values = {}, ignore }: z.output<typeof resolveBody>) {
  if (ignore !== undefined) return { is: 'ignored', reason: ignore } as const;
  const chosen = {
    ...(product !== undefined && { product }),
    ...(bundle !== undefined && { bundle }),
    ...(policy !== undefined && { policy }),
    ...(per !== undefined && { per }),
    values,
  };
  return { is: 'granted', chosen } as const;
}

function whenOf({ when }: z.output<typeof resolveBody>) {
  if (!when) return undefined;
  const lists = Object.entries(when).map(([key, it]) => [key, typeof it === 'string' ? [it] : it] as const);
  return Object.fromEntries(lists);
}
