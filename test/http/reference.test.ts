/**
 * openapi.json: it is whole and true. Every operation accepts what its schema says, and refuses what it does not, with
 * the place; requests are made of the document, so a new route is tested without a word here.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/management/index.ts';
import { answerOf, checkAnswer, reference } from '../contracts/answers.ts';
import { ADMIN_KEY, type Client, client } from '../contracts/http-house.ts';
import { fits, fitting, members, unfitting } from './generated.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterAll(() => house.close());

const operations = ROUTES.map((route) => {
  const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
  const operation = reference.paths[path]?.[route.method.toLowerCase()];
  if (!operation) throw new Error(`openapi.json lacks ${route.method} ${route.path}`);
  const body = operation.requestBody?.content['application/json']?.schema;
  const query = (operation.parameters ?? []).filter((it) => it.in === 'query');
  // Nobody has this id, and a source of this name is there.
  const at = path.replaceAll('{source}', 'stripe').replaceAll(/\{\w+\}/g, 'none');
  return { name: operation.operationId, route, operation, body, query, at };
});

describe('the document', () => {
  test('is given to whoever asks, without a key, and to programs in a browser', async () => {
    const answer = await house.request('/openapi.json');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(await answer.json()).toMatchObject({
      openapi: '3.1.0',
      paths: JSON.parse(JSON.stringify(reference.paths)),
    });
    expect((await house.request('/openapi.json', { method: 'POST' })).status).toBe(405);
  });

  test('has a schema in each place that one must stand in, and each compiles', () => {
    const ajv = new Ajv2020({
      strict: 'log',
      strictTypes: false,
      strictRequired: false,
      logger: false,
      validateFormats: false,
    });
    ajv.addSchema({ $id: 'reference', ...JSON.parse(JSON.stringify(reference)) });
    const compiles = (pointer: string) => ajv.compile({ $ref: `reference#${pointer}` });
    for (const id of Object.keys(reference.components.schemas)) compiles(`/components/schemas/${id}`);
    const inside = (value: unknown, pointer: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, it] of Object.entries(value)) {
        const here = `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
        if (key === 'schema') compiles(here);
        else inside(it, here);
      }
    };
    inside(reference.paths, '/paths');
  });

  test('holds every reference that it makes', () => {
    const text = JSON.stringify(reference);
    const references = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, it = '']) => it));
    expect(references.size).toBeGreaterThan(20);
    for (const it of references) {
      const found = it.split('/').reduce<unknown>((at, key) => members(at)[key], reference);
      expect(found, it).toBeDefined();
    }
  });

  test('tells of each route its scope, of each path its names, and of each problem what to do', () => {
    for (const { route, operation } of operations) {
      expect([operation['x-scope'], operation.summary]).toEqual([route.scope, route.summary]);
      const names = (operation.parameters ?? []).filter((it) => it.in === 'path').map(({ name }) => name);
      expect(names).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
      for (const status of Object.keys(operation.responses))
        expect(answerOf(operation, Number(status))?.description).toMatch(/\S/);
    }
  });

  test('names each operation once; programs are written with these names', () => {
    const names = Object.values(reference.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(NAMES));
  });
});

/** Whoever renames one breaks programs. */
const NAMES =
  'listOrders issueOrder getOrder listParked listReviews getReview acceptReview declineReview listLicenses getLicense changeLicense suspendLicense reinstateLicense revokeLicense reissueLicense listAccounts createAccount getAccount listCustomers getCustomer changeCustomer listEvents getEvent replayEvent replayEvents reconcileSource listJobs getJob cancelJob resumeJob resolveParked unresolveParked importCustomers importOrders importLicenses exportCustomers exportOrders exportLicenses createProduct createPolicy createFeature createCustomField createBundle compareMappingRevisions rollbackMapping listAudit listSources listRefusals listMappings getMapping putMapping listMappingRevisions explainMapping adopt listGivenKeys dropGivenKey listPrivacyRequests getPrivacyRequest exportPrivacyRequest finishPrivacyRequest exportPerson redact listApiKeys createApiKey revokeApiKey receiveWebhook isAlive isReady readMetrics readOpenapi readReference'.split(
    ' ',
  );

/** What a schema cannot say of a body that fits: its words to the reader do. */
function isMeant(name: string, body: unknown): boolean {
  const { items, shop, confirm, source, dry_run, cursor } = members(body);
  // Only an export itself knows its cursors.
  if (name === 'exportPerson') return cursor === undefined;
  if (name === 'redact') return shop !== true || dry_run === true || confirm === source;
  if (!Array.isArray(items)) return true;
  const ids = items.map((it, at) => members(it).id ?? String(at + 1));
  return new Set(ids).size === ids.length;
}

