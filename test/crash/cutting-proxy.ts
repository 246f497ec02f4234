/**
 * A proxy between shops and Keyferry that cuts connections after a request was read and before its answer arrived: the
 * shop knows nothing, and sends again. What must never happen here: an answer that Keyferry did not give.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from './chance.ts';

/** What becomes of a request, and how often. */
const CUTS = {
  /** It was read whole, and goes no further. */
  'before it was passed on': 0.02,
  /** It was passed on, and both sides are cut at once: Keyferry may be reading, or storing. */
  'on both sides': 0.02,
  /** It was passed on, and the shop hears nothing: Keyferry does not know. */
  'while it was under way': 0.03,
  /** Keyferry has answered, and that is lost. */
  'before the answer': 0.04,
} as const;
export type Cut = keyof typeof CUTS;

export interface CuttingProxy {
  readonly url: string;
  readonly cuts: ReadonlyMap<Cut, number>;
  close(): Promise<void>;
}

/** @param target where Keyferry listens */
export async function startCuttingProxy(target: string, chance: Chance): Promise<CuttingProxy> {
  const agent = new Agent({ keepAlive: true });
  const cuts = new Map<Cut, number>();

  function fate(): Cut | null {
    for (const [cut, share] of Object.entries(CUTS)) {
      if (!chance.happens(share)) continue;
      // The names of CUTS, which Object.entries forgets.
      const it = cut as Cut;
      cuts.set(it, (cuts.get(it) ?? 0) + 1);
      return it;
    }
    return null;
  }

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const cut = fate();
    if (cut === 'before it was passed on') {
      incoming.socket.destroy();
      return;
    }
    const { method, headers } = incoming;
    const onward = request(new URL(incoming.url ?? '/', target), { method, headers, agent }, (from) => {
      const told: Buffer[] = [];
      from.on('data', (part: Buffer) => told.push(part));
      from.on('error', () => incoming.socket.destroy());
      from.on('end', () => {
        if (cut !== null) incoming.socket.destroy();
        else answer.writeHead(from.statusCode ?? 502, from.headers).end(Buffer.concat(told));
      });
    });
    onward.on('error', () => incoming.socket.destroy());
    onward.end(Buffer.concat(parts), () => {
      if (cut === 'on both sides') onward.destroy();
      if (cut === 'on both sides' || cut === 'while it was under way') incoming.socket.destroy();
    });
  }

  const server = createServer((incoming, answer) => {
    // A shop that hung up meanwhile.
    pass(incoming, answer).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cuts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}
