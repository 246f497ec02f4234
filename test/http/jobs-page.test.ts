/** docs/jobs.md: what it shows is sent as it stands there, and it names all that there is. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { JOB_STATES } from '../../src/core/jobs.ts';
import { mappingSchema } from '../../src/core/rules.ts';
import { type Client, client, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const page = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8');
/** Each `curl` of the page: its method, path and body. */
const calls = [
  ...page.matchAll(
    /^curl -H "Authorization: Bearer \$KEY" (-X POST )?"?localhost:3000([^\s"]+)"?(?: -d '([^']*)')?/gm,
  ),
].map(([, post, path = '', body]) => ({ method: post || body ? 'POST' : 'GET', path, body }));

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  house = await openHttpHouse();
  api = client(house);
  await send(house, 'shopify', 'paid', 'page');
  await house.settle();
});
afterAll(() => house.close());

test('every call of the page does what the page says', async () => {
  const answers: [string, number][] = [];
  let id = '';
  for (const { method, path, body } of calls) {
    const answer = await api.call(method, path.replace('job_…', id), body);
    if (path === '/v1/replays') id = answer.body.id;
    answers.push([`${method} ${path}`, answer.status]);
  }
  expect(answers).toEqual([
    ['POST /v1/replays', 202],
    ['GET /v1/jobs/job_…', 200],
    ['GET /v1/jobs/job_…/findings', 200],
    ['POST /v1/replays', 202],
    ['GET /v1/jobs?kind=replay&state=running', 200],
    // Nothing was parked: it was done at once.
    ['POST /v1/jobs/job_…/cancel', 409],
    ['POST /v1/jobs/job_…/resume', 409],
  ]);
});

test('the page names every field of a request, every state and every count', async () => {
  const fields = ['source', 'type', 'state', 'from', 'to', 'order', 'ids', 'dry_run', 'remap', 'refresh'];
  const counts = ['changed', 'unchanged', 'same_order', 'waiting', 'failed'].map((it) => `events_${it}`);
  for (const word of [...fields, ...counts, ...JOB_STATES]) expect(page).toContain(`\`${word}\``);
});

test('the schedule of the page is one', () => {
  const [, yaml = ''] = /```yaml\n([^`]*)```/.exec(page) ?? [];
  const { reconcile } = mappingSchema.parse({ integration: 'stripe', mode: 'test', ...parse(yaml) });
  expect(reconcile).toEqual({ every: '6h', window: '3d' });
  for (const every of ['6', '0h', '6m', '1y', 'daily'])
    expect(
      mappingSchema.safeParse({ integration: 'stripe', mode: 'test', reconcile: { every } }).success,
    ).toBe(false);
});
