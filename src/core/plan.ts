/**
 * Compares what the buyer is entitled to with the licenses that exist, and lists the changes that make them
 * agree. It stands between map and settle, and is pure. What must never happen here: a second license for a
 * slot, a change to a license of a parked line that no person made, or one that planning again would list again.
 */
import { addDuration } from './duration.ts';
import type { Grant, LineResult, Reason } from './entitlement.ts';
import { same } from './json.ts';
import type { LicenseFields } from './license.ts';
import { LIMITS } from './limits.ts';
import { over, ownStartsOf, resetOf, withReset } from './override.ts';

const DAY_MS = 24 * 3_600_000;

export type LicenseState = 'active' | 'suspended' | 'revoked';

/** A license as plan sees it. (line_id, unit, part) is its slot; `generation` counts replacements in it. */
export interface License {
  readonly id: string;
  readonly line_id: string;
  readonly unit: number;
  readonly part: string;
  readonly generation: number;
  /** True once another generation took its slot. */
  readonly replaced: boolean;
  readonly product: string;
  readonly policy: string;
  readonly fields: LicenseFields;
  readonly reasons: readonly Reason[];
  /** Epoch ms. */
  readonly starts_at: number;
  readonly valid_until: number | null;
  /** Epoch ms: when it starts without a start date of its own. Left out: as it starts now. */
  readonly issued_at?: number;
}

/** A person's act on a slot, kept until a person lifts it. */
export interface Override {
  readonly id: string;
  readonly line_id: string;
  readonly unit: number;
  readonly part: string;
  /** Over what is granted; of fields with members, member by member. */
  readonly fields?: LicenseFields;
  readonly valid_until?: number | null;
  /** It ends no sooner, epoch ms; what the shop lets run longer runs longer. */
  readonly extended_to?: number;
  readonly hold?: 'suspend' | 'revoke';
  /** Licenses of the slot before this generation give way to a new key. */
  readonly generation?: number;
  /** When all activations began to count anew, ISO 8601 in UTC: the vendor's app reads it. */
  readonly activations_reset_at?: string;
  /** Whoever acted on it last, and when, epoch ms. Versions before did not write them down. */
  readonly by?: string;
  readonly at?: number;
}

/** What the issuer can do to a license that exists. */
export interface Abilities {
  /** Change fields in place; otherwise the license is replaced. */
  readonly alter: boolean;
}

interface Slot {
  readonly line_id: string;
  readonly unit: number;
  readonly part: string;
}

export type Change =
  | ({
      readonly change: 'issue';
      readonly generation: number;
      readonly product: string;
      readonly policy: string;
      readonly fields: LicenseFields;
      readonly reasons: readonly Reason[];
      readonly starts_at: number;
      readonly valid_until: number | null;
    } & Slot)
  | ({
      readonly change: 'extend' | 'alter';
      readonly license_id: string;
      /** Said only where it changes. */
      readonly policy?: string;
      readonly fields: LicenseFields;
      /** Said only where it moves. */
      readonly starts_at?: number;
      readonly valid_until: number | null;
    } & Slot)
  | ({
      /** `restate`: the state stays, its reasons are others. Written down, told to nobody. */
      readonly change: 'suspend' | 'reinstate' | 'revoke' | 'restate';
      readonly license_id: string;
      readonly reasons: readonly Reason[];
      /** The license leaves its slot to a new generation. */
      readonly replaced: boolean;
    } & Slot);

export interface PlanInput {
  readonly grants: readonly Grant[];
  readonly lines: readonly LineResult[];
  readonly licenses: readonly License[];
  readonly overrides: readonly Override[];
  readonly abilities: Abilities;
  /** Epoch ms. */
  readonly as_of: number;
  /** Slots whose buyer had a key before, and since when, epoch ms. */
  readonly given?: ReadonlyMap<string, number>;
}

