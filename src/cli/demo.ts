/**
 * `keyferry demo`: a real Keyferry on a port and in a folder of its own, for the length of one story. What must
 * never happen here: a folder or a process left behind, a request to anybody outside, or a story that ends well
 * although something in it went wrong.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { WrittenFile } from '../config.ts';
import type { Log } from '../core/ports.ts';
import { listen, openHouse, random, readMappingFiles } from '../node.ts';
import { readConfiguration } from './configuration.ts';
import { DemoFailed, type Stage } from './demo-steps.ts';
import { tell } from './demo-story.ts';
import { madeUp } from './explain-body.ts';
import { done, failed, type Outcome, troubleOf } from './outcome.ts';
import { SHIPPED_MAPPINGS } from './shipped.ts';
import { exitOf, listenForStops } from './signals.ts';
import type { Terminal } from './terminal.ts';

const CLOSE_MS = 3_000;
const silent: Log = () => undefined;

export async function demo(terminal: Terminal): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  const stops = listenForStops(remove);
  // Also when the reader of the story goes away (`demo | head`), which ends the process at once.
  process.once('exit', remove);
  const closing: (() => Promise<void>)[] = [];
  try {
    const story = perform(folder, closing, terminal);
    // When somebody interrupts it, its own end is nobody's matter any more.
    story.catch(() => undefined);
    const ended = await Promise.race([story, stops.asked]);
    return typeof ended === 'string'
      ? { exit: exitOf(ended), document: { interrupted: ended }, text: '' }
      : ended;
  } catch (error) {
    if (!(error instanceof DemoFailed)) throw error;
    const hint =
      'It plays with the files in mappings/ as they came with Keyferry. If they are changed, this may be why; if not, please report it.';
    return failed({
      code: 'demo_failed',
      title: 'The demo did not go as it should',
      detail: error.message,
      hint,
    });
  } finally {
    for (const close of closing.reverse())
      await Promise.race([close().catch(() => undefined), wait(CLOSE_MS, undefined, { ref: false })]);
    remove();
    process.off('exit', remove);
    stops.release();
  }
}

async function perform(
  folder: string,
  closing: (() => Promise<void>)[],
  terminal: Terminal,
): Promise<Outcome> {
  const mappings = join(folder, 'mappings');
  mkdirSync(mappings);
  const files: readonly WrittenFile[] = readMappingFiles(SHIPPED_MAPPINGS);
  for (const { path, text } of files) writeFileSync(join(mappings, basename(path)), text);
  const unresolved = readConfiguration(mappings, {}).sources;
  const secrets = Object.assign({}, ...unresolved.map((it) => madeUp(it.mapping.settings)));
  const adminKey = Buffer.from(random(32)).toString('hex');
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    KEYFERRY_DATABASE_URL: `file:${join(folder, 'keyferry.db')}`,
    KEYFERRY_MAPPINGS: mappings,
    KEYFERRY_ADMIN_KEY: adminKey,
    ...secrets,
  };
  const opened = await openHouse({
    env,
    log: terminal.env.KEYFERRY_DEBUG ? terminal.log : silent,
    fetch: askNobody,
  });
  if (!opened.ok) return failed(troubleOf(opened.problem));
  const house = opened.value;
  closing.push(() => house.close());
  const admin = await house.keys.ensureAdmin(adminKey);
  if (!admin.ok) return failed(troubleOf(admin.problem));
  const server = await listen(house);
  closing.push(() => server.close());
  house.start();
  const stage: Stage = {
    url: server.url,
    adminKey,
    mappings,
    sources: readConfiguration(mappings, env).sources,
  };
  const document = await tell(stage, terminal);
  return done(document, '');
}

const askNobody: typeof fetch = () => Promise.reject(new Error('the demo asks nobody'));
