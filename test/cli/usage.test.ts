/** The command line before it does anything: help, versions, wrong usage, wrong configuration. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { commandPage } from '../../tools/command-page.ts';
import { documentOf, makePlace, root } from './run.ts';

const place = makePlace();
afterAll(() => place.remove());

test('the help is enough for a newcomer', async () => {
  const [asked, bare] = await Promise.all([place.run('--help'), place.run()]);
  expect(asked.code).toBe(0);
  expect(bare).toEqual(asked);
  expect(asked.stdout).toMatchInlineSnapshot(`
    "Usage: keyferry <command> [options]

    Carries a paid checkout to its software license keys, exactly once.

    Options:
      -V, --version                   show the version
      -h, --help                      show this help; \`keyferry <command> --help\`
                                      shows that of a command

    Commands:
      serve [options]                 run Keyferry
      demo [options]                  see it work, in ten seconds
      init [options]                  write mapping files to start from
      check [options]                 look over environment and mapping files
      explain [options] <event|file>  which rule fits each line of a sale, and why
      send [options] [source] [case]  sign a written case as the shop would, and
                                      post it
      doctor [options]                find what a set-up got wrong
      orders                          orders: list, show, issue by hand
      licenses                        licenses: list, show, suspend, change …
      events                          what shops sent: list, show, replay
      replay [options] [event]        send stored events through again
      jobs                            long work: list, watch, cancel
      parked                          lines that wait: list, resolve
      customers                       who bought: list, show
      mappings                        what sources sell: list, diff, apply
      products                        what is sold: list, show
      bundles                         products sold together: list
      audit                           who changed what: list
      reconcile [options] <source>    compare a source with its shop
      import                          customers, orders or licenses from a file
      export                          customers, orders or licenses into a file
      adopt [options] <source>        take in customers from before Keyferry
      keys                            the keys of the management API
      privacy                         records of a person: export, redact
      backup [options] <file>         copy the database while Keyferry runs
      migrate [options]               bring the database to this version’s tables

    First steps:
      keyferry demo                  see it work, in ten seconds
      keyferry init                  write mapping files to start from
      keyferry check                 look over the mapping files, in mappings/
      keyferry serve                 run, and see where to point your shops
      keyferry send                  the written test cases of each shop
      keyferry doctor                what is wrong with this set-up?

    Exit codes:
      0  it worked
      1  it failed, or problems were found
      2  wrong usage or configuration

    Environment:
      HOST, PORT                     where to listen (127.0.0.1, 3000)
      KEYFERRY_MAPPINGS              folder of the mapping files (./mappings)
      KEYFERRY_DATABASE_URL          the database (file:./data/keyferry.db)
      KEYFERRY_DATABASE_AUTH_TOKEN   its token, if it is a libSQL server
      KEYFERRY_ADMIN_KEY             an admin key; else one is made at first start
      KEYFERRY_URL                   a Keyferry elsewhere: for the commands with --url
      KEYFERRY_API_KEY               its API key
      KEYFERRY_DEBUG                 1: more log lines, stack traces
      and the secrets that the mapping files name. NO_COLOR is respected.
    "
  `);
});

test('each command has help with examples', () => {
  const program = makeProgram(async () => undefined);
  const all = program.commands.flatMap((it) => (it.commands.length > 0 ? it.commands : [it]));
  expect(all.length).toBeGreaterThan(40);
  for (const command of all) {
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(help).toMatch(/Usage: keyferry [\s\S]*--json[\s\S]*Examples:\n {2}keyferry/);
  }
});

test('the page of the command line says what the help says', async () => {
  const written = readFileSync(join(root, 'docs', 'command-line.md'), 'utf8');
  expect(commandPage()).toBe(written);
});

test('versions for people and for programs', async () => {
  const [people, programs] = await Promise.all([place.run('--version'), place.run('--version', '--json')]);
  expect(people.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(documentOf(programs)).toEqual({
    version: people.stdout.trim(),
    api: 'v1',
    config: 1,
    schema: expect.stringMatching(/^\d{4}_/),
    node: process.versions.node,
    libsql: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});

test('wrong usage ends with 2 and says what would be right', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['serv', /there is no command "serv"\. Did you mean "serve"\?/],
    ['keys create --name x --scope all', /Allowed choices are read, issue, operate, admin/],
    ['doctor --send-test', /--send-test needs --url/],
    ['send nobody x', /No such source or integration/],
  ];
  const ended = await Promise.all(wrong.map(([line]) => place.run(...line.split(' '))));
  for (const [at, { code, stdout, stderr }] of ended.entries()) {
    expect(stderr).toMatch(wrong[at]?.[1] ?? /^$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
});

test('wrong usage is a document too', async () => {
  const ended = await place.run('keys', 'create', '--json');
  expect(ended.code).toBe(2);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'usage' } });
});

test('--json counts in front of the command as well', async () => {
  const [before, behind] = await Promise.all([place.run('--json', 'check'), place.run('check', '--json')]);
  expect(documentOf(before)).toEqual(documentOf(behind));
});

test('serve refuses a wrong environment, all errors at once', async () => {
  const wrong = { PORT: 'many', KEYFERRY_ADMIN_KEY: 'short', KEYFERRY_DATABASE_URL: `file:${place.folder}` };
  const ended = await place.runWith(wrong, 'serve');
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(
    /PORT[\s\S]*KEYFERRY_ADMIN_KEY[\s\S]*KEYFERRY_DATABASE_URL[\s\S]*is not a file/,
  );
  expect(ended.stderr).not.toContain('short\n');
});

test('a file that is no database is said to be none', async () => {
  const file = join(place.folder, 'noise.db');
  writeFileSync(file, 'This is a letter, and no database. '.repeat(200));
  const env = { KEYFERRY_DATABASE_URL: `file:${file}` };
  const [served, examined] = await Promise.all([
    place.runWith(env, 'serve'),
    place.runWith(env, 'doctor', '--json'),
  ]);
  expect(served.code).toBe(1);
  expect(served.stderr).toContain('The database cannot be opened');
  expect(examined.code).toBe(1);
  expect(documentOf(examined).findings).toContainEqual(
    expect.objectContaining({ verdict: 'fail', about: 'database' }),
  );
});

test('check names every error of a folder with its file, line, path and remedy', async () => {
  const folder = join(place.folder, 'broken');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'catalog.yaml'),
    'products:\n  - code: app\n    name: App\n    policies:\n      - { code: one, license_type: perpetual, default: true }\n',
  );
  writeFileSync(
    join(folder, 'first.yaml'),
    'integration: stripe\nmode: test\nsettings:\n  webhook_secrets: [ $FIRST_SECRET ]\nrules:\n  - when: { price: price_1 }\n    grant: { product: ap }\n',
  );
  writeFileSync(
    join(folder, 'second.yaml'),
    'integration: shopify\nmode: test\nsettings:\n  webhook_secrets: [ $SECOND_SECRET ]\nrules: []\n',
  );
  const env = { KEYFERRY_MAPINGS: 'x', SECOND_SECRT: 'set-but-misspelled' };
  const [people, programs] = await Promise.all([
    place.runWith(env, 'check', '--mappings', folder),
    place.runWith(env, 'check', '--mappings', folder, '--json'),
  ]);
  expect(people.code).toBe(1);
  expect(people.stdout.replaceAll(folder, 'FOLDER')).toMatchInlineSnapshot(`
    "Sources in FOLDER
      second  closed  test mode  0 rules  SECOND_SECRET is not set

    3 errors:

      environment  KEYFERRY_MAPINGS
        nobody reads a variable of this name
        → Did you mean KEYFERRY_MAPPINGS?

      FOLDER/first.yaml:7  rules[0].grant.product
        there is no product "ap"
        → Did you mean "app"?

      FOLDER/second.yaml  settings
        SECOND_SECRET is not set
        → SECOND_SECRT is set: did you mean that one?
    "
  `);
  expect(programs.code).toBe(1);
  expect(documentOf(programs)).toMatchObject({ ok: false, sources: [{ name: 'second', open: false }] });
  expect(people.stdout + programs.stdout).not.toContain('set-but-misspelled');
});

test('check finds the files of this project in order once the secrets are set, and without them where there are none', async () => {
  const secrets = { STRIPE_WEBHOOK_SECRET: 'whsec_test', SHOPIFY_WEBHOOK_SECRET: 'shop-test' };
  const [open, closed] = await Promise.all([
    place.runWith(secrets, 'check'),
    place.run('check', '--no-secrets'),
  ]);
  expect(open.code).toBe(0);
  expect(open.stdout).toContain('No errors.');
  expect(closed.code).toBe(0);
});

test('send lists what there is to send', async () => {
  const ended = await place.run('send', '--json');
  expect(ended.code).toBe(0);
  const { integrations } = documentOf(ended);
  expect(integrations).toContainEqual(
    expect.objectContaining({
      name: 'stripe',
      cases: expect.arrayContaining([expect.objectContaining({ name: 'one-time' })]),
    }),
  );
});
