/**
 * The straight way of a webhook on Node against the way through the app: the same bytes over a real socket, to two houses
 * that are twins. What must never happen here: a request that is answered otherwise because it took the short way.
 */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from '../../src/http/app.ts';
import type { AppPorts } from '../../src/http/ports.ts';
import type { WebhookDoor } from '../../src/http/webhooks.ts';
import { CONNECTIONS } from '../../src/node/connections.ts';
import { makeRequests } from '../../src/node/requests.ts';
import { withHost } from '../../src/node/unheard.ts';
import { MAX_BODY_BYTES, type Signed, sample } from '../contracts/http-house.ts';
import { type HttpHouse, MONDAY, openHttpHouse } from '../http/setup.ts';

interface Twin {
  readonly house: HttpHouse;
  readonly server: Server;
  readonly port: number;
  /** How many knocked at the door itself. */
  straight(): number;
}

let straight: Twin;
let throughApp: Twin;

/** What happens once an event is stored. */
let afterStored = () => {};

async function open(way: 'straight' | 'app'): Promise<Twin> {
  const all: AppPorts[] = [];
  const house = await openHttpHouse((its) => {
    all.push(its);
    return {};
  });
  const [ports] = all;
  if (!ports) throw new Error('the house has no ports');
  const { app, webhooks: door } = makeApp({ ...ports, notify: () => afterStored() });
  let knocked = 0;
  const webhooks: WebhookDoor = (it) => {
    knocked++;
    return door(it);
  };
  const listener =
    way === 'app'
      ? getRequestListener(app.fetch)
      : makeRequests({ app, webhooks, maxBodyBytes: MAX_BODY_BYTES, ending: () => false });
  const server = createServer(CONNECTIONS, withHost(listener));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on a port, so it has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return { house, server, port, straight: () => knocked };
}

beforeAll(async () => {
  [straight, throughApp] = await Promise.all([open('straight'), open('app')]);
});
afterAll(async () => {
  for (const { server, house } of [straight, throughApp]) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await house.close();
  }
});

const BOUND_MS = 5_000;

