/** Runs the real command line as a child process, in an environment of its own and on a database of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Resolves once stdout holds the text. */
  says(text: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  run(...args: readonly string[]): Promise<Ended>;
  runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): Running;
  remove(): void;
}

/** A temporary folder with a database that no other test knows. */
export function makePlace(more: Readonly<Record<string, string>> = {}): Place {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-cli-test-'));
  const env = {
    // The child's own temporary files land here too, so that a test sees what stays behind.
    TMPDIR: folder,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    PORT: '0',
    KEYFERRY_DATABASE_URL: `file:${join(folder, 'keyferry.db')}`,
    ...more,
  };
  return {
    folder,
    env,
    run: (...args) => begin(args, env).ended,
    runWith: (extra, ...args) => begin(args, { ...env, ...extra }).ended,
    start: (...args) => begin(args, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function begin(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, [...FLAGS, join(root, 'src', 'cli.ts'), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let waiting: { readonly text: string; resolve(all: string): void }[] = [];
  const look = () => {
    for (const it of waiting) if (stdout.includes(it.text)) it.resolve(stdout);
    waiting = waiting.filter((it) => !stdout.includes(it.text));
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    says: (text) =>
      Promise.race([
        new Promise<string>((resolve) => {
          waiting.push({ text, resolve });
          look();
        }),
        ended.then((it) => {
          throw new Error(`ended with ${it.code} before it said "${text}":\n${it.stdout}\n${it.stderr}`);
        }),
      ]),
    signal: (name) => child.kill(name),
    ended,
  };
}

/** The one JSON document of `--json`; fails when stdout holds anything else. */
export function documentOf({ stdout }: Ended): Record<string, unknown> {
  const parsed: unknown = JSON.parse(stdout);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('not an object');
  return { ...parsed };
}
