/**
 * The golden cases: what each shop says, in files that a reviewer can read, and what becomes of it. A case lies in
 * golden/<shop>/<case>.yaml, its outcome beside it in <case>.expected.yaml; `UPDATE_GOLDEN=1` writes those anew.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { integrations } from '../integrations/index.ts';
import { afterAct, markedBy, type PersonAct, wordsOf } from '../src/core/acts.ts';
import { byHand } from '../src/core/by-hand.ts';
import { readCatalog } from '../src/core/catalog.ts';
import { type Contribution, draft, namesOf } from '../src/core/draft.ts';
import type { Integration, Reading } from '../src/core/integration.ts';
import { mappingSchema, type Revision } from '../src/core/mapping.ts';
import { stateOf } from '../src/core/plan.ts';
import type { Problem } from '../src/core/problem.ts';
import type { AppliedChange, LoadedSale, Settlement } from '../src/core/store.ts';
import { applied, entitledOf } from './laws/river.ts';

const FOLDER = new URL('./golden/', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, FOLDER), 'utf8');

/** What a person does, in between. The types of its acts are the core's; a wrong one shows in the outcome. */
const act = z.record(z.string(), z.json()).transform((it) => it as unknown as PersonAct);
const time = z.union([z.iso.datetime({ offset: true }), z.date()]).transform((it) => new Date(it).getTime());
const caseSchema = z.strictObject({
  title: z.string(),
  why: z.string(),
  source: z.string(),
  mapping: z.unknown().optional(),
  events: z
    .array(
      z.union([
        z.strictObject({
          type: z.string(),
          at: time,
          headers: z.record(z.string(), z.string()).default({}),
          body: z.string(),
          answers: z.array(z.strictObject({ asked: z.string(), stamp: time, body: z.json() })).default([]),
        }),
        z.strictObject({ act, at: time }),
      ]),
    )
    .min(1),
  /** Then nothing more arrives until this time. */
  until: time.optional(),
});
type Case = z.output<typeof caseSchema>;

const { catalog, faults } = readCatalog(parse(text('catalog.yaml')));
if (!catalog) throw new Error(JSON.stringify(faults));
const readyCatalog = catalog;
const defaultMapping = parse(text('mapping.yaml'));

const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((it) => it.isDirectory())
  .flatMap((folder) =>
    readdirSync(new URL(`${folder.name}/`, FOLDER))
      .filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'))
      .map((file) => `${folder.name}/${file.slice(0, -'.yaml'.length)}`),
  );

describe.each(NAMES)('%s', (name) => {
  const it = caseSchema.parse(parse(text(`${name}.yaml`)));
  const shop = [...integrations, byHand].find((known) => known.name === name.split('/')[0]);
  if (!shop) throw new Error(`the folder of ${name} is named after no integration`);

  test(it.title, () => {
    const outcome = stringify(carry(it, shop).outcome, { lineWidth: 0 });
    const expected = new URL(`${name}.expected.yaml`, FOLDER);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(expected, outcome);
    expect(existsSync(expected), `golden/${name}.expected.yaml is missing: UPDATE_GOLDEN=1 writes it`).toBe(
      true,
    );
    expect(outcome).toBe(readFileSync(expected, 'utf8'));
  });

  test('the same, told backwards or twice', () => {
    // Laws hold at one time of our clock: it stands where it will be in the end.
    const last = Math.max(...it.events.map(({ at }) => at));
    // What a person does, they do to what stands there just then: it is no part of this law.
    const events = it.events.filter((told) => !('act' in told));
    const licenses = (told: Case) => {
      const { sale, now } = carry(told, shop, last);
      // What ran out opens nothing, as what was never issued.
      return entitledOf((sale?.licenses ?? []).filter((one) => (one.valid_until ?? now + 1) > now));
    };
    const inOrder = licenses({ ...it, events });
    expect(licenses({ ...it, events: events.toReversed() })).toEqual(inOrder);
    expect(licenses({ ...it, events: [...events, ...events] })).toEqual(inOrder);
  });
});

