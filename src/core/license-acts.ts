/**
 * What a person does to one license: suspend, reinstate, revoke, reissue, alter. Each becomes an override on the
 * license's slot, which plan lays over what the shop entitles to, until a person lifts it. It stands beside acts.ts,
 * and is pure. What must never happen here: a product, a policy or a type that changes, or one act done twice.
 */
import { productOf } from './catalog.ts';
import { referenceFaults } from './catalog-faults.ts';
import { type Fault, faultsOf, pathText } from './faults.ts';
import { same } from './json.ts';
import { type LicenseFields, licenseFields, timeFault } from './license.ts';
import { LIMITS } from './limits.ts';
import type { Revision } from './mapping.ts';
import { isReissued, nextReset } from './override.ts';
import { type License, type Override, slotName, stateOf } from './plan.ts';
import { fail, ok, type Result } from './problem.ts';
import type { LoadedSale, Settlement } from './store.ts';

/** Whose act it is, and when, epoch ms. */
export interface Made {
  readonly by: string;
  readonly at: number;
}

/** What stands here becomes so; null takes a person's value back. Of fields that have members, member by member. */
export interface ValuesByHand {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Epoch ms; `never`: it has no end. */
  readonly valid_until?: number | 'never' | null | undefined;
  /** It ends no sooner, epoch ms. */
  readonly extend_to?: number | null | undefined;
}

export type LicenseAct =
  | {
      readonly act: 'suspend' | 'reinstate' | 'revoke' | 'reissue' | 'reset_activations';
      readonly license: string;
    }
  | { readonly act: 'alter'; readonly license: string; readonly values: ValuesByHand };

/** @returns the sale after the act, the very same if it was done before; `not_found`, `license_replaced`, `license_revoked`, `request_invalid` */
export function afterLicenseAct(
  sale: LoadedSale,
  it: LicenseAct,
  revision: Revision,
  made: Made,
): Result<LoadedSale> {
  const license = sale.licenses.find(({ id }) => id === it.license);
  if (!license) return fail('not_found', `${sale.order_id} has no license ${it.license}`);
  if (license.replaced) return afterReplaced(sale, it, license);
  const slot = slotName(license);
  const { line_id, unit, part } = license;
  const found = sale.doc.overrides.find((one) => slotName(one) === slot);
  const before = found ?? { id: slot, line_id, unit, part };
  const after = overrideAfter(before, it, { license, revision, now: made.at });
  if (!after.ok) return after;
  if (same(before, after.value)) return ok(sale);
  const others = sale.doc.overrides.filter((one) => one !== found);
  const overrides = saysSomething(after.value) ? [...others, { ...after.value, ...made }] : others;
  return ok({ ...sale, doc: { ...sale.doc, overrides } });
}

/** In the words of the sale's timeline: names of values, never the values. */
export function wordsOfLicenseAct(it: LicenseAct): string {
  if (it.act === 'reset_activations') return `reset activations of license ${it.license}`;
  if (it.act !== 'alter') return `${it.act} license ${it.license}`;
  const { fields, ...times } = it.values;
  const names = [
    ...Object.keys(fields),
    ...Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : [name])),
  ];
  return `change license ${it.license}: ${names.join(', ')}`;
}

/** Whoever was refused another key, since the license ended in the same moment, gets none later either. */
export function withoutVainReissue(it: Settlement, license: string): Settlement {
  const change = it.changes.find((one) => one.license_id === license);
  if (change && 'replaced' in change && change.replaced) return it;
  const [line, unit, part] = change ? [change.line_id, change.unit, change.part] : [];
  const overrides = it.doc.overrides.flatMap((one) => {
    if (one.line_id !== line || one.unit !== unit || one.part !== part) return [one];
    const { generation: _none, ...rest } = one;
    return saysSomething(rest) ? [rest] : [];
  });
  return { ...it, doc: { ...it.doc, overrides } };
}

/** The license that took the place of this one. */
export function nextOf<L extends License>(licenses: readonly L[], license: License): L | undefined {
  const slot = slotName(license);
  return licenses.find((it) => slotName(it) === slot && it.generation === license.generation + 1);
}

/** Whoever lost the answer and asks for a new key again has it already. */
function afterReplaced(sale: LoadedSale, it: LicenseAct, license: License): Result<LoadedSale> {
  const next = nextOf(sale.licenses, license);
  if (it.act === 'reissue' && isReissued(license) && next?.replaced === false) return ok(sale);
  const slot = slotName(license);
  const current = sale.licenses.find((one) => !one.replaced && slotName(one) === slot);
  return fail('license_replaced', current ? `${current.id} stands in its place` : '');
}

