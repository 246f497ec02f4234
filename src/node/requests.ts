/**
 * Which way a request takes on Node: a plain webhook goes straight to its door, everything else through the app. An app
 * makes a web request and a web response of each, which costs more than all of walk one. What must never happen here:
 * an answer that the app would not have given.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { fail, ok, type Result } from '../core/problem.ts';
import type { Knock, WebhookDoor } from '../http/webhooks.ts';

/** A path that is its own spelling, without a query. */
const PLAIN = /^\/webhooks\/(?!\.\.?$)([A-Za-z0-9_.-]+)$/;
/** A host that the app takes as it stands; it looks closer at all others, and refuses some. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::(?:[1-9]\d{3}|[1-5]\d{4}))?$/;

export function makeRequests({
  app,
  webhooks,
  maxBodyBytes,
  ending,
}: {
  readonly app: Hono;
  readonly webhooks: WebhookDoor;
  readonly maxBodyBytes: number;
  /** Whether connections end with the answer that they wait for. */
  ending(): boolean;
}): RequestListener {
  const throughApp = getRequestListener(app.fetch);
  return (request, response) => {
    const knock = plainWebhook(request, maxBodyBytes);
    if (!knock) return throughApp(request, response);
    return webhooks(knock).then(({ status, headers, body }) => {
      if (ending()) response.shouldKeepAlive = false;
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
      // A door that is not there read nothing: no more than the limit is left.
      if (!request.readableEnded) request.resume();
    });
  };
}

/** @returns null unless it tells its length, and that is within the limit: all others need more care */
function plainWebhook(request: IncomingMessage, limit: number): Knock | null {
  if (request.method !== 'POST') return null;
  const { url: path = '', headers } = request;
  const [, name] = PLAIN.exec(path) ?? [];
  const length = Number(headers['content-length']);
  if (name === undefined || !(length <= limit) || !PLAIN_HOST.test(headers.host ?? '')) return null;
  const header = (it: string) => {
    const value = headers[it.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return { name, path, header, body: () => readWhole(request, length) };
}

function readWhole(request: IncomingMessage, length: number): Promise<Result<Uint8Array>> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const [only] = chunks;
      resolve(ok(chunks.length === 1 && only ? only : Buffer.concat(chunks, length)));
    });
    const broken = () => resolve(fail('body_unreadable', 'the connection was closed'));
    request.once('error', broken).once('close', broken);
    if (request.destroyed) broken();
  });
}
