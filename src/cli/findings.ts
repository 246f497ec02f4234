/**
 * What doctor finds: each finding with its verdict and, where something is wrong, what to do. Pure judgements of
 * what was measured elsewhere, so that each is tested without breaking a machine.
 */

import type { Problem, ProblemCode } from '../core/problem.ts';
import type { AlarmRecord } from '../core/records.ts';
import { CALL, SERVE } from './called.ts';
import { troubleOf } from './outcome.ts';
import { type Answered, problemIn, receiptIn } from './posting.ts';
import { bytes, counted, type Paint, remedy, span, type Tone, wrap } from './text.ts';

export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** What was looked at: `database`, `source shop-eu`. */
  readonly about: string;
  readonly says: string;
  readonly remedy: string;
}

export function good(about: string, says: string): Finding {
  return { verdict: 'ok', about, says, remedy: '' };
}

export function warning(about: string, says: string, remedy: string): Finding {
  return { verdict: 'warn', about, says, remedy };
}

export function failure(about: string, says: string, remedy: string): Finding {
  return { verdict: 'fail', about, says, remedy };
}

const MB = 1_000_000;

export function judgeSpace(free: number): Finding {
  const says = `${bytes(free)} free`;
  if (free < 50 * MB)
    return failure(
      'disk',
      says,
      'Make room now: without space events are answered 503, and the shops must send them again.',
    );
  if (free < 500 * MB) return warning('disk', says, 'Make room soon.');
  return good('disk', says);
}

/** @param files of the database that are there, with their permission bits */
export function judgePrivacy(files: readonly { readonly path: string; readonly mode: number }[]): Finding {
  const about = 'database';
  const loose = files.filter(({ mode }) => (mode & 0o077) !== 0);
  if (loose.length === 0) return good(about, 'is readable by its owner alone');
  const says = loose.map(({ path, mode }) => `${path} (mode ${(mode & 0o777).toString(8)})`).join(', ');
  return warning(
    about,
    `is open to other users of this machine: ${says}`,
    `It holds keys, buyers and bodies: chmod 600 ${loose.map(({ path }) => path).join(' ')}`,
  );
}

/** @param applied names in the database @param ours names of this version, in order */
export function judgeMigrations(applied: readonly string[], ours: readonly string[]): Finding {
  const about = 'database';
  const foreign = applied.filter((it) => !ours.includes(it));
  if (foreign.length > 0) {
    return failure(
      about,
      `was brought up to date by a newer Keyferry (${foreign.join(', ')})`,
      'Run that version or a newer one, or restore a backup.',
    );
  }
  const open = ours.filter((it) => !applied.includes(it));
  if (open.length > 0)
    return warning(
      about,
      `${counted(open.length, 'migration')} to come`,
      'The next start applies them; make a backup first.',
    );
  return good(about, `tables are those of this version (${ours.at(-1) ?? 'none'})`);
}

/** A node's clock against another's, both epoch ms. */
export function judgeClock(ours: number, theirs: number): Finding {
  const off = Math.abs(ours - theirs);
  const says = `${span(off)} off the clock behind the public address`;
  const set = 'Set this machine’s clock by NTP (timedatectl set-ntp true).';
  if (off > 240_000) return failure('clock', says, `${set} Signatures are accepted within 300 seconds only.`);
  return off > 15_000
    ? warning('clock', says, set)
    : good('clock', 'agrees with the clock behind the public address');
}

/** Events that stopped or wait, by what stopped them. */
export function judgeEvents(
  state: 'parked' | 'waiting',
  problems: readonly (Problem | null)[],
  more: boolean,
): readonly Finding[] {
  const byCode = new Map<ProblemCode, number>();
  for (const it of problems) if (it) byCode.set(it.code, (byCode.get(it.code) ?? 0) + 1);
  return [...byCode].map(([code, count]) => {
    const { title, hint } = troubleOf({ code, detail: '' });
    const says = `${counted(count, 'event')}${more ? ' and more' : ''} ${state === 'parked' ? 'parked' : count === 1 ? 'waits' : 'wait'}: ${title} (${code})`;
    const then = state === 'parked' ? ` Then: ${CALL} replay EVENT.` : '';
    return warning('events', says, hint + then);
  });
}

