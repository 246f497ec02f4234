/** Packs Keyferry as `npm pack` does, and installs it into an empty folder as its user would. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../cli/run.ts';

type Env = Readonly<Record<string, string>>;

export interface Packed {
  readonly files: readonly string[];
  /** Of the tarball. */
  readonly bytes: number;
  /** The user's folder: empty, and nothing of this project near it. */
  readonly folder: string;
  /** Of the user's shell: this Node comes first, and nothing is left of the npm that runs the tests. */
  readonly env: Env;
  /** Installs the tarball into the user's folder. @returns false where there is no way to the registry; CI has one */
  install(): boolean;
  remove(): void;
}

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;
const FOREIGN =
  /^(npm_(?!config_)|npm_config_(local_)?prefix|NODE_OPTIONS|NODE_ENV|VITEST|KEYFERRY_|INIT_CWD)/;

export function pack(): Packed {
  const base = mkdtempSync(join(tmpdir(), 'keyferry-package-'));
  const folder = join(base, 'user');
  mkdirSync(folder);
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || FOREIGN.test(name) ? [] : [[name, value]],
  );
  const env: Env = {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    TMPDIR: base,
    NO_COLOR: '1',
  };
  const npm = (cwd: string, ...args: readonly string[]) =>
    spawnSync('npm', args, { cwd, env, encoding: 'utf8', shell: process.platform === 'win32' });
  const packed = npm(root, 'pack', '--json', '--pack-destination', base);
  if (packed.status !== 0) throw new Error(`npm pack: ${packed.stderr}`);
  const [{ filename, files, size }] = JSON.parse(packed.stdout);
  return {
    files: files.map(({ path }: { readonly path: string }) => path),
    bytes: size,
    folder,
    env,
    install: () => {
      npm(folder, 'init', '-y');
      const added = npm(folder, 'install', '--prefer-offline', join(base, filename));
      if (added.status === 0) return true;
      if (!process.env.CI && UNREACHABLE.test(added.stderr)) return false;
      throw new Error(`npm install: ${added.stderr}`);
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves with all of stdout once it holds the text. */
  says(text: string): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts a program by its name or path. */
export function start(
  command: readonly string[],
  where: { readonly cwd: string; readonly env: Env },
): Started {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Awaited<Started['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => stdout.includes(text) && resolve(stdout);
        child.stdout.on('data', look);
        look();
        ended.then(
          (it) => reject(new Error(`ended before it said "${text}": ${JSON.stringify(it)}`)),
          reject,
        );
      }),
    ended,
  };
}
