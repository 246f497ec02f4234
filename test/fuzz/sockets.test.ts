/**
 * Connections that nobody makes who wants an answer: slow ones, silent ones, thousands of them, bodies that never end.
 * The house is a process of its own, and must answer others as if nothing was.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sample } from '../contracts/http-house.ts';
import { runs } from '../laws/runs.ts';
import { chunkOf, dial, head, type Line, type Server, startServer } from './server.ts';

let server: Server;
/** It waits for slow senders as the other does, only not as long. */
let impatient: Server;
beforeAll(async () => {
  [server, impatient] = await Promise.all([startServer(), startServer({ IMPATIENT: '1' })]);
});
afterAll(() => Promise.all([server.end(), impatient.end()]));

/** Sends a webhook as a shop does. @returns its status, and how long it took in ms */
async function knock(seed: string): Promise<{ readonly status: number; readonly ms: number }> {
  const { headers, body } = await sample('stripe', 'one-time', seed, Date.now());
  const begun = performance.now();
  const answer = await fetch(`http://127.0.0.1:${server.port}/webhooks/stripe`, {
    method: 'POST',
    headers,
    body,
  });
  await answer.arrayBuffer();
  return { status: answer.status, ms: performance.now() - begun };
}

const MEGABYTE = 1024 * 1024;
/** Between two letters of a slow sender. */
const PACE_MS = 5;

/** Lets the line send something at a time until the other side ends it. */
async function drip({ socket, closed }: Line, pieces: Iterable<string | Uint8Array>): Promise<void> {
  let ended = false;
  closed.then(() => {
    ended = true;
  });
  for (const piece of pieces) {
    if (ended) return;
    // What the kernel takes no more has to wait: so the sender knows of the end.
    if (!socket.write(piece)) {
      await Promise.race([closed, new Promise<void>((taken) => socket.once('drain', () => taken()))]);
    } else await Promise.race([closed, new Promise((taken) => setTimeout(taken, PACE_MS))]);
  }
}

function* endless<T>(piece: T): Generator<T> {
  for (;;) yield piece;
}

/** The problem in an answer whose status and length are those of it. */
function problemIn(answer: string): { readonly status: number; readonly code: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const parsed: { status: number; code: string } = JSON.parse(body);
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${parsed.status} \\w`));
  expect(head).toMatch(/content-type: application\/problem\+json/i);
  expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}`);
  return parsed;
}

test('headers that come letter by letter are not waited for', async () => {
  const line = dial(impatient.port);
  line.socket.write('POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
  await drip(line, endless('a'));
  expect(problemIn(await line.heard(/\r\n\r\n.*\}/))).toMatchObject({
    status: 408,
    code: 'request_too_slow',
  });
});

test('a body that comes letter by letter is not waited for, whether it tells its length or not', async () => {
  const told = dial(impatient.port);
  told.socket.write(head('/webhooks/stripe', { 'stripe-signature': 't=1,v1=00', 'Content-Length': 60_000 }));
  const untold = dial(impatient.port);
  untold.socket.write(
    head('/webhooks/stripe', { 'stripe-signature': 't=1,v1=00', 'Transfer-Encoding': 'chunked' }),
  );
  await Promise.all([drip(told, endless('a')), drip(untold, endless(chunkOf('a')))]);
  for (const line of [told, untold]) expect(await line.heard(/\r\n\r\n/)).toMatch(/^(?:HTTP\/1\.1 4|$)/);
});

test('a sender that says nothing, or nothing more, is let go', async () => {
  const lines = ['', 'POST /webhooks/str', head('/webhooks/stripe', { 'Content-Length': 9 })].map((text) => {
    const line = dial(impatient.port);
    line.socket.write(text);
    return line;
  });
  await Promise.all(lines.map(({ closed }) => closed));
});

test('a body that never ends is answered and cut off, and nothing of it is kept', async () => {
  const before = await server.look();
  const lines = Array.from({ length: 4 }, () => dial(server.port));
  const piece = chunkOf('x'.repeat(64 * 1024));
  let sent = 0;
  await Promise.all(
    lines.map(async (line) => {
      line.socket.write(head('/webhooks/stripe', { 'Transfer-Encoding': 'chunked' }));
      await drip(
        line,
        (function* () {
          for (;;) {
            sent += piece.length;
            yield piece;
          }
        })(),
      );
    }),
  );
  for (const line of lines) {
    // Whoever still sends when the other side is done may lose the answer with the connection.
    expect(await line.heard(/\}$/)).toMatch(/^(?:HTTP\/1\.1 413 [\s\S]*"code":"body_too_large"|$)/);
  }
  const after = await server.look();
  expect(after.resident_bytes - before.resident_bytes).toBeLessThan(96 * MEGABYTE);
  expect(sent).toBeGreaterThan(4 * MEGABYTE);
});

test('a webhook is answered as ever while two thousand connections idle', async () => {
  const before = await server.look();
  const idle = Array.from({ length: 2_000 }, () => dial(server.port));
  await Promise.all(
    idle.map(async ({ socket, heard }) => {
      // Each had an answer, and may ask again: so it is kept open, as a proxy's are.
      socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      expect(await heard(/\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    }),
  );
  const answered = [];
  for (let i = 0; i < 20; i++) answered.push(await knock(`idle${i}`));
  const after = await server.look();
  expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 200));
  const times = answered.map(({ ms }) => ms).sort((a, b) => a - b);
  expect(times[10]).toBeLessThan(1_000);
  expect(idle.filter(({ socket }) => socket.closed)).toEqual([]);
  expect(after.resident_bytes - before.resident_bytes).toBeLessThan(192 * MEGABYTE);
  for (const { socket } of idle) socket.destroy();
});