/** @param since when the oldest event that is due arrived at a worker's door, epoch ms */
export function judgeBacklog(since: number | null, now: number): Finding {
  if (since === null) return good('events', 'nothing is due');
  const waited = now - since;
  if (waited < 30_000) return good('events', 'work is under way');
  return failure(
    'events',
    `one has been due for ${span(waited)}`,
    `Nobody works: start Keyferry with \`${SERVE}\` on this database, or look at its log.`,
  );
}

export function judgeAlarm(source: string, it: AlarmRecord, hint: string, now: number): Finding {
  const says = `alarm ${it.code}, ${counted(it.count, 'time')}, last ${span(now - it.last_at)} ago${it.detail === '' ? '' : `: ${it.detail}`}`;
  return warning(`source ${source}`, says, hint);
}

/** What came back for a signed test event that was posted through the public address. */
export function judgeAnswer(source: string, url: string, answered: Answered): Finding {
  const about = `source ${source}`;
  const { status, location } = answered;
  if (receiptIn(answered)) return good(about, `a signed test event came through ${url}`);
  const { code, title, hint } = problemIn(answered);
  const said = `${url} answers ${status}`;
  if (status >= 300 && status < 400) {
    return failure(
      about,
      `${said} and points to ${location ?? 'another place'}`,
      'Shops do not follow redirects: enter the final address in the shop (https, with or without www, no slash at the end).',
    );
  }
  if (code === 'signature_wrong' || code === 'signature_stale') {
    return failure(
      about,
      `${said}: ${title}`,
      `Either the running Keyferry has another secret than this environment, or a proxy changes the body. ${hint}`,
    );
  }
  if (code === 'signature_missing' || code === 'signature_malformed') {
    return failure(
      about,
      `${said}: ${title}`,
      'A proxy takes headers away or changes them: let all of them through as they come.',
    );
  }
  if (code !== '') return failure(about, `${said}: ${title}`, hint);
  if (status === 200)
    return failure(
      about,
      `${said}, but not as Keyferry does`,
      'Another program answers at this address: check the host name and where the proxy forwards to.',
    );
  if (status === 404)
    return failure(
      about,
      said,
      'The proxy does not forward this path: let it pass /webhooks/ on to Keyferry, unchanged.',
    );
  if (status === 401 || status === 403)
    return failure(
      about,
      said,
      'A proxy or firewall asks for a login: let /webhooks/ through without one, signatures guard it.',
    );
  if (status === 413)
    return failure(
      about,
      said,
      'The proxy refuses bodies of this size: allow at least 1 MB (nginx: client_max_body_size).',
    );
  if (status >= 500)
    return failure(
      about,
      said,
      'The proxy does not reach Keyferry: check that it runs, and the address and port that the proxy forwards to.',
    );
  return failure(about, said, 'Look at the configuration of whatever stands before Keyferry.');
}

const MARKS: Readonly<Record<Finding['verdict'], readonly [Tone, string]>> = {
  ok: ['good', '✓'],
  warn: ['warn', '!'],
  fail: ['bad', '✗'],
};

export function findingsText(findings: readonly Finding[], paint: Paint, width: number): string {
  const lines = findings.flatMap(({ verdict, about, says, remedy: then }) => {
    const [tone, mark] = MARKS[verdict];
    // Wrapped before it is painted: colors have no width.
    const [first = '', ...rest] = wrap(says, width, '    ', `  ${about}: `);
    const head = `${paint(tone, mark)} ${first.slice(2).replace(`${about}:`, `${paint('strong', about)}:`)}`;
    return [head, ...rest, ...(then === '' ? [] : remedy(then, width, '    '))];
  });
  const count = (verdict: Finding['verdict']) => findings.filter((it) => it.verdict === verdict).length;
  const failures = count('fail');
  const closing = `${counted(failures, 'failure')}, ${counted(count('warn'), 'warning')}, ${count('ok')} in order`;
  return [...lines, '', paint(failures > 0 ? 'bad' : 'good', closing)].join('\n');
}