const bodies = operations.flatMap((it) => (it.body ? [{ ...it, body: it.body }] : []));
describe.each(bodies)('the body of $name', ({ name, route, body, at }) => {
  test('is taken if it fits', async () => {
    const made = fc.sample(
      fitting(body).filter((it) => isMeant(name, it)),
      { numRuns: 40, seed: 20261130 },
    );
    for (const it of made) {
      const read = route.body?.safeParse(it);
      expect(read?.error?.issues ?? [], JSON.stringify(it)).toEqual([]);
    }
    // Whatever becomes of it then, it is answered as the reference says: the client looks.
    for (const it of made.slice(0, 6)) {
      const { status } = await api.call(route.method, at, it);
      expect(status, JSON.stringify(it)).toBeLessThan(500);
    }
  });

  test('is refused if it does not, with the place', async () => {
    const [good] = fc.sample(
      fitting(body).filter((it) => isMeant(name, it)),
      { numRuns: 1, seed: 7 },
    );
    const properties = members(body.properties);
    const bad: { readonly why: string; readonly place: string; readonly value: unknown }[] = [
      { why: 'unknown', place: 'nobody_knows_this', value: { ...members(good), nobody_knows_this: 1 } },
      ...Object.entries(properties).flatMap(([place, own]) =>
        unfitting(members(own)).map(({ why, value }) => ({
          why,
          place,
          value: { ...members(good), [place]: value },
        })),
      ),
      ...(Array.isArray(body.required) ? body.required : []).map((place: string) => {
        const { [place]: _left, ...rest } = members(good);
        return { why: 'is missing', place, value: rest };
      }),
      ...[[], 'text', 1, null].map((value) => ({ why: 'is no object', place: '', value })),
    ];
    for (const { why, place, value } of bad) {
      expect(fits(body, value), `${place} ${why}`).toBe(false);
      const answer = await api.call(route.method, at, JSON.stringify(value));
      expect([answer.status, answer.body.code], `${place} ${why}`).toEqual([422, 'request_invalid']);
      const places = answer.body.errors.map((it: { readonly path: string }) => it.path);
      expect(places.join(' '), `${place} ${why}`).toContain(place === '' ? 'body' : place);
    }
  });
});

describe.each(operations)('the query of $name', ({ route, query, at }) => {
  /** A file with nothing but its columns, where one is needed. */
  const file = route.upload && `${route.upload.csv.join(',')}\n`;
  const known = Object.fromEntries(
    query.flatMap(({ name, required, schema }) =>
      required ? [[name, String(fc.sample(fitting(schema), { numRuns: 1, seed: 7 })[0])]] : [],
    ),
  );
  const ask = (asked: Readonly<Record<string, string>>, more = '') => {
    const path = `${at}?${new URLSearchParams({ ...known, ...asked })}${more}`;
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    return house.request(path, {
      method: route.method,
      headers,
      ...(file === undefined ? {} : { body: file }),
    });
  };

  test('is taken if it fits', async () => {
    for (const { name, schema } of query) {
      // Only a list itself knows its cursors.
      if (name === 'cursor') continue;
      for (const value of fc.sample(fitting(schema), { numRuns: 5, seed: 20261130 }))
        expect([200, 202, 404], `${name}=${value}`).toContain((await ask({ [name]: String(value) })).status);
    }
  });

  test('is refused if it does not, with the place', async () => {
    const bad = query.flatMap(({ name, schema }) => {
      const texts = ['', 'no such thing', '-1', '0', '1.5', 'x'.repeat(5_000)];
      const asked = schema.type === 'integer' ? /^\d+$/ : /^/;
      const typed = (text: string) => (schema.type === 'integer' && asked.test(text) ? Number(text) : text);
      return texts.filter((text) => !fits(schema, typed(text))).map((text) => [name, text] as const);
    });
    for (const [name, text] of [...bad, ['nobody_knows_this', '1'] as const]) {
      const answer = await ask({ [name]: text });
      const body = members(await answer.json());
      expect([answer.status, body.code], `${name}=${text.slice(0, 20)}`).toEqual([422, 'request_invalid']);
      expect(JSON.stringify(body.errors)).toContain(`query.${name}`);
    }
    for (const { name } of query) {
      const twice = await ask({ [name]: 'a' }, `&${name}=b`);
      expect(twice.status, `${name} twice`).toBe(422);
    }
  });
});

describe('what looks at every answer of the tests', () => {
  const told = (value: unknown, status = 200) =>
    checkAnswer('GET', '/v1/accounts/acc_1', Response.json(value, { status }));
  const account = { id: 'acc_1', name: 'Acme', created_at: '2026-11-30T08:00:00.000Z' };

  test('lets pass what the reference says', async () => {
    expect((await told(account)).status).toBe(200);
  });

  test.each([
    ['a member that is not written down', { ...account, more: 1 }, 200],
    ['a member that is missing', { id: 'acc_1', name: 'Acme' }, 200],
    ['a member of another kind', { ...account, name: 1 }, 200],
    ['a time that is none', { ...account, created_at: 'soon' }, 200],
    ['a status that is not written down', account, 202],
  ])('finds %s', async (_what, value, status) => {
    await expect(told(value, status)).rejects.toThrow('answered');
  });

  test('finds a problem that is not written down', async () => {
    const headers = { 'content-type': 'application/problem+json' };
    const gone = new Response('{"code":"review_gone"}', { status: 404, headers });
    await expect(checkAnswer('GET', '/v1/accounts/acc_1', gone)).rejects.toThrow('review_gone');
  });
});