/** @returns the changes in a stable order; empty when licenses and grants agree */
export function plan(input: PlanInput): readonly Change[] {
  const grants = new Map(input.grants.map((it) => [slotName(it), it]));
  const lines = new Map(input.lines.map((it) => [it.line.id, it]));
  const overrides = new Map(input.overrides.map((it) => [slotName(it), it]));
  const startOfOwn = ownStartsOf(input.licenses);
  const changes: Change[] = [];
  const taken = new Set<string>();

  for (const license of input.licenses) {
    if (license.replaced) continue;
    const name = slotName(license);
    taken.add(name);
    const line = lines.get(license.line_id) ?? null;
    const parked = line?.state === 'parked';
    const override = overrides.get(name) ?? null;
    if (parked && !override && !isHeld(license)) continue;
    const grant = parked ? null : (grants.get(name) ?? null);
    changes.push(...changesOf(license, { grant, line, override, input, ownStart: startOfOwn(license) }));
  }
  for (const [name, grant] of grants) {
    if (taken.has(name) || grant.existing_only) continue;
    const target = targetOf(grant, grant.reasons, overrides.get(name) ?? null);
    if (stateOf(target.reasons) !== 'revoked')
      changes.push(issue(target, 0, input.given?.get(name) ?? input.as_of));
  }
  return changes;
}

/** Is the change worth telling people and couriers? */
export function isTold({ change }: Pick<Change, 'change'>): boolean {
  return change !== 'restate';
}

/** The strictest act of the live reasons. */
export function stateOf(reasons: readonly Reason[]): LicenseState {
  if (reasons.some((it) => it.act === 'revoke')) return 'revoked';
  return reasons.length > 0 ? 'suspended' : 'active';
}

export function slotName(slot: Slot): string {
  return `${slot.line_id}/${slot.unit}/${slot.part}`;
}

interface Target extends Slot {
  readonly product: string;
  readonly policy: string;
  readonly fields: LicenseFields;
  readonly reasons: readonly Reason[];
  /** Set by a person, or by the shop's term; undefined: follows from the fields. */
  readonly valid_until: number | null | undefined;
  readonly extended_to: number | undefined;
  readonly renewals: number;
}

/** @param base a license where nothing is granted any more: it keeps its end */
function targetOf(base: Grant | License, reasons: readonly Reason[], override: Override | null): Target {
  const { line_id, unit, part, product, policy, fields, valid_until } = base;
  const held: Reason[] = override?.hold ? [{ name: 'hold', act: override.hold, cause: override.id }] : [];
  return {
    line_id,
    unit,
    part,
    product,
    policy,
    fields: withReset(
      override?.fields ? over(fields, override.fields) : fields,
      override?.activations_reset_at,
    ),
    reasons: [...reasons, ...held],
    valid_until: override?.valid_until !== undefined ? override.valid_until : valid_until,
    extended_to: override?.extended_to,
    renewals: 'renewals' in base ? (base.renewals ?? 0) : 0,
  };
}

interface Around {
  readonly grant: Grant | null;
  readonly line: LineResult | null;
  readonly override: Override | null;
  readonly input: PlanInput;
  /** When it starts without a start date, epoch ms. */
  readonly ownStart: number;
}

function changesOf(license: License, { grant, line, override, input, ownStart }: Around): Change[] {
  const target = targetOf(grant ?? license, reasonsOf(license, grant, line), override);
  // A reset is data for the vendor's app: no issuer need alter anything, and no key gives way for it.
  const reset = resetOf(target.fields);
  const altered = !same(target.fields, withReset(license.fields, reset)) || target.policy !== license.policy;
  const inPlace = input.abilities.alter && target.fields.license_type === license.fields.license_type;
  // Of what is over nothing is issued that it was not; of a parked line only a person has changed anything.
  const replaceable = grant ? !grant.existing_only : line?.state === 'parked';
  if (stateOf(target.reasons) !== 'revoked') {
    if (altered && !inPlace && replaceable)
      return successor(license, 'replaced', issue(target, license.generation + 1, input.as_of));
    if ((override?.generation ?? 0) > license.generation) {
      const { fields, policy } = altered && !inPlace ? license : target;
      const kept = { ...target, fields: withReset(fields, reset), policy };
      const next = issue(kept, license.generation + 1, ownStart);
      return successor(license, 'reissued', next);
    }
  }
  // What ends is not replaced any more, nor altered into what it cannot become.
  return [...valueChanges(license, target, altered && inPlace, ownStart), ...stateChanges(license, target)];
}