test('a sender that never reads its answers is held up itself, and nobody else', async () => {
  const before = await server.look();
  const deaf = dial(server.port);
  deaf.socket.pause();
  const request = `${head('/webhooks/nobody', { 'Content-Length': 2 })}{}`;
  const many = request.repeat(200);
  for (let i = 0; i < runs(100) && !deaf.socket.closed; i++) {
    if (!deaf.socket.write(many)) break;
  }
  expect((await knock('deaf')).status).toBe(200);
  const after = await server.look();
  expect(after.resident_bytes - before.resident_bytes).toBeLessThan(96 * MEGABYTE);
  deaf.socket.destroy();
});

test('requests that follow each other without waiting are answered in their order', async () => {
  const { socket, heard } = dial(server.port);
  const good = await sample('stripe', 'one-time', 'piped', Date.now());
  const text = [
    Buffer.from(`${head('/webhooks/nobody', { 'Content-Length': 2 })}{}`),
    Buffer.from(head('/webhooks/stripe', { ...good.headers, 'Content-Length': good.body.length })),
    good.body,
    Buffer.from('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
    Buffer.from(`${head('/webhooks/stripe', { 'Content-Length': 2 })}{}`),
    Buffer.from('GET /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  ];
  socket.write(Buffer.concat(text));
  const answers = await heard(/(?:HTTP\/1\.1 [\s\S]*){5}\}$/);
  expect(answers.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['404', '200', '200', '400', '401']);
  socket.destroy();
});

/** Each would be two requests to one reader and one to another. */
const TWO_IN_ONE: readonly (readonly [string, string])[] = [
  ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'Content-Length: 3\r\nContent-Length: 30\r\n\r\n{}x'],
  ['a list of lengths', 'Content-Length: 3, 3\r\n\r\n{}x'],
  ['a length with a sign', 'Content-Length: +3\r\n\r\n{}x'],
  ['a length in hex', 'Content-Length: 0x3\r\n\r\n{}x'],
  ['a length below nothing', 'Content-Length: -1\r\n\r\n{}x'],
  ['a length that no number holds', 'Content-Length: 99999999999999999999999\r\n\r\n{}x'],
  [
    'chunks that are not the last coding',
    'Transfer-Encoding: chunked, identity\r\n\r\n3\r\n{}x\r\n0\r\n\r\n',
  ],
  ['an unknown coding', 'Transfer-Encoding: xchunked\r\n\r\n3\r\n{}x\r\n0\r\n\r\n'],
  ['a name with a blank', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', 'X: a\r\n Content-Length: 3\r\n\r\n{}x'],
  ['a bare line feed', 'X: a\nContent-Length: 3\r\n\r\n{}x'],
  ['a chunk of no size', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a chunk larger than any number', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'],
  ['NUL in a header', 'X: a\0b\r\nContent-Length: 3\r\n\r\n{}x'],
];

test.each(TWO_IN_ONE)('%s is one refused request, and the connection ends', async (_what, rest) => {
  const line = dial(server.port);
  // Whoever takes the second line for a request would answer it.
  line.socket.write(
    `POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\n${rest}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  await line.closed;
  const text = await line.heard(/$^/);
  expect(text.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['400']);
});

test.each([
  ['a header of 64 KB', `X: ${'x'.repeat(64 * 1024)}\r\n`, 'headers_too_large'],
  ['ten thousand headers', 'X: x\r\n'.repeat(10_000), 'headers_too_large'],
  ['no host', '', 'request_malformed'],
])('%s is refused', async (what, lines, code) => {
  const line = dial(server.port);
  const host = what === 'no host' ? '' : 'Host: 127.0.0.1\r\n';
  line.socket.write(`POST /webhooks/stripe HTTP/1.1\r\n${host}${lines}Content-Length: 0\r\n\r\n`);
  expect(problemIn(await line.heard(/\r\n\r\n.*\}/))).toMatchObject({ code });
  line.socket.destroy();
});

test('what is no HTTP at all is refused, and the connection ends', async () => {
  const texts = [
    '\x16\x03\x01\x02\x00\x01\x00',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\0\0\0\0',
    'GET\r\n\r\n',
    '{}\r\n\r\n',
  ];
  for (const text of texts) {
    const line = dial(server.port);
    line.socket.write(text);
    await line.closed;
    expect(problemIn(await line.heard(/$^/))).toMatchObject({ status: 400, code: 'request_malformed' });
  }
});

test('targets that are no paths end in a refusal', async () => {
  const targets = [
    '*',
    'http://[::1',
    '//',
    '/\\',
    '/%',
    '/webhooks/%00',
    '/webhooks/../v1/orders',
    '/webhooks/stripe?x=%',
  ];
  for (const target of targets) {
    const line = dial(server.port);
    line.socket.write(
      `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(await line.heard(/\r\n\r\n[\s\S]*$/)).toMatch(/^HTTP\/1\.1 4\d\d /);
    line.socket.destroy();
  }
});

test('after all of this it lives, and nothing was logged as a bug', async () => {
  expect((await knock('after')).status).toBe(200);
  for (const it of [server, impatient]) {
    expect((await it.look()).errors).toEqual([]);
    expect(it.lives()).toBe(true);
  }
});