/** normalize → merge → map → plan → apply, event by event, and what a reviewer should see of it. */
function carry(
  it: Case,
  shop: Integration,
  begin = 0,
): { readonly sale: LoadedSale | null; readonly now: number; readonly outcome: unknown } {
  const revision: Revision = {
    id: 'rev_golden',
    source: it.source,
    number: 1,
    mapping: mappingSchema.parse(it.mapping ?? defaultMapping),
    catalog: readyCatalog,
  };
  let sale: LoadedSale | null = null;
  let last: Settlement | null = null;
  let waiting: Contribution[] = [];
  const events: unknown[] = [];
  let issued = 0;
  let now = begin;

  function settle(loaded: LoadedSale | null, contributions: readonly Contribution[]): Settlement {
    const ids = contributions.map(({ event }) => event.id);
    return draft(
      {
        source: it.source,
        account: '',
        external_id:
          loaded?.external_id ?? contributions.flatMap((one) => one.reading.creates ?? [])[0] ?? '',
        loaded,
        contributions,
        found: new Map(),
        revision,
        abilities: { alter: true },
        units_per_line: 1000,
        remap: false,
        cause: ids.length > 0 ? { by: 'events', event_ids: ids } : { by: 'clock' },
        at: now,
      },
      { orderId: () => 'order', licenseId: () => `license ${issued++}`, licenseKey: () => 'KEY' },
    );
  }

  for (const [place, told] of it.events.entries()) {
    // Told backwards, our clock does not go back.
    now = Math.max(now, told.at);
    if ('act' in told) {
      const shown = { act: wordsOf(told.act), at: new Date(told.at).toISOString() };
      const acted = sale && afterAct(sale, told.act, revision, { by: 'a person', at: now });
      if (!acted?.ok) {
        events.push({ ...shown, ends: acted ? shownProblem('refused', acted.problem) : 'no sale' });
        continue;
      }
      const settled = markedBy(told.act, settle(acted.value, []));
      sale = applied(acted.value, settled);
      last = settled;
      events.push({ ...shown, changes: settled.changes.map(shownChange) });
      continue;
    }
    const { type, at } = told;
    const id = `event ${place + 1}`;
    const event = {
      id,
      source: it.source,
      account: '',
      key: id,
      type,
      created_at: at,
      received_at: at,
      headers: told.headers,
      body: new TextEncoder().encode(told.body),
    };
    const answers = told.answers.map((answer, n) => {
      // Asked the same again, it was a refresh.
      const round = told.answers.slice(0, n).filter(({ asked }) => asked === answer.asked).length;
      return { ...answer, id: `${id}/${round}/${answer.asked}` };
    });
    const reading = shop.normalize(event, answers);
    const shown = { event: type, at: new Date(at).toISOString(), ...shownReading(reading) };
    if (reading.is !== 'facts') {
      events.push(shown);
      continue;
    }
    const contribution: Contribution = {
      event: { ...event, mode: null, lease: '', attempts: 1, deaths: 0, refresh: 0 },
      reading,
    };
    const names = new Set([
      ...(sale?.doc.refs ?? []),
      ...(reading.creates === null ? [] : namesOf(contribution)),
    ]);
    if (!namesOf(contribution).some((name) => names.has(name))) {
      waiting.push(contribution);
      events.push({
        ...shown,
        ends: shownProblem(`waiting for ${reading.refs.join(', ')}`, reading.remark ?? null),
      });
      continue;
    }
    // What waited for a sale settles together with it; what waited for another name of it comes then.
    const met = sale ? [] : waiting.filter((one) => namesOf(one).some((name) => names.has(name)));
    waiting = waiting.filter((one) => !met.includes(one));
    let changes: string[] = [];
    let joined: string[] = met.map((one) => one.event.id);
    let own: Problem | null = null;
    let ready = [contribution, ...met];
    while (ready.length > 0) {
      const settlement: Settlement = settle(sale, ready);
      sale = applied(sale, settlement);
      last = settlement;
      own ??= settlement.ends.find((end) => end.event_id === id)?.problem ?? null;
      changes = [...changes, ...settlement.changes.map(shownChange)];
      const known: readonly string[] = sale.doc.refs;
      ready = waiting.filter((one) => namesOf(one).some((name) => known.includes(name)));
      waiting = waiting.filter((one) => !ready.includes(one));
      joined = [...joined, ...ready.map((one) => one.event.id)];
    }
    const ends = shownProblem('done', own);
    events.push({ ...shown, ends, ...(joined.length > 0 && { joined }), changes });
  }
  if (it.until !== undefined && sale) {
    now = it.until;
    last = settle(sale, []);
    sale = applied(sale, last);
    events.push({
      event: 'nothing more',
      at: new Date(now).toISOString(),
      changes: last.changes.map(shownChange),
    });
  }
  return {
    sale,
    now,
    outcome: { title: it.title, events, order: sale && last ? shownOrder(sale, last) : 'none' },
  };
}

