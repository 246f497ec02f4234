/** Starts the house of served.ts, and the sockets that speak to it. What must never happen here: a process left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADMIN_KEY, ENV, FILES } from '../contracts/http-house.ts';
import { freshFolder } from '../store/on-file.ts';

interface Look {
  readonly resident_bytes: number;
  /** What it logged as errors so far. */
  readonly errors: readonly string[];
}

export interface Server {
  readonly port: number;
  /** Where its mapping files are. */
  readonly mappings: string;
  look(): Promise<Look>;
  /** Whether it still runs. */
  lives(): boolean;
  end(): Promise<void>;
}

const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', '--expose-gc'];
const SCRIPT = fileURLToPath(new URL('./served.ts', import.meta.url));

export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const { folder, remove } = freshFolder();
  const mappings = join(folder, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(mappings, name), text);
  const child = spawn(process.execPath, [...FLAGS, SCRIPT], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      KEYFERRY_DATABASE_URL: `file:${join(folder, 'data', 'keyferry.db')}`,
      KEYFERRY_MAPPINGS: mappings,
      KEYFERRY_ADMIN_KEY: ADMIN_KEY,
      ...ENV,
      ...env,
    },
  });
  const { port, errors } = await said<{ port: number; errors: readonly unknown[] }>(child);
  if (errors.length > 0) throw new Error(`the mappings are faulty: ${JSON.stringify(errors)}`);
  return {
    port,
    mappings,
    look: () => {
      child.send('look');
      return said<Look>(child);
    },
    lives: () => child.exitCode === null && child.signalCode === null,
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
      remove();
    },
  };
}

async function said<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  try {
    const { signal } = over;
    const gone = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('the server ended')));
    const [message] = await Promise.race([once(child, 'message', { signal }), gone]);
    // served.ts says nothing else.
    return message as T;
  } finally {
    over.abort();
  }
}

export interface Line {
  readonly socket: Socket;
  /** All that came back, once `until` fits it or the other side closed. */
  heard(until: RegExp): Promise<string>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>;
}

export function dial(port: number): Line {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  // A reset says the same as an end.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const heard = (until: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (until.test(text) || socket.closed) resolve(text);
      };
      socket.on('data', look).on('close', look);
      look();
    });
  return { socket, heard, closed };
}

export function head(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`;
}

export function chunkOf(bytes: Uint8Array | string): Buffer {
  const body = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
}
