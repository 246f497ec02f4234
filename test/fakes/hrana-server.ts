/**
 * A libSQL server for tests: Hrana over HTTP (`/v2/pipeline`, `/v3/pipeline`), a real SQLite file for each database
 * it is asked for, a real lock, and faults that a test switches on. The database is the path before `/v2`.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Connection,
  connect,
  type HranaStream,
  openStream,
  type StreamRequest,
} from './hrana-protocol.ts';

/** What goes wrong with a request. */
export type Fault =
  /** It is slow, and otherwise fine. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Someone else holds the lock: what would write is refused, nothing is done. */
  | { readonly kind: 'busy' }
  /** The line breaks before anything was done, or after all of it was. */
  | { readonly kind: 'cut before' | 'cut after' }
  /** All is done, and half of the answer comes. */
  | { readonly kind: 'half an answer' }
  /** All is done, and no answer ever comes. */
  | { readonly kind: 'silence' }
  /** Nothing is done, and this is the answer. */
  | { readonly kind: 'status'; readonly status: number };

export interface Injected {
  readonly fault: Fault;
  /** How many requests pass before it; none if left out. */
  readonly after?: number;
  /** How many requests it meets; all of them if left out. */
  readonly times?: number;
  /** Which requests it meets, by their SQL; all of them if left out. */
  readonly meets?: (sql: string) => boolean;
}

export interface HranaServer {
  /** Of a database, which begins empty. */
  url(database: string): string;
  /** The file behind a database. */
  file(database: string): string;
  /** From now on this goes wrong; null: nothing any more. */
  inject(it: Injected | null): void;
  /** Requests that the fault has met since it was injected. */
  met(): number;
  /** Requests that came, whatever became of them. */
  count(): number;
  /** Refuses connections until it is opened again. */
  refuse(): Promise<void>;
  reopen(): Promise<void>;
  /** Gives up the connections to a database, so that its file can go. */
  forget(database: string): void;
  close(): Promise<void>;
}

export interface HranaSettings {
  readonly folder: string;
  /** Asked for as `Authorization: Bearer`, if there is one. */
  readonly token?: string;
}

/** sqld sends no larger answer unless it is told to. */
const ANSWER_BYTES = 10_000_000;
/** Idle connections to one file. */
const KEPT = 4;

export async function startHranaServer({ folder, token }: HranaSettings): Promise<HranaServer> {
  const idle = new Map<string, Connection[]>();
  const streams = new Map<string, { readonly stream: HranaStream; readonly database: string }>();
  let injected: Injected | null = null;
  let met = 0;
  let passed = 0;
  let count = 0;
  let port = 0;
  const file = (database: string) => join(folder, `${database}.db`);

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, database, version] = /^\/([\w-]+)\/v([23])\/pipeline$/.exec(request.url ?? '') ?? [];
    const body = await textOf(request);
    if (database === undefined || version === undefined || request.method !== 'POST')
      return answer(response, 404, { error: 'not found' });
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return answer(response, 401, { error: 'Authentication failed' });
    count++;
    // Clients of the tests are the real client.
    const asked = JSON.parse(body) as { baton?: string | null; requests: StreamRequest[] };
    const fault = faultFor(body);
    if (fault?.kind === 'late') await wait(fault.ms);
    if (fault?.kind === 'cut before') return void request.socket.destroy();
    if (fault?.kind === 'status') return answer(response, fault.status, { error: 'a fault of the test' });
    const { baton, results } = work(database, asked, fault?.kind === 'busy');
    const full = JSON.stringify({ baton, base_url: null, results });
    const tooLarge = {
      type: 'error',
      error: { message: 'Response is too large', code: 'RESPONSE_TOO_LARGE' },
    };
    const text =
      full.length <= ANSWER_BYTES
        ? full
        : JSON.stringify({ baton, base_url: null, results: results.map(() => tooLarge) });
    if (fault?.kind === 'cut after') return void request.socket.destroy();
    if (fault?.kind === 'silence') return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(fault?.kind === 'half an answer' ? text.slice(0, text.length / 2) : text);
  }

  function faultFor(body: string): Fault | null {
    if (!injected || met >= (injected.times ?? Number.POSITIVE_INFINITY)) return null;
    if (injected.meets && !injected.meets(body)) return null;
    passed++;
    if (passed <= (injected.after ?? 0)) return null;
    met++;
    return injected.fault;
  }

  function work(
    database: string,
    { baton, requests }: { readonly baton?: string | null; readonly requests: readonly StreamRequest[] },
    busy: boolean,
  ) {
    const open = typeof baton === 'string' ? streams.get(baton) : null;
    if (open === undefined) throw new Error('there is no such stream');
    if (typeof baton === 'string') streams.delete(baton);
    const stream = open?.stream ?? openStream(idle.get(database)?.pop() ?? connect(file(database)));
    const results = requests.map((it) => stream.answer(it, busy));
    if (requests.some(({ type }) => type === 'close')) {
      const connection = stream.close();
      const kept = idle.get(database) ?? [];
      if (connection && kept.length < KEPT) idle.set(database, [...kept, connection]);
      else connection?.db.close();
      return { baton: null, results };
    }
    const next = randomUUID();
    streams.set(next, { stream, database });
    return { baton: next, results };
  }

  function forget(database: string): void {
    for (const [baton, it] of streams) {
      if (it.database !== database) continue;
      streams.delete(baton);
      it.stream.close()?.db.close();
    }
    for (const { db } of idle.get(database) ?? []) db.close();
    idle.delete(database);
  }

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        const address = server.address();
        if (address && typeof address === 'object') port = address.port;
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen();
  return {
    url: (database) => `http://127.0.0.1:${port}/${database}`,
    file,
    inject: (it) => {
      injected = it;
      met = 0;
      passed = 0;
    },
    met: () => met,
    count: () => count,
    refuse: stop,
    reopen: listen,
    forget,
    close: async () => {
      await stop();
      for (const database of new Set([...idle.keys(), ...[...streams.values()].map((it) => it.database)]))
        forget(database);
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