/** What speaks against a license besides a person's hold. A parked line says nothing of it. */
function reasonsOf(license: License, grant: Grant | null, line: LineResult | null): readonly Reason[] {
  if (grant) return grant.reasons;
  if (line?.state === 'parked') return license.reasons.filter(({ name }) => name !== 'hold');
  return [line?.ended ?? { name: 'removed', act: 'revoke', cause: license.line_id }];
}

function isHeld({ reasons }: License): boolean {
  return reasons.some(({ name }) => name === 'hold');
}

/** One leaves its slot, the next takes it. */
function successor(license: License, name: 'replaced' | 'reissued', next: Change): Change[] {
  const { id, line_id, unit, part } = license;
  const reasons: Reason[] = [{ name, act: 'revoke', cause: line_id }];
  return [{ change: 'revoke', line_id, unit, part, license_id: id, reasons, replaced: true }, next];
}

function valueChanges(license: License, target: Target, altered: boolean, ownStart: number): Change[] {
  const fields = altered ? target.fields : withReset(license.fields, resetOf(target.fields));
  // Always from the start: when a person lifts an override, the license has its own start and end again.
  const startsAt = startOf(fields, ownStart);
  const validUntil = endFor(target, startsAt, fields);
  const moved = startsAt !== license.starts_at;
  const reset = resetOf(fields) !== resetOf(license.fields);
  if (!altered && !moved && !reset && validUntil === license.valid_until) return [];
  const { line_id, unit, part } = license;
  const later = license.valid_until !== null && (validUntil === null || validUntil > license.valid_until);
  return [
    {
      change: later && !altered && !moved && !reset ? 'extend' : 'alter',
      line_id,
      unit,
      part,
      license_id: license.id,
      ...(altered && target.policy !== license.policy && { policy: target.policy }),
      fields,
      ...(moved && { starts_at: startsAt }),
      valid_until: validUntil,
    },
  ];
}

function stateChanges(license: License, target: Target): Change[] {
  if (same(target.reasons, license.reasons)) return [];
  const { line_id, unit, part } = license;
  const state = stateOf(target.reasons);
  const acts = { active: 'reinstate', suspended: 'suspend', revoked: 'revoke' } as const;
  const change = state === stateOf(license.reasons) ? 'restate' : acts[state];
  return [{ change, line_id, unit, part, license_id: license.id, reasons: target.reasons, replaced: false }];
}

function issue(target: Target, generation: number, asOf: number): Change {
  const { line_id, unit, part, product, policy, fields, reasons } = target;
  const startsAt = startOf(fields, asOf);
  return {
    change: 'issue',
    line_id,
    unit,
    part,
    generation,
    product,
    policy,
    fields,
    reasons,
    starts_at: startsAt,
    valid_until: endFor(target, startsAt, fields),
  };
}

/** @param otherwise where no start date is given, epoch ms */
function startOf(fields: LicenseFields, otherwise: number): number {
  const given = fields.start_date ? Date.parse(fields.start_date) : Number.NaN;
  return Number.isNaN(given) ? otherwise : given;
}

function endFor(
  { valid_until, extended_to, renewals }: Target,
  startsAt: number,
  fields: LicenseFields,
): number | null {
  const end = valid_until !== undefined ? valid_until : endOf(startsAt, fields, renewals);
  return end === null || extended_to === undefined ? end : Math.max(end, extended_to);
}

/** A trial runs for its days, everything else for its duration; without either it has no end. */
function endOf(startsAt: number, fields: LicenseFields, renewals: number): number | null {
  if (fields.is_trial && fields.trial_days) return inTime(startsAt + fields.trial_days * DAY_MS);
  const { valid_duration } = fields;
  return valid_duration ? inTime(addDuration(startsAt, valid_duration, 1 + renewals)) : null;
}

/** Many renewals of many years end where times end; beyond that they are not even numbers. */
function inTime(end: number): number {
  return end <= LIMITS.latest_time_ms ? end : LIMITS.latest_time_ms;
}
