/**
 * `keyferry serve`: door one opened from the command line. It says what stands where: the address to enter in
 * each shop, the sources that are closed and why, the admin key once. What must never happen here: a start on a
 * configuration that nobody can run, or a stop that loses what was acknowledged.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { integrations } from '../../integrations/index.ts';
import { readEnvironment } from '../config.ts';
import { loggedError, type PlacedError } from '../core/problem.ts';
import type { SourceStatus } from '../core/sources.ts';
import { VERSION } from '../house.ts';
import { boundYoung } from '../node/young.ts';
import { listen, type NodeHouse, openHouse } from '../node.ts';
import { CALL, SERVE } from './called.ts';
import { environmentErrors, readConfiguration, secretNames } from './configuration.ts';
import { databaseFaults } from './database-place.ts';
import { unusable } from './open.ts';
import {
  done,
  failed,
  failedBy,
  messageOf,
  type Outcome,
  systemCode,
  type Trouble,
  troubleOf,
} from './outcome.ts';
import { listenForStops } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { type Paint, placed, remedy, trouble, wrap } from './text.ts';

/** After this long a stop waits for nobody: what is not done yet lies in the inbox. */
const STOP_MS = 8_000;

export async function serve(terminal: Terminal): Promise<Outcome> {
  const { env, log } = terminal;
  const faults = startFaults(terminal);
  if (faults.length > 0)
    return failed(
      { ...troubleOf({ code: 'config_invalid', detail: '' }), hint: 'Nothing was started.', errors: faults },
      2,
    );
  let opened: Awaited<ReturnType<typeof openHouse>>;
  try {
    opened = await openHouse({ env, log });
  } catch (error) {
    return failed(unusable(env.KEYFERRY_DATABASE_URL ?? 'data/keyferry.db', error));
  }
  if (!opened.ok) return failedBy(opened.problem);
  const house = opened.value;
  boundYoung();
  const stops = listenForStops();
  try {
    const admin = await house.keys.ensureAdmin(house.environment.adminKey ?? undefined);
    if (!admin.ok) return failedBy(admin.problem);
    let server: Awaited<ReturnType<typeof listen>>;
    try {
      server = await listen(house);
    } catch (error) {
      // The key was made and is shown nowhere else.
      if (admin.value !== null) terminal.warn(...adminKeyText(admin.value, terminal.paint), '');
      return failed(notListening(house, error), systemCode(error) === 'EADDRINUSE' ? 1 : 2);
    }
    house.start();
    await greet(house, server.url, admin.value, terminal);
    const why = await Promise.race([stops.asked, house.overtaken]);
    const overtaken = typeof why === 'string' ? null : why;
    log(
      'info',
      'stopping',
      overtaken ? { problem: overtaken.code, detail: overtaken.detail } : { signal: why },
    );
    await Promise.race([
      Promise.all([server.close(), house.stop()]),
      wait(STOP_MS / 2, undefined, { ref: false }),
    ]);
    return overtaken ? failedBy(overtaken) : done(null, '');
  } finally {
    await Promise.race([house.close(), wait(STOP_MS / 2, undefined, { ref: false })]);
    stops.release();
  }
}

/** Everything that forbids a start, at once: variables that cannot be read, and a database that cannot be there. */
function startFaults({ env }: Terminal): readonly PlacedError[] {
  const read = readEnvironment(env);
  return [...(read.ok ? [] : (read.problem.errors ?? [])), ...databaseFaults(env)];
}

async function greet(
  house: NodeHouse,
  url: string,
  adminKey: string | null,
  terminal: Terminal,
): Promise<void> {
  const { env, warn, paint, width } = terminal;
  const statuses = await house.sources.statuses();
  const configuration = readConfiguration(house.environment.mappings, env);
  const named = configuration.sources.flatMap((it) => secretNames(it.mapping.settings));
  terminal.document({
    version: VERSION,
    url,
    admin_key: adminKey,
    sources: statuses.map((it) => ({
      ...it,
      problem: it.problem && troubleOf(it.problem),
      webhook_url: shown(url) + it.webhook_path,
    })),
    errors: house.taken.errors,
  });
  const closed = new Map(configuration.sources.map((it) => [it.name, it.errors]));
  const { mappings } = house.environment;
  terminal.say(
    ...greeting({ url, adminKey, statuses, closed, errors: house.taken.errors, mappings }, paint, width),
  );
  for (const it of environmentErrors(env, named)) warn(...placed(it, paint, width));
  for (const error of terminal.json ? house.taken.errors : [])
    terminal.log('error', 'mapping file not taken', loggedError(error));
}

