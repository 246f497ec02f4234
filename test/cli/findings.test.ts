/** What doctor makes of what it measured. */
import { describe, expect, test } from 'vitest';
import {
  failure,
  findingsText,
  good,
  judgeAnswer,
  judgeBacklog,
  judgeClock,
  judgeEvents,
  judgeMigrations,
  judgePrivacy,
  judgeSpace,
  warning,
} from '../../src/cli/findings.ts';
import type { Answered } from '../../src/cli/posting.ts';
import { unanswered } from '../../src/cli/posting.ts';
import { plain } from '../../src/cli/text.ts';
import { problem } from '../../src/core/problem.ts';

const NOW = Date.UTC(2026, 10, 1);

describe('the answer to a test event through the public address', () => {
  const problemOf = (code: string) => ({ json: { code, title: 'T', hint: 'H' } });
  const answers: readonly (readonly [string, Partial<Answered>, 'ok' | 'fail', RegExp])[] = [
    [
      'is Keyferry’s receipt',
      { status: 200, json: { received: true, event: 'evt_1', duplicate: false } },
      'ok',
      /^$/,
    ],
    ['is 200 of another program', { status: 200, text: '<html>' }, 'fail', /Another program answers/],
    [
      'is a redirect',
      { status: 301, location: 'https://www.example.com/' },
      'fail',
      /do not follow redirects/,
    ],
    ['is 404 of the proxy', { status: 404, text: 'not found' }, 'fail', /does not forward this path/],
    ['is 404 of Keyferry', { status: 404, ...problemOf('source_unknown') }, 'fail', /^H$/],
    [
      'is a wrong signature',
      { status: 401, ...problemOf('signature_wrong') },
      'fail',
      /a proxy changes the body/,
    ],
    [
      'is a missing signature',
      { status: 400, ...problemOf('signature_missing') },
      'fail',
      /takes headers away/,
    ],
    ['is a login', { status: 401, text: 'login' }, 'fail', /asks for a login/],
    ['is too large for the proxy', { status: 413, text: '' }, 'fail', /client_max_body_size/],
    ['is 502 of the proxy', { status: 502, text: 'bad gateway' }, 'fail', /does not reach Keyferry/],
    ['is something else', { status: 418, text: '' }, 'fail', /whatever stands before/],
  ];
  test.each(answers)('%s', (_, answer, verdict, remedy) => {
    const whole = { status: 0, location: null, date: null, text: '', json: undefined, ...answer };
    const found = judgeAnswer('shop', 'https://keys.example.com/webhooks/shop', whole);
    expect(found.verdict).toBe(verdict);
    expect(found.remedy).toMatch(remedy);
  });
});

test.each([
  ['ECONNREFUSED', 'Nothing listens at this address'],
  ['ENOTFOUND', 'This host name is not known'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The TLS certificate is not accepted'],
  ['CERT_HAS_EXPIRED', 'The TLS certificate is not accepted'],
  ['EHOSTUNREACH', 'The address did not answer'],
])('no answer because of %s: %s', (code, title) => {
  const error = new TypeError('fetch failed', { cause: Object.assign(new Error('why'), { code }) });
  expect(unanswered('https://x.example', error)).toMatchObject({
    title,
    detail: `https://x.example: ${code}`,
  });
});

test.each([
  [10_000_000, 'fail'],
  [200_000_000, 'warn'],
  [5_000_000_000, 'ok'],
])('%i free bytes are %s', (free, verdict) => expect(judgeSpace(free).verdict).toBe(verdict));

test.each([
  [0, 'ok'],
  [-20_000, 'warn'],
  [290_000, 'fail'],
])('a clock that is %i ms off is %s', (off, verdict) =>
  expect(judgeClock(NOW + off, NOW).verdict).toBe(verdict),
);

test.each([
  [['0000_a', '0001_b'], 'ok'],
  [['0000_a'], 'warn'],
  [[], 'warn'],
  [['0000_a', '0001_b', '0002_c'], 'fail'],
])('a database with the migrations %j is %s', (applied, verdict) => {
  expect(judgeMigrations(applied, ['0000_a', '0001_b']).verdict).toBe(verdict);
});

test.each([
  [[0o600, 0o600], 'ok', ''],
  [[0o100600], 'ok', ''],
  [[0o640], 'warn', 'chmod 600 a.db'],
  [[0o600, 0o644], 'warn', 'chmod 600 b.db'],
  [[0o644, 0o666], 'warn', 'chmod 600 a.db b.db'],
] as const)('database files of the modes %j are %s', (modes, verdict, remedy) => {
  const found = judgePrivacy(modes.map((mode, at) => ({ path: `${'ab'[at]}.db`, mode })));
  expect([found.verdict, found.remedy]).toEqual([verdict, expect.stringMatching(new RegExp(`${remedy}$`))]);
});

test.each([
  [null, 'ok'],
  [NOW - 2_000, 'ok'],
  [NOW - 600_000, 'fail'],
])('work that is due since %s is %s', (since, verdict) =>
  expect(judgeBacklog(since, NOW).verdict).toBe(verdict),
);

test('stopped events are counted by what stopped them', () => {
  const found = judgeEvents(
    'parked',
    [problem('bug'), problem('api_key_needed'), problem('bug'), null],
    true,
  );
  expect(found.map((it) => it.says)).toEqual([
    '2 events and more parked: Keyferry itself failed here (bug)',
    '1 event and more parked: The shop must be asked, and no API key is set (api_key_needed)',
  ]);
});

test('findings are listed with their remedies and counted', () => {
  const text = findingsText(
    [
      good('node', 'v24'),
      warning('disk', '200 MB free', 'Make room soon.'),
      failure('source shop', 'closed: SECRET is not set', 'Set it.'),
    ],
    plain,
    72,
  );
  expect(text).toMatchInlineSnapshot(`
    "✓ node: v24
    ! disk: 200 MB free
        → Make room soon.
    ✗ source shop: closed: SECRET is not set
        → Set it.

    1 failure, 1 warning, 1 in order"
  `);
});
