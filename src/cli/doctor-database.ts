/**
 * Doctor's look into the database: is it whole, is it of this version, what waits in it. It only reads. What
 * must never happen here: a migration, or an answer about tables that are not there.
 */
import { PROBLEMS } from '../core/problems.ts';
import type { IdKey, Records, SourceNotes } from '../core/records.ts';
import type { RefusalRecord } from '../core/refusals.ts';
import { clock, digest, openDatabase, random } from '../node.ts';
import { makeApiKeys } from '../store/api-keys.ts';
import type { Database } from '../store/database.ts';
import { MIGRATIONS } from '../store/migration-list.ts';
import { makeRecords } from '../store/records.ts';
import { CALL } from './called.ts';
import type { WrittenSource } from './configuration.ts';
import { examineRefusals, refusalsOfLastDay } from './doctor-refusals.ts';
import {
  type Finding,
  failure,
  good,
  judgeAlarm,
  judgeBacklog,
  judgeEvents,
  judgeMigrations,
  warning,
} from './findings.ts';
import { hasTables, type Located, unusable } from './open.ts';
import { messageOf, troubleOf } from './outcome.ts';
import { counted, span } from './text.ts';

/** Rows looked at; beyond it is "and more". */
const LOOK = 200;

export async function examineDatabase(
  { file, name, environment }: Located,
  sources: readonly WrittenSource[],
  adminKey: string | null,
  now: number,
): Promise<readonly Finding[]> {
  let db: Database;
  try {
    db = await openDatabase(environment);
  } catch (error) {
    return [
      failure(
        'database',
        unusable(name, error).detail,
        'Is it a Keyferry database? Restore a backup if it is damaged.',
      ),
    ];
  }
  try {
    const whole = file === null ? await answers(db, name) : await integrity(db);
    if (whole.verdict === 'fail') return [whole];
    const migrations = judgeMigrations(
      await applied(db),
      MIGRATIONS.map((it) => it.name),
    );
    if (migrations.verdict !== 'ok') return [whole, migrations];
    const records = makeRecords(db);
    const notes = await records.notes(sources.map((it) => it.name));
    const refusals = await refusalsOfLastDay(records, now);
    return [
      whole,
      migrations,
      await writable(records),
      await admin(db, adminKey),
      ...(await work(records, now)),
      ...(await examineRefusals(records, refusals, sources, now)),
      ...sources.flatMap((it) => noteFindings(it, notes.get(it.name), refusals, now)),
    ];
  } catch (error) {
    const remedy = file === null ? 'Is the server up? Then try again.' : 'Restore a backup if it is damaged.';
    return [failure('database', messageOf(error), remedy)];
  } finally {
    await db.close();
  }
}

/** Whether the files behind a server are whole is for those who run it to say. */
async function answers(db: Database, name: string): Promise<Finding> {
  const before = clock.now();
  try {
    await db.read('SELECT 1');
  } catch (error) {
    const { detail, hint } = unusable(name, error);
    return failure('database', detail, hint);
  }
  return good('database', `${name} answers, in ${clock.now() - before} ms`);
}

async function integrity(db: Database): Promise<Finding> {
  const rows = await db.read('PRAGMA quick_check');
  const said = rows.map((it) => String(Object.values(it)[0])).join('; ');
  if (said === 'ok') return good('database', 'is whole');
  return failure(
    'database',
    `is damaged: ${said.slice(0, 300)}`,
    'Stop Keyferry, keep the file, restore the last backup, and let the shops send again what is missing.',
  );
}

async function applied(db: Database): Promise<readonly string[]> {
  if (!(await hasTables(db))) return [];
  return (await db.read('SELECT name FROM migrations ORDER BY name')).map((it) => String(it.name));
}

async function writable(records: Records): Promise<Finding> {
  try {
    await records.probe();
    return good('database', 'can be written');
  } catch (error) {
    return failure(
      'database',
      `cannot be written: ${messageOf(error)}`,
      'Look at the disk, at permissions, and at other programs that hold the file.',
    );
  }
}

