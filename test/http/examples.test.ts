/**
 * Every request that the pages show, sent as it stands there: README, docs and the shops' pages. A new example is run
 * without a word here; one that cannot be run, or a block of JSON or TypeScript that nobody looks at, fails.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, type Answered, type Client, client, send } from '../contracts/http-house.ts';
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
  const files = { 'catalog.yaml': text('mappings/catalog.yaml'), 'shopify.yaml': shop + rules };
  house = await openHttpHouse(undefined, { files });
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

test('there are some', () => {
  expect(requests.length).toBeGreaterThan(15);
  const written = PAGES.map((page) => text(page).match(/^ *curl /gm)?.length ?? 0);
  expect(requests.length).toBe(written.reduce((sum, it) => sum + it, 0));
});

test.each(requests)('$page: $curl', async ({ curl }) => {
  const [, address = ''] = /(?:^|[\s"])(?:https?:\/\/)?localhost:3000(\/[^\s"]*)/.exec(curl) ?? [];
  expect(address, 'it asks a Keyferry on this machine').not.toBe('');
  const body = /-d '([^']*)'/.exec(curl)?.[1];
  const method = /-X (\w+)/.exec(curl)?.[1] ?? (body === undefined ? 'GET' : 'POST');
  const left = curl
    .replace(/^curl\b/, '')
    .replace(/-H "Authorization: Bearer \$KEY"|-X \w+|-d '[^']*'|"?[\w.:/]*localhost:3000[^\s"]*"?|\\\n/g, '')
    .trim();
  expect(left, 'nothing of it is left out here').toBe('');
  const headers = curl.includes('Bearer $KEY') ? { authorization: `Bearer ${ADMIN_KEY}` } : {};
  const path = await named(address);
  expect(path, 'what stands for its ids is known').not.toContain('…');
  const answer = await house.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
  expect([200, 201, 202], await answer.clone().text()).toContain(answer.status);
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
