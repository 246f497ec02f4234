/** GET /docs: the reference for people. Whole, safe, and every request that it shows is one that is taken. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/management/index.ts';
import { bodyOf, curlOf } from '../../src/http/reference/examples.ts';
import { pageOf } from '../../src/http/reference/page.ts';
import { reference } from '../contracts/answers.ts';
import { ADMIN_KEY } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
const pages = new Map<string, string>();
beforeAll(async () => {
  house = await openHttpHouse();
  const read = async (path: string): Promise<void> => {
    if (pages.has(path)) return;
    const answer = await house.request(path);
    expect([path, answer.status]).toEqual([path, 200]);
    pages.set(path, await answer.text());
    for (const link of linksOf(path)) await read(link.split('#')[0] ?? '');
  };
  await read('/docs');
});
afterAll(() => house.close());

/** Within the reference. */
function linksOf(path: string): readonly string[] {
  const all = [...(pages.get(path) ?? '').matchAll(/<a[^>]* href="([^"]*)"/g)].map(([, to = '']) => to);
  return all.filter((to) => /^\/docs|^#/.test(to)).map((to) => (to.startsWith('#') ? `${path}${to}` : to));
}

test('every link leads to a page, and to its place on it', () => {
  expect(pages.size).toBeGreaterThan(12);
  for (const path of pages.keys()) {
    for (const link of linksOf(path)) {
      const [page = '', place] = link.split('#');
      expect(pages.get(page), link).toContain(place === undefined ? '<main' : `id="${place}"`);
    }
  }
});

test('every operation is on one of them, with its path, its scope and its problems', () => {
  const whole = [...pages.values()].join('\n');
  for (const { method, path, scope, summary } of ROUTES) {
    const braces = path.replaceAll(/:(\w+)/g, '{$1}');
    const { operationId = '' } = reference.paths[braces]?.[method.toLowerCase()] ?? {};
    const own = whole.split(`<section id="${operationId}"`)[1]?.split('</section>')[0] ?? '';
    for (const part of [summary, `>${method}<`, `<code>${braces}</code>`, `<code>${scope}</code>`])
      expect(own.replaceAll('&#39;', "'"), operationId).toContain(part);
    expect(own, operationId).toMatch(/<code>request_invalid<\/code>/);
  }
});

test('nothing on them runs, nothing comes from elsewhere, and nobody may frame them', async () => {
  const { headers } = await house.request('/docs/orders');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  for (const [path, page] of pages) {
    expect(page, path).not.toMatch(/<script|<style|style=|\son\w+=|https?:\/\/|<img|<iframe/);
    expect(page.length, path).toBeLessThan(100_000);
  }
  expect((await house.request('/docs/style.css')).headers.get('content-type')).toContain('text/css');
});

test('whoever cannot see or has no mouse finds their way', () => {
  for (const [path, page] of pages) {
    expect(page, path).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.match(/<h1>/g), path).toHaveLength(1);
    for (const part of ['<a class="skip" href="#content">', '<main id="content">', 'aria-current="page"'])
      expect(page, path).toContain(part);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size, path).toBe(ids.length);
    // What scrolls by itself can be reached by keys, and every table says what it is.
    expect(page.match(/<pre(?! tabindex="0")/), path).toBeNull();
    expect(page.match(/<table>/g)?.length, path).toBe(page.match(/<caption>[^<]/g)?.length);
  }
});

test('a page that is not there is a problem as everywhere', async () => {
  const answer = await house.request('/docs/nothing');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect((await house.request('/docs', { method: 'POST' })).status).toBe(405);
});

test('words are text, whatever they look like', async () => {
  const evil = '<script>alert("1")</script> `<b>`';
  const [path = ''] = Object.keys(reference.paths);
  const operation = reference.paths[path]?.get;
  if (!operation) throw new Error('no operation');
  const said = { ...operation, summary: evil, description: evil };
  const text = String(await pageOf({ ...reference, paths: { [path]: { get: said } } }, 'orders'));
  expect(text).not.toMatch(/<script|<b>/);
  expect(text).toContain('&lt;script&gt;');
});

const shown = Object.entries(reference.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: operation.operationId,
    method,
    path,
    operation,
  })),
);
describe.each(shown)('the request shown for $name', ({ method, path, operation }) => {
  test('is one that it takes', async () => {
    const curl = curlOf(method, path, operation);
    const { at, ...sent } = readCurl(curl);
    if (path.startsWith('/webhooks/')) return;
    const answer = await house.request(at, sent);
    // Whoever has no such id is told so, or what their mapping lacks; nobody, that the request does not fit.
    const told = answer.status === 422 ? String(await answer.clone().text()) : '';
    const status = told.includes('config_invalid') ? 409 : answer.status;
    expect([200, 201, 202, 404, 409], `${curl}\n${told}`).toContain(status);
    const body = bodyOf(operation);
    expect(sent.body).toBe(body === undefined ? fileFor(curl) : JSON.stringify(body));
  });
});

function readCurl(text: string) {
  const at = /localhost:3000([^" ]*)/.exec(text)?.[1] ?? '';
  const body = / -d '([^']*)'/.exec(text)?.[1] ?? fileFor(text);
  const method = / -X (\w+)/.exec(text)?.[1] ?? (body === undefined ? 'GET' : 'POST');
  const type = /Content-Type: ([\w/]+)/.exec(text)?.[1];
  const headers = {
    ...(text.includes('Bearer $KEY') ? { authorization: `Bearer ${ADMIN_KEY}` } : {}),
    ...(type === undefined ? {} : { 'content-type': type }),
  };
  return { at, method, headers, ...(body === undefined ? {} : { body }) };
}

/** What lies there as `@orders.csv`: a file with nothing but its columns. */
function fileFor(curl: string): string | undefined {
  const name = / --data-binary @([\w.]+)/.exec(curl)?.[1];
  const upload = ROUTES.find((it) => it.upload && `${it.path.split('/').at(-1)}.csv` === name)?.upload;
  return upload && `${upload.csv.join(',')}\n`;
}
