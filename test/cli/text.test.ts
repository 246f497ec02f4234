/** What the terminal shows, from values alone. */
import { describe, expect, test } from 'vitest';
import { barText } from '../../src/cli/bars.ts';
import { checkText } from '../../src/cli/check.ts';
import type { ShownOrder } from '../../src/cli/demo-api.ts';
import { orderText } from '../../src/cli/demo-text.ts';
import { explainText } from '../../src/cli/explain.ts';
import { keyRow } from '../../src/cli/keys.ts';
import { atTurnsEnd, jsonLog, shortLog } from '../../src/cli/log.ts';
import { troubleOf } from '../../src/cli/outcome.ts';
import { replayText } from '../../src/cli/replay.ts';
import { greeting } from '../../src/cli/serve.ts';
import { bytes, plain, span, table, trouble, wrap } from '../../src/cli/text.ts';
import type { ExplainedLine } from '../../src/core/explain.ts';
import { loggedError, problem } from '../../src/core/problem.ts';

const WIDTH = 72;
const NOON = Date.UTC(2026, 10, 1, 12);
const AT_NOON = new Date(NOON).toISOString();

describe('pieces', () => {
  test('columns stand under each other, and colors do not count as letters', () => {
    const marked = table(
      [
        [['good', 'a'], 'one'],
        [['bad', 'longer'], 'two'],
      ],
      (tone, text) => `<${tone}>${text}</>`,
    );
    expect(marked).toEqual(['<good>a</>       one', '<bad>longer</>  two']);
  });

  test('a word longer than the line stays whole', () => {
    expect(wrap('see https://keys.example.com/webhooks/shop now', 20, '  ')).toEqual([
      '  see',
      '  https://keys.example.com/webhooks/shop',
      '  now',
    ]);
  });

  test.each([
    [0, '0 s'],
    [89_000, '89 s'],
    [600_000, '10 min'],
    [7_200_000, '2 h'],
    [40 * 86_400_000, '40 days'],
  ])('a span of %i ms is %s', (ms, text) => expect(span(ms)).toBe(text));

  test.each([
    [12, '12 bytes'],
    [4_300, '4.3 kB'],
    [250_000_000, '250 MB'],
  ])('%i bytes are %s', (count, text) => expect(bytes(count)).toBe(text));
});

test('a failure says what is wrong, where, and what to do', () => {
  const it = troubleOf(
    problem('config_invalid', 'PORT', [
      { file: 'environment', path: 'PORT', message: 'cannot be read as it is', remedy: 'Write a port.' },
      {
        file: 'shop.yaml',
        line: 7,
        path: 'rules[0].grant.product',
        message: 'there is no product "x"',
        remedy: 'Did you mean "y"?',
      },
    ]),
  );
  expect(trouble(it, plain, WIDTH).join('\n')).toMatchInlineSnapshot(`
    "✗ The configuration has errors
      environment  PORT
        cannot be read as it is
        → Write a port.
      shop.yaml:7  rules[0].grant.product
        there is no product "x"
        → Did you mean "y"?
      → Each error names its file and path. The last good revision keeps
        running."
  `);
});

test('a log line is one line of JSON for programs, and a short one for people', () => {
  const lines: string[] = [];
  const fields = { source: 'shop', problem: undefined, error: 'one\n  two' };
  jsonLog(
    (it) => lines.push(it),
    false,
    () => NOON,
  )('warn', 'webhook refused', fields);
  shortLog(
    (it) => lines.push(it),
    plain,
    false,
    () => NOON,
  )('warn', 'webhook refused', fields);
  shortLog(
    (it) => lines.push(it),
    plain,
    false,
    () => NOON,
  )('debug', 'not shown');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-11-01T12:00:00.000Z',
    level: 'warn',
    message: 'webhook refused',
    source: 'shop',
    error: 'one\n  two',
  });
  expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d warn webhook refused {2}source=shop error=one \| two$/);
});

test('a line of JSON tells every letter, and none that a terminal obeys or that ends a line', () => {
  const lines: string[] = [];
  const source = 'a\r\n\u001b[2J\u007f\u0085\u009b31m\u2028\u2029\u202e\u200b\u{e0001}ü';
  jsonLog((it) => lines.push(it), false)('info', 'webhook refused', { source });
  expect(JSON.parse(lines[0] ?? '').source).toBe(source);
  expect(lines[0]).toMatch(/^[\x20-\x7eü]+$/);
});

