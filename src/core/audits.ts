/**
 * What the audit log says of a settle: who wanted it, and of each license what stood there before. Pure; it stands beside
 * settlement. What a shop says and what time brings is nobody's deed, and costs nothing here. What must never happen here:
 * a license key.
 */
import type { PersonAct } from './acts.ts';
import type { AuditEntry } from './audit.ts';
import type { Contribution } from './draft.ts';
import type { Json } from './json.ts';
import { LIMITS } from './limits.ts';
import { stateOf } from './plan.ts';
import type { AppliedChange, Cause, LoadedSale, Settlement } from './store.ts';

/** What brought a settle about, as far as it may be somebody's deed. */
export interface Deed {
  /** As it was asked for, before contributions told more of it. */
  readonly cause: Cause;
  readonly act?: PersonAct;
  readonly redact?: true;
  readonly contributions: readonly Contribution[];
}

const NONE: readonly AuditEntry[] = [];

/** @param loaded the sale as it was; null where it comes into being */
export function auditsOf(
  { cause, act, redact, contributions }: Deed,
  loaded: Pick<LoadedSale, 'state'> | null,
  it: Settlement,
): readonly AuditEntry[] {
  if (cause.by === 'events') return enteredOf(contributions, loaded, it);
  // By the clock, but for keys that a person took in.
  const { cause: told } = it;
  if (told.by === 'replay')
    return [
      { ...toldOf(loaded, it), actor: told.actor, action: 'event.replay', subject: told.event_ids[0] ?? '' },
    ];
  // Whoever asks to forget a person is written down with the request.
  if (told.by !== 'person' || redact) return NONE;
  const { actor, note } = told;
  return [{ ...toldOf(loaded, it), actor, note, ...deedOf(act, it.order_id) }];
}

function deedOf(act: PersonAct | undefined, orderId: string): Pick<AuditEntry, 'action' | 'subject'> {
  if (act === undefined) return { action: 'adoption.use', subject: orderId };
  if (act.act === 'decide')
    return { action: act.decision === 'accepted' ? 'review.accept' : 'review.decline', subject: orderId };
  if (act.act === 'resolve' || act.act === 'unresolve')
    return { action: `line.${act.act}`, subject: orderId };
  return { action: act.act === 'alter' ? 'license.change' : `license.${act.act}`, subject: act.license };
}

/** Of each order, or addition, that a person entered; of several that came together the first tells the changes. */
function enteredOf(
  contributions: readonly Contribution[],
  loaded: Pick<LoadedSale, 'state'> | null,
  it: Settlement,
): readonly AuditEntry[] {
  const entered = contributions.flatMap(({ event, reading }) =>
    reading.entered ? [{ event_id: event.id, creates: reading.creates, ...reading.entered }] : [],
  );
  if (entered.length === 0) return NONE;
  const told = toldOf(loaded, it);
  return entered.map(({ event_id, creates, actor, note }, n) => ({
    actor,
    action: creates === null ? 'order.append' : 'order.create',
    subject: it.order_id,
    before: n === 0 ? told.before : null,
    after: { ...(n === 0 ? told.after : {}), event_id },
    // Once its buyer is forgotten nothing is said of a sale that may name them.
    ...(it.doc.redacted || note === undefined ? {} : { note }),
  }));
}

interface Told {
  readonly before: Json;
  readonly after: { readonly [name: string]: Json };
}

function toldOf(loaded: Pick<LoadedSale, 'state'> | null, it: Settlement): Told {
  const { version, state, changes, decided } = it;
  const some: AppliedChange[] = [];
  let letters = 0;
  for (const change of changes.slice(0, LIMITS.told_changes)) {
    letters += JSON.stringify(change).length;
    if (letters > LIMITS.told_letters) break;
    some.push(change);
  }
  const moved = loaded?.state !== state;
  const changed = some.filter(({ change }) => change !== 'issue');
  const before: Json = {
    ...(moved && loaded ? { state: loaded.state } : {}),
    ...(changed.length > 0 ? { licenses: changed.map(stoodIn) } : {}),
  };
  const after = {
    order_id: it.order_id,
    version,
    ...(moved ? { state } : {}),
    ...(decided ? { review: decided.review } : {}),
    licenses: some.map(becameOf),
    ...(changes.length > some.length ? { license_count: changes.length } : {}),
  };
  return { before: loaded === null ? null : before, after };
}

function stoodIn({ license_id, from }: AppliedChange): Json {
  return plain({ license_id, ...from, ...timesOf(from ?? {}) });
}

/** Of a license that is new what names it; its values are those of its policy, and stand in the timeline. */
function becameOf(it: AppliedChange): Json {
  const { change, license_id } = it;
  if (it.change === 'issue') {
    const { line_id, unit, part, product, policy } = it;
    return plain({ change, license_id, line_id, unit, part, product, policy });
  }
  if ('reasons' in it)
    return plain({
      change,
      license_id,
      state: stateOf(it.reasons),
      reasons: it.reasons,
      replaced: it.replaced,
    });
  const { policy, from } = it;
  const names = Object.keys(from?.fields ?? {});
  const next = new Map<string, unknown>(Object.entries(it.fields));
  const fields = Object.fromEntries(names.map((name) => [name, next.get(name) ?? null]));
  return plain({ change, license_id, policy, fields, ...timesOf(it) });
}

/** As people read them, and as the API says them elsewhere. */
function timesOf({
  starts_at,
  valid_until,
}: {
  starts_at?: number | undefined;
  valid_until?: number | null | undefined;
}) {
  return { starts_at: dayOf(starts_at), valid_until: dayOf(valid_until) };
}

const LATEST = 8.64e15;

function dayOf<T extends null | undefined>(at: number | T): string | T {
  return typeof at === 'number' ? new Date(Math.min(at, LATEST)).toISOString() : at;
}

/** As JSON keeps it: nothing of what is not said. */
function plain(it: unknown): Json {
  return JSON.parse(JSON.stringify(it)) as Json; // JSON.parse brings JSON.
}
