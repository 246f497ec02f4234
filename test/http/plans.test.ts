/** How the database answers what the API asks: by an index wherever there is one, never from end to end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobStore } from '../../src/core/jobs.ts';
import { problem } from '../../src/core/problem.ts';
import type { IdKey, Records, Slice } from '../../src/core/records.ts';
import type { EventWalk } from '../../src/core/replays.ts';
import type { Database, SqlValue } from '../../src/store/database.ts';
import { makeEventWalk } from '../../src/store/event-walk.ts';
import { makeGivenKeys } from '../../src/store/given-keys.ts';
import { givenKeysOf } from '../../src/store/given-settle.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { makePaces } from '../../src/store/paces.ts';
import { makeRecords } from '../../src/store/records.ts';
import { makeRefusals } from '../../src/store/refusals.ts';
import { makeRevisions } from '../../src/store/revisions.ts';
import { send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let records: Records;
let jobs: JobStore;
let walk: EventWalk;
let plans: string[] = [];

beforeAll(async () => {
  house = await openHttpHouse();
  await send(house, 'stripe', 'one-time', 'planned');
  await house.settle();
  // As if somebody had sent it through again.
  const replayed = `UPDATE sale_versions SET cause = json_set(cause, '$.actor', 'key_1')`;
  await house.db.batch([{ sql: replayed, params: [] }]);
  const db: Database = {
    ...house.db,
    read: async (sql, params) => {
      const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
      plans.push(...rows.map((row) => String(row.detail)));
      return house.db.read(sql, params);
    },
  };
  records = makeRecords(db);
  jobs = makeJobStore(db, () => new Uint8Array());
  walk = makeEventWalk(db);
});
afterAll(() => house.close());

/** The id of the only row. */
async function only(list: 'orders' | 'licenses'): Promise<string> {
  const [row] = await house.db.read(`SELECT id FROM ${list}`);
  return String(row?.id);
}

const page: Slice<IdKey> = { limit: 50, after: ['x'] };
/** Of each group the first rows, by themselves. */
const ORDERS_LED =
  'SEARCH orders USING COVERING INDEX orders_look (source=? AND state=? AND test=? AND id<?)';
const EVENTS_LED =
  'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type=? AND id<?)';
const EVENTS_WALKED =
  'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type=? AND id>? AND id<?)';
const LICENSES_LED = 'SEARCH licenses USING COVERING INDEX licenses_look (product=? AND state=? AND id<?)';

