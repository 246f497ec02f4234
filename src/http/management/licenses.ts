/** GET /v1/licenses: what was issued, with the state that the clock gives it, and one by one what changed when. */
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import { type LicenseKey, type LicenseRecord, SHOWN_LICENSE_STATES, shownState } from '../../core/records.ts';
import type { Timeline } from '../../core/timeline.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, type Listing, pageFields, sliceOf } from '../page.ts';
import { readQuery, word } from '../request.ts';
import { viewTimeline } from './changes.ts';
import { notFound, param, type Route, refuse } from './route.ts';

/** Every field is always there; what neither policy nor rule says is null, or empty. */
const NOTHING_SAID = {
  ...Object.fromEntries(Object.keys(licenseFields.shape).map((name) => [name, null])),
  features: [],
  custom_fields: {},
  metadata: {},
};

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
    issuer: it.issuer,
    created_at: iso(it.created_at),
    updated_at: iso(it.updated_at),
  };
  // Readers look at the top; what a policy may say besides follows, and overwrites nothing.
  return { ...own, ...NOTHING_SAID, ...it.fields, ...own };
}

export function viewWholeLicense(it: LicenseRecord & { readonly timeline: Timeline }, now: number) {
  return { ...viewLicense(it, now), ...viewTimeline(it.timeline) };
}

const LIST: Listing<LicenseKey> = {
  name: 'licenses',
  key: z.union([z.tuple([z.string()]), z.tuple([z.number(), z.string()])]),
};
const query = z
  .strictObject({
    key: word.optional(),
    order: word.optional(),
    state: z.enum(SHOWN_LICENSE_STATES).optional(),
    product: word.optional(),
    ...pageFields(LIST),
  })
  .superRefine(({ state, key, order, cursor }, context) => {
    // What ran out runs by when it did, if it is not asked for by a name.
    const byEnd = state === 'expired' && key === undefined && order === undefined;
    if (cursor === undefined || byEnd === (cursor.length === 2)) return;
    const params = { remedy: 'Send `next_cursor` of the page before, with the same filters.' };
    context.addIssue({
      code: 'custom',
      path: ['cursor'],
      message: 'is of a list with other filters',
      params,
    });
  });

export const licenses: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/licenses',
    scope: 'read',
    handle: async (c, { records, clock }) => {
      const read = await readQuery(c, query);
      if (!read.ok) return refuse(c, read.problem);
      const now = clock.now();
      const page = await records.licenses(read.value, sliceOf(read.value), now);
      return answerPage(LIST, page, (it) => viewLicense(it, now));
    },
  },
  {
    method: 'GET',
    path: '/v1/licenses/:id',
    scope: 'read',
    handle: async (c, { records, clock }) => {
      const found = await records.license(param(c, 'id'));
      if (!found) return notFound(c, 'no license of this id');
      return answer(viewWholeLicense(found, clock.now()));
    },
  },
];
