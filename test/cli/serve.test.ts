/** A running Keyferry and the commands that work beside it, in the order of a first day. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { openFile } from '../../src/store/open-file.ts';
import { makeStore } from '../../src/store/store.ts';
import { documentOf, makePlace, type Place, type Running } from './run.ts';

const SECRETS = { STRIPE_WEBHOOK_SECRET: 'whsec_test_value', SHOPIFY_WEBHOOK_SECRET: 'shop_test_value' };
const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)/;

let place: Place;
let served: Running;
let greeting: string;
let url: string;
let beside: Readonly<Record<string, string>>;
let adminKey: string;

beforeAll(async () => {
  place = makePlace(SECRETS);
  served = place.start('serve');
  greeting = await served.says('Stop: Ctrl-C.');
  const port = ADDRESS.exec(greeting)?.[1] ?? '';
  url = `http://127.0.0.1:${port}`;
  beside = { PORT: port };
  adminKey = /kf_[a-z2-7]+/.exec(greeting)?.[0] ?? '';
});

afterAll(async () => {
  served.signal('SIGTERM');
  const ended = await served.ended;
  place.remove();
  expect(ended.code).toBe(0);
});

const get = (path: string, key: string) => fetch(url + path, { headers: { authorization: `Bearer ${key}` } });

test('serve says where to point each shop, and prints an admin key that opens', async () => {
  expect(greeting).toContain(`${url}/webhooks/stripe`);
  expect(greeting).toContain(`${url}/webhooks/shopify`);
  expect(greeting.match(/kf_/g)).toHaveLength(1);
  expect((await get('/v1/orders', adminKey)).status).toBe(200);
});

describe('one purchase', () => {
  let event: string;

  test('send signs a case with the source’s own secret', async () => {
    const [sent, listed] = await Promise.all([
      place.runWith(beside, 'send', 'stripe', 'payment-link', '--seed', 'first'),
      place.runWith(beside, 'send', 'stripe'),
    ]);
    expect(sent.code).toBe(0);
    expect(sent.stdout).toMatch(/^200 received: evt_\S+ {2}seed first\n/);
    expect(listed.stdout).toContain('payment-link');
    event = /evt_[0-9a-z]+/.exec(sent.stdout)?.[0] ?? '';
  });

  test('send of the same seed is the same sale, another secret is refused', async () => {
    const [again, several, refused, file] = await Promise.all([
      place.runWith(beside, 'send', 'stripe', 'payment-link', '--seed', 'first', '--json'),
      place.runWith(beside, 'send', 'shopify', 'paid', '--count', '2', '--json'),
      place.runWith(
        { ...beside, OTHER: 'wrong' },
        'send',
        'stripe',
        'one-time',
        '--secret-env',
        'OTHER',
        '--json',
      ),
      place.runWith(beside, 'send', 'stripe', '--file', join(place.folder, 'missing.json')),
    ]);
    expect(documentOf(again)).toMatchObject({
      ok: true,
      answers: [{ status: 200, body: { event, duplicate: true } }],
    });
    expect(documentOf(several)).toMatchObject({ ok: true, answers: [{ status: 200 }, { status: 200 }] });
    expect(refused.code).toBe(1);
    expect(documentOf(refused)).toMatchObject({
      ok: false,
      answers: [{ status: 401, body: { code: 'signature_wrong' } }],
    });
    expect(file.code).toBe(2);
  });

  test('explain, replay and dry run agree that nothing is to be done', async () => {
    const [explained, replayed, dry, none] = await Promise.all([
      place.run('explain', event, '--json'),
      place.run('replay', event, '--json'),
      place.run('replay', event, '--dry-run', '--remap'),
      place.run('replay', 'evt_none', '--json'),
    ]);
    expect(documentOf(explained)).toMatchObject({
      lines: [{ rule: 'Acme Pro by payment link', outcome: { is: 'granted' } }],
    });
    expect(replayed.code).toBe(0);
    expect(documentOf(replayed)).toMatchObject({ event, changes: [], state: 'done' });
    expect(dry.stdout).toContain('No changes');
    expect(none.code).toBe(1);
    expect(documentOf(none)).toMatchObject({ error: { code: 'not_found' } });
  });

  test('replay refuses an event whose source has no secret in this shell, and names the variable', async () => {
    const without = { STRIPE_WEBHOOK_SECRET: '' };
    const [wet, people, asking] = await Promise.all([
      place.runWith(without, 'replay', event, '--json'),
      place.runWith(without, 'replay', event),
      place.runWith(without, 'replay', event, '--dry-run', '--refresh', '--json'),
    ]);
    for (const it of [wet, asking]) {
      expect(it.code).toBe(2);
      expect(documentOf(it)).toMatchObject({
        error: { code: 'source_closed', detail: 'stripe: STRIPE_WEBHOOK_SECRET is not set' },
      });
    }
    expect(people.code).toBe(2);
    expect(people.stderr).toContain('closed in this shell');
    expect(people.stderr).toContain('--dry-run');
  });

  test('a dry run of what the shop has answered already needs no secret, and says what it read', async () => {
    const db = await openFile(join(place.folder, 'keyferry.db'));
    const answer = { id: `${event}/0/note`, asked: 'note', stamp: 0, body: {} };
    await makeStore(db, (count) => randomBytes(count)).addAnswers(event, 0, [answer]);
    await db.close();
    const without = { STRIPE_WEBHOOK_SECRET: '' };
    const [dry, wet] = await Promise.all([
      place.runWith(without, 'replay', event, '--dry-run'),
      place.runWith(without, 'replay', event),
    ]);
    expect(dry.code).toBe(0);
    expect(dry.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'stripe is closed in this shell (STRIPE_WEBHOOK_SECRET is not set): read from what is stored with the event.',
    );
    expect(wet.code).toBe(2);
  });

  test('explain tries other rules without making them run', async () => {
    const folder = join(place.folder, 'tried');
    mkdirSync(folder);
    const file = join(folder, 'stripe.yaml');
    const head =
      'integration: stripe\nmode: test\nsettings:\n  webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ]\n';
    writeFileSync(file, `${head}rules:\n  - { name: All, when: {}, ignore: closed for today }\n`);
    const faulty = join(folder, 'faulty.yaml');
    writeFileSync(faulty, `${head}rules:\n  - { name: All, when: {}, grant: { product: acmepr } }\n`);
    const [tried, wrong] = await Promise.all([
      place.run('explain', event, '--mapping', file),
      place.run('explain', event, '--mapping', faulty),
    ]);
    expect(tried.stdout).toContain('ignored: closed for today');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(
      /faulty\.yaml:6 {2}rules\[0\]\.grant\.product[\s\S]*Did you mean "acmepro"\?/,
    );
  });
});

test('explain reads a body from a file, with no database at all', async () => {
  const file = join(place.folder, 'body.json');
  const env = { KEYFERRY_DATABASE_URL: `file:${join(place.folder, 'nowhere', 'x.db')}` };
  const bundle = shopify.samples.find((it) => it.name === 'bundle')?.make(Date.now(), 'file');
  writeFileSync(file, bundle?.body ?? '');
  const [explained, untyped] = await Promise.all([
    place.runWith(env, 'explain', file, '--source', 'shopify', '--type', 'orders/paid'),
    place.runWith(env, 'explain', file, '--source', 'shopify'),
  ]);
  expect(explained.stdout).toMatch(/✓ {2}Acme Suite[\s\S]*→ acmepro perpetual[\s\S]*→ acmecli perpetual/);
  expect(untyped.code).toBe(1);
  expect(untyped.stderr).toContain('--type');
  expect(existsSync(join(place.folder, 'nowhere'))).toBe(false);
});

test('doctor finds a good set-up good, through the public address too', async () => {
  const ended = await place.runWith(beside, 'doctor', '--url', url, '--send-test', '--json');
  const { findings, ok } = documentOf(ended);
  expect(findings).not.toContainEqual(expect.objectContaining({ verdict: 'fail' }));
  expect(ok).toBe(true);
  expect(ended.code).toBe(0);
  for (const source of ['stripe', 'shopify']) {
    expect(findings).toContainEqual(
      expect.objectContaining({
        about: `source ${source}`,
        says: expect.stringContaining('a signed test event came through'),
      }),
    );
  }
  expect(ended.stdout).not.toContain('test_value');
});

test('doctor finds another secret, a parked line, and an address where nobody is', async () => {
  await place.runWith(beside, 'send', 'shopify', 'unmapped');
  const [secret, nobody] = await Promise.all([
    place.runWith({ STRIPE_WEBHOOK_SECRET: 'another' }, 'doctor', '--url', url, '--send-test'),
    place.runWith({ SHOPIFY_WEBHOOK_SECRET: '' }, 'doctor', '--url', 'http://127.0.0.1:9', '--json'),
  ]);
  expect(secret.code).toBe(1);
  expect(secret.stdout).toMatch(/✗ source stripe: .*answers 401[\s\S]*another secret/);
  expect(secret.stdout).toMatch(/! parked lines: 1 line parked/);
  const after = await place.runWith(beside, 'doctor', '--json');
  expect(documentOf(after).findings).toContainEqual({
    verdict: expect.stringMatching(/warn|fail/),
    about: 'source stripe',
    says: expect.stringMatching(/^2 webhooks refused, .* ago: Signed with a secret that nobody here knows/),
    remedy: expect.stringContaining('signing secret'),
  });
  expect(nobody.code).toBe(1);
  expect(documentOf(nobody).findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ verdict: 'fail', about: 'public address' }),
      expect.objectContaining({
        verdict: 'fail',
        about: 'source shopify',
        says: expect.stringContaining('SHOPIFY_WEBHOOK_SECRET is not set'),
      }),
    ]),
  );
});

test('a key opens from when it is made until it is revoked; a new admin key shuts the old one out', async () => {
  const made = documentOf(
    await place.run('keys', 'create', '--name', 'shelf', '--scope', 'read', '--expires', '90d', '--json'),
  );
  const key = String(made.key);
  expect((await get('/v1/orders', key)).status).toBe(200);
  const [listed, revoked] = await Promise.all([
    place.run('keys', 'list', '--json'),
    place.run('keys', 'revoke', String(made.id), '--json'),
  ]);
  expect(documentOf(listed).items).toContainEqual(
    expect.objectContaining({ name: 'shelf', scopes: ['read'] }),
  );
  expect(listed.stdout).not.toContain(key);
  expect(documentOf(revoked).revoked_at).toEqual(expect.any(String));
  expect((await get('/v1/orders', key)).status).toBe(401);
  const reset = documentOf(await place.run('keys', 'reset-admin', '--json'));
  expect((await get('/v1/orders', adminKey)).status).toBe(401);
  expect((await get('/v1/orders', String(reset.key))).status).toBe(200);
});

test('a backup made while Keyferry runs can be opened, and overwrites nothing', async () => {
  const file = join(place.folder, 'backups', 'copy.db');
  const made = await place.run('backup', file, '--json');
  expect(documentOf(made)).toMatchObject({ file, integrity: 'ok' });
  const [again, opened] = await Promise.all([
    place.run('backup', file),
    place.runWith({ KEYFERRY_DATABASE_URL: `file:${file}` }, 'keys', 'list', '--json'),
  ]);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('The target exists already');
  expect(documentOf(opened).items).toContainEqual(expect.objectContaining({ name: 'admin' }));
});

test('a second Keyferry on the same port says so and shows no second key', async () => {
  const ended = await place.runWith(beside, 'serve');
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/Port \d+ is in use[\s\S]*PORT=\d+ npm start/);
  expect(ended.stdout + ended.stderr).not.toContain('kf_');
});

test('commands that need a database do not make one', async () => {
  const file = join(place.folder, 'mistyped.db');
  const env = { KEYFERRY_DATABASE_URL: `file:${file}` };
  const ended = await Promise.all([
    place.runWith(env, 'replay', 'evt_1'),
    place.runWith(env, 'keys', 'list'),
    place.runWith(env, 'backup', join(place.folder, 'none.db')),
  ]);
  for (const { code, stderr } of ended) {
    expect(code).toBe(1);
    expect(stderr).toContain('There is no database yet');
  }
  expect(existsSync(file)).toBe(false);
});

test('serve starts with a faulty file, says where it is wrong, and stops at a signal', async () => {
  const other = makePlace({ STRIPE_WEBHOOK_SECRET: 'whsec_test_value' });
  try {
    const folder = join(other.folder, 'mappings');
    mkdirSync(folder);
    writeFileSync(join(folder, 'catalog.yaml'), 'products: []\n');
    writeFileSync(join(folder, 'stripe.yaml'), 'integration: stripe\nmode: tset\n');
    const env = { ...other.env, KEYFERRY_MAPPINGS: folder, KEYFERRY_ADMIN_KEY: 'k'.repeat(40) };
    const running = makePlace(env);
    try {
      const server = running.start('serve');
      const said = await server.says('Stop: Ctrl-C.');
      expect(said).toMatch(/stripe\.yaml:2 {2}mode/);
      expect(said).not.toContain('Admin key');
      server.signal('SIGINT');
      const ended = await server.ended;
      expect(ended.code).toBe(0);
      const last = ended.stderr.trim().split('\n').at(-1) ?? '';
      expect(JSON.parse(last)).toMatchObject({ level: 'info', message: 'stopping', signal: 'SIGINT' });
    } finally {
      running.remove();
    }
  } finally {
    other.remove();
  }
});
