/**
 * Where a command finds the API: at the address of a running Keyferry, or in this very process on the environment's
 * database. Either way the same app answers. What must never happen here: a key sent over a line that anyone can
 * read, or a command that does one thing here and another there.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Keyferry, keyferry } from '../client/index.ts';
import type { Env } from '../config.ts';
import type { KeyHolder } from '../core/records.ts';
import { makeApp } from '../http/app.ts';
import { CALL } from './called.ts';
import { ACTOR, type OpenLedger, withLedger } from './open.ts';
import { failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

/** What every command over the API takes. */
export interface Where {
  readonly url?: string;
  readonly key?: string;
}

export interface Connection {
  readonly api: Keyferry;
  /** What the client has no words for: files. With the key, and under the same address. */
  readonly send: (path: string, init?: Sent) => Promise<Response>;
  /** Why the last request had no answer at all. */
  readonly lost: () => unknown;
  /** As people know it: the address, or the database. */
  readonly name: string;
  /** What to add to a command so that it goes to the same place. */
  readonly way: string;
  /** The house that answers; null: it is elsewhere. */
  readonly house: OpenLedger | null;
}

type Fetch = (request: Request) => Promise<Response>;
/** `duplex` goes with a body that is read while it is sent. */
type Sent = Omit<RequestInit, 'headers'> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly duplex?: 'half';
};

/** Of the app in this process. Nobody is asked for a key there: whoever can open the database may do everything. */
const LOCAL_ORIGIN = 'http://keyferry.local';

/**
 * Runs a command where its options and the environment say.
 * @param wants `any`: a database that is not there is made
 */
export async function connected(
  where: Where,
  terminal: Terminal,
  run: (connection: Connection) => Promise<Outcome>,
  wants: 'existing' | 'any' = 'existing',
): Promise<Outcome> {
  const remote = remoteOf(where, terminal.env);
  if (remote !== null) {
    if ('exit' in remote) return remote;
    const { origin, key } = remote;
    const way = where.url === undefined ? '' : ` --url ${origin}`;
    return run({ ...over(origin, asHeader(key), overTheNet), name: origin, way, house: null });
  }
  if (where.key !== undefined) return KEY_WITHOUT_URL;
  return withLedger({ env: terminal.env, log: loudOnly(terminal) }, wants, (house) => {
    const holder: KeyHolder = { id: ACTOR, name: ACTOR, scopes: ['admin'] };
    const keys = { ...house.ports.keys, holder: async () => holder };
    // Nobody else is kept waiting by it.
    const { app } = makeApp({ ...house.ports, keys, buckets: new Map() });
    const ask: Fetch = async (request) => app.fetch(request);
    return run({ ...over(LOCAL_ORIGIN, ACTOR, ask), name: house.name, way: '', house });
  });
}

function over(url: string, key: string, asked: Fetch): Pick<Connection, 'api' | 'send' | 'lost'> {
  let lost: unknown = null;
  const ask: Fetch = async (request) => {
    try {
      return await asked(request);
    } catch (error) {
      lost = error;
      throw error;
    }
  };
  return {
    api: keyferry({ url, key, fetch: patiently(ask) }),
    send: (path, init = {}) => {
      const headers = { ...init.headers, authorization: `Bearer ${key}` };
      return ask(new Request(new URL(path, url), { ...init, headers }));
    },
    lost: () => lost,
  };
}

/** What goes right is told by the command itself. */
function loudOnly({ env, log }: Terminal): Terminal['log'] {
  if (env.KEYFERRY_DEBUG) return log;
  return (level, ...rest) => {
    if (level === 'warn' || level === 'error') log(level, ...rest);
  };
}

interface Remote {
  /** Without a path. */
  readonly origin: string;
  readonly key: string;
}

