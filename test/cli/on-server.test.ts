/** The command line with its database on a libSQL server: what works as on a file, and what is said where it does not. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/store/migration-list.ts';
import { freshDatabase, server, TOKEN } from '../runtimes/remote.ts';
import { documentOf, makePlace, type Place } from './run.ts';

const SECRETS = { STRIPE_WEBHOOK_SECRET: 'whsec_test_value', SHOPIFY_WEBHOOK_SECRET: 'shop_test_value' };

let place: Place;
let url: string;
beforeAll(async () => {
  url = (await server()).url(freshDatabase());
  place = makePlace({ ...SECRETS, KEYFERRY_DATABASE_URL: url, KEYFERRY_DATABASE_AUTH_TOKEN: TOKEN });
});
afterAll(() => place.remove());

/** One that was open a moment ago. */
async function closedPort(): Promise<number> {
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  await new Promise((closed) => listening.close(closed));
  if (!address || typeof address !== 'object') throw new Error('no port');
  return address.port;
}

test('an empty database is not taken for ours, and keeps none of our tables', async () => {
  const { code, stderr } = await place.run('keys', 'list');
  expect(code).toBe(1);
  expect(stderr).toContain('has no tables of Keyferry');
});

test('migrate makes the tables once, and says so', async () => {
  const first = await place.run('migrate', '--json');
  expect(first.code).toBe(0);
  expect(documentOf(first)).toMatchObject({ database: url, applied: MIGRATIONS.map(({ name }) => name) });
  const again = await place.run('migrate');
  expect(again.stdout).toContain('has the tables of this version already');
});

test('a day on a server: serve, send, explain, replay, keys, doctor', { timeout: 60_000 }, async () => {
  const served = place.start('serve');
  const greeting = await served.says('Stop: Ctrl-C.');
  const port = /127\.0\.0\.1:(\d+)/.exec(greeting)?.[1] ?? '';
  const key = /kf_[a-z2-7]+/.exec(greeting)?.[0] ?? '';
  const beside = { PORT: port };
  const sent = await place.runWith(beside, 'send', 'stripe', 'payment-link', '--seed', 'server');
  expect(sent.stdout).toMatch(/^200 received: evt_/);
  const event = /evt_[0-9a-z]+/.exec(sent.stdout)?.[0] ?? '';
  const orders = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/orders`, {
      headers: { authorization: `Bearer ${key}` },
    });
    // What the API answers.
    return ((await answer.json()) as { items: unknown }).items;
  };
  await expect.poll(orders, { timeout: 10_000 }).toMatchObject([{ state: 'issued' }]);
  const [explained, replayed, keys, doctor] = await Promise.all([
    place.run('explain', event),
    place.run('replay', event, '--json'),
    place.run('keys', 'list', '--json'),
    place.run('doctor', '--json'),
  ]);
  expect(explained.code).toBe(0);
  expect(documentOf(replayed)).toMatchObject({ changes: [] });
  expect(keys.stdout).toContain('admin');
  const says = JSON.stringify(documentOf(doctor).findings);
  expect(says).toContain('answers, in');
  expect(says).toContain('can be written');
  served.signal('SIGTERM');
  expect((await served.ended).code).toBe(0);
});

test('a backup is the server’s own matter, and is said to be', async () => {
  const target = join(place.folder, 'copy.db');
  const { code, stderr } = await place.run('backup', target);
  expect(code).toBe(2);
  expect(stderr).toContain('turso db shell');
  expect(existsSync(target)).toBe(false);
});

test('a token that is refused, and a server that is not there, are said by name', async () => {
  const wrong = { KEYFERRY_DATABASE_AUTH_TOKEN: 'refused-token-of-the-test' };
  const away = { KEYFERRY_DATABASE_URL: `http://127.0.0.1:${await closedPort()}/` };
  const ended = await Promise.all([
    place.runWith(wrong, 'serve'),
    place.runWith(wrong, 'keys', 'list'),
    place.runWith(wrong, 'doctor'),
    place.runWith(away, 'migrate'),
  ]);
  for (const { code, stdout, stderr } of ended) {
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/KEYFERRY_DATABASE_AUTH_TOKEN/);
    expect(stdout + stderr).not.toContain('refused-token-of-the-test');
  }
  const [served, , , migrated] = ended;
  expect(served?.stderr.replaceAll(/\s+/g, ' ')).toContain(
    'answered 401: KEYFERRY_DATABASE_AUTH_TOKEN is refused',
  );
  expect(migrated?.stderr).toContain('ECONNREFUSED');
});

test.each([
  ['ws://db.example.com'],
  ['wss://db.example.com'],
  ['libsql://token@db.example.com'],
  ['https://db.example.com/?authToken=secret'],
])('%s is no address for a database', async (address) => {
  const { code, stderr } = await place.runWith({ KEYFERRY_DATABASE_URL: address }, 'migrate');
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('KEYFERRY_DATABASE_AUTH_TOKEN');
  expect(stderr).not.toContain('secret');
});