test.each<readonly [string, string, () => Promise<unknown>]>([
  ['orders', 'SEARCH o USING INDEX sqlite_autoindex_orders_1 (id<?)', () => records.orders({}, page)],
  ['orders of a source', ORDERS_LED, () => records.orders({ source: 'a' }, page)],
  ['orders by state', ORDERS_LED, () => records.orders({ state: 'parked' }, page)],
  ['orders of a test', ORDERS_LED, () => records.orders({ test: true }, page)],
  ['orders of a source by state', ORDERS_LED, () => records.orders({ source: 'a', state: 'issued' }, page)],
  ['orders by state that are tests', ORDERS_LED, () => records.orders({ state: 'issued', test: true }, page)],
  ['orders by all of these', ORDERS_LED, () => records.orders({ source: 'a', state: 'issued', test: true }, page)],
  ['groups of orders', 'SEARCH orders USING COVERING INDEX orders_look (source=? AND state=? AND test>?)', () => records.orders({ source: 'a' }, page)],
  ['orders by name', 'SEARCH r USING INDEX sqlite_autoindex_sale_refs_1 (source=? AND account=? AND ref=?)', () => records.orders({ external_id: 'a' }, page)],
  ['orders of a customer', 'SEARCH o USING INDEX orders_customer (customer_id=? AND id<?)', () => records.orders({ customer: 'a@b' }, page)],
  ['orders of a customer by state', 'SEARCH o USING INDEX orders_customer (customer_id=? AND id<?)', () => records.orders({ customer: 'cus_1', state: 'parked', test: true, source: 'a' }, page)],
  ['orders of a customer by name', 'SEARCH r USING INDEX sqlite_autoindex_sale_refs_1 (source=? AND account=? AND ref=?)', () => records.orders({ customer: 'a@b', external_id: 'x' }, page)],
  ['a license by key', 'SEARCH l USING INDEX licenses_key (key=?)', () => records.licenses({ key: 'x' }, page, 1)],
  ['licenses of an order', 'SEARCH l USING INDEX licenses_slot (order_id=?)', () => records.licenses({ order: 'x' }, page, 1)],
  ['active licenses of an order', 'SEARCH l USING INDEX licenses_slot (order_id=?)', () => records.licenses({ order: 'x', state: 'active', product: 'p' }, page, 1)],
  ['licenses of a product', LICENSES_LED, () => records.licenses({ product: 'p' }, page, 1)],
  ['revoked licenses', LICENSES_LED, () => records.licenses({ state: 'revoked' }, page, 1)],
  ['revoked licenses of a product', LICENSES_LED, () => records.licenses({ product: 'p', state: 'revoked' }, page, 1)],
  ['groups of licenses', 'SEARCH licenses USING COVERING INDEX licenses_look (product=? AND state>?)', () => records.licenses({ product: 'p' }, page, 1)],
  ['active licenses', 'SEARCH l USING INDEX sqlite_autoindex_licenses_1 (id<?)', () => records.licenses({ state: 'active' }, page, 1)],
  ['active licenses of a product', 'SEARCH l USING INDEX licenses_look (product=? AND state=? AND id<?)', () => records.licenses({ state: 'active', product: 'p' }, page, 1)],
  ['licenses that ran out', 'SEARCH licenses USING COVERING INDEX licenses_end (product=? AND valid_until>? AND valid_until<?)', () => records.licenses({ state: 'expired' }, { limit: 1, after: null }, 1)],
  ['more licenses that ran out', 'SEARCH licenses USING COVERING INDEX licenses_end (product=? AND valid_until>? AND (valid_until,id)<(?,?))', () => records.licenses({ state: 'expired', product: 'p' }, { limit: 1, after: [1, 'x'] }, 1)],
  ['a customer by email', 'SEARCH c USING INDEX customers_identity (identity=?)', () => records.customers({ email: 'a@b' }, page)],
  ['accounts', 'SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (id<?)', () => records.accounts(page)],
  ['events that wait', EVENTS_LED, () => records.events({ state: 'waiting' }, page)],
  ['events nobody took', EVENTS_LED, () => records.events({ state: 'received' }, page)],
  ['events of a type', EVENTS_LED, () => records.events({ type: 'a' }, page)],
  ['events of a source', EVENTS_LED, () => records.events({ source: 'a' }, page)],
  ['events of a type and source', EVENTS_LED, () => records.events({ source: 'a', type: 'a' }, page)],
  ['events of a type by state', EVENTS_LED, () => records.events({ state: 'done', type: 'a' }, page)],
  ['events by all of these, and time', 'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type=? AND id>? AND id<?)', () => records.events({ source: 'a', state: 'done', type: 'a', from: 1, to: 2 }, page)],
  ['groups of events', 'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type>?)', () => records.events({ type: 'a' }, page)],
  ['events of a time', 'SEARCH e USING INDEX sqlite_autoindex_events_1 (id>? AND id<?)', () => records.events({ from: 1, to: 2 }, page)],
  ['events of an order', 'SEARCH e USING INDEX events_order (order_id=?)', () => records.events({ order: 'x' }, page)],
  ['events of an order by state', 'SEARCH e USING INDEX events_order (order_id=?)', () => records.events({ order: 'x', state: 'done', from: 1 }, page)],
  ['parked lines of a source', 'SEARCH order_items USING INDEX order_items_parked (source=?)', () => records.parked({ source: 'a' }, { limit: 1, after: null })],
  ['more parked lines', 'SEARCH order_items USING INDEX order_items_parked (source=? AND order_id<?)', () => records.parked({}, { limit: 1, after: ['ord', 1] })],
  ['an order’s timeline', 'SEARCH v USING INDEX sqlite_autoindex_sale_versions_1 (order_id=?)', async () => records.order(await only('orders'))],
  ['a license’s timeline', 'SEARCH v USING INDEX sqlite_autoindex_sale_versions_1 (order_id=?)', async () => records.license(await only('licenses'))],
  ['the events of a timeline', 'SEARCH events USING INDEX sqlite_autoindex_events_1 (id=?)', async () => records.order(await only('orders'))],
  ['the revisions of a timeline', 'SEARCH mapping_revisions USING INDEX sqlite_autoindex_mapping_revisions_1 (id=?)', async () => records.order(await only('orders'))],
  ['the people of a timeline', 'SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)', async () => records.order(await only('orders'))],
  ['open reviews', 'SCAN r USING INDEX reviews_open', () => records.reviews({}, { limit: 1, after: null })],
  ['more open reviews', 'SEARCH r USING INDEX reviews_open (created_at<?)', () => records.reviews({}, { limit: 1, after: [1, 'ord', 'x'] })],
  ['decided reviews', 'SCAN r USING INDEX sqlite_autoindex_reviews_1', () => records.reviews({ state: 'accepted', source: 'a' }, { limit: 1, after: null })],
  ['more decided reviews', 'SEARCH r USING INDEX sqlite_autoindex_reviews_1 ((order_id,name)<(?,?))', () => records.reviews({ state: 'declined' }, { limit: 1, after: [1, 'ord', 'x'] })],
  ['reviews of an order', 'SEARCH r USING INDEX sqlite_autoindex_reviews_1 (order_id=?)', () => records.reviews({ order: 'a', state: 'accepted' }, { limit: 1, after: null })],
  ['open reviews of an order', 'SEARCH r USING INDEX sqlite_autoindex_reviews_1 (order_id=?)', () => records.reviews({ order: 'a' }, { limit: 1, after: null })],
  ['a review', 'SEARCH r USING INDEX sqlite_autoindex_reviews_1 (order_id=? AND name=?)', () => records.review('a', 'b')],
  ['the audit log', 'SEARCH u USING INDEX sqlite_autoindex_audit_1 (id<?)', () => records.audit({}, page)],
  ['the audit log of a time', 'SEARCH u USING INDEX sqlite_autoindex_audit_1 (id>? AND id<?)', () => records.audit({ from: 1, to: 2 }, page)],
  ['the audit log by what was changed', 'SEARCH u USING INDEX audit_subject (subject=? AND id<?)', () => records.audit({ subject: 'a', action: 'b', actor: 'c' }, page)],
  ['the audit log by who', 'SEARCH u USING INDEX audit_actor (actor=? AND id<?)', () => records.audit({ actor: 'a' }, page)],
  ['the audit log by what was done', 'SEARCH u USING INDEX audit_action (action=? AND id>? AND id<?)', () => records.audit({ action: 'a', from: 1 }, page)],
  ['the audit log by who and what was done', 'SEARCH u USING INDEX audit_deed (actor=? AND action=? AND id<?)', () => records.audit({ action: 'a', actor: 'b' }, page)],
  ['refusals', 'SEARCH refusals USING INDEX sqlite_autoindex_refusals_1 (id<?)', () => records.refusals({}, page)],
  ['refusals of a source', 'SEARCH refusals USING INDEX refusals_list (list=? AND id<?)', () => records.refusals({ source: 'a' }, page)],
  ['refusals of a time', 'SEARCH refusals USING INDEX sqlite_autoindex_refusals_1 (id>?)', () => records.refusals({ from: 1 }, { limit: 1, after: null })],
  ['the last problems of sources', 'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type=?)', () => records.notes(['a'])],
  ['the notes of sources', 'SEARCH events USING COVERING INDEX events_key (source=?)', () => records.notes(['a'])],
  ['events that are due, counted', 'SEARCH events USING INDEX events_due (due_at<?)', () => records.pulse(['a'], 1)],
  ['events that are due later, counted', 'SEARCH events USING INDEX events_due (due_at>?)', () => records.pulse(['a'], 1)],
  ['parked events, counted', 'SEARCH e USING COVERING INDEX events_look (source=? AND state=? AND type=?)', () => records.pulse(['a'], 1)],
  ['parked lines, counted', 'SEARCH order_items USING COVERING INDEX order_items_parked (source=?)', () => records.pulse(['a'], 1)],
  ['open reviews, counted', 'SCAN reviews USING COVERING INDEX reviews_open', () => records.pulse(['a'], 1)],
  ['failed jobs, counted', 'SEARCH jobs USING COVERING INDEX jobs_state (state=? AND id>?)', () => records.pulse(['a'], 1)],
  ['when the next job is due', 'SEARCH jobs USING INDEX jobs_due (due_at>?)', () => records.nextDue()],
  ['jobs by state', 'SEARCH jobs USING INDEX jobs_state (state=? AND id<?)', () => jobs.jobs({ state: 'done', kind: 'replay' }, page)],
  ['jobs by kind', 'SEARCH jobs USING INDEX jobs_kind (kind=? AND id<?)', () => jobs.jobs({ kind: 'replay' }, page)],
  ['jobs', 'SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 (id<?)', () => jobs.jobs({}, page)],
  ['a job that is due', 'SEARCH jobs USING INDEX jobs_due (due_at<?)', () => jobs.claim(['replay'], 1)],
  ['the findings of a job', 'SEARCH job_findings USING INDEX sqlite_autoindex_job_findings_1 (job_id=? AND (step,ordinal)>(?,?))', () => jobs.findings('x', { limit: 1, after: [0, 0] })],
  ['the runs of a schedule', 'SEARCH jobs USING INDEX jobs_slot (slot>? AND slot<?)', () => jobs.runs('reconcile/a/', 5)],
  ['all events to replay', 'SEARCH e USING INDEX sqlite_autoindex_events_1 (id>? AND id<?)', () => walk.page({}, { after: 'a', until: 'z' }, 5, false)],
  ['events of a source to replay', EVENTS_WALKED, () => walk.page({ source: 'a' }, { after: 'a', until: 'z' }, 5, true)],
  ['events of a type and time to replay', EVENTS_WALKED, () => walk.page({ type: 'a', from: 1, to: 2 }, { after: 'a', until: 'z' }, 5, false)],
  ['earlier events of the same order', 'SEARCH p USING INDEX events_order (order_id=?)', () => walk.page({ source: 'a' }, { after: 'a', until: 'z' }, 5, true)],
  ['parked events to replay', EVENTS_WALKED, () => walk.page({ state: 'parked' }, { after: 'a', until: 'z' }, 5, false)],
  ['groups of events to replay', 'SEARCH events USING COVERING INDEX events_look (source=? AND state=? AND type>?)', () => walk.page({ state: 'parked' }, { after: 'a', until: 'z' }, 5, false)],
  ['events of an order to replay', 'SEARCH e USING INDEX events_order (order_id=?)', () => walk.page({ order: 'o', state: 'done' }, { after: 'a', until: 'z' }, 5, true)],
  ['events to replay by their ids', 'SEARCH e USING INDEX sqlite_autoindex_events_1 (id=?)', () => walk.page({ ids: ['a'], source: 'a' }, { after: 'a', until: 'z' }, 5, false)],
  ['events to replay, counted', 'SEARCH e USING COVERING INDEX events_look (source=? AND state=? AND type=? AND id<?)', () => walk.count({ state: 'parked' }, 'z', 5)],
  ['events of a time to replay, counted', 'SEARCH e USING COVERING INDEX events_look (source=? AND state=? AND type=? AND id>? AND id<?)', () => walk.count({ source: 'a', from: 1, to: 2 }, 'z', 5)],
  ['all events to replay, counted', 'SEARCH e USING COVERING INDEX sqlite_autoindex_events_1 (id<?)', () => walk.count({}, 'z', 5)],
  ['events of an order to replay, counted', 'SEARCH e USING INDEX events_order (order_id=?)', () => walk.count({ order: 'o', type: 'a' }, 'z', 5)],
  ['whether events are there', 'SEARCH events USING COVERING INDEX sqlite_autoindex_events_1 (id=?)', () => walk.missing(['a'])],
  ['the newest event', 'SCAN events USING COVERING INDEX sqlite_autoindex_events_1', () => walk.newest()],
  ['the oldest event that is due', 'SEARCH events USING INDEX events_due (due_at<?)', () => records.oldestDue(1)],
])('%s', async (_what, step, ask) => {
  plans = [];
  await ask();
  expect(plans).toContain(step);
  // A scan without an index reads a table from end to end; JSON lists and what was computed are short: groups, and what
  // was looked at.
  const scans = plans.filter((it) => /^SCAN (?!.*(INDEX|VIRTUAL|CONSTANT|\(subquery|[pg]$|newest$|looked$))/.test(it));
  expect(scans).toEqual([]);
}); // biome-ignore format: a table

test('keys given out before are found by their sale and by themselves, whatever else there is', async () => {
  plans = [];
  const db: Database = {
    ...house.db,
    read: async (sql, params) => {
      const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
      plans.push(...rows.map((row) => String(row.detail)));
      return house.db.read(sql, params);
    },
  };
  const given = makeGivenKeys(db, (count) => new Uint8Array(count));
  await givenKeysOf(db, [{ source: 'stripe', account: '', refs: ['cs_1'] }]);
  await given.free('stripe', { limit: 1, after: ['', 'cs_1', 1] });
  // What was used is not in it: who has used very many waits for none of them.
  expect(plans.filter((it) => it.includes('given_keys_name')).length).toBeGreaterThan(1);
  const [known] = await house.db.read('SELECT ref FROM sale_refs LIMIT 1');
  const row = { name: String(known?.ref), line: null, product: null, key: 'K1' };
  await given.around({ source: 'stripe', account: '' }, [row]);
  for (const step of [
    'SEARCH g USING INDEX given_keys_name (source=? AND account=? AND name=?)',
    'SEARCH given_keys USING INDEX given_keys_key (key=?)',
    'SEARCH licenses USING INDEX licenses_key (key=?)',
    'SEARCH r USING INDEX sqlite_autoindex_sale_refs_1 (source=? AND account=? AND ref=?)',
    'SEARCH order_items USING INDEX sqlite_autoindex_order_items_1 (order_id=?)',
  ])
    expect(plans).toContain(step);
  expect(plans.filter((it) => /^SCAN (?!.*(INDEX|VIRTUAL))/.test(it))).toEqual([]);
});

test('a page of revisions is read by its source and number', async () => {
  plans = [];
  const revisions = makeRevisions(
    {
      ...house.db,
      read: async (sql, params) => {
        const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
        plans.push(...rows.map((row) => String(row.detail)));
        return house.db.read(sql, params);
      },
    },
    (count) => new Uint8Array(count),
  );
  await revisions.of('stripe', { limit: 1, after: [9] });
  expect(plans).toEqual([
    'SEARCH mapping_revisions USING INDEX mapping_revisions_number (source=? AND number<?)',
  ]);
});

test('a pace is read and written by its source alone, whatever else there is', async () => {
  plans = [];
  const note = async (sql: string, params?: readonly SqlValue[]) => {
    const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
    plans.push(...rows.map((row) => String(row.detail)));
  };
  const paces = makePaces({
    ...house.db,
    read: async (sql, params) => {
      await note(sql, params);
      return house.db.read(sql, params);
    },
    batch: async (statements) => {
      for (const { sql, params } of statements) await note(sql, params);
      return house.db.batch(statements);
    },
  });
  await paces.hear([{ source: 'stripe', at: 1 }]);
  const pace = (await paces.of(['stripe'])).get('stripe');
  if (pace) await paces.flag('stripe', pace, 'nothing', 2);
  expect(plans).toContain('SEARCH source_days USING INDEX sqlite_autoindex_source_days_1 (source=?)');
  expect(plans).toContain('SEARCH alarms USING INDEX sqlite_autoindex_alarms_1 (source=? AND code=?)');
  expect(plans.filter((it) => /^SCAN (?!.*(INDEX|VIRTUAL|CONSTANT|\(subquery))/.test(it))).toEqual([]);
});

test('a refusal is kept, and the oldest forgotten, by the index of its list', async () => {
  const steps: string[] = [];
  const refusals = makeRefusals(
    {
      ...house.db,
      batch: async (statements) => {
        for (const { sql, params } of statements) {
          const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
          steps.push(...rows.map((row) => String(row.detail)));
        }
        return [];
      },
    },
    (count) => new Uint8Array(count),
  );
  const diagnosis = { code: 'path_unknown', certain: true, detail: '' } as const;
  await refusals.refuse({ source: 'a', known: true, at: 5_000, problem: problem('bug'), diagnosis });
  expect(steps.filter((it) => it.includes(' refusals'))).toEqual([
    'SEARCH refusals USING INDEX refusals_list (list=? AND id>? AND id<?)',
    'SEARCH refusals USING INDEX refusals_list (list=? AND id<?)',
    'SEARCH refusals USING INDEX refusals_list (list=?)',
  ]);
});
