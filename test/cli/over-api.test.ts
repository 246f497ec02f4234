/** The commands over the API: the same on the database here and at the address of a running Keyferry. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, type NodeHouse, openHouse } from '../../src/node.ts';
import { CATALOG, ENV, SHOPIFY, STRIPE, sample } from '../contracts/http-house.ts';
import { deliveryOf } from '../house.ts';
import { documentOf, type Ended, makePlace, type Place } from './run.ts';
import { runWithin } from './within.ts';

const ADMIN_KEY = 'an admin key of these tests, lönger than others';

let place: Place;
let env: Record<string, string>;
let house: NodeHouse;
let served: Awaited<ReturnType<typeof listen>>;
let event = '';

beforeAll(async () => {
  place = makePlace(ENV);
  const mappings = join(place.folder, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries({
    'catalog.yaml': CATALOG,
    'shopify.yaml': SHOPIFY,
    'stripe.yaml': STRIPE,
  }))
    writeFileSync(join(mappings, name), text);
  env = { ...place.env, KEYFERRY_MAPPINGS: mappings, KEYFERRY_ADMIN_KEY: ADMIN_KEY };
  const opened = await openHouse({ env, log: () => {} });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
  await house.ports.keys.ensureAdmin(ADMIN_KEY);
  const now = Date.now();
  for (const [source, name] of [
    ['shopify', 'paid'],
    ['stripe', 'one-time'],
  ] as const) {
    const { headers, body } = await sample(source, name, 'cli', now);
    const received = await house.bridge.receive(source, deliveryOf(headers, body, now));
    if (source === 'shopify' && received.ok) event = received.value.id;
    await house.drain();
  }
  served = await listen(house);
  house.start();
}, 60_000);
afterAll(async () => {
  await served.close();
  await house.close();
  place.remove();
});

const here = (...args: readonly string[]) => runWithin(env, ...args);
const there = (...args: readonly string[]) =>
  runWithin({ KEYFERRY_API_KEY: ADMIN_KEY }, ...args, '--url', served.url);
/** In both places, one after the other. */
async function both(...args: readonly string[]): Promise<readonly [Ended, Ended]> {
  return [await here(...args), await there(...args)];
}
const file = (name: string, text: string) => {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
};

