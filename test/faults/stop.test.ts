/** SIGTERM, as a service manager sends it: what is under way is finished or given back, within ten seconds. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openShaken, type ShakenHouse } from './shaken.ts';

const SENDERS = 12;
const STOP_MS = 10_000;

let house: ShakenHouse;
afterEach(() => house.close());

/** @returns how long the stop took, in ms */
async function stop(): Promise<number> {
  const began = performance.now();
  house.signal('SIGTERM');
  expect(await house.ended).toMatchObject({ code: 0 });
  return performance.now() - began;
}

test('under load: every answer that was given holds, nothing is held, and the next process goes on at once', async () => {
  house = await openShaken();
  const acknowledged: string[] = [];
  const refused: number[] = [];
  let ended = false;
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    for (let i = 0; !ended; i++) {
      const seed = `s${sender}n${i}`;
      // A connection that was refused or ended without an answer is no answer: the shop sends again.
      const answer = await house.send(seed).catch(() => null);
      if (answer === null) break;
      if (answer.status === 200) acknowledged.push(seed);
      else refused.push(answer.status);
    }
  });
  await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(100), { timeout: 15_000 });
  const took = await stop();
  ended = true;
  await Promise.all(senders);
  expect(took).toBeLessThan(STOP_MS);
  // It answers, or it does not: a shop that is told "no" by a process that only stops would count a failure.
  expect(refused).toEqual([]);
  expect(house.rows('SELECT count(*) AS n FROM events')[0]?.n).toBeGreaterThanOrEqual(acknowledged.length);
  expect(house.rows('SELECT id FROM events WHERE lease IS NOT NULL')).toEqual([]);
  await house.again();
  const open = `SELECT id FROM events WHERE state <> 'done'`;
  // Less than a lease.
  await vi.waitFor(() => expect(house.rows(open)).toEqual([]), { timeout: 5_000, interval: 20 });
  const sold = house.rows(
    `SELECT o.external_id, count(*) AS n FROM orders o JOIN licenses l ON l.order_id = o.id GROUP BY o.id`,
  );
  const licensed = new Map(sold.map(({ external_id, n }) => [external_id, n]));
  const lost = acknowledged.filter((seed) => licensed.get(`cs_test_a1Keyferry${seed}`) !== 1);
  expect(lost).toEqual([]);
});

test('a webhook that is half sent when the stop begins is taken and answered, and its connection ended', async () => {
  house = await openShaken();
  const { headers, body } = await house.delivery('half');
  const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
  let reply = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    reply += text;
  });
  const closed = once(socket, 'close');
  const head = Object.entries({ host: 'keyferry', ...headers, 'content-length': Buffer.byteLength(body) });
  const half = body.length >> 1;
  socket.write(
    `POST /webhooks/stripe HTTP/1.1\r\n${head.map(([name, it]) => `${name}: ${it}\r\n`).join('')}\r\n`,
  );
  socket.write(body.slice(0, half));
  // The server has seen it before it hears of the stop.
  await house.send('another');
  house.signal('SIGTERM');
  await vi.waitFor(() => expect(fetch(`${house.url}/healthz`)).rejects.toThrow(), {
    interval: 20,
    timeout: 3_000,
  });
  socket.write(body.slice(half));
  await closed;
  expect(reply).toMatch(/^HTTP\/1\.1 200 /);
  expect(reply).toMatch(/\r\nconnection: close\r\n/i);
  expect(await house.ended).toMatchObject({ code: 0 });
  expect(house.rows('SELECT id FROM events')).toHaveLength(2);
});

test('a shop that does not answer and a webhook whose body never ends hold it up for less than ten seconds', async () => {
  const preload = new URL('./hanging-shop.ts', import.meta.url).pathname;
  house = await openShaken({
    settings: ', api_key: $STRIPE_API_KEY',
    env: { STRIPE_API_KEY: 'rk_test_of_a_shop_that_hangs', NODE_OPTIONS: `--import=${preload}` },
  });
  const { port } = new URL(house.url);
  const half = connect(Number(port), '127.0.0.1');
  half.on('error', () => undefined);
  half.write('POST /webhooks/stripe HTTP/1.1\r\nhost: keyferry\r\ncontent-length: 1000\r\n\r\n{"half":');
  expect(await house.send('asked')).toMatchObject({ status: 200 });
  const held = 'SELECT id FROM events WHERE lease IS NOT NULL';
  await vi.waitFor(() => expect(house.rows(held)).toHaveLength(1), { timeout: 5_000 });
  expect(await stop()).toBeLessThan(STOP_MS);
  half.destroy();
  expect(house.rows('SELECT state, lease, attempts, deaths FROM events')).toEqual([
    { state: 'received', lease: null, attempts: 0, deaths: 0 },
  ]);
});
