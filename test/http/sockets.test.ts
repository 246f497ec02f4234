/** What only a real socket can say: bodies without a length, lies about it, connections that break. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRequests } from '../../src/node/requests.ts';
import { MAX_BODY_BYTES, sample } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let server: Server;
let port = 0;

beforeAll(async () => {
  house = await openHttpHouse();
  const requests = makeRequests({ ...house, maxBodyBytes: MAX_BODY_BYTES, ending: () => false });
  server = createServer(requests).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  port = address.port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await house.close();
});

/** A connection; `heard` resolves with all that came back when `until` fits it or the other side closes. */
function dial(): { socket: Socket; heard(until: RegExp): Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  const heard = (until: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (until.test(text) || socket.closed) resolve(text);
      };
      socket.on('data', look).on('close', look);
      look();
    });
  return { socket, heard };
}

function head(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`;
}

const chunk = (bytes: Uint8Array | string) => {
  const body = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
};

test('a chunked body arrives whole, and its signature fits', async () => {
  const { headers, body } = await sample('stripe', 'one-time', 'chunked', house.now());
  const { socket, heard } = dial();
  socket.write(head('/webhooks/stripe', { ...headers, 'Transfer-Encoding': 'chunked' }));
  for (let at = 0; at < body.length; at += 700) socket.write(chunk(body.subarray(at, at + 700)));
  socket.write('0\r\n\r\n');
  expect(await heard(/\}$/)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"received":true/);
  socket.destroy();
});

test('a chunked body without end is answered 413 as soon as it passes the limit', async () => {
  const { socket, heard } = dial();
  socket.write(head('/webhooks/stripe', { 'stripe-signature': 't=1,v1=00', 'Transfer-Encoding': 'chunked' }));
  const piece = chunk('x'.repeat(8 * 1024));
  for (let sent = 0; sent <= MAX_BODY_BYTES; sent += 8 * 1024) socket.write(piece);
  // The body has not ended, and never will.
  expect(await heard(/\}$/)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"body_too_large"/);
  socket.destroy();
});

test('a length over the limit is answered before anything is sent', async () => {
  const { socket, heard } = dial();
  socket.write(head('/webhooks/stripe', { 'Content-Length': 10_000_000 }));
  expect(await heard(/\}$/)).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('a large body is refused while the sender is still at it, and the sender hears why', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, {
    method: 'POST',
    body: 'x'.repeat(3_000_000),
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
});

test('a length and chunks at once are refused by the server itself', async () => {
  const { socket, heard } = dial();
  socket.write(head('/webhooks/stripe', { 'Content-Length': 3, 'Transfer-Encoding': 'chunked' }));
  expect(await heard(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
});

test('a body that breaks off is stored nowhere, and the house goes on', async () => {
  const { headers, body } = await sample('stripe', 'one-time', 'broken', house.now());
  const refused = () => house.lines.filter((it) => it.fields.problem === 'body_unreadable').length;
  const before = refused();
  const { socket } = dial();
  socket.write(head('/webhooks/stripe', { ...headers, 'Content-Length': body.length }));
  socket.write(body.subarray(0, 500), () => socket.destroy());
  await expect.poll(refused).toBe(before + 1);
  const events = await house.db.read('SELECT 1 FROM events WHERE key LIKE ?', ['%broken%']);
  expect(events).toEqual([]);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});

test('one connection carries one webhook after the other, a refused one between', async () => {
  const { socket, heard } = dial();
  for (const seed of ['alive1', 'alive2']) {
    const { headers, body } = await sample('stripe', 'one-time', seed, house.now());
    socket.write(head('/webhooks/stripe', { ...headers, 'Content-Length': body.length }));
    socket.write(body);
    socket.write(head('/webhooks/nobody', { 'Content-Length': 2 }));
    socket.write('{}');
  }
  const text = await heard(/(?:HTTP\/1\.1 [\s\S]*){4}\}$/);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([
    'HTTP/1.1 200',
    'HTTP/1.1 404',
    'HTTP/1.1 200',
    'HTTP/1.1 404',
  ]);
  socket.destroy();
});

test('a management request over the limit is refused while it is read', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/mappings/stripe`, {
    method: 'PUT',
    headers: { authorization: 'Bearer an admin key of the contract, long enough' },
    body: `{"mapping":"${'x'.repeat(1024 * 1024)}"}`,
  });
  expect(answer.status).toBe(413);
});
