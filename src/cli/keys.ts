/**
 * `keyferry keys`: the keys of the management API, directly on the database, so that somebody who lost the admin
 * key can make another. What must never happen here: a key shown a second time.
 */
import { addDuration } from '../core/duration.ts';
import type { ApiKeyRecord, IdKey, Scope } from '../core/records.ts';
import { viewKey } from '../http/management/api-keys.ts';
import { name as nameOfKey } from '../http/request.ts';
import { clock } from '../node.ts';
import { CALL } from './called.ts';
import { ACTOR, withLedger } from './open.ts';
import { done, failed, failedBy, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, type Paint, table } from './text.ts';

export interface CreateOptions {
  readonly name: string;
  readonly scope: Scope;
  /** A duration like `90d`. */
  readonly expires?: string;
}

const PAGE = 200;

export async function createKey(
  { name, scope, expires }: CreateOptions,
  terminal: Terminal,
): Promise<Outcome> {
  if (!nameOfKey.safeParse(name).success)
    return failed({
      code: 'request_invalid',
      title: 'This is no name for a key',
      detail: JSON.stringify(name),
      hint: 'Write 1 to 200 letters, without line breaks.',
    });
  return withLedger(terminal, 'any', async ({ keys }) => {
    const expires_at = expires === undefined ? null : addDuration(clock.now(), expires);
    const { record, key } = await keys.create({ name, scopes: [scope], expires_at }, ACTOR);
    return done(
      { ...viewKey(record, clock.now()), key },
      newKeyText(`A new key, ${name}, with the scope ${scope}:`, key, terminal.paint),
    );
  });
}

export function listKeys(terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'existing', async ({ keys }) => {
    const all: ApiKeyRecord[] = [];
    for (let after: IdKey | null = null; ; ) {
      const page: Awaited<ReturnType<typeof keys.list>> = await keys.list({ limit: PAGE, after });
      all.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    return done(
      { items: all.map((it) => viewKey(it, clock.now())) },
      keysText(all, clock.now(), terminal.paint),
    );
  });
}

export function revokeKey(id: string, terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'existing', async ({ keys }) => {
    const revoked = await keys.revoke(id, ACTOR);
    if (!revoked.ok && revoked.problem.code !== 'not_found') return failedBy(revoked.problem);
    const record = revoked.ok ? revoked.value : null;
    if (record)
      return done(viewKey(record, clock.now()), `${record.name} (${record.id}) opens nothing any more.`);
    return failed({
      code: 'not_found',
      title: 'No such key',
      detail: id,
      hint: `\`${CALL} keys list\` shows the ids.`,
    });
  });
}

export function resetAdmin(terminal: Terminal): Promise<Outcome> {
  return withLedger(terminal, 'any', async ({ keys, environment }) => {
    const key = await keys.resetAdmin(ACTOR);
    const note =
      environment.adminKey === null ? '' : '\nThe key in KEYFERRY_ADMIN_KEY stays valid beside it.';
    const title = 'The new admin key; the one made before opens nothing any more:';
    return done({ key }, newKeyText(title, key, terminal.paint) + note);
  });
}

function newKeyText(title: string, key: string, paint: Paint): string {
  return [
    title,
    '',
    `  ${paint('strong', key)}`,
    '',
    'It is shown this once and stored nowhere: keep it now.',
  ].join('\n');
}

export function keysText(all: readonly ApiKeyRecord[], now: number, paint: Paint): string {
  if (all.length === 0) return `No keys yet. \`${CALL} keys create --name NAME\` makes one.`;
  const rows = all.map((it): Cell[] => [
    it.id,
    ['strong', it.name],
    it.scopes.join(', '),
    `made ${day(it.created_at)}`,
    it.last_used_at === null ? 'never used' : `used ${day(it.last_used_at)}`,
    standing(it, now),
  ]);
  return table(rows, paint).join('\n');
}

function standing(it: ApiKeyRecord, now: number): Cell {
  if (it.revoked_at !== null) return ['bad', `revoked ${day(it.revoked_at)}`];
  if (it.expires_at === null) return ['good', 'valid'];
  return it.expires_at <= now
    ? ['bad', `expired ${day(it.expires_at)}`]
    : ['good', `valid until ${day(it.expires_at)}`];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
