/**
 * A libSQL server for the tests of this process, and databases on it, each of its own, gone when it is closed. The
 * server is a fake that speaks the real protocol over the real engine; the client is the real one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/store/migrate.ts';
import { openRemote } from '../../src/store/open-remote.ts';
import { type HranaServer, startHranaServer } from '../fakes/hrana-server.ts';
import type { DatabaseKind } from './databases.ts';

export const TOKEN = 'a.token-of_the-tests';

/** What every test on a server brings. */
export const ground = {
  authToken: TOKEN,
  clock: { now: () => Date.now() },
  random: (count: number) => randomBytes(count),
};

let started: Promise<HranaServer> | null = null;
let made = 0;

/** One for the whole process, started when it is first asked for. */
export function server(): Promise<HranaServer> {
  started ??= start();
  return started;
}

async function start(): Promise<HranaServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-server-'));
  return startHranaServer({ folder, token: TOKEN });
}

/** The name of a database that nobody uses yet. */
export function freshDatabase(): string {
  made++;
  return `db${made}`;
}

/** @param bounds how long it waits for an answer, and for a busy server */
export function serverWaiting(bounds: {
  readonly requestMs?: number;
  readonly busyMs?: number;
}): DatabaseKind {
  return {
    name: 'a libSQL server',
    open: async () => {
      const { url, file, forget } = await server();
      const name = freshDatabase();
      const db = openRemote({ ...ground, ...bounds, url: url(name) });
      await migrate(db, 0);
      return {
        db,
        close: async () => {
          await db.close();
          forget(name);
          for (const end of ['', '-wal', '-shm']) rmSync(file(name) + end, { force: true });
        },
      };
    },
  };
}

export const onServer = serverWaiting({});
