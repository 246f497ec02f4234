/**
 * `keyferry doctor`: looks at a set-up from every side and says what is wrong with it and how to mend it. It
 * reads; only `--send-test` posts an event, of a kind that changes no license.
 */
import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Env } from '../config.ts';
import { VERSION } from '../house.ts';
import { clock } from '../node.ts';
import { CALL, SERVE } from './called.ts';
import {
  environmentErrors,
  isSet,
  mappingsFolder,
  readConfiguration,
  secretNames,
  type WrittenSource,
} from './configuration.ts';
import { databaseFaults, mayWrite, nearestFolder } from './database-place.ts';
import { examineDatabase } from './doctor-database.ts';
import {
  type Finding,
  failure,
  findingsText,
  good,
  judgeAnswer,
  judgeClock,
  judgePrivacy,
  judgeSpace,
  warning,
} from './findings.ts';
import { locateDatabase } from './open.ts';
import { done, type Outcome } from './outcome.ts';
import { ask, type Posted, post } from './posting.ts';
import { newSeed } from './send.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './text.ts';

export interface DoctorOptions {
  /** The public address, without a path. */
  readonly url?: string;
  readonly sendTest: boolean;
}

export async function doctor(
  { url, sendTest }: DoctorOptions,
  { env, paint, width }: Terminal,
): Promise<Outcome> {
  const configuration = readConfiguration(mappingsFolder(env), env);
  const { sources } = configuration;
  const findings = bySource([
    good('node', `${process.version}, Keyferry ${VERSION}`),
    ...environment(env, sources),
    ...configuration.errors.map((it) =>
      failure(
        'mappings',
        `${it.file}${it.line === undefined ? '' : `:${it.line}`} ${it.path} ${it.message}`,
        it.remedy,
      ),
    ),
    ...(configuration.errors.length === 0
      ? [good('mappings', `${counted(sources.length, 'source')} in ${configuration.folder}`)]
      : []),
    ...(await database(env, sources)),
    ...sources.flatMap(sourceFindings),
    ...(await publicAddress(url, sendTest, sources)),
  ]);
  const failures = findings.filter((it) => it.verdict === 'fail').length;
  return done({ ok: failures === 0, findings }, findingsText(findings, paint, width), failures === 0 ? 0 : 1);
}

/** What concerns one source stands together, after everything else. */
function bySource(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ about }) => (about.startsWith('source ') ? about : ''));
  return [...(groups.get('') ?? []), ...[...groups].flatMap(([about, own]) => (about === '' ? [] : own))];
}

function environment(env: Env, sources: readonly WrittenSource[]): readonly Finding[] {
  const named = sources.flatMap((it) => secretNames(it.mapping.settings));
  const errors = environmentErrors(env, named);
  const findings = errors.map((it) => failure('environment', `${it.path} ${it.message}`, it.remedy));
  const spaced = [...new Set(named)].filter((it) => isSet(env, it) && env[it] !== env[it]?.trim());
  if (spaced.length > 0) {
    const says = `${spaced.join(', ')}: white space around the value, which Keyferry leaves out`;
    findings.push(
      warning('environment', says, 'Copy it again without; other programs may take it as it is.'),
    );
  }
  return findings.length === 0 ? [good('environment', 'every variable can be read')] : findings;
}

async function database(env: Env, sources: readonly WrittenSource[]): Promise<readonly Finding[]> {
  const faults = databaseFaults(env);
  if (faults.length > 0) return faults.map((it) => failure('database', it.message, it.remedy));
  const located = locateDatabase(env, 'any');
  if ('exit' in located) return [];
  const { file, name, environment } = located;
  if (file === null) return examineDatabase(located, sources, environment.adminKey, clock.now());
  const folder = nearestFolder(file);
  const { bavail, bsize } = statfsSync(folder);
  const space = judgeSpace(bavail * bsize);
  if (!existsSync(file))
    return [space, warning('database', `${name} does not exist yet`, `\`${SERVE}\` makes it.`)];
  const beside = mayWrite(dirname(file))
    ? []
    : [
        failure(
          'database',
          `${dirname(file)} cannot be written`,
          'SQLite writes its log beside the file: give the user that runs Keyferry the right to write there.',
        ),
      ];
  return [
    space,
    ...beside,
    ...privacy(file),
    ...(await examineDatabase(located, sources, environment.adminKey, clock.now())),
  ];
}

