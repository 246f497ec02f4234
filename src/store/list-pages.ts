/**
 * The pages of licenses and of events: which index leads, for each set of filters. Beside records.ts. What must never
 * happen here: a value that only a walk through the whole table would find.
 */
import { keysMeant } from '../core/keys.ts';
import type {
  EventFilter,
  EventRecord,
  IdKey,
  LicenseFilter,
  LicenseKey,
  LicenseRecord,
  Slice,
} from '../core/records.ts';
import { jsonRows, type Row } from './database.ts';
import {
  EVENTS_LOOK,
  grouped,
  LICENSES_END,
  LICENSES_LOOK,
  type Page,
  type Term,
  term,
  when,
} from './lists.ts';
import { after, firstIdAt } from './record-queries.ts';
import { readEvent, readLicenseRecord } from './rows.ts';

export function idKey(row: Row): IdKey {
  return [String(row.id)];
}

const LICENSES = { select: 'SELECT l.* FROM licenses l', read: readLicenseRecord };

/** @param now epoch ms */
export function licensesPage(
  { key, order, product, state }: LicenseFilter,
  slice: Slice<LicenseKey>,
  now: number,
): Page<LicenseRecord, LicenseKey> {
  const newest = { ...LICENSES, by: 'l.id DESC', key: idKey };
  const [last] = slice.after?.slice(-1) ?? [];
  const later = last === undefined ? [] : [String(last)];
  const older = (column: string) => later.map((id) => term(`${column} < ?`, id));
  const of = when(product, (it) => term('g.product = ?', it));
  if (key !== undefined || order !== undefined) {
    const terms = [
      ...when(key, (it) => term('l.key IN (SELECT value FROM json_each(?))', jsonRows(keysMeant(it)))),
      ...when(order, (it) => term(`${key === undefined ? '' : '+'}l.order_id = ?`, it)),
      ...older('+l.id'),
    ];
    const rest = [...when(product, (it) => term('product = ?', it)), ...when(state, (it) => shown(it, now))];
    return { ...newest, terms, rest };
  }
  if (state === 'expired') {
    const [at] = slice.after ?? [];
    // What was shown had run out by then: its place is enough.
    const rows =
      later.length === 0
        ? [term('valid_until <= ?', now)]
        : later.map((id) => term('(valid_until, id) < (?, ?)', Number(at), id));
    const terms = [grouped(LICENSES_END, 'l.id', of, rows, slice.limit)];
    const byEnd = (row: Row): LicenseKey => [Number(row.valid_until), String(row.id)];
    return { ...LICENSES, terms, by: 'l.valid_until DESC, l.id DESC', key: byEnd };
  }
  if (state === 'active') {
    // Most of the newest are, unless a shop sells no more: whatever ran out is looked past.
    const terms =
      product === undefined
        ? older('l.id')
        : [term(`l.product = ? AND l.state = 'active'`, product), ...older('l.id')];
    return { ...newest, terms, rest: [shown(state, now)] };
  }
  const groups = [...of, ...when(state, (it) => term('g.state = ?', it))];
  if (groups.length === 0) return { ...newest, terms: older('l.id') };
  return { ...newest, terms: [grouped(LICENSES_LOOK, 'l.id', groups, older('id'), slice.limit)] };
}

function shown(state: NonNullable<LicenseFilter['state']>, now: number): Term {
  if (state === 'expired') return term(`state = 'active' AND valid_until <= ?`, now);
  if (state === 'active') return term(`state = 'active' AND (valid_until IS NULL OR valid_until > ?)`, now);
  return term('state = ?', state);
}

export function eventsPage(
  { source, state, type, from, to, order }: EventFilter,
  slice: Slice<IdKey>,
): Page<EventRecord, IdKey> {
  const page = { select: 'SELECT e.* FROM events e', by: 'e.id DESC', read: readEvent, key: idKey };
  const between = (column: string) => [
    ...when(from, (it) => term(`${column} >= ?`, firstIdAt(it))),
    ...when(to, (it) => term(`${column} < ?`, firstIdAt(it))),
    ...after(column, slice),
  ];
  const groups = (of: string) => [
    ...when(source, (it) => term(`${of}source = ?`, it)),
    ...when(state, (it) => term(`${of}state = ?`, it)),
    ...when(type, (it) => term(`${of}type = ?`, it)),
  ];
  if (order !== undefined)
    return { ...page, terms: [term('e.order_id = ?', order), ...between('+e.id')], rest: groups('') };
  if (groups('').length === 0) return { ...page, terms: between('e.id') };
  return { ...page, terms: [grouped(EVENTS_LOOK, 'e.id', groups('g.'), between('id'), slice.limit)] };
}
