/**
 * What a person does to a license: PATCH /v1/licenses/{id}, and POST …/{suspend|reinstate|revoke|reissue}. Each is an
 * act that goes down the river; the answer is the license as it stands then. What must never happen here: a value of
 * a license changed in any other way.
 */
import type { Context } from 'hono';
import * as z from 'zod';
import { licenseFields } from '../../core/license.ts';
import { type LicenseAct, nextOf, whyHeld } from '../../core/license-acts.ts';
import { ok, type Problem, problem, type Result } from '../../core/problem.ts';
import { type LicenseRecord, shownState } from '../../core/records.ts';
import { answer, answerProblem } from '../answers.ts';
import type { AppPorts, HttpEnv } from '../ports.ts';
import { nothing, readRequest, time } from '../request.ts';
import { viewWholeLicense } from './licenses.ts';
import { notFound, param, type Route, refuse } from './route.ts';

const note = z.string().max(1_000).optional().describe('Kept in the timeline.');
const said = z.strictObject({ note });

type Verb = Exclude<LicenseAct['act'], 'alter'>;

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
      .optional(),
  ]),
);

const { license_type: _never, ...fields } = licenseFields.shape;
const orNull = Object.fromEntries(
  Object.entries(fields).map(([name, schema]) => [name, z.nullable(schema).optional()]),
);
/** A value that is left out stays, null takes back what a person gave. */
const changed = z.strictObject({
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
});

function act(verb: Verb): Route['handle'] {
  return async (c, ports) => {
    const read = await readRequest(c, { query: nothing, body: said });
    if (!read.ok) return refuse(c, read.problem);
    return acted(c, ports, { act: verb, license: param(c, 'id') }, read.value.body.note);
  };
}

async function change(c: Context<HttpEnv>, ports: AppPorts): Promise<Response> {
  const read = await readRequest(c, { query: nothing, body: changed });
  if (!read.ok) return refuse(c, read.problem);
  const { valid_until, extend_to, change_note, ...fields } = read.value.body;
  const values = { fields, valid_until, extend_to };
  return acted(c, ports, { act: 'alter', license: param(c, 'id'), values }, change_note);
}

async function acted(
  c: Context<HttpEnv>,
  { bridge, records, clock, notify }: AppPorts,
  asked: LicenseAct,
  note: string | undefined,
): Promise<Response> {
  const license = await records.license(asked.license);
  if (!license) return notFound(c, 'no license of this id');
  const done = await bridge.act(license.order_id, asked, { actor: c.get('holder').id, note });
  if (!done.ok) {
    // The license is there; it is its source that does not run just now.
    const status = done.problem.code === 'source_unknown' ? 409 : undefined;
    return answerProblem(c, done.problem, status === undefined ? {} : { status });
  }
  notify();
  const shown = asked.act === 'reissue' ? await successorOf(license, records) : ok(license.id);
  if (!shown.ok) return refuse(c, shown.problem);
  // Read anew, so that whoever says it again hears the same.
  const after = await records.license(shown.value);
  if (!after) return notFound(c, 'no license of this id');
  return answer({ ...viewWholeLicense(after, clock.now()), remark: remarkOf(asked, after, clock.now()) });
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
  { method: 'PATCH', path: '/v1/licenses/:id', scope: 'issue', handle: change },
  { method: 'POST', path: '/v1/licenses/:id/suspend', scope: 'issue', handle: act('suspend') },
  { method: 'POST', path: '/v1/licenses/:id/reinstate', scope: 'issue', handle: act('reinstate') },
  { method: 'POST', path: '/v1/licenses/:id/revoke', scope: 'issue', handle: act('revoke') },
  { method: 'POST', path: '/v1/licenses/:id/reissue', scope: 'issue', handle: act('reissue') },
];