/** Looked at before the database is opened, which may make files beside it. Windows has no such modes. */
function privacy(file: string): readonly Finding[] {
  if (process.platform === 'win32') return [];
  const there = ['', '-wal', '-shm'].map((end) => `${file}${end}`).filter((it) => existsSync(it));
  return [judgePrivacy(there.map((path) => ({ path, mode: statSync(path).mode })))];
}

function sourceFindings({ name, open, errors, mapping }: WrittenSource): readonly Finding[] {
  const about = `source ${name}`;
  if (open) return [good(about, `open, ${mapping.mode} mode, its secrets are set`)];
  return errors.map((it) => failure(about, `closed: ${it.message}`, it.remedy));
}

async function publicAddress(
  url: string | undefined,
  sendTest: boolean,
  sources: readonly WrittenSource[],
): Promise<readonly Finding[]> {
  if (url === undefined) return [];
  const base = url.replace(/\/+$/, '');
  const health = await ask(`${base}/healthz`, { method: 'GET' });
  const findings = [...healthFindings(base, health), ...httpsFindings(base)];
  if (!sendTest || 'unanswered' in health) return findings;
  const open = sources.filter((it) => it.open);
  if (open.length === 0)
    findings.push(warning('test event', 'none was sent', 'No source is open: set its secrets first.'));
  for (const source of open) findings.push(await testEvent(base, source));
  return findings;
}

function healthFindings(base: string, posted: Posted): Finding[] {
  const about = 'public address';
  if ('unanswered' in posted) {
    const { title, detail, hint } = posted.unanswered;
    return [failure(about, `${title} (${detail})`, hint)];
  }
  const { status, location, date } = posted.answered;
  const clocks = date === null ? [] : [judgeClock(clock.now(), date)];
  if (status === 200) return [good(about, `${base} answers`), ...clocks];
  if (status >= 300 && status < 400) {
    const says = `${base}/healthz answers ${status} and points to ${location ?? 'another place'}`;
    return [failure(about, says, 'Shops do not follow redirects: use the final address.'), ...clocks];
  }
  const remedy = 'Let the proxy pass all paths on to Keyferry; at least /webhooks/ and /healthz.';
  return [failure(about, `${base}/healthz answers ${status}`, remedy), ...clocks];
}

/** Shops ask for https; on the machine itself there is none to ask for. */
function httpsFindings(base: string): Finding[] {
  const { protocol, hostname } = new URL(base);
  if (protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return [];
  return [
    warning(
      'public address',
      'is not https',
      'Shops take live webhooks to https only: put a proxy with a certificate before it.',
    ),
  ];
}

/** The integration's written event of a kind that nobody reads. */
async function testEvent(
  base: string,
  { name, integration, mapping, settings }: WrittenSource,
): Promise<Finding> {
  const about = `source ${name}`;
  const sample = integration.samples.find((it) => it.name.startsWith('unknown'));
  const [secret] = integration.secrets(settings);
  if (!sample || secret === undefined)
    return warning(about, 'has no harmless test event', `Send one of its cases yourself: ${CALL} send.`);
  const url = `${base}/webhooks/${name}`;
  const posted = await post(integration, sample.make(clock.now(), newSeed(), mapping.mode), secret, url);
  if ('answered' in posted) return judgeAnswer(name, url, posted.answered);
  const { title, detail, hint } = posted.unanswered;
  return failure(about, `${title} (${detail})`, hint);
}
