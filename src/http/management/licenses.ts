/** GET /v1/licenses: what was issued, with the state that the clock gives it, and one by one what changed when. */
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import { resetOf } from '../../core/override.ts';
import type { Override } from '../../core/plan.ts';
import {
  type LicenseRecord,
  SHOWN_LICENSE_STATES,
  shownState,
  type WholeLicense,
} from '../../core/records.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { word } from '../request.ts';
import { shownReason, timelineFields, viewTimeline } from './changes.ts';
import { etag, gone, type Route, route } from './route.ts';

/** Every field is always there; what neither policy nor rule says is null, or empty. */
const NOTHING_SAID = {
  ...Object.fromEntries(Object.keys(licenseFields.shape).map((name) => [name, null])),
  features: [],
  custom_fields: {},
  metadata: {},
};

const { license_type, features, custom_fields, metadata, ...others } = licenseFields.shape;

export const shownLicense = z
  .object({
    id: z.string(),
    key: z.string().meta({ examples: ['7K3QM-…'] }),
    state: z.enum(SHOWN_LICENSE_STATES),
    license_type: license_type.unwrap(),
    product: z.string().describe("A product's code."),
    policy: z.string(),
    valid_until: moment.nullable().describe('Null: it has no end.'),
    starts_at: moment,
    reasons: z.array(shownReason).describe('Why it is not simply active.'),
    order_id: z.string(),
    line_id: z.string(),
    unit: z.int().describe('Which of the units of its line, from 0.'),
    part: z.string().describe('Which of the products that its line gives.'),
    generation: z.int().describe('Counts the licenses that this unit had before.'),
    replaced: z.boolean().describe('Another stands in its place.'),
    activations_reset_at: moment
      .nullable()
      .describe('Your app counts activations from here on anew; null: they were never reset.'),
    issuer: z.string(),
    created_at: moment,
    updated_at: moment,
    features: features.unwrap(),
    custom_fields: custom_fields.unwrap(),
    metadata: metadata.unwrap(),
    ...Object.fromEntries(Object.entries(others).map(([name, schema]) => [name, schema.unwrap().nullable()])),
  })
  .meta({ id: 'License', description: 'A license, and all that its policy says; null: nothing was said.' });

export function viewLicense(it: LicenseRecord, now: number) {
  const own = {
    id: it.id,
    key: it.key,
    state: shownState(it.state, it.valid_until, now),
    license_type: it.license_type,
    product: it.product,
    policy: it.policy,
    valid_until: iso(it.valid_until),
    max_activations: it.fields.max_activations ?? null,
    starts_at: iso(it.starts_at),
    reasons: it.reasons,
    order_id: it.order_id,
    line_id: it.line_id,
    unit: it.unit,
    part: it.part,
    generation: it.generation,
    replaced: it.replaced,
    activations_reset_at: resetOf(it.fields) ?? null,
    issuer: it.issuer,
    created_at: iso(it.created_at),
    updated_at: iso(it.updated_at),
  };
  // Readers look at the top; what a policy may say besides follows, and overwrites nothing.
  return { ...own, ...NOTHING_SAID, ...it.fields, ...own };
}

const shownOverrides = z
  .object({
    hold: z.enum(['suspend', 'revoke']).nullable().describe('Lifted by /reinstate.'),
    valid_until: z
      .union([moment, z.literal('never')])
      .nullable()
      .describe('Taken back with PATCH {"valid_until": null}.'),
    extend_to: moment.nullable().describe('Taken back with PATCH {"extend_to": null}.'),
    fields: z
      .record(z.string(), z.unknown())
      .describe('Values by name, each taken back with PATCH {"<name>": null}.'),
    by: z.string().nullable().describe('Whose act was the last of them: the id of an API key.'),
    at: moment.nullable(),
  })
  .meta({ id: 'Overrides', description: 'What persons gave a license, over what was sold.' });

export const shownWholeLicense = shownLicense
  .extend({
    overrides: shownOverrides.nullable().describe('Null: no person gave it anything.'),
    ...timelineFields,
  })
  .meta({ id: 'WholeLicense', description: 'A license, what persons gave it, and its timeline.' });

export function viewWholeLicense(it: WholeLicense, now: number) {
  return {
    ...viewLicense(it, now),
    overrides: it.override && viewOverrides(it.override),
    ...viewTimeline(it.timeline),
  };
}

/** What a person can take back; that a key was asked for, or activations were reset, is done. */
function viewOverrides({ hold, valid_until, extended_to, fields, by, at }: Override) {
  const said = [hold, valid_until, extended_to, fields];
  if (said.every((one) => one === undefined)) return null;
  return {
    hold: hold ?? null,
    valid_until: valid_until === null ? 'never' : iso(valid_until ?? null),
    extend_to: iso(extended_to ?? null),
    fields: fields ?? {},
    by: by ?? null,
    at: iso(at ?? null),
  };
}

const LIST = byId('licenses');
const query = z.strictObject({
  key: word.optional(),
  order: word.optional().describe('The id of an order.'),
  state: z.enum(SHOWN_LICENSE_STATES).optional(),
  product: word.optional().describe("A product's code."),
  ...pageFields(LIST),
});

export const licenses: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/licenses',
    scope: 'read',
    summary: 'List licenses',
    query,
    answers: { 200: pageOf(shownLicense) },
    handle: async ({ query: asked }, { records, clock }) => {
      const now = clock.now();
      const page = await records.licenses(asked, sliceOf(asked), now);
      return answerPage(LIST, page, (it) => viewLicense(it, now));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/licenses/:id',
    scope: 'read',
    summary: 'Read a license',
    description:
      'With what persons gave it, and its timeline: what changed when, and because of what. Its `ETag` is the version of its order.',
    answers: { 200: shownWholeLicense },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records, clock }) => {
      const found = await records.license(params.id);
      if (!found) return refuse(gone('no license of this id'));
      return answer(viewWholeLicense(found, clock.now()), 200, etag(found.version));
    },
  }),
];
