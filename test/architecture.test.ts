/**
 * The walls of the house (docs/ARCHITECTURE.md): first each rule on small houses that break it, so that we know
 * it can fail and what it says; then all rules on the house we live in.
 */
import { describe, expect, test } from 'vitest';
import { RULES, type Rule, survey } from '../tools/architecture/rules.ts';
import { readSources } from '../tools/architecture/sources.ts';

const PACKAGE = JSON.stringify({
  dependencies: { libsql: '1.0.0' },
  devDependencies: { hono: '1.0.0', zod: '1.0.0', vitest: '1.0.0' },
});

function complaints(rule: Rule, sources: Record<string, string>): readonly string[] {
  return rule.check(survey({ 'package.json': PACKAGE, ...sources }));
}

/** Each row: what a file may not say, and the one complaint about it. */
type Wrong = readonly [path: string, source: string, complaint: string];

function provesItself(
  rule: Rule,
  wrong: readonly Wrong[],
  right: readonly (readonly [string, string])[],
): void {
  describe(rule.name, () => {
    test.each(wrong)('%s may not say %j', (path, source, complaint) => {
      expect(complaints(rule, { [path]: source })).toEqual([complaint]);
    });
    test.each(right)('%s may say %j', (path, source) => {
      expect(complaints(rule, { [path]: source })).toEqual([]);
    });
  });
}

const CORE = 'src/core imports zod and itself, nothing else';
const STRIPE = "integrations/stripe imports src/core, zod, this shop's SDK and itself, never another shop";
const STORE =
  'src/store imports src/core, drizzle, the database drivers and itself; node:* only in open-file.ts and its threads';
const HTTP = "src/http imports src/core, the bridge's type, hono and its kind, zod and itself";

