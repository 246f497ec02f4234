/**
 * The program as it is packed: from its start to the first acknowledged event, and the memory that it takes, at rest,
 * under load, and after very many events.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openConnection } from '../connection.ts';
import { makeDigits, makeTemplate, writeDelivery } from '../deliveries.ts';
import { median } from '../numbers.ts';
import type { Loaded } from '../processes.ts';
import type { Row } from '../rows.ts';
import { load, type Stand } from '../stand.ts';
import { residentMb } from '../usage.ts';

const SHAPE = { bytes: 6144, connections: 64 };
/** Between two tries to connect, in ms. */
const AGAIN_MS = 2;
const START_BOUND_MS = 30_000;
/** After the first event, until it is at rest, in ms. */
const REST_MS = 3_000;
const LOOK_MS = 100;
const MANY_EVENTS = 1_000_000;
const root = fileURLToPath(new URL('../../', import.meta.url));

interface Program extends Loaded {
  /** From its start to its first acknowledge. */
  readonly startMs: number;
}

export async function measureStart(stand: Stand): Promise<Row[]> {
  stand.progress('building the package');
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  await promisify(execFile)(process.execPath, [...flags, join(root, 'tools', 'build.ts'), 'node']);
  const seconds: number[] = [];
  const nothing: number[] = [];
  const idle: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < stand.rounds; round++) {
    stand.progress(`start, round ${round + 1} of ${stand.rounds}`);
    nothing.push(await nodeAlone());
    await withProgram(stand, async (program) => {
      seconds.push(program.startMs / 1000);
      await pause(REST_MS);
      idle.push(residentMb(program.pid));
      const watch = watchMemory(program.pid);
      await load(stand, program, 'keyferry', SHAPE, stand.seconds * 2);
      busy.push(Math.max(...watch.end()));
    });
  }
  const alone = (
    what: string,
    unit: Row['unit'],
    values: number[],
    must: number,
    aim: number | null,
  ): Row => ({
    what,
    unit,
    ours: { name: 'keyferry serve', values },
    beside: null,
    must: { atMost: must },
    aim: aim === null ? null : { atMost: aim },
  });
  return [
    {
      ...alone('start to the first acknowledged event', 's', seconds, 1.5, 0.5),
      note: `a Node that does nothing takes ${(median(nothing) / 1000).toFixed(2)} s`,
    },
    alone('memory at rest', 'MB', idle, 150, null),
    alone('memory under load, at the most', 'MB', busy, 350, null),
    ...(stand.full ? [await afterMany(stand)] : []),
  ];
}

/** What it takes at the end of very many events, beside what it took after the first tenth of them. */
async function afterMany(stand: Stand): Promise<Row> {
  stand.progress(`memory, ${MANY_EVENTS} events`);
  const seen = await withProgram(stand, async (program) => {
    const watch = watchMemory(program.pid);
    await load(stand, program, 'keyferry', { ...SHAPE, count: MANY_EVENTS });
    return watch.end();
  });
  const tenth = Math.ceil(seen.length / 10);
  return {
    what: `memory after ${MANY_EVENTS.toLocaleString('en-US')} events`,
    unit: 'MB',
    ours: { name: 'the last tenth', values: [median(seen.slice(-tenth))] },
    beside: { name: 'the second tenth', values: [median(seen.slice(tenth, 2 * tenth))] },
    must: { atMost: 1.2 },
    aim: null,
    note: 'not growing',
  };
}

async function withProgram<T>(stand: Stand, use: (program: Program) => Promise<T>): Promise<T> {
  const { place } = stand;
  const database = place.database();
  const port = await freePort();
  const log = openSync(`${database}.log`, 'w');
  const begun = performance.now();
  const child = spawn(process.execPath, [join(root, 'bin', 'keyferry.cjs'), 'serve'], {
    env: { PATH: process.env.PATH, ...place.env(database), PORT: String(port) },
    stdio: ['ignore', log, log],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  try {
    await firstAcknowledge(port);
    const startMs = performance.now() - begun;
    return await use({
      port,
      pid: child.pid ?? 0,
      startMs,
      // Nobody asks how far it is.
      onMark: () => () => {},
    });
  } catch (error) {
    throw new Error(`keyferry serve: ${readFileSync(`${database}.log`, 'utf8').slice(-2_000)}`, {
      cause: error,
    });
  } finally {
    process.off('exit', end);
    const gone = child.exitCode === null ? once(child, 'exit') : null;
    end();
    await gone;
    closeSync(log);
    place.drop(database);
  }
}

async function firstAcknowledge(port: number): Promise<void> {
  const template = makeTemplate('shopify', '/webhooks/shopify', SHAPE.bytes);
  const bytes = Buffer.from(template.bytes);
  writeDelivery(template, bytes, makeDigits()(), Date.now());
  const answered = Promise.withResolvers<number>();
  const bound = performance.now() + START_BOUND_MS;
  for (;;) {
    const connection = await openConnection(port, answered.resolve).catch(() => null);
    if (connection) {
      connection.send(bytes);
      const status = await answered.promise;
      connection.close();
      if (status !== 200) throw new Error(`the first event was answered with ${status}`);
      return;
    }
    if (performance.now() > bound) throw new Error('its port never opened');
    await pause(AGAIN_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

async function nodeAlone(): Promise<number> {
  const begun = performance.now();
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
  return performance.now() - begun;
}

function watchMemory(pid: number): { end(): number[] } {
  const seen: number[] = [];
  const timer = setInterval(() => seen.push(residentMb(pid)), LOOK_MS);
  return {
    end: () => {
      clearInterval(timer);
      return seen;
    },
  };
}
