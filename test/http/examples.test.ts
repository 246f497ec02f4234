/**
 * Every request that the pages show, sent as it stands there: README, docs and the shops' pages. A new example is run
 * without a word here; one that cannot be run, or a block of JSON or TypeScript that nobody looks at, fails.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ADMIN_KEY,
  type Answered,
  type Client,
  client,
  sample,
  send,
  sign,
} from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const PAGES = globSync(['README.md', 'docs/**/*.md', 'integrations/*/README.md'], { cwd: root })
  .map((it) => it.replaceAll('\\', '/'))
  .sort();

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}
const blocks: readonly Block[] = PAGES.flatMap((page) =>
  [...text(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)].map(([, language = '', it = '']) => ({
    page,
    language,
    text: it,
  })),
);
/** A command goes on while a quote is open or its line ends in a backslash. */
const requests = blocks.flatMap(({ page, text: it }) =>
  [...it.matchAll(/^ *(curl\b(?:\\\n|'[^']*'|"[^"]*"|[^\n'"#])*)/gm)].map(([, curl = '']) => ({
    page,
    curl,
  })),
);

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  const shop =
    'integration: shopify\nmode: test\nsettings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }\n';
  const rules =
    'rules: [ { when: { sku: "ACME-*" }, grant: { product: acmepro, policy: annual } } ]\non: { refund_partial: review }\n';
  // Who may be asked, and is not while it is only queued.
  const keyed =
    'integration: stripe\nmode: test\nsettings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ], api_key: $STRIPE_API_KEY }\nrules: []\n';
  const files = {
    'catalog.yaml': text('mappings/catalog.yaml'),
    'shopify.yaml': shop + rules,
    'stripe.yaml': keyed,
  };
  house = await openHttpHouse(undefined, { files, env: { STRIPE_API_KEY: 'rk_test_of_the_examples' } });
  api = client(house);
});
afterAll(() => house.close());

/** What stands for the id in an example: something of its kind that is there, and still as it was sold. */
async function named(path: string): Promise<string> {
  const seed = `example ${path} ${Math.random()}`;
  const sold = async (): Promise<Answered> => {
    const { event }: Answered = await (await send(house, 'shopify', 'paid', seed)).json();
    await house.settle();
    return api.get(`/v1/events/${event}`);
  };
  if (!path.includes('…')) return path;
  if (path.includes('job_…')) return path.replace('job_…', await job(path.endsWith('/resume')));
  if (path.includes('key_…')) return path.replace('key_…', (await api.get('/v1/api-keys')).items[0].id);
  if (path.includes('/parked/')) return path.replace('ord_….…', await parked(seed, path));
  const { id, order_id } = await sold();
  const order = await api.get(`/v1/orders/${order_id}`);
  if (path.includes('ord_….…')) {
    await send(house, 'shopify', 'refund-unit', seed);
    await house.settle();
    const { items } = await api.get(`/v1/reviews?order=${order_id}`);
    return path.replace('ord_….…', items[0].id);
  }
  return path
    .replace('lic_…', order.items[0].licenses[0].id)
    .replace('ord_…', order_id)
    .replace('evt_…', id)
    .replace('cs_…', order.external_id);
}

/** A job, which stands still: nobody works here meanwhile. */
async function job(cancelled: boolean): Promise<string> {
  const { body } = await api.call('POST', '/v1/replays', { dry_run: true });
  if (cancelled) await api.call('POST', `/v1/jobs/${body.id}/cancel`);
  return body.id;
}

/** A line that no rule fits; where it is to be taken back, one that somebody chose for. */
async function parked(seed: string, path: string): Promise<string> {
  const { body } = await sample('shopify', 'paid', seed, house.now());
  const other = new TextDecoder().decode(body).replaceAll('ACME-', 'OTHER-');
  const { headers } = await sign('shopify', 'orders/paid', other, house.now());
  await house.request('/webhooks/shopify', { method: 'POST', headers, body: other });
  await house.settle();
  const { items } = await api.get('/v1/parked');
  const { id } = items[0];
  if (path.endsWith('/unresolve')) await api.call('POST', `/v1/parked/${id}/resolve`, { product: 'acmepro' });
  return id;
}

