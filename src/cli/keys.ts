/**
 * `keyferry keys`: the keys of the management API. A new admin key is made on the database alone, so that somebody who
 * lost it can make another. What must never happen here: a key shown a second time.
 */
import type { ApiKey } from '../client/index.ts';
import { addDuration } from '../core/duration.ts';
import type { Scope } from '../core/records.ts';
import { clock } from '../node.ts';
import { listed, told } from './asking.ts';
import { CALL } from './called.ts';
import { connected, type Where } from './connect.ts';
import { ACTOR, withLedger } from './open.ts';
import { done, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, day, type Paint } from './text.ts';

export interface CreateOptions extends Where {
  readonly name: string;
  readonly scope: Scope;
  /** A duration like `90d`. */
  readonly expires?: string;
}

export function createKey(options: CreateOptions, terminal: Terminal): Promise<Outcome> {
  const { name, scope, expires } = options;
  const ends = expires === undefined ? null : new Date(addDuration(clock.now(), expires)).toISOString();
  return connected(
    options,
    terminal,
    async (connection) => {
      const body = { name, scopes: [scope], expires_at: ends };
      const made = await told(connection, connection.api.POST('/v1/api-keys', { body }));
      if (!made.ok) return made.outcome;
      const title = `A new key, ${name}, with the scope ${scope}:`;
      return done(made.value, newKeyText(title, made.value.key, terminal.paint));
    },
    'any',
  );
}

export function listKeys(options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(
      connection,
      terminal,
      { all: true },
      {
        page: (query) => connection.api.GET('/v1/api-keys', { query }),
        head: ['key', 'name', 'scopes', 'made', 'used', ''],
        row: keyRow,
        none: `No keys yet. \`${CALL} keys create --name NAME\` makes one.`,
      },
    ),
  );
}

export function revokeKey(id: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const revoked = await told(connection, connection.api.DELETE('/v1/api-keys/{id}', { path: { id } }));
    if (!revoked.ok) return revoked.outcome;
    return done(revoked.value, `${revoked.value.name} (${id}) opens nothing any more.`);
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

export function keyRow(it: ApiKey): readonly Cell[] {
  return [
    it.id,
    ['strong', it.name],
    it.scopes.join(', '),
    day(it.created_at),
    it.last_used_at === null ? 'never' : day(it.last_used_at),
    standing(it),
  ];
}

function standing(it: ApiKey): Cell {
  if (it.revoked_at !== null) return ['bad', `revoked ${day(it.revoked_at)}`];
  if (it.expires_at === null) return ['good', 'valid'];
  return it.state === 'expired'
    ? ['bad', `expired ${day(it.expires_at)}`]
    : ['good', `valid until ${day(it.expires_at)}`];
}