describe('what only reads is the same here and there', () => {
  test.each<readonly [string, readonly string[], RegExp]>([
    ['orders list', ['orders', 'list'], /^order +state[\s\S]*shopify.*ada/],
    ['orders list --all', ['orders', 'list', '--all', '--source', 'shopify'], /shopify/],
    [
      'licenses list',
      ['licenses', 'list', '--product', 'acmepro'],
      /^key +state +until +product\n\S+ +active +no end +acmepro/,
    ],
    ['events list', ['events', 'list', '--state', 'done'], /shopify orders\/paid/],
    ['mappings list', ['mappings', 'list'], /shopify +1 .*2 rules/],
    ['mappings show', ['mappings', 'show', 'shopify'], /^# shopify, revision 1[\s\S]*\nrules:\n/],
    ['mappings revisions', ['mappings', 'revisions', 'shopify'], /shopify/],
    ['keys list', ['keys', 'list'], /key_|No keys yet/],
    ['parked list', ['parked', 'list'], /Acme|No line waits/],
    ['customers list', ['customers', 'list'], /cus_.*ada/],
    ['customers show', ['customers', 'show', 'ada+cli@example.com'], /ada\+cli@example\.com[\s\S]*ord_/],
    ['jobs list', ['jobs', 'list'], /No jobs|job_/],
  ])('%s', async (_name, args, said) => {
    const [a, b] = await both(...args);
    expect(a).toMatchObject({ code: 0, stderr: '' });
    expect(a.stdout).toMatch(said);
    expect(b).toEqual(a);
    const [c, d] = await both(...args, '--json');
    expect(documentOf(d)).toEqual(documentOf(c));
  });

  test('an order is found by any of its names, and shown with its keys and its story', async () => {
    const { items } = documentOf(await here('orders', 'list', '--source', 'shopify', '--json'));
    const [{ id, external_id, items: lines }] = items as [
      { id: string; external_id: string; items: { licenses: { id: string; key: string }[] }[] },
    ];
    const [byId, byName] = [await here('orders', 'show', id), await there('orders', 'show', external_id)];
    expect(byName).toEqual(byId);
    const license = lines.flatMap((it) => it.licenses)[0];
    expect(byId.stdout).toContain(license?.key);
    expect(byId.stdout).toMatch(/what changed\n {2}\d{4}-.*orders\/paid\s+evt_/);
    const [byLicense, byKey] = [
      await here('licenses', 'show', license?.id ?? ''),
      await there('licenses', 'show', license?.key ?? ''),
    ];
    expect(byKey).toEqual(byLicense);
    expect(byKey.stdout).toContain(id);
  });

  test('an event shows its body only to who asks for it', async () => {
    const [plain, whole] = [
      await here('events', 'show', event),
      await there('events', 'show', event, '--body'),
    ];
    expect(plain.stdout).not.toContain('Engine Row');
    expect(whole.stdout).toContain('Engine Row');
    expect(documentOf(await here('events', 'show', event, '--json'))).not.toHaveProperty('body');
  });

  test('a list of many pages is one document', async () => {
    const before = documentOf(await here('orders', 'list', '--json')).items as unknown[];
    expect(documentOf(await there('orders', 'list', '--all', '--json'))).toEqual({
      items: before,
      next_cursor: null,
    });
    const page = documentOf(await there('orders', 'list', '--limit', '1', '--json'));
    const next = await there(
      'orders',
      'list',
      '--limit',
      '1',
      '--cursor',
      String(page.next_cursor),
      '--json',
    );
    expect([...(page.items as unknown[]), ...(documentOf(next).items as unknown[])]).toEqual(
      before.slice(0, 2),
    );
  });
});

describe('orders by hand', () => {
  test('issue at once, print their keys, and are one order however often they are sent', async () => {
    const asked = [
      'orders',
      'issue',
      '--id',
      'inv-1',
      '--email',
      'jo@example.com',
      '--item',
      'acmepro*2',
      '--note',
      'paid',
    ];
    const first = await here(...asked);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/issued\n[\s\S]*2 × Acme Pro {2}issued[\s\S]*\(paid\): issue 2\n$/);
    expect(await there(...asked)).toEqual(first);
    const other = await there('orders', 'issue', '--id', 'inv-1', '--item', 'acmecli');
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/→/);
  });

  test('bundles, values, items with ids, and more for an order that is there', async () => {
    const values = '{"max_activations":7}';
    const made = await there(
      'orders',
      'issue',
      '--id',
      'inv-2',
      '--bundle',
      'suite=acmesuite',
      '--values',
      values,
      '--json',
    );
    expect(documentOf(made)).toMatchObject({
      external_id: 'inv-2',
      items: [{ line_id: 'suite' }, { line_id: 'suite' }],
    });
    expect(made.stdout).toContain('"max_activations": 7');
    const more = await here(
      'orders',
      'issue',
      '--id',
      'inv-2',
      '--append',
      '--item',
      'more=acmecli:perpetual',
      '--json',
    );
    expect((documentOf(more).items as unknown[]).length).toBe(3);
  });

  test('come from a file as the API takes them', async () => {
    const order = file('order.json', '{"id":"inv-3","items":[{"product":"acmecli"}]}');
    expect(documentOf(await there('orders', 'issue', '--file', order, '--json'))).toMatchObject({
      external_id: 'inv-3',
    });
  });

  test('whose answer was lost are told how to be sent again', async () => {
    const lost = createServer((request) => request.socket.destroy());
    const url = await at(lost);
    const { code, stderr } = await runWithin(
      { KEYFERRY_API_KEY: 'k' },
      'orders',
      'issue',
      '--item',
      'acmepro',
      '--url',
      url,
    );
    lost.close();
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /not known: send the same with --id cli-[0-9a-f-]+; it is one order/,
    );
  });

  test.each<readonly [string, readonly string[], RegExp]>([
    ['nothing', [], /Add --item PRODUCT/],
    ['an item that is none', ['--item', 'a b'], /"a b" is no product to issue/],
    ['values that are none', ['--item', 'acmepro', '--values', '[1]'], /--values holds no JSON object/],
    ['a product that is not sold', ['--item', 'acmepr'], /Did you mean "acmepro"\?/],
    [
      'two buyers',
      ['--item', 'acmepro', '--customer', 'cus_1', '--email', 'a@b.example'],
      /Keep one of them/,
    ],
    ['a file and more', ['--file', 'order.json', '--note', 'x'], /does not go with --note/],
    ['a file that is not there', ['--file', 'nowhere.json'], /The file cannot be read/],
  ])('%s is wrong usage', async (_what, args, said) => {
    const { code, stdout, stderr } = await here('orders', 'issue', ...args);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(said);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('licenses', () => {
  let key = '';
  beforeAll(async () => {
    const made = documentOf(
      await here('orders', 'issue', '--id', 'acts', '--item', 'acmepro:yearly', '--json'),
    );
    key = (made.items as { licenses: { key: string }[] }[])[0]?.licenses[0]?.key ?? '';
  });

  test('are suspended, reinstated and changed, here or there', async () => {
    expect((await there('licenses', 'suspend', key, '--note', 'unpaid')).stdout).toMatch(
      /suspended[\s\S]*\(unpaid\)/,
    );
    expect((await here('licenses', 'reinstate', key)).stdout).toMatch(/^\S+ {2}active/);
    const set = [
      '--set',
      'max_activations=5',
      '--set',
      'features=export',
      '--set',
      'custom_fields.team=Blue',
    ];
    const changed = documentOf(await there('licenses', 'change', key, ...set, '--json'));
    expect(changed).toMatchObject({
      max_activations: 5,
      features: ['export'],
      custom_fields: { team: 'Blue' },
    });
    const unset = documentOf(await here('licenses', 'change', key, '--unset', 'max_activations', '--json'));
    expect(unset).not.toMatchObject({ max_activations: 5 });
    const extended = documentOf(await there('licenses', 'extend', key, '2099-06-30', '--json'));
    expect(extended.valid_until).toBe('2099-06-30T00:00:00.000Z');
  });

  test('are revoked for good only by who means it', async () => {
    expect(await here('licenses', 'revoke', key)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    const reissued = documentOf(await there('licenses', 'reissue', key, '--yes', '--json'));
    expect(reissued.key).not.toBe(key);
    expect((await here('licenses', 'revoke', String(reissued.key), '--yes')).stdout).toMatch(
      /^\S+ {2}revoked/,
    );
  });

  test.each<readonly [readonly string[], RegExp]>([
    [['--set', 'max_activation=5'], /Did you mean "max_activations"\?/],
    [['--set', 'max_activations=many'], /many is no whole number/],
    [['--set', 'is_trial=yes'], /yes is no true or false/],
    [['--set', 'features.x=1'], /features is given as a whole/],
    [[], /There is nothing to change/],
  ])('%j is wrong usage', async (args, said) => {
    const { code, stderr } = await here('licenses', 'change', key, ...args);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(said);
    expect(code).toBe(2);
  });

  test('that nobody has are said to be none', async () => {
    expect(await there('licenses', 'show', 'no-such-key')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No such license'),
    });
  });
});

describe('replays', () => {
  test('of one event say the same here and there', async () => {
    const [a, b] = await both('replay', event, '--dry-run');
    expect(a.stdout).toContain('No changes');
    expect(b).toEqual(a);
    expect(await here('events', 'replay', event, '--dry-run')).toEqual(a);
  });

  test('of many are a job that is followed to its end', async () => {
    const [a, b] = await both('replay', '--source', 'shopify', '--dry-run', '--remap', '--json');
    for (const it of [a, b]) {
      expect(it.code).toBe(0);
      expect(documentOf(it)).toMatchObject({
        kind: 'replay',
        state: 'done',
        findings: [],
        asked: { source: 'shopify' },
      });
    }
    const text = await there('replay', '--source', 'shopify');
    expect(text.stdout).toMatch(/^job_\S+ {2}done {2}\d+ events?\n/);
  });

  test('can be left alone, looked at, and watched', async () => {
    const { id } = documentOf(await here('replay', '--all', '--dry-run', '--detach', '--json'));
    const watched = await there('jobs', 'watch', String(id));
    expect(watched).toMatchObject({ code: 0, stdout: expect.stringContaining('done') });
    expect((await here('jobs', 'show', String(id))).stdout).toBe(watched.stdout);
    expect((await there('jobs', 'findings', String(id))).code).toBe(0);
    expect(await here('jobs', 'cancel', String(id))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('→'),
    });
  });

  test('that are interrupted go on, and say how to look at them', async () => {
    const before = process.listenerCount('SIGINT');
    // Pressed as soon as somebody listens.
    const interrupted = (run: () => Promise<Ended>) => {
      const press = (name: string | symbol) => {
        if (name !== 'SIGINT') return;
        process.off('newListener', press);
        queueMicrotask(() => process.emit('SIGINT', 'SIGINT'));
      };
      process.on('newListener', press);
      return run();
    };
    const ended = await interrupted(() => there('replay', '--all', '--dry-run', '--json'));
    expect(ended.code).toBe(130);
    const { job, error } = documentOf(ended);
    expect(error).toMatchObject({
      code: 'interrupted',
      detail: 'It goes on there.',
      hint: expect.stringContaining(`jobs watch ${job} --url ${served.url}`),
    });
    expect(process.listenerCount('SIGINT')).toBe(before);
    const alone = await interrupted(() => here('replay', '--all', '--dry-run'));
    expect(alone.code).toBe(130);
    expect(alone.stderr.replaceAll(/\s+/g, ' ')).toContain('with its next start');
    expect(documentOf(await here('jobs', 'watch', String(job), '--json'))).toMatchObject({ state: 'done' });
  });

  test('of everything are asked for in so many words', async () => {
    expect(await here('replay', '--dry-run')).toMatchObject({ code: 2 });
    expect(await here('replay', event, '--state', 'parked')).toMatchObject({ code: 2 });
  });

  test('are worked on by the command itself where no Keyferry runs', async () => {
    const alone = makePlace(ENV);
    try {
      const opened = await openHouse({ env: { ...env, ...alone.env }, log: () => {} });
      if (!opened.ok) throw new Error('not opened');
      await opened.value.close();
      const lone = { ...env, ...alone.env };
      await runWithin(lone, 'orders', 'issue', '--item', 'acmepro');
      const done = documentOf(await runWithin(lone, 'replay', '--all', '--json'));
      expect(done).toMatchObject({ state: 'done', progress: { done: 1 } });
    } finally {
      alone.remove();
    }
  });
});

describe('mappings', () => {
  test('apply makes a file run, and names errors where they stand', async () => {
    const faulty = file('faulty.yaml', SHOPIFY.replace('product: acmepro,', 'product: acmepr,'));
    const refused = await there('mappings', 'apply', 'shopify', faulty);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${faulty}  rules[0].grant.product`);
    const good = file('good.yaml', SHOPIFY.replace('name: Pro,', 'name: Professional,'));
    const applied = await there('mappings', 'apply', 'shopify', good);
    expect(applied.stdout).toMatch(/^shopify runs by revision \d+ now: 2 rules/);
    expect((await here('mappings', 'show', 'shopify')).stdout).toContain('Professional');
    expect((await here('mappings', 'show', 'shopify', '--revision', '1')).stdout).not.toContain(
      'Professional',
    );
    expect(await here('mappings', 'show', 'shopify', '--revision', '99')).toMatchObject({ code: 1 });
  });
});

describe('keys', () => {
  test('are made there, open what their scope says, and are revoked here', async () => {
    const made = documentOf(await there('keys', 'create', '--name', 'till', '--expires', '1d', '--json'));
    const asked = (...args: readonly string[]) =>
      runWithin({}, ...args, '--url', served.url, '--key', String(made.key));
    expect(await asked('orders', 'list')).toMatchObject({ code: 0 });
    const refused = await asked('orders', 'issue', '--item', 'acmepro');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('needs the scope issue') });
    expect((await here('keys', 'revoke', String(made.id))).stdout).toContain('till');
    expect(await asked('orders', 'list')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No valid API key'),
    });
  });
});

/** Listens on a port of its own. */
function at(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    });
  });
}

describe('an address', () => {
  const key = { KEYFERRY_API_KEY: 'k' };

  test.each<readonly [string, Record<string, string>, readonly string[], string]>([
    ['in the open', key, ['--url', 'http://keys.example.com'], 'where anyone can read it'],
    ['with a path', key, ['--url', 'https://keys.example.com/v1'], 'goes on behind'],
    ['with a password', key, ['--url', 'https://a:b@keys.example.com'], 'a user name or a password'],
    ['that is none', { ...key, KEYFERRY_URL: 'keys.example.com' }, [], 'it is no http address'],
    ['without a key', {}, ['--url', 'https://keys.example.com'], 'KEYFERRY_API_KEY'],
    [
      'with a key of two lines',
      { KEYFERRY_API_KEY: 'a\nb' },
      ['--url', 'https://keys.example.com'],
      'more than the key',
    ],
    ['that is missing beside its key', {}, ['--key', 'k'], 'Add --url'],
  ])('%s is wrong usage', async (_what, its, args, said) => {
    const { code, stderr } = await runWithin(its, 'orders', 'list', ...args);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(said);
    expect(stderr).not.toContain('a:b@');
    expect(code).toBe(2);
  });

  test('where nobody listens, or somebody else, is said to be such', async () => {
    const closed = createServer();
    const nowhere = await at(closed);
    await new Promise((resolve) => closed.close(resolve));
    const gone = await runWithin(key, 'orders', 'list', '--url', nowhere, '--json');
    expect(documentOf(gone)).toMatchObject({
      error: { code: 'no_answer', detail: `${nowhere}: ECONNREFUSED` },
    });
    expect(gone.code).toBe(1);
    const answers: readonly (readonly [number, string, string])[] = [
      [200, '<html>', 'not_keyferry'],
      [200, '[]', 'not_keyferry'],
      [200, '{"items": 1}', 'not_keyferry'],
      [502, 'Bad Gateway', 'not_keyferry'],
      [301, '', 'redirected'],
    ];
    for (const [status, body, code] of answers) {
      const other = createServer((_, response) =>
        response.writeHead(status, { location: 'https://x.example' }).end(body),
      );
      const url = await at(other);
      const ended = await runWithin(key, 'orders', 'list', '--url', url, '--json');
      other.close();
      expect(documentOf(ended)).toMatchObject({ error: { code } });
    }
  });

  test('stands in the environment as well', async () => {
    const its = { KEYFERRY_URL: served.url, KEYFERRY_API_KEY: ADMIN_KEY };
    expect(await runWithin(its, 'orders', 'list')).toEqual(await there('orders', 'list'));
  });
});
