/**
 * Deployment and backup as the documentation has them, with the real wrangler on this machine: its migrations,
 * its `dev`, its export of D1 and the way back.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { client, type HttpDoor, send } from '../contracts/http-house.ts';
import { writeWorker } from './setup.ts';

/** Itself, not the program that starts it: a signal to that one would leave this one behind. */
const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/wrangler-dist/cli.js', import.meta.url));

let folder: string;
const started: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-wrangler-'));
});
afterAll(async () => {
  await Promise.all(started.map(stop));
  rmSync(folder, { recursive: true, force: true });
});

/** A place of its own: wrangler keeps its local state beside the configuration. */
async function place(name: string): Promise<string> {
  const made = join(folder, name);
  mkdirSync(made);
  const { secrets } = await writeWorker(made, {
    config: [[/^max_batch_timeout = .*$/m, 'max_batch_timeout = 0']],
  });
  const lines = Object.entries(secrets).map(([key, value]) => `${key}="${value}"`);
  writeFileSync(join(made, '.dev.vars'), lines.join('\n'));
  return made;
}

function start(where: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: where,
    env: { ...process.env, NODE_OPTIONS: '', CI: 'true', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function wrangler(where: string, ...args: string[]): Promise<void> {
  const child = start(where, args);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (it) => (said += it));
  const [code] = await once(child, 'close');
  expect(code, said).toBe(0);
}

/** Gently, so that it takes its own children along. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await closed;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function serve(where: string): Promise<HttpDoor> {
  const port = await freePort();
  const child = start(where, ['dev', '--port', String(port), '--inspector-port', '0']);
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (it) => (said += it));
  const request: HttpDoor['request'] = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
  await expect
    .poll(
      () =>
        request('/readyz').then(
          ({ status }) => status,
          () => said,
        ),
      { timeout: 30_000, interval: 100 },
    )
    .toBe(200);
  return {
    request,
    now: () => Date.now(),
    // The queue does it.
    settle: async () => {},
    close: () => stop(child),
  };
}

/** Once there are so many. */
async function licenses(door: HttpDoor, count: number): Promise<readonly unknown[]> {
  const read = async () => (await client(door).get('/v1/licenses')).items;
  await expect.poll(read, { timeout: 10_000, interval: 100 }).toHaveLength(count);
  return read();
}

/** The licenses of a house on Node, over the same export in a file. */
async function onNode(...dumps: readonly string[]): Promise<readonly unknown[]> {
  const path = join(folder, 'keyferry.db');
  const file = new Libsql(path);
  file.exec('PRAGMA foreign_keys = off');
  for (const it of dumps) file.exec(readFileSync(it, 'utf8'));
  file.close();
  const db = await openFile(path);
  try {
    expect(await migrate(db, Date.now())).toEqual({ ok: true, value: [] });
    return await db.read('SELECT id, key FROM licenses ORDER BY id DESC');
  } finally {
    await db.close();
  }
}

test('what was sold comes back out of an export of D1, in another place', { timeout: 120_000 }, async () => {
  const here = await place('here');
  await wrangler(here, 'd1', 'migrations', 'apply', 'keyferry', '--local');
  const first = await serve(here);
  expect((await send(first, 'stripe', 'one-time', 'kept')).status).toBe(200);
  const sold = await licenses(first, 1);
  await first.close();

  // In one file, rows would come before the tables that they point at.
  const schema = join(folder, 'schema.sql');
  const rows = join(folder, 'rows.sql');
  await wrangler(here, 'd1', 'export', 'keyferry', '--local', '--no-data', '--output', schema);
  await wrangler(here, 'd1', 'export', 'keyferry', '--local', '--no-schema', '--output', rows);

  const there = await place('there');
  await wrangler(there, 'd1', 'execute', 'keyferry', '--local', '--file', schema);
  await wrangler(there, 'd1', 'execute', 'keyferry', '--local', '--file', rows);
  // The export holds what migrations were applied, too.
  await wrangler(there, 'd1', 'migrations', 'apply', 'keyferry', '--local');
  const second = await serve(there);
  expect(await licenses(second, 1)).toEqual(sold);
  // And it goes on: the same event is known there, a new one is sold.
  expect(await (await send(second, 'stripe', 'one-time', 'kept')).json()).toMatchObject({ duplicate: true });
  expect((await send(second, 'stripe', 'one-time', 'new')).status).toBe(200);
  await licenses(second, 2);
  await second.close();

  // Whoever leaves takes the export along.
  expect(sold).toMatchObject(await onNode(schema, rows));
});