export interface Greeting {
  readonly url: string;
  readonly adminKey: string | null;
  readonly statuses: readonly SourceStatus[];
  /** What keeps each source closed, where its file says it. */
  readonly closed: ReadonlyMap<string, readonly PlacedError[]>;
  /** Of the files. */
  readonly errors: readonly PlacedError[];
  readonly mappings: string;
}

export function greeting(
  { url, adminKey, statuses, closed, errors, mappings }: Greeting,
  paint: Paint,
  width: number,
): string[] {
  const lines = [`Keyferry ${VERSION} listens on ${paint('strong', shown(url))}`];
  if (adminKey !== null) lines.push('', ...adminKeyText(adminKey, paint));
  for (const it of statuses)
    lines.push('', ...sourceText(it, closed.get(it.name) ?? [], shown(url), paint, width));
  if (statuses.length === 0) {
    lines.push(
      '',
      'No source runs yet.',
      ...remedy(
        `Write a mapping file for your shop into ${mappings}; \`${CALL} init\` writes some to start from.`,
        width,
      ),
    );
  }
  if (errors.length > 0) {
    lines.push('', paint('bad', 'Not taken from the mapping files; what ran before goes on:'));
    lines.push(...errors.flatMap((it) => placed(it, paint, width, '  ')));
  }
  const reach = `Shops reach it through a public https address only: put yours in the place of ${shown(url)}.`;
  lines.push(
    '',
    ...wrap(reach, width),
    ...wrap(`Try it: ${CALL} send. Is all set up? ${CALL} doctor. Stop: Ctrl-C.`, width),
  );
  return lines;
}

function adminKeyText(key: string, paint: Paint): string[] {
  return [
    `  Admin key   ${paint('strong', key)}`,
    `              shown this once; \`${CALL} keys reset-admin\` makes another`,
  ];
}

function sourceText(
  it: SourceStatus,
  faults: readonly PlacedError[],
  url: string,
  paint: Paint,
  width: number,
): string[] {
  const state = it.open ? paint('good', 'open') : paint('warn', 'closed');
  const lines = [`${paint('strong', it.name)}  ${state}, ${it.mode} mode`];
  if (it.problem && faults.length > 0)
    lines.push(...faults.flatMap((one) => placed(one, paint, width, '  ')));
  else if (it.problem) lines.push(...trouble(troubleOf(it.problem), paint, width).map((line) => `  ${line}`));
  const address = url + it.webhook_path;
  const setup = integrations.find((one) => one.name === it.integration)?.setup(address) ?? [];
  return [
    ...lines,
    `  ${paint('name', address)}`,
    ...setup.flatMap((line) => wrap(line, width, '    ', '  - ')),
  ];
}

/** An address that can be opened: a wildcard is none. */
function shown(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function notListening({ environment: { host, port } }: NodeHouse, error: unknown): Trouble {
  const code = systemCode(error);
  const at = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    const hint = `Stop the other program, or choose another port: PORT=${port + 1} ${SERVE}.`;
    return {
      code: 'port_in_use',
      title: `Port ${port} is in use`,
      detail: `Another program listens on ${at}.`,
      hint,
    };
  }
  if (code === 'EACCES') {
    const hint =
      'Ports below 1024 belong to the system: choose a higher one and let a proxy stand before it.';
    return { code: 'port_forbidden', title: `Port ${port} may not be opened`, detail: at, hint };
  }
  const hint =
    'HOST must be an address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for all its networks.';
  return {
    code: 'address_unusable',
    title: `${at} cannot be listened on`,
    detail: code || messageOf(error),
    hint,
  };
}