function shownReading(reading: Reading) {
  if (reading.is === 'request') return { ends: reading.is, request: reading.request };
  if (reading.is === 'ignored' && reading.alarm) {
    return { ends: shownProblem('ignored with an alarm', reading.problem) };
  }
  if (reading.is !== 'facts') return { ends: shownProblem(reading.is, reading.problem) };
  const facts = reading.facts.map(({ kind, id, group, snapshot }) => {
    const { asked, finality, stamp } = snapshot;
    const more = [asked && 'asked', finality > 0 && `finality ${finality}`].filter(Boolean).join(', ');
    return `${kind}/${id}/${group} of ${new Date(stamp).toISOString()}${more && `, ${more}`}`;
  });
  return { creates: reading.creates, refs: reading.refs, facts };
}

function shownProblem(end: string, it: Problem | null): string {
  if (!it) return end;
  return `${end}, ${it.code}${it.detail ? `: ${it.detail}` : ''}`;
}

function shownChange(it: AppliedChange): string {
  const slot = `line ${it.line_id} unit ${it.unit} ${it.part}`;
  const reasons = 'reasons' in it && it.reasons.length > 0 ? ` because of ${shownReasons(it.reasons)}` : '';
  return `${it.change} ${slot}${reasons}`;
}

function shownReasons(reasons: LoadedSale['licenses'][number]['reasons']): string {
  return reasons.map(({ name, act, cause }) => `${name} (${act}, ${cause})`).join(' and ');
}

function shownOrder(sale: LoadedSale, last: Settlement) {
  const { buyer } = last;
  return {
    external_id: sale.external_id,
    label: last.label,
    state: sale.state,
    test: last.test,
    flags: last.flags,
    refs: sale.doc.refs,
    money: `${last.total ?? 'unknown'} ${last.currency ?? ''}`.trim(),
    buyer: buyer && [buyer.email, buyer.name, buyer.company].filter((it) => it !== null).join(', '),
    items: sale.items.map((it) => {
      const what = it.product === null ? '' : ` → ${it.product} ${it.policy} by "${it.rule}"`;
      const why = it.problem
        ? ` (${shownProblem('', it.problem).slice(2)})`
        : it.reason
          ? ` (${it.reason})`
          : '';
      return `${it.line_id}: ${it.quantity ?? '?'} × ${it.title}: ${it.state}${why}${what}`;
    }),
    licenses: sale.licenses.map((it) => ({
      slot: `${it.line_id} unit ${it.unit} ${it.part}${it.generation > 0 ? ` generation ${it.generation}` : ''}`,
      state: it.replaced ? 'replaced' : stateOf(it.reasons),
      ...(it.reasons.length > 0 && { reasons: shownReasons(it.reasons) }),
      gives: `${it.product} ${it.policy}`,
      ...(it.valid_until !== null && { valid_until: new Date(it.valid_until).toISOString() }),
      fields: it.fields,
    })),
    reviews: last.reviews.map((it) => `${it.name}: ${it.title}`),
  };
}
