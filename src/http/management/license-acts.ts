/**
 * What a person does to a license: PATCH /v1/licenses/{id}, and POST …/{suspend|reinstate|revoke|reissue|…}. Each is an
 * act that goes down the river; the answer is the license as it stands then. What must never happen here: a value of
 * a license changed in any other way.
 */
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import { type LicenseAct, nextOf, whyHeld } from '../../core/license-acts.ts';
import { ok, type Problem, problem, type Result } from '../../core/problem.ts';
import { type LicenseRecord, shownState } from '../../core/records.ts';
import { answer } from '../answers.ts';
import type { AppPorts } from '../ports.ts';
import { time } from '../request.ts';
import { shownWholeLicense, viewWholeLicense } from './licenses.ts';
import { type Asked, etag, gone, type Route, route } from './route.ts';

const note = z
  .string()
  .max(1_000)
  .meta({ description: 'Kept in the timeline.', examples: ['asked for by phone'] })
  .optional();
const said = z.strictObject({ note });

type Verb = Exclude<LicenseAct['act'], 'alter'>;
const SUMMARIES: Readonly<Record<Verb, string>> = {
  suspend: 'Suspend a license',
  reinstate: 'Reinstate a license',
  revoke: 'Revoke a license',
  reissue: 'Reissue a license',
  reset_activations: 'Reset the activations of a license',
};

/** What was sold stays what it is; each with what to do instead. */
const FIXED: Readonly<Record<string, string>> = {
  license_type: 'Revoke it, and issue a license of the other type.',
  product: 'Revoke it, and issue a license of the other product.',
  policy: 'Write the values that are to differ.',
  key: 'POST /v1/licenses/{id}/reissue gives it another key.',
  state: 'POST /v1/licenses/{id}/suspend, /reinstate or /revoke.',
  starts_at: 'Write start_date.',
};
const fixed = Object.fromEntries(
  Object.entries(FIXED).map(([name, remedy]) => [
    name,
    z
      .unknown()
      .refine((it) => it === undefined, {
        error: 'never changes once a license is issued',
        params: { remedy },
      })
      // In the words of a schema: never there.
      .meta({ not: {} })
      .optional(),
  ]),
);

const { license_type: _never, ...fields } = licenseFields.shape;
const orNull = Object.fromEntries(
  Object.entries(fields).map(([name, schema]) => [name, z.nullable(schema).optional()]),
);
const shownActed = shownWholeLicense
  .extend({ remark: z.string().nullable().describe('Other reasons hold it where it is.') })
  .meta({ id: 'ActedLicense', description: 'A license after what a person did to it.' });
/** A value that is left out stays, null takes back what a person gave. */
const changed = z
  .strictObject({
    ...orNull,
    custom_fields: z
      .record(z.string(), z.union([z.string(), z.number()]).nullable())
      .nullable()
      .optional()
      .describe('Those that are named; null takes one back.'),
    valid_until: z
      .union([time, z.literal('never')])
      .meta({ examples: ['2027-06-30', 'never'] })
      .nullable()
      .optional()
      .describe('Its end, whatever the shop says.'),
    extend_to: time
      .nullable()
      .optional()
      .describe('It ends no sooner; a paid period that reaches further counts.'),
    change_note: note,
    ...fixed,
  })
  .meta({ examples: [{ max_activations: 25, extend_to: '2027-06-30' }] });

function act(verb: Verb, description: string): Route {
  return route({
    method: 'POST',
    path: `/v1/licenses/:id/${verb}`,
    scope: 'issue',
    summary: SUMMARIES[verb],
    ...(verb === 'reset_activations' ? { name: 'resetLicenseActivations' } : {}),
    description,
    body: said,
    answers: { 200: shownActed },
    problems: PROBLEMS_OF_ACTS,
    handle: (asked, ports) => acted(asked, ports, { act: verb, license: asked.params.id }, asked.body.note),
  });
}

const PROBLEMS_OF_ACTS = [
  'not_found',
  'license_replaced',
  'license_revoked',
  { code: 'source_unknown', status: 409 },
  'edited_meanwhile',
  'conflict_persists',
] as const satisfies Route['problems'];

type AskedAct = Pick<Asked<'', typeof said, typeof said>, 'holder' | 'versions' | 'refuse'>;

async function acted(
  { holder, versions, refuse }: AskedAct,
  { bridge, records, clock, notify }: AppPorts,
  asked: LicenseAct,
  note: string | undefined,
): Promise<Response> {
  const license = await records.license(asked.license);
  if (!license) return refuse(gone('no license of this id'));
  const done = await bridge.act(license.order_id, asked, { actor: holder.id, note }, { versions });
  // The license is there; it is its source that does not run just now.
  if (!done.ok) return refuse(done.problem, done.problem.code === 'source_unknown' ? { status: 409 } : {});
  notify();
  const shown = asked.act === 'reissue' ? await successorOf(license, records) : ok(license.id);
  if (!shown.ok) return refuse(shown.problem);
  // Read anew, so that whoever says it again hears the same.
  const after = await records.license(shown.value);
  if (!after) return refuse(gone('no license of this id'));
  const now = clock.now();
  const view = { ...viewWholeLicense(after, now), remark: remarkOf(asked, after, now) };
  return answer(view, 200, etag(after.version));
}

/** The id of the license with the new key. What ended in the same moment has none. */
async function successorOf(license: LicenseRecord, records: AppPorts['records']): Promise<Result<string>> {
  const order = await records.order(license.order_id);
  const all = (order?.items ?? []).flatMap(({ licenses }) => licenses);
  const next = nextOf(all, license);
  const now = all.find(({ id }) => id === license.id) ?? license;
  return next ? ok(next.id) : { ok: false, problem: ended(now) };
}

function ended(license: LicenseRecord): Problem {
  return problem('license_revoked', whyHeld(license));
}

/** What a person may not expect: other reasons hold the license where it is. */
function remarkOf(asked: LicenseAct, license: LicenseRecord, now: number): string | null {
  const wanted = asked.act === 'suspend' ? 'suspended' : asked.act === 'reinstate' ? 'active' : null;
  const state = shownState(license.state, license.valid_until, now);
  if (wanted === null || state === wanted) return null;
  return state === 'expired' ? 'Its time has run out.' : `It stays ${state}: ${whyHeld(license)}.`;
}

export const licenseActs: readonly Route[] = [
  route({
    method: 'PATCH',
    path: '/v1/licenses/:id',
    scope: 'issue',
    summary: 'Change a license',
    description:
      'What is left out stays; null takes back what a person gave, so that what was sold counts again. A value that a person gave wins over renewals and rules until then.',
    body: changed,
    answers: { 200: shownActed },
    problems: PROBLEMS_OF_ACTS,
    handle: (asked, ports) => {
      const { valid_until, extend_to, change_note, ...fields } = asked.body;
      const values = { fields, valid_until, extend_to };
      return acted(asked, ports, { act: 'alter', license: asked.params.id, values }, change_note);
    },
  }),
  act('suspend', 'Until it is reinstated, whatever the shop says.'),
  act('reinstate', 'Takes back what a person did; what the shop says of it counts again.'),
  act(
    'revoke',
    'Until it is reinstated, whatever the shop says. What a person revoked is not made a mere suspension.',
  ),
  act('reissue', 'The license is revoked, and the answer is another one with a new key in its place.'),
  act(
    'reset_activations',
    'Writes down the moment as `activations_reset_at`: your app counts its activations from there on anew. Each call is another moment, so to call again does no harm.',
  ),
];
