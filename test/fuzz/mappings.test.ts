/**
 * Mapping files that nobody writes on purpose: each is told what is wrong with it, in bounded time, and what ran before
 * goes on. The corpus first, then files that are too large to be kept, then a sound file with something wrong in it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { type ReadMappings, readMappings } from '../../src/config.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { CATALOG, STRIPE, sample } from '../contracts/http-house.ts';
import { runs, SEED } from '../laws/runs.ts';
import { type Server, startServer } from './server.ts';

const CORPUS = fileURLToPath(new URL('./corpus/mappings', import.meta.url));

function read(text: string, catalog = CATALOG): ReadMappings {
  const files = { 'catalog.yaml': catalog, 'stripe.yaml': text };
  return readMappings(
    Object.entries(files).map(([path, it]) => ({ path, text: it })),
    integrations,
  );
}

/** A person can mend it: every error says where, what and how, and there are no more than anyone reads. */
function expectTold({ sources, errors }: ReadMappings): void {
  expect(sources).toEqual([]);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThanOrEqual(2 * LIMITS.faults_told);
  for (const { file, message, remedy } of errors) {
    expect(file).toMatch(/\.yaml$/);
    expect(message.length * remedy.length).toBeGreaterThan(0);
  }
  expect(JSON.stringify(errors).length).toBeLessThan(200_000);
}

describe('the corpus', () => {
  const names = readdirSync(CORPUS);
  const named = (begin: string) => names.filter((it) => it.startsWith(begin));

  test.each(named('sound-'))('%s is read', (name) => {
    const { sources, errors } = read(readFileSync(join(CORPUS, name), 'utf8'));
    expect([sources.map((it) => it.name), errors]).toEqual([['stripe'], []]);
  });

  test.each(named('faulty-'))('%s is told what is wrong', (name) => {
    expectTold(read(readFileSync(join(CORPUS, name), 'utf8')));
  });

  test.each(names)('%s is no catalog', (name) => {
    const { catalog, errors } = read(STRIPE, readFileSync(join(CORPUS, name), 'utf8'));
    expect([catalog, errors.length > 0]).toEqual([null, true]);
  });
});

const LETTERS = 20_000;
const filled = (piece: (at: number) => string) => {
  let text = '';
  for (let at = 0; text.length < LETTERS; at++) text += piece(at);
  return text;
};

/** Whoever looks at each piece once is done at once; whoever compares each with all others is not. */
const BOMBS: readonly (readonly [string, () => string])[] = [
  ['keys', () => filled((at) => `k${at}: 1\n`)],
  ['the same key', () => filled(() => 'k: 1\n')],
  ['empty rules', () => `rules:\n${filled(() => '- {}\n')}`],
  ['rules that are none', () => `rules: [${filled(() => '1,')}]`],
  [
    'rules with a misspelled word',
    () => STRIPE + filled(() => '  - { wen: {}, grant: { product: nope } }\n'),
  ],
  [
    'words that no line has',
    () => `${STRIPE}  - { when: { ${filled((at) => `w${at}: 1, `)} }, ignore: x }\n`,
  ],
  ['secrets', () => `integration: stripe\nsettings: { webhook_secrets: [ ${filled(() => 'x, ')} ] }`],
  ['aliases', () => `x: &a 1\ny: [ ${filled(() => '*a, ')} ]`],
  ['aliases of nothing', () => `y: [ ${filled(() => '*a, ')} ]`],
  ['anchors', () => `y: [ ${filled((at) => `&a${at} x, `)} ]`],
  ['brackets', () => '['.repeat(LETTERS)],
  ['closed brackets', () => '['.repeat(LETTERS / 2) + ']'.repeat(LETTERS / 2)],
  ['braces', () => '{ a: '.repeat(LETTERS / 5)],
  ['dashes', () => '- '.repeat(LETTERS / 2)],
  ['question marks', () => '? '.repeat(LETTERS / 2)],
  ['wrong escapes', () => `"${'\\x'.repeat(LETTERS / 2)}"`],
  ['tags', () => filled((at) => `!t${at} `)],
  ['documents', () => filled(() => '---\n')],
  ['digits', () => `z: ${'9'.repeat(LETTERS)}`],
  ['templates', () => `${STRIPE}  - { when: {}, grant: { product: '${'{{"'.repeat(LETTERS / 3)}' } }\n`],
  ['a word without end', () => `${STRIPE}${'x'.repeat(LETTERS)}: 1\n`],
  ['ten megabytes', () => `${STRIPE}# ${'x'.repeat(10_000_000)}\n`],
];

test.each(BOMBS)('a file of nothing but %s is told what is wrong, and soon', (_what, make) => {
  const begun = performance.now();
  expectTold(read(make()));
  // A hundredth of it would do; the quadratic ones took a minute and more.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('a catalog of nothing but policies that name what is not there is told so, and soon', () => {
  const policies = filled(
    (at) => `      - { code: p${at}, license_type: perpetual, features: [ f${at} ] }\n`,
  );
  const { catalog, errors } = read(STRIPE, `products:\n  - code: a\n    policies:\n${policies}`);
  expect([catalog, errors.length]).toEqual([null, LIMITS.faults_told]);
});

test(
  'a sound file with anything put anywhere is read, or told what is wrong',
  () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\t',
        '\n',
        '  ',
        '- ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        '&a ',
        '*a',
        '!!x ',
        '"',
        "'",
        '|',
        '>',
        '#',
        '%',
        '@',
      ),
      fc.constantFrom(
        '\0',
        '\ufeff',
        '\ud800',
        '\u2028',
        '---\n',
        '...\n',
        '<<: *a\n',
        '__proto__: x\n',
        'null',
        '~',
        '.inf',
      ),
      fc.constantFrom(
        '{{',
        '}}',
        '{{line.x | split: "" | at: 9999}}',
        '$X',
        '1e999',
        '0x',
        '2026-02-30',
        '\r',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const cut = fc.record({ at: fc.nat(STRIPE.length), less: fc.nat(30), put: piece });
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 5 }), (cuts) => {
        const text = cuts.reduce(
          (all, { at, less, put }) => all.slice(0, at) + put + all.slice(at + less),
          STRIPE,
        );
        const found = read(text);
        if (found.sources.length === 0) expectTold(found);
        else expect(found.errors).toEqual([]);
      }),
      { seed: SEED, numRuns: runs(100) },
    );
  },
  runs(20_000),
);

describe('while it runs', () => {
  let server: Server;
  afterAll(() => server.end());

  test('a folder full of them is reported, and what ran before goes on', async () => {
    server = await startServer();
    for (const name of readdirSync(CORPUS).filter((it) => it.startsWith('faulty-')))
      writeFileSync(join(server.mappings, name), readFileSync(join(CORPUS, name)));
    writeFileSync(join(server.mappings, 'large.yaml'), `# ${'x'.repeat(10_000_000)}`);
    writeFileSync(join(server.mappings, 'stripe.yaml'), '['.repeat(100_000));
    const reported = async (file: string) =>
      (await server.look()).errors.some((it) => it.startsWith('mapping file not taken') && it.includes(file));
    await expect.poll(() => reported('large.yaml'), { timeout: 15_000 }).toBe(true);
    expect(await reported('stripe.yaml')).toBe(true);
    const { headers, body } = await sample('stripe', 'one-time', 'runs', Date.now());
    const answer = await fetch(`http://127.0.0.1:${server.port}/webhooks/stripe`, {
      method: 'POST',
      headers,
      body,
    });
    expect(answer.status).toBe(200);
  });
});