provesItself(
  RULES.imports,
  [
    ['src/core/a.ts', "import { Hono } from 'hono';", `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', "import type { Hono } from 'hono';", `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', "import 'node:fs';", `src/core/a.ts:1 imports node:fs: ${CORE}`],
    [
      'src/core/a.ts',
      "\nexport { b } from '../store/b.ts';",
      `src/core/a.ts:2 imports ../store/b.ts: ${CORE}`,
    ],
    ['src/core/a.ts', "export * from '../store/b.ts';", `src/core/a.ts:1 imports ../store/b.ts: ${CORE}`],
    [
      'src/core/a.ts',
      "export type { B } from '../store/b.ts';",
      `src/core/a.ts:1 imports ../store/b.ts: ${CORE}`,
    ],
    ['src/core/a.ts', "const b = await import('hono');", `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', 'const b = await import(`hono`);', `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', "let b: import('hono').Hono;", `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', "import b = require('hono');", `src/core/a.ts:1 imports hono: ${CORE}`],
    ['src/core/a.ts', "const b = require('hono');", `src/core/a.ts:1 imports hono: ${CORE}`],
    [
      'src/core/a.ts',
      "const b = process.getBuiltinModule('node:fs');",
      `src/core/a.ts:1 imports node:fs: ${CORE}`,
    ],
    [
      'integrations/stripe/a.ts',
      "import { b } from '../shopify/b.ts';",
      `integrations/stripe/a.ts:1 imports ../shopify/b.ts: ${STRIPE}`,
    ],
    [
      'integrations/stripe/a.ts',
      "import { b } from '../index.ts';",
      `integrations/stripe/a.ts:1 imports ../index.ts: ${STRIPE}`,
    ],
    [
      'integrations/stripe/a.ts',
      "import { createHmac } from 'node:crypto';",
      `integrations/stripe/a.ts:1 imports node:crypto: ${STRIPE}`,
    ],
    [
      'integrations/stripe/a.ts',
      "import type { Shopify } from '@shopify/shopify-api';",
      'integrations/stripe/a.ts:1 imports @shopify/shopify-api: only integrations/shopify speaks to this shop; use what it exports',
    ],
    [
      'integrations/index.ts',
      "import { verify } from './stripe/verify.ts';",
      "integrations/index.ts:1 imports ./stripe/verify.ts: integrations/index.ts imports src/core and each shop's index.ts",
    ],
    [
      'src/store/a.ts',
      "import { Worker } from 'node:worker_threads';",
      `src/store/a.ts:1 imports node:worker_threads: ${STORE}`,
    ],
    [
      'src/store/a.ts',
      "import { app } from '../http/app.ts';",
      `src/store/a.ts:1 imports ../http/app.ts: ${STORE}`,
    ],
    [
      'src/issuers/a.ts',
      "import { b } from '../couriers/b.ts';",
      'src/issuers/a.ts:1 imports ../couriers/b.ts: src/issuers imports src/core, zod and itself',
    ],
    [
      'src/couriers/a.ts',
      "import { eq } from 'drizzle-orm';",
      'src/couriers/a.ts:1 imports drizzle-orm: only src/store knows drizzle; ask the store',
    ],
    [
      'src/http/a.ts',
      "import { bridge } from '../bridge.ts';",
      `src/http/a.ts:1 imports ../bridge.ts: ${HTTP}`,
    ],
    [
      'src/http/a.ts',
      "import { type Bridge } from '../bridge.ts';",
      `src/http/a.ts:1 imports ../bridge.ts: ${HTTP}`,
    ],
    ['src/http/a.ts', "import { b } from '../store/b.ts';", `src/http/a.ts:1 imports ../store/b.ts: ${HTTP}`],
    [
      'src/http/a.ts',
      "import { serve } from '@hono/node-server';",
      `src/http/a.ts:1 imports @hono/node-server: ${HTTP}`,
    ],
    [
      'src/bridge.ts',
      "import { b } from './store/b.ts';",
      'src/bridge.ts:1 imports ./store/b.ts: src/bridge.ts, with walk-two.ts, asked.ts, understand.ts, converge.ts, adopt.ts, orders.ts and resolve.ts, imports src/core',
    ],
    [
      'src/config.ts',
      "import { readFileSync } from 'node:fs';",
      'src/config.ts:1 imports node:fs: src/config.ts, with its folder, imports src/core, zod and yaml; the doors read the files',
    ],
    [
      'src/node.ts',
      "import { eq } from 'drizzle-orm/sqlite-core';",
      'src/node.ts:1 imports drizzle-orm/sqlite-core: only src/store knows drizzle; ask the store',
    ],
    [
      'src/cli/send.ts',
      "import Stripe from 'stripe';",
      'src/cli/send.ts:1 imports stripe: only integrations/stripe speaks to this shop; use what it exports',
    ],
    [
      'src/cli.ts',
      "import { fake } from '../test/fakes/shop.ts';",
      'src/cli.ts:1 imports ../test/fakes/shop.ts: the Node door and the command import anything of src and integrations',
    ],
    [
      'src/worker.ts',
      "import 'node:fs';",
      'src/worker.ts:1 imports node:fs: the Workers door imports anything of src and integrations, but no node:*',
    ],
    [
      'src/attic/a.ts',
      'export {};',
      'src/attic/a.ts:1 stands in no room: move it, or decide on a row for it in tools/architecture/rooms.ts',
    ],
  ],
  [
    ['src/core/a.ts', "import * as z from 'zod'; import { b } from './b.ts';"],
    [
      'integrations/stripe/a.ts',
      "import Stripe from 'stripe'; import { ok } from '../../src/core/problem.ts';",
    ],
    ['integrations/index.ts', "import { stripe } from './stripe/index.ts';"],
    ['src/store/a.ts', "import { eq } from 'drizzle-orm'; import type { Client } from '@libsql/client/web';"],
    ['src/store/writer.ts', "import { parentPort } from 'node:worker_threads';"],
    ['src/store/open-file.ts', "import { Worker } from 'node:worker_threads';"],
    ['src/http/a.ts', "import type { Bridge } from '../bridge.ts'; import { Hono } from 'hono/tiny';"],
    [
      'src/http/a.ts',
      "import type { HttpBindings } from '@hono/node-server'; import { v } from '@hono/zod-validator';",
    ],
    [
      'src/node.ts',
      "import 'node:fs'; import { serve } from '@hono/node-server'; import { b } from './bridge.ts';",
    ],
    ['src/cli/send.ts', "import 'node:fs'; import { shops } from '../../integrations/index.ts';"],
    ['src/worker.ts', "import { env } from 'cloudflare:workers'; import { b } from './bridge.ts';"],
  ],
);

provesItself(
  RULES.literal,
  [
    [
      'src/node.ts',
      'await import(name);',
      'src/node.ts:1 imports a computed name: write the name out, nothing is discovered at run time',
    ],
    [
      'src/node.ts',
      "await import('./' + name);",
      'src/node.ts:1 imports a computed name: write the name out, nothing is discovered at run time',
    ],
    [
      'src/node.ts',
      "import { b } from './bridge';",
      'src/node.ts:1 imports ./bridge: write the extension, .ts',
    ],
    [
      'src/node.ts',
      "import { b } from './bridge.js';",
      'src/node.ts:1 imports ./bridge.js: write the extension, .ts',
    ],
  ],
  [
    [
      'src/node.ts',
      "import { b } from './bridge.ts'; import it from '../package.json' with { type: 'json' };",
    ],
  ],
);

provesItself(
  RULES.declared,
  [
    [
      'src/node.ts',
      "import { a } from 'vitest/node';",
      'src/node.ts:1 imports vitest/node: it is a tool, no part of the program',
    ],
    [
      'src/node.ts',
      "import 'fs';",
      'src/node.ts:1 imports fs: it is bundled; add fs to the devDependencies of package.json, pinned',
    ],
  ],
  [['src/node.ts', "import 'node:fs'; import { Hono } from 'hono/tiny';"]],
);

describe(RULES.deletable.name, () => {
  const shop = { 'integrations/stripe/index.ts': 'export const stripe = 1;' };
  const line = "import { stripe } from './stripe/index.ts';";

  test('one line in integrations/index.ts is right', () => {
    expect(complaints(RULES.deletable, { ...shop, 'integrations/index.ts': line })).toEqual([]);
  });
  test('a shop that nothing registers is found', () => {
    expect(complaints(RULES.deletable, shop)).toEqual([
      'integrations/index.ts has 0 lines that import integrations/stripe: it needs exactly one',
    ]);
  });
  test('a second line is found', () => {
    const two = `${line}\nexport { settings } from './stripe/settings.ts';`;
    expect(complaints(RULES.deletable, { ...shop, 'integrations/index.ts': two })).toEqual([
      'integrations/index.ts has 2 lines that import integrations/stripe: it needs exactly one',
    ]);
  });
  test('an import from elsewhere is found, a type as well', () => {
    const door = "\nimport type { S } from '../integrations/stripe/settings.ts';";
    expect(
      complaints(RULES.deletable, { ...shop, 'integrations/index.ts': line, 'src/node.ts': door }),
    ).toEqual(['src/node.ts:2 imports integrations/stripe: take it from the list in integrations/index.ts']);
  });
});

describe(RULES.shopNames.name, () => {
  const fix = 'what is special to one shop belongs to integrations/stripe; say it in neutral words';
  const shop = { 'integrations/stripe/index.ts': '// Stripe' };

  test.each([
    ['src/core/a.ts', "\nconst a = 'stripe';", `src/core/a.ts:2 says "stripe": ${fix}`],
    ['src/core/a.ts', '/** As Stripe does. */', `src/core/a.ts:1 says "Stripe": ${fix}`],
    ['src/core/a.ts', 'const fromStripeEvent = 1;', `src/core/a.ts:1 says "Stripe": ${fix}`],
    ['src/stripe.ts', '', `src/stripe.ts:0 says "stripe": ${fix}`],
    ['src/http/console/page.html', '<b>STRIPE</b>', `src/http/console/page.html:1 says "STRIPE": ${fix}`],
  ])('%s may not say %j', (path, source, complaint) => {
    expect(complaints(RULES.shopNames, { ...shop, [path]: source })).toEqual([complaint]);
  });
  test('a folder that was deleted is no shop any more', () => {
    expect(complaints(RULES.shopNames, { 'src/core/a.ts': '// stripe' })).toEqual([]);
  });
});

provesItself(
  RULES.issuerNames,
  [
    [
      'src/core/a.ts',
      '// LicenseSpring wants it so',
      'src/core/a.ts:1 says "LicenseSpring": what is special to one issuer belongs to src/issuers; say it in neutral words',
    ],
  ],
  [['src/issuers/licensespring.ts', '// LicenseSpring wants it so']],
);

const MAKER = "only an integration's verify.ts may, after the signature was found right";
provesItself(
  RULES.verifiedMaker,
  [
    [
      'src/store/a.ts',
      "import { verified as v } from '../core/integration.ts';",
      `src/store/a.ts:1 imports verified(): ${MAKER}`,
    ],
    [
      'src/store/a.ts',
      "export { verified as v } from '../core/integration.ts';",
      `src/store/a.ts:1 imports verified(): ${MAKER}`,
    ],
    [
      'integrations/stripe/gather.ts',
      'core.verified({});',
      `integrations/stripe/gather.ts:1 calls verified(): ${MAKER}`,
    ],
    ['src/node.ts', 'const e = it as VerifiedEvent;', `src/node.ts:1 claims a VerifiedEvent: ${MAKER}`],
    [
      'src/walk-two.ts',
      "import { looked } from './core/integration.ts';",
      'src/walk-two.ts:1 imports looked(): only src/adopt.ts may, for a sale that a person has Keyferry ask for',
    ],
    [
      'src/http/management/orders.ts',
      "import { entered } from '../../core/integration.ts';",
      'src/http/management/orders.ts:1 imports entered(): only src/orders.ts may, for an order whose content it has checked',
    ],
  ],
  [
    ['src/orders.ts', "import { entered } from './core/integration.ts'; entered('order/1', '{}', '', 0);"],
    ['src/adopt.ts', "import { looked } from './core/integration.ts'; looked('cs_1', '', 'today');"],
    [
      'integrations/stripe/verify.ts',
      "import { verified } from '../../src/core/integration.ts'; verified({});",
    ],
    ['src/store/a.ts', "import type { VerifiedEvent } from '../core/integration.ts';"],
  ],
);

const CLOCK = 'take the time as an argument, from the Clock port';
provesItself(
  RULES.timeless,
  [
    ['src/core/a.ts', '\nconst now = Date.now();', `src/core/a.ts:2 reads Date.now: ${CLOCK}`],
    ['src/core/a.ts', 'const clock = Date.now;', `src/core/a.ts:1 reads Date.now: ${CLOCK}`],
    ['src/core/a.ts', 'const { now } = Date;', `src/core/a.ts:1 reads Date.now: ${CLOCK}`],
    ['src/core/a.ts', "Date['now']();", `src/core/a.ts:1 reads Date.now: ${CLOCK}`],
    ['src/store/a.ts', 'globalThis.Date.now();', `src/store/a.ts:1 reads Date.now: ${CLOCK}`],
    ['src/store/a.ts', 'const now = new Date();', `src/store/a.ts:1 makes the present Date: ${CLOCK}`],
    ['src/store/a.ts', 'const now = Date();', `src/store/a.ts:1 makes the present Date: ${CLOCK}`],
    [
      'integrations/stripe/a.ts',
      'performance.now();',
      `integrations/stripe/a.ts:1 reads performance.now: ${CLOCK}`,
    ],
    [
      'integrations/stripe/a.ts',
      'f(Math.random());',
      'integrations/stripe/a.ts:1 draws Math.random: take the RandomBytes port',
    ],
    [
      'src/core/a.ts',
      'crypto.randomUUID();',
      'src/core/a.ts:1 draws crypto.randomUUID: take the RandomBytes port',
    ],
  ],
  [
    [
      'src/core/a.ts',
      'const then = new Date(ms).toISOString(); const parsed = Date.parse(text); clock.now();',
    ],
    ['src/node.ts', 'const clock = { now: () => Date.now() };'],
    ['src/core/a.ts', '// Date.now() is not for us\nconst text = "Date.now()";'],
  ],
);

provesItself(
  RULES.outside,
  [
    [
      'src/http/a.ts',
      'process.env.PORT;',
      'src/http/a.ts:1 uses the global process: Node only; this code runs in every door, so use the web standard or take it as an argument',
    ],
    [
      'integrations/stripe/a.ts',
      "const b = Buffer.from('');",
      'integrations/stripe/a.ts:1 uses the global Buffer: Node only; this code runs in every door, so use the web standard or take it as an argument',
    ],
    [
      'integrations/stripe/a.ts',
      'await fetch(url);',
      'integrations/stripe/a.ts:1 uses the global fetch: take the Fetch port',
    ],
    ['src/core/a.ts', 'globalThis.fetch(url);', 'src/core/a.ts:1 uses the global fetch: take the Fetch port'],
    [
      'src/core/a.ts',
      'console.log(1);',
      'src/core/a.ts:1 uses the global console: take the Log port, or give a Problem back',
    ],
  ],
  [
    ['integrations/stripe/a.ts', 'async function gather({ fetch }: Ports) { await fetch(url); }'],
    ['integrations/stripe/a.ts', 'ports.fetch(url); const ports = { fetch: 1 }; type F = typeof fetch;'],
    ['src/node.ts', 'process.env.PORT;'],
  ],
);

describe(RULES.acyclic.name, () => {
  test('a circle is shown whole', () => {
    const house = {
      'src/core/a.ts': "import { b } from './b.ts';",
      'src/core/b.ts': "export { c } from './c.ts';",
      'src/core/c.ts': "import type { A } from './a.ts';",
    };
    expect(complaints(RULES.acyclic, house)).toEqual([
      'src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts: move what both need into a file that imports neither',
    ]);
  });
  test('two ways to one file are no circle', () => {
    const house = {
      'src/core/a.ts': "import './b.ts'; import './c.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': '',
    };
    expect(complaints(RULES.acyclic, house)).toEqual([]);
  });
});

provesItself(
  RULES.typed,
  [
    ['src/http/a.ts', 'let a: any;', 'src/http/a.ts:1 says any: say unknown, and look before use'],
    [
      'src/http/a.ts',
      'const a = new Map<string, any>();',
      'src/http/a.ts:1 says any: say unknown, and look before use',
    ],
    [
      'src/http/a.ts',
      'function f({ a }: { a: any[] }): void {}',
      'src/http/a.ts:1 says any: say unknown, and look before use',
    ],
    [
      'src/http/a.ts',
      '\n\nconst a = b as Order;',
      'src/http/a.ts:3 claims "as Order" without a reason: say above it why it is so, or narrow instead',
    ],
    [
      'src/http/a.ts',
      '// @ts-expect-error later\nf(1);',
      'src/http/a.ts:1 switches a check off (@ts-expect-error): mend the type instead',
    ],
  ],
  [
    ['src/http/a.ts', "const a = ['x'] as const satisfies readonly string[]; // any\nlet b: unknown;"],
    ['src/http/a.ts', '// The table was checked when it was read.\nconst a = b as Order;'],
    ['src/http/a.ts', 'const a = b as Order; // checked above'],
  ],
);

describe('the house we live in', () => {
  const house = survey(readSources());

  test('is scanned at all', () => {
    expect(house.files.map((it) => it.path)).toContain('src/core/problem.ts');
  });
  test.each(Object.values(RULES).map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
    expect(rule.check(house)).toEqual([]);
  });
});