/** @returns null: it is the database of this environment */
function remoteOf({ url, key }: Where, env: Env): Remote | Outcome | null {
  const named = url ?? (env.KEYFERRY_URL?.trim() || undefined);
  if (named === undefined) return null;
  if (!/^https?:\/\//.test(named) || !URL.canParse(named)) return wrongUrl(named, 'it is no http address');
  const address = new URL(named);
  if (address.username !== '' || address.password !== '')
    return wrongUrl(address.host, 'it has a user name or a password in it');
  if (address.pathname !== '/' || address.search !== '' || address.hash !== '')
    return wrongUrl(named, `it goes on behind ${address.host}`);
  if (address.protocol === 'http:' && !HERE.test(address.hostname)) return insecure(address.origin);
  const shown = (key ?? env.KEYFERRY_API_KEY ?? env.KEYFERRY_ADMIN_KEY ?? '').trim();
  if (shown === '') return NO_KEY;
  return /[\p{Cc}\p{Cs}]/u.test(shown) ? KEY_UNREADABLE : { origin: address.origin, key: shown };
}

const HERE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function wrongUrl(url: string, detail: string): Outcome {
  const hint = 'Write the address of a running Keyferry alone, like https://keys.example.com.';
  return failed({ code: 'usage', title: 'The address is not one', detail: `${url}: ${detail}`, hint }, 2);
}

const NO_KEY = failed(
  {
    code: 'key_missing',
    title: 'There is no API key in the environment',
    detail: '',
    hint: `Set KEYFERRY_API_KEY to a key of that Keyferry: \`${CALL} keys create --name NAME --scope issue\`, where it runs, makes one.`,
  },
  2,
);

const KEY_UNREADABLE = failed(
  {
    code: 'key_missing',
    title: 'The API key holds a letter that no key has',
    detail: '',
    hint: 'Look whether more than the key was copied, a line break for example.',
  },
  2,
);

const KEY_WITHOUT_URL = failed(
  {
    code: 'usage',
    title: '--key is for a Keyferry that runs elsewhere',
    detail:
      'Without an address the command works on the database of this environment, which asks for no key.',
    hint: 'Add --url, or set KEYFERRY_URL; or leave --key out.',
  },
  2,
);

function insecure(origin: string): Outcome {
  return failed(
    {
      code: 'url_insecure',
      title: 'The API key would travel where anyone can read it',
      detail: origin,
      hint: 'Use https://, or run this on the machine itself.',
    },
    2,
  );
}

/** The type of the files that are sent. */
export const CSV = 'text/csv';
/** How long an answer may take to begin; what it holds may take longer. */
const TIMEOUT_MS = 60_000;

const overTheNet: Fetch = async (request) => {
  // How long a file takes to send depends on its length.
  if (request.headers.get('content-type') === CSV) return fetch(request, { redirect: 'manual' });
  const late = new AbortController();
  const timer = setTimeout(() => {
    const it = new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`);
    it.name = 'TimeoutError';
    late.abort(it);
  }, TIMEOUT_MS);
  try {
    return await fetch(new Request(request, { redirect: 'manual', signal: late.signal }));
  } finally {
    clearTimeout(timer);
  }
};

/** A header carries a letter for each byte. */
function asHeader(key: string): string {
  return Buffer.from(key, 'utf8').toString('latin1');
}

/** How often one request is sent, and how long it waits when it is not told. */
const TRIES = 5;
const WAIT_S = 2;
const LONGEST_WAIT_S = 30;

/** Whoever asks too often waits, and asks again; so does who only reads while the database cannot be reached. */
function patiently(ask: Fetch): Fetch {
  return async (request) => {
    const { url, method, headers } = request;
    const body = await request.text();
    for (let left = TRIES; ; left--) {
      const response = await ask(new Request(url, { method, headers, ...(body === '' ? {} : { body }) }));
      const { status } = response;
      const passes = status === 429 || (status === 503 && method === 'GET');
      if (!passes || left === 1) return response;
      await response.body?.cancel();
      const told = Number(response.headers.get('retry-after') ?? WAIT_S);
      await wait(Math.min(told > 0 ? told : WAIT_S, LONGEST_WAIT_S) * 1000);
    }
  };
}