/** By name, as they lie on the disk of whoever reads. */
const files = new Map<string, string>();

test('there are some', () => {
  expect(requests.length).toBeGreaterThan(15);
  const written = PAGES.map((page) => text(page).match(/^ *curl /gm)?.length ?? 0);
  expect(requests.length).toBe(written.reduce((sum, it) => sum + it, 0));
});

test.each(requests)('$page: $curl', async ({ curl }) => {
  const [, address = ''] = /(?:^|[\s"])(?:https?:\/\/)?localhost:3000(\/[^\s"]*)/.exec(curl) ?? [];
  expect(address, 'it asks a Keyferry on this machine').not.toBe('');
  const [, upload = '', download = ''] = /--data-binary @(\S+)|-o (\S+)/.exec(curl) ?? [];
  const body = /-d '([^']*)'/.exec(curl)?.[1] ?? files.get(upload);
  const method = /-X (\w+)/.exec(curl)?.[1] ?? (body === undefined ? 'GET' : 'POST');
  const left = curl
    .replace(/^curl\b/, '')
    .replace(/-H "Authorization: Bearer \$KEY"|-X \w+|-d '[^']*'|"?[\w.:/]*localhost:3000[^\s"]*"?|\\\n/g, '')
    .replace(/-i\b|-o \S+|-H "Content-Type: text\/csv" --data-binary @\S+|-H 'If-Match: "\d+"'/, '')
    .trim();
  expect(left, 'nothing of it is left out here').toBe('');
  const path = await named(address);
  const { headers: shown } = curl.includes('If-Match') ? await api.call('GET', path) : { headers: null };
  const headers: Readonly<Record<string, string>> = {
    ...(curl.includes('Bearer $KEY') ? { authorization: `Bearer ${ADMIN_KEY}` } : {}),
    ...(upload === '' ? {} : { 'content-type': 'text/csv' }),
    ...(shown && { 'if-match': shown.get('etag') ?? '' }),
  };
  expect(path, 'what stands for its ids is known').not.toContain('…');
  const answer = await house.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
  expect([200, 201, 202], await answer.clone().text()).toContain(answer.status);
  if (download !== '') files.set(download, await answer.text());
});

describe('what else is shown', () => {
  /** Every block of these languages, with who looks at it. */
  const LOOKED_AT: Readonly<Record<string, (it: Block) => Promise<void>>> = {
    'docs/operations.md json': async (it) => {
      await send(house, 'shopify', 'paid', 'the log');
      await house.settle();
      const line = house.lines.findLast(({ message }) => message === 'event done');
      const shown = JSON.parse(it.text.replaceAll('\n', ''));
      const known = ['time', 'level', 'message', ...Object.keys(line?.fields ?? {})];
      expect(Object.keys(shown).filter((name) => !known.includes(name))).toEqual([]);
    },
    'docs/api.md json': async (it) => {
      const asked = { items: [{ product: 'acmepro', quantity: 0 }] };
      expect((await api.call('POST', '/v1/orders', asked)).body).toEqual(JSON.parse(it.text));
    },
    // Compiled and run by test/package, from the package as it is installed.
    'docs/api.md ts': async (it) => expect(it.text).toContain("from 'keyferry/client'"),
  };
  const shown = blocks.filter(({ language }) => /^(json|ts|js|http|javascript|typescript)$/.test(language));

  test('is not more than what is looked at', () => {
    expect(shown.map((it) => `${it.page} ${it.language}`).sort()).toEqual(Object.keys(LOOKED_AT).sort());
  });

  test.each(shown)('$page: its $language', async (it) => {
    await LOOKED_AT[`${it.page} ${it.language}`]?.(it);
  });
});
