/**
 * HTTP as a shop or a program of the vendor speaks it: over connections that are kept, and that may break at any
 * moment. An answer counts when it has arrived whole.
 */
import { Agent, request } from 'node:http';
import type { Answer } from './sender.ts';

/** A request without an answer by then has none, in ms: longer than anyone's patience. */
const PATIENCE_MS = 30_000;

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export interface Wire {
  /** @returns null when no whole answer came */
  post(url: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<Answered | null>;
  get(url: string, headers: Readonly<Record<string, string>>): Promise<Answered | null>;
  close(): void;
}

export function makeWire(): Wire {
  const agent = new Agent({ keepAlive: true });

  function ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body?: Uint8Array,
  ): Promise<Answered | null> {
    return new Promise((resolve) => {
      const none = () => resolve(null);
      const length = body ? { 'content-length': String(body.length) } : {};
      const asking = request(url, { method, agent, headers: { ...headers, ...length } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', none);
        answer.on('close', none);
        answer.on('end', () => {
          if (!answer.complete) return none();
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
        });
      });
      asking.on('error', none);
      asking.setTimeout(PATIENCE_MS, () => asking.destroy());
      asking.end(body);
    });
  }
  return {
    post: (url, body, headers) => ask('POST', url, headers, body),
    get: (url, headers) => ask('GET', url, headers),
    close: () => agent.destroy(),
  };
}

/** What the webhook door said. */
export function answerIn(answered: Answered | null): Answer | null {
  if (!answered) return null;
  const { status, text } = answered;
  if (status !== 200) return { status, event: null, duplicate: null };
  const { event, duplicate }: { event?: unknown; duplicate?: unknown } = JSON.parse(text);
  return { status, event: typeof event === 'string' ? event : null, duplicate: duplicate === true };
}