interface Upon {
  readonly license: License;
  readonly revision: Revision;
  /** Epoch ms. */
  readonly now: number;
}

function overrideAfter(before: Override, it: LicenseAct, { license, revision, now }: Upon): Result<Override> {
  switch (it.act) {
    case 'suspend':
      return before.hold === 'revoke'
        ? fail('license_revoked', 'a person revoked it')
        : ok({ ...before, hold: 'suspend' });
    case 'revoke':
      return ok({ ...before, hold: 'revoke' });
    case 'reinstate': {
      const { hold: _lifted, ...rest } = before;
      return ok(rest);
    }
    case 'reissue':
      // Nothing is issued for what is over; a key that is dead already can leak no more.
      return stateOf(license.reasons) === 'revoked'
        ? fail('license_revoked', whyHeld(license))
        : ok({ ...before, generation: license.generation + 1 });
    case 'reset_activations':
      // Each is another moment: whoever lost the answer and asks again resets what is reset, and harms nobody.
      return ok({ ...before, activations_reset_at: nextReset(before.activations_reset_at, now) });
    case 'alter':
      return altered(before, it.values, license, revision);
  }
}

/** The reasons of a license, for a sentence. */
export function whyHeld({ reasons }: Pick<License, 'reasons'>): string {
  return reasons
    .map(({ name, cause }) => (name === 'hold' ? 'a person’s hold' : `${name} (${cause})`))
    .join(', ');
}

function altered(
  before: Override,
  values: ValuesByHand,
  license: License,
  revision: Revision,
): Result<Override> {
  const { valid_until, extended_to, fields = {}, ...rest } = before;
  const written = laid(fields, values.fields);
  const read = licenseFields.safeParse(written);
  if (!read.success) return invalid(faultsOf(licenseFields, read.error.issues, written, BODY));
  const kept = read.data;
  const faults = [
    ...referenceFaultsOf(values, kept, license, revision),
    ...timeFaultsOf(values, kept, license),
    ...endFaultsOf(values, kept, before, license),
    ...(JSON.stringify(kept).length > LIMITS.values_letters ? [tooLong] : []),
  ];
  if (faults.length > 0) return invalid(faults);
  const end = values.valid_until === undefined ? valid_until : endOf(values.valid_until);
  const extension = values.extend_to === undefined ? extended_to : (values.extend_to ?? undefined);
  return ok({
    ...rest,
    ...(Object.keys(kept).length > 0 && { fields: kept }),
    ...(end !== undefined && { valid_until: end }),
    ...(extension !== undefined && { extended_to: extension }),
  });
}

/** As plan reads it: undefined says nothing, null that there is no end. */
function endOf(said: number | 'never' | null): number | null | undefined {
  return said === 'never' ? null : (said ?? undefined);
}

const BODY = ['body'];
const tooLong: Fault = {
  path: BODY,
  message: `values given by hand are longer than ${LIMITS.values_letters} letters`,
  remedy: 'Keep what is long elsewhere, and its name here.',
};

/** The values that stand afterwards: those of before, those of now over them, without what is taken back. */
function laid(before: Values, now: Values): Values {
  const after = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(now)) {
    const whole = hasMembers(name) && isRecord(value) ? membersLaid(recordAt(before, name), value) : value;
    if (whole === null) after.delete(name);
    else after.set(name, whole);
  }
  return Object.fromEntries(after);
}

/** What a member holds is one value, whatever it is called; without any of them nothing is said. */
function membersLaid(before: Values, now: Values): Values | null {
  const after = Object.entries({ ...before, ...now }).filter(([, value]) => value !== null);
  return after.length > 0 ? Object.fromEntries(after) : null;
}

type Values = Readonly<Record<string, unknown>>;

