/** The whole corpus against a real process, over its real port: it answers each, ends each, and lives. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_KEY, type Answered, sign } from '../contracts/http-house.ts';
import { casesOf } from './cases.ts';
import { edited, SHOPS } from './edits.ts';
import { type Server, startServer } from './server.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.end());

const MEGABYTE = 1024 * 1024;
const address = (path: string) => `http://127.0.0.1:${server.port}${path}`;

async function eventsIn(state: string): Promise<Answered[]> {
  const answer = await fetch(address(`/v1/events?limit=200&state=${state}`), {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const { items }: Answered = await answer.json();
  return items;
}

test('every case is answered as it should be, ends, and leaves the process as it was', async () => {
  const statuses: [string, number][] = [];
  const expected: [string, number][] = [];
  for (const shop of SHOPS) {
    for (const [at, [name, it]] of casesOf(shop).entries()) {
      const { type, text } = edited(shop, it, `proc${at}`, Date.now());
      const { headers, body } = await sign(shop, type, text, Date.now());
      const answer = await fetch(address(`/webhooks/${shop}`), { method: 'POST', headers, body });
      await answer.arrayBuffer();
      statuses.push([name, answer.status]);
      expected.push([name, it.answers ?? 200]);
    }
  }
  expect(statuses).toEqual(expected);
  await expect.poll(async () => (await eventsIn('received')).length, { timeout: 15_000 }).toBe(0);
  const troubled = [...(await eventsIn('waiting')), ...(await eventsIn('parked'))];
  expect(troubled.filter(({ problem }) => ['bug', 'conflict_persists'].includes(problem?.code))).toEqual([]);
  const { errors, resident_bytes } = await server.look();
  expect(errors).toEqual([]);
  expect(resident_bytes).toBeLessThan(500 * MEGABYTE);
  expect(server.lives()).toBe(true);
});