async function admin(db: Database, given: string | null): Promise<Finding> {
  if (given !== null) return good('admin key', 'is the one in KEYFERRY_ADMIN_KEY');
  const keys = makeApiKeys({ db, digest, random, clock });
  for (let after: IdKey | null = null; ; ) {
    const page: Awaited<ReturnType<typeof keys.list>> = await keys.list({ limit: LOOK, after });
    const opens = page.items.some(
      (it) =>
        it.scopes.includes('admin') && it.revoked_at === null && (it.expires_at ?? Infinity) > clock.now(),
    );
    if (opens) return good('admin key', 'there is one');
    if (page.next === null)
      return warning('admin key', 'there is none that opens', `\`${CALL} keys reset-admin\` makes one.`);
    after = page.next;
  }
}

async function work(records: Records, now: number): Promise<readonly Finding[]> {
  const first = { limit: LOOK, after: null };
  const [parked, waiting, lines, reviews] = await Promise.all([
    records.events({ state: 'parked' }, first),
    records.events({ state: 'waiting' }, first),
    records.parked({}, first),
    records.reviews({}, first),
  ]);
  const findings = [
    judgeBacklog(await records.oldestDue(now), now),
    ...judgeEvents(
      'parked',
      parked.items.map((it) => it.problem),
      parked.next !== null,
    ),
    ...judgeEvents(
      'waiting',
      waiting.items.map((it) => it.problem),
      waiting.next !== null,
    ),
  ];
  const [line] = lines.items;
  if (line) {
    const more = lines.next === null ? '' : ' and more';
    const why = line.problem ? troubleOf(line.problem) : null;
    const says = `${counted(lines.items.length, 'line')}${more} parked; the newest: ${line.title} of ${line.external_id} at ${line.source}${why ? ` (${why.title}${why.detail === '' ? '' : `: ${why.detail}`})` : ''}`;
    findings.push(warning('parked lines', says, why?.hint ?? 'Add a rule; the line issues by itself.'));
  } else findings.push(good('parked lines', 'none: every paid line found its rule'));
  if (reviews.items.length > 0) {
    findings.push(
      warning(
        'reviews',
        `${counted(reviews.items.length, 'change')} wait for a person`,
        'GET /v1/reviews shows them.',
      ),
    );
  }
  const { failed_jobs } = await records.pulse([], now);
  if (failed_jobs > 0) {
    findings.push(
      warning(
        'jobs',
        `${counted(failed_jobs, 'job')} of the last 7 days failed`,
        'GET /v1/jobs?state=failed says why; POST /v1/jobs/{id}/resume lets one go on where it stands.',
      ),
    );
  }
  return findings;
}

function noteFindings(
  { name, open }: WrittenSource,
  notes: SourceNotes | undefined,
  refusals: readonly RefusalRecord[],
  now: number,
): readonly Finding[] {
  const about = `source ${name}`;
  const last = notes?.last_event_at ?? null;
  // What the refusals of the last day tell in full is not told again as an alarm.
  const told = new Set<string>(refusals.flatMap((it) => (it.source === name ? [it.problem.code] : [])));
  const alarms = (notes?.alarms ?? []).filter((it) => !told.has(it.code));
  const findings = alarms.map((it) => judgeAlarm(name, it, hintOf(it.code), now));
  if (last !== null) return [good(about, `last event ${span(now - last)} ago`), ...findings];
  if (!open) return findings;
  return [
    warning(
      about,
      'no event has come yet',
      `Try the way with: ${CALL} send ${name}; then send a test from the shop.`,
    ),
    ...findings,
  ];
}

function hintOf(code: string): string {
  return (
    Object.entries(PROBLEMS).find(([name]) => name === code)?.[1].hint ?? 'Look at the log of that time.'
  );
}