test('an error of a mapping file stands beside the message of its line, not in its place', () => {
  const lines: string[] = [];
  const error = { file: 'a.yaml', path: 'mode', message: 'must be live or test', remedy: 'Write one.' };
  jsonLog((it) => lines.push(it), false)('error', 'mapping file not taken', loggedError(error));
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    message: 'mapping file not taken',
    file: 'a.yaml',
    error: 'must be live or test',
  });
});

test('nothing that a shop or a stranger wrote moves the cursor of a terminal, or turns its text', () => {
  const lines: string[] = [];
  shortLog((it) => lines.push(it), plain, false)('info', 'event done', {
    external_id: '\u001b[2J\u009bm\u202e1',
  });
  expect(lines[0]).toMatch(/ external_id=\ufffd\[2J\ufffdm\ufffd1$/);
});

test('a sale is shown line by line, with its licenses under each', () => {
  const base = {
    rule: null,
    product: null,
    policy: null,
    refs: {},
    problem: null,
    reason: null,
    licenses: [],
  };
  const suite = {
    ...base,
    line_id: '2',
    title: 'Suite',
    quantity: 1,
    state: 'issued',
    rule: 'The suite',
    policy: 'perpetual',
  };
  const order: ShownOrder = {
    id: 'ord_1',
    state: 'partly_parked',
    label: null,
    external_id: '1',
    items: [
      {
        ...suite,
        product: 'app',
        licenses: [{ id: 'a', key: 'AAAA-BBBB', state: 'active', valid_until: null }],
      },
      {
        ...suite,
        product: 'cli',
        licenses: [{ id: 'b', key: 'CCCC-DDDD', state: 'active', valid_until: null }],
      },
      { ...base, line_id: '3', title: 'Mug', quantity: 2, state: 'ignored', reason: 'physical goods' },
      {
        ...base,
        line_id: '4',
        title: 'New',
        quantity: 1,
        state: 'parked',
        problem: { code: 'unmapped', title: 'No rule fits this line', detail: '' },
      },
    ],
  };
  expect(orderText(order, plain).join('\n')).toMatchInlineSnapshot(`
    "   1 × Suite                rule "The suite"
         → app perpetual        AAAA-BBBB  active
         → cli perpetual        CCCC-DDDD  active
       2 × Mug                  ignored: physical goods
       1 × New                  parked: No rule fits this line"
  `);
});

test('an explanation shows the rules that were tried, and what comes of the line', () => {
  const fits: ExplainedLine = {
    line_id: 'l1',
    title: 'Pro',
    quantity: 3,
    rule: 'Seats',
    tried: [
      { rule: 'One', fits: false, because: 'sku is "B", not A' },
      { rule: 'Seats', fits: true, because: 'sku is "B"' },
    ],
    outcome: {
      is: 'granted',
      rule: 'Seats',
      parts: [
        {
          part: 'pro.0',
          product: 'pro',
          policy: 'annual',
          per: 'line',
          fields: { license_type: 'subscription', valid_duration: '1y' },
          by_quantity: { max_activations: '{{quantity}}' },
        },
      ],
    },
  };
  const parks: ExplainedLine = {
    line_id: 'l2',
    title: 'New',
    quantity: 1,
    rule: null,
    tried: [],
    outcome: { is: 'parked', problem: problem('unmapped', 'sku C') },
  };
  const subject = { of: 'evt_1', type: 'order.paid', source: 'shop', rules: 'revision 2' };
  expect(explainText(subject, [fits, parks], plain, WIDTH)).toMatchInlineSnapshot(`
    "evt_1  order.paid  shop, revision 2

    3 × Pro  line l1
      ·  One    sku is "B", not A
      ✓  Seats  sku is "B"
      → pro annual, one license for the line: subscription, 1y,
        max_activations 3

    1 × New  line l2
      parked: No rule fits this line (sku C)
      → Add a rule to the source's mapping, and the line issues by itself;
        or say what it gives: \`POST /v1/parked/{id}/resolve\`."
  `);
});

test('a replay without changes is good news', () => {
  const it = { changes: [], dry_run: false, state: 'done', problem: null, order_id: 'ord_1' } as const;
  expect(replayText('evt_1', it, plain, WIDTH)).toBe(
    'evt_1  done  ord_1\nNo changes: sale and licenses agree already.',
  );
});

test('a dry run names no license that is not there yet', () => {
  const issue = {
    change: 'issue',
    line_id: 'l1',
    unit: 0,
    part: 'pro.0',
    generation: 0,
    product: 'pro',
    policy: 'perpetual',
    fields: {},
    reasons: [],
    starts_at: AT_NOON,
    valid_until: null,
    rule: 'All',
    from: null,
  } as const;
  const text = replayText(
    'evt_1',
    { changes: [issue], dry_run: true, state: 'done', problem: null, order_id: null },
    plain,
    WIDTH,
  );
  expect(text).toContain('a new license');
});

test('keys are listed with what is left of them', () => {
  const key = {
    scopes: ['read'] as const,
    created_at: AT_NOON,
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  };
  const all = [
    { ...key, id: 'key_1', name: 'a', state: 'valid' as const },
    { ...key, id: 'key_2', name: 'b', state: 'revoked' as const, revoked_at: AT_NOON, last_used_at: AT_NOON },
    {
      ...key,
      id: 'key_3',
      name: 'c',
      state: 'expired' as const,
      expires_at: new Date(NOON - 1).toISOString(),
    },
  ];
  expect(
    table(
      all.map((it) => keyRow(it)),
      plain,
    ).join('\n'),
  ).toMatchInlineSnapshot(`
    "key_1  a  read  2026-11-01  never       valid
    key_2  b  read  2026-11-01  2026-11-01  revoked 2026-11-01
    key_3  c  read  2026-11-01  never       expired 2026-11-01"
  `);
});

test('a folder without sources is said to have none', () => {
  expect(checkText({ folder: 'mappings', sources: [], errors: [] }, [], plain, WIDTH)).toMatchInlineSnapshot(`
    "Sources in mappings
      none that can be read

    No errors."
  `);
});

test('the greeting names address, key, closed sources with their remedy, and faulty files', () => {
  const lines = greeting(
    {
      url: 'http://0.0.0.0:3000',
      adminKey: 'kf_new',
      statuses: [
        {
          name: 'shop',
          integration: 'none',
          mode: 'test',
          open: false,
          problem: problem('source_closed'),
          revision: 1,
          webhook_path: '/webhooks/shop',
        },
      ],
      closed: new Map([
        ['shop', [{ file: 'shop.yaml', path: 'settings', message: 'SECRET is not set', remedy: 'Set it.' }]],
      ]),
      errors: [
        { file: 'other.yaml', line: 3, path: 'rules', message: 'must be a list', remedy: 'Write a list.' },
      ],
      mappings: 'mappings',
    },
    plain,
    WIDTH,
  );
  expect(lines.slice(1).join('\n')).toMatchInlineSnapshot(`
    "
      Admin key   kf_new
                  shown this once; \`npm run keyferry -- keys reset-admin\` makes another

    shop  closed, test mode
      shop.yaml  settings
        SECRET is not set
        → Set it.
      http://127.0.0.1:3000/webhooks/shop

    Not taken from the mapping files; what ran before goes on:
      other.yaml:3  rules
        must be a list
        → Write a list.

    Shops reach it through a public https address only: put yours in the
    place of http://127.0.0.1:3000.
    Try it: npm run keyferry -- send. Is all set up? npm run keyferry --
    doctor. Stop: Ctrl-C."
  `);
});

test('the lines of one turn are written at once and in their order, and at the latest when the process ends', async () => {
  const written: string[] = [];
  const { line, flush } = atTurnsEnd((text) => written.push(text));
  line('first');
  line('second');
  expect(written).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  line('third');
  expect(written).toEqual(['first\nsecond']);
  flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(written).toEqual(['first\nsecond', 'third']);
});

test.each<readonly [number, number | null, unknown, string]>([
  [0, 4, 'NULL', 'Rows  ░░░░░░░░░░  0 of 4'],
  [2, 4, 12, 'Rows  ███░░░  2 of 4, 12 s left'],
  [4, 4, 0, 'Rows  ██████████  4 of 4'],
  [0, 0, 0, 'Rows  ██████████  0 of 0'],
  [7, null, null, 'Rows  7 …'],
])('the bar at %i of %s', (done, total, eta, text) => {
  expect(barText('Rows', done, total, eta, total === null || done !== 2 ? 24 : 31)).toBe(text);
});

test('letters that would move the cursor or turn the text are shown as none', () => {
  expect(table([['a\u001b[31m', ['bad', 'b\u202e']]], plain)).toEqual(['a\ufffd[31m  b\ufffd']);
});