/** Writes the pieces and hears all until the server closes. */
function exchange(port: number, pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after: ${text}`));
    }, BOUND_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(late);
      resolve(text);
    });
    for (const it of pieces) socket.write(it);
  });
}

/** What was answered, without what tells of the moment; header names in either case and any order. */
function told(text: string): string[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).map((one) => {
    const [head = '', ...body] = one.split('\r\n\r\n');
    const [status = '', ...headers] = head.split('\r\n');
    const lines = headers
      .map((it) => it.replace(/^[^:]*/, (name) => name.toLowerCase()))
      .filter((it) => !it.startsWith('date:'));
    return [status, ...lines.sort(), body.join('\r\n\r\n')].join('\n');
  });
}

function request(
  line: string,
  headers: readonly string[],
  { headers: signed = {}, body = new Uint8Array() }: Partial<Signed> = {},
  more: { readonly host?: string | null; readonly length?: string | null; readonly open?: boolean } = {},
): Buffer {
  const { host = '127.0.0.1', length = `Content-Length: ${body.length}`, open = false } = more;
  const lines = [
    line,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(open ? [] : ['Connection: close']),
    ...Object.entries(signed).map(([name, value]) => `${name}: ${value}`),
    ...headers,
    ...(length === null ? [] : [length]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

const POST = 'POST /webhooks/stripe HTTP/1.1';
const stripe = (seed: string) => sample('stripe', 'one-time', seed, MONDAY);

/** Bytes that both ways must answer alike, and how many of their requests are plain. */
type Case = readonly [what: string, straight: number, pieces: readonly Buffer[]];
const one = (what: string, straight: number, ...it: Parameters<typeof request>): Case => [
  what,
  straight,
  [request(...it)],
];

async function cases(): Promise<readonly Case[]> {
  const first = await stripe('first');
  const { headers, body } = first;
  const [[name = '', value = ''] = []] = Object.entries(headers);
  const to = (path: string) => `POST ${path} HTTP/1.1`;
  const full = { body: Buffer.alloc(MAX_BODY_BYTES, ' ') };
  const over = { body: Buffer.alloc(MAX_BODY_BYTES + 1, ' ') };
  return [
    one('a webhook', 1, POST, [], first),
    one('the same again', 1, POST, [], first),
    one('no signature', 1, POST, [], { body }),
    one('no body', 1, POST, []),
    one('an unknown source', 1, to('/webhooks/nobody'), [], first),
    one('a closed source', 1, to('/webhooks/closed'), [], first),
    ...['/webhooks/STRIPE', '/webhooks/...', '/webhooks/__proto__', '/webhooks/-'].map((path) =>
      one(`the plain path ${path}`, 1, to(path), [], first),
    ),
    ...[
      '/webhooks/..', '/webhooks/.', '/webhooks/../webhooks/stripe', '/webhooks/stripe/..', '/webhooks//stripe',
      '/webhooks/stripe/', '/webhooks/', '/webhooks', '/WEBHOOKS/stripe', '/webhooks/stripe?x=1', '/webhooks/stripe#x',
      '/webhooks/%73tripe', '/webhooks/%2e%2e', '/webhooks/stripe%00', '/webhooks/a\\b', '/webhooks/stripe\x80',
      'http://127.0.0.1/webhooks/stripe', '*',
    ].map((path) => one(`the path ${path}`, 0, to(path), [], first)), // biome-ignore format: a list of paths
    ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'post'].map((method) =>
      one(`the method ${method}`, 0, `${method} /webhooks/stripe HTTP/1.1`, [], first),
    ),
    ...['keys.example', 'keys.example:8443', 'a_b', '127.1:1234'].map((host) =>
      one(`the plain host ${host}`, 1, POST, [], first, { host }),
    ),
    ...[
      null, '', 'a b', 'exa/mple', 'UPPER', '[::1]:8080', 'host:99999', 'host:65000', 'host:80', 'user@host',
      '127.1:0123', 'a?b', 'a#b', 'a:b', ':80', '\xe4',
    ].flatMap((host) => ['1.0', '1.1'].map((version) =>
      one(`the host ${host} by HTTP/${version}`, 0, `POST /webhooks/stripe HTTP/${version}`, [], first, { host }),
    )), // biome-ignore format: a list of hosts
    one('HTTP/1.0', 1, 'POST /webhooks/stripe HTTP/1.0', [], first, { open: true }),
    ...['+5', '5, 5', '', '-5', '0x5', '99999999999999999999', '5\r\nTransfer-Encoding: chunked'].map(
      (length) =>
        one(
          `the length ${length}`,
          0,
          POST,
          [],
          { body: Buffer.from('12345') },
          { length: `Content-Length: ${length}` },
        ),
    ),
    one('the length 00', 1, POST, [], {}, { length: 'Content-Length: 00' }),
    one('no length', 0, POST, [], {}, { length: null }),
    one(
      'chunks',
      0,
      POST,
      [],
      { headers, body: Buffer.from('2\r\n{}\r\n0\r\n\r\n') },
      { length: 'Transfer-Encoding: chunked' },
    ),
    one('as much as is taken', 1, POST, [], full),
    one('a byte more', 0, POST, [], over),
    one('a byte more for nobody', 0, to('/webhooks/nobody'), [], over),
    one('the signature beside a wrong one', 1, POST, [`${name}: t=1,v1=00`], first),
    one('the signature between spaces', 1, POST, [`${name.toUpperCase()}:  ${value} \t `], { body }),
    one('the signature on two lines', 0, POST, [`${name}: ${value.replace(',', ',\r\n ')}`], { body }),
    one('a signature of odd letters', 1, POST, [`${name}: ${value}\xe4`], { body }),
    one('an empty signature', 1, POST, [`${name}:`], { body }),
    one('leave asked for the body', 1, POST, ['Expect: 100-continue'], first),
    one('leave asked of nobody', 1, to('/webhooks/nobody'), ['Expect: 100-continue'], first),
    one('something else expected', 0, POST, ['Expect: wonders'], first),
    one('another protocol asked for', 1, POST, ['Upgrade: websocket'], first),
    ['a webhook in pieces', 1, [...pieces(request(POST, [], await stripe('pieces')), 700)]],
    [
      'what is no request behind it',
      1,
      [request(POST, [], first, { open: true }), Buffer.from('nonsense\r\n\r\n')],
    ],
    ['a body nobody reads, and a webhook behind it', 2, [
      request(to('/webhooks/nobody'), [], full, { open: true }),
      request(POST, [], await stripe('behind')),
    ]], // biome-ignore format: one after the other
    ['several at once on one connection', 3, [Buffer.concat([
      request(POST, [], await stripe('row'), { open: true }),
      request(to('/webhooks/closed'), [], first, { open: true }),
      request(to('/webhooks/stripe?x'), [], first, { open: true }),
      request('GET /healthz HTTP/1.1', [], {}, { open: true }),
      request(POST, [], await stripe('row')),
    ])]], // biome-ignore format: one after the other
  ];
}

function* pieces(bytes: Buffer, size: number): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('what goes straight is answered as the app would, and what is not plain goes through it', async () => {
  for (const [what, plain, bytes] of await cases()) {
    const before = straight.straight();
    const [short, long] = await Promise.all([straight, throughApp].map(({ port }) => exchange(port, bytes)));
    const knocked = straight.straight() - before;
    expect({ what, knocked, told: told(short ?? '') }).toEqual({
      what,
      knocked: plain,
      told: told(long ?? ''),
    });
  }
});

test('a body that breaks off ends alike, and the house goes on', async () => {
  const whole = request(POST, [], await stripe('broken'));
  for (const { house, port } of [straight, throughApp]) {
    const refused = () => house.lines.filter((it) => it.fields.problem === 'body_unreadable').length;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).write(whole.subarray(0, 900), () => socket.destroy());
    await expect.poll(refused).toBe(1);
    expect(await house.db.read('SELECT 1 FROM events WHERE key LIKE ?', ['%broken%'])).toEqual([]);
  }
  const [short, long] = await Promise.all([straight, throughApp].map(({ port }) => exchange(port, [whole])));
  expect(told(short ?? '')).toEqual(told(long ?? ''));
});

test('a bug behind the door is answered alike, and the house goes on', async () => {
  afterStored = () => {
    throw new Error('a bug');
  };
  const bytes = [request(POST, [], await stripe('bug'))];
  const [short, long] = await Promise.all([straight, throughApp].map(({ port }) => exchange(port, bytes)));
  afterStored = () => {};
  expect(short).toMatch(/^HTTP\/1\.1 503 [\s\S]*"code":"not_stored"/);
  expect(told(short ?? '')).toEqual(told(long ?? ''));
  // It is stored, and sent again it is the same.
  for (const { port } of [straight, throughApp])
    expect(await exchange(port, bytes)).toContain('"duplicate":true');
});