/** Fields whose members are laid over one by one: see `over`. */
function hasMembers(name: string): boolean {
  return name === 'custom_fields' || name === 'metadata';
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordAt(values: Values, name: string): Values {
  const found = Object.hasOwn(values, name) ? values[name] : undefined;
  return isRecord(found) ? found : {};
}

/** Do the features and custom fields that are given now exist? What was given before is not judged again. */
function referenceFaultsOf(
  { fields }: ValuesByHand,
  kept: LicenseFields,
  license: License,
  { catalog }: Revision,
): Fault[] {
  const given = isRecord(fields.custom_fields) ? fields.custom_fields : {};
  const now = Object.entries(kept.custom_fields ?? {}).filter(([name]) => given[name] != null);
  const features = fields.features ? kept.features : undefined;
  if (!features && now.length === 0) return [];
  const product = productOf(catalog, license.product);
  if (product) return referenceFaults(product, { features, custom_fields: Object.fromEntries(now) }, BODY);
  const message = `the catalog has no product "${license.product}" any more, so nobody can say which it has`;
  const remedy = 'Bring the product back into the catalog, and say it again.';
  return [{ path: [...BODY, features ? 'features' : 'custom_fields'], message, remedy }];
}

function timeFaultsOf({ fields }: ValuesByHand, kept: LicenseFields, license: License): Fault[] {
  const said = [fields.valid_duration, fields.is_trial, fields.trial_days];
  if (!isPerpetual(license) ? said.every((it) => it == null) : said.every((it) => it === undefined))
    return [];
  const own = isPerpetual(license) ? { ...license.fields, ...withoutTime(fields) } : license.fields;
  const wrong = timeFault({ ...own, ...kept });
  const place = fields.valid_duration == null ? 'is_trial' : 'valid_duration';
  if (!wrong) return [];
  // Its type stays what it is.
  const remedy = isPerpetual(license) ? 'Take valid_duration back: null.' : wrong.remedy;
  return [{ path: [...BODY, place], message: wrong.message, remedy }];
}

function isPerpetual({ fields: { license_type = 'perpetual' } }: License): boolean {
  return license_type === 'perpetual';
}

/** Of what is taken back nobody knows here what it was; a perpetual license has no time of its own, unless as a trial. */
function withoutTime({ is_trial, valid_duration }: Values): LicenseFields {
  return {
    ...(is_trial === null && { is_trial: undefined }),
    ...(valid_duration === null && { valid_duration: undefined }),
  };
}

/** A license without an end gets none by hand, unless it was a person who took its end away. */
function endFaultsOf(values: ValuesByHand, kept: LicenseFields, before: Override, license: License): Fault[] {
  const { valid_until, extend_to, fields } = values;
  const faults = lateFaultsOf(values, kept);
  const endless = license.valid_until === null && before.valid_until !== null;
  const isTrial = { ...license.fields, ...withoutTime(fields), ...kept }.is_trial === true;
  const noTrialAnyMore = license.fields.is_trial === true && !isTrial;
  const end = valid_until === undefined && noTrialAnyMore ? before.valid_until : valid_until;
  if (typeof end === 'number' && isPerpetual(license) && !isTrial && (endless || noTrialAnyMore)) {
    faults.push({
      path: [...BODY, valid_until === undefined ? 'is_trial' : 'valid_until'],
      message: 'a perpetual license has no end',
      remedy:
        valid_until === undefined
          ? 'Take the end back in the same request: valid_until: null.'
          : 'Suspend or revoke it when it is to end.',
    });
  }
  if (typeof extend_to === 'number' && endless) {
    faults.push({
      path: [...BODY, 'extend_to'],
      message: 'the license has no end that could come later',
      remedy: 'Nothing is to be done: it runs on.',
    });
  }
  return faults;
}

/** A day of the year 9999 in another time zone may lie beyond it. */
function lateFaultsOf({ fields, valid_until, extend_to }: ValuesByHand, kept: LicenseFields): Fault[] {
  const start = typeof fields.start_date === 'string' ? Date.parse(kept.start_date ?? '') : undefined;
  return Object.entries({ start_date: start, valid_until, extend_to }).flatMap(([name, at]) =>
    typeof at === 'number' && at > LIMITS.latest_time_ms
      ? [
          {
            path: [...BODY, name],
            message: 'is later than the year 9999',
            remedy: 'Write an earlier time, or valid_until: never for no end.',
          },
        ]
      : [],
  );
}

function invalid(faults: readonly Fault[]): Result<never> {
  const errors = faults.map(({ path, ...it }) => ({ file: 'request', path: pathText(path), ...it }));
  return fail('request_invalid', errors.map((it) => `${it.path} ${it.message}`).join('; '), errors);
}

function saysSomething(it: Override): boolean {
  const { id: _id, line_id: _line, unit: _unit, part: _part, by: _by, at: _at, ...said } = it;
  return Object.keys(said).length > 0;
}
