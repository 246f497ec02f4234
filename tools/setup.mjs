/**
 * Brings what a run needs: the locked packages, and a Node that is new enough where the machine's own is not.
 * Does nothing when nothing is missing. What must never happen here: two processes writing into one
 * node_modules, or a half-finished install that is taken for a whole one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Programs of the locked packages, by the file that their bin names: run by our Node, not by a shebang. */
export const PROGRAMS = {
  biome: join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'),
  tsc: join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
  wrangler: join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js'),
  vitest: join(root, 'node_modules', 'vitest', 'vitest.mjs'),
};

/** A set-up that failed for a reason that the reader can mend; its message says what and how. */
export class SetupError extends Error {}

const OLDEST_NODE = [22, 12];
const STAMP = '.keyferry-setup';
/** Lets every Node from 22.12 on run .ts files, and keeps it from talking about it. */
const TS_FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];

/**
 * Does the set-up that is missing or older than the lock files.
 * @returns {Promise<{node: string, flags: string[]}>} the Node to run with and the flags that let it run .ts files
 * @throws {SetupError}
 */
export async function setUp() {
  const ownNode = isNewEnough(process.versions.node);
  const places = [packages(), ...(ownNode ? [] : [lockedNode()])];
  if (!places.every(isCurrent)) {
    const lock = await takeLock(join(root, '.setup.lock')).catch((error) => {
      throw new SetupError(`the set-up is not complete and cannot be completed: ${error.message}`);
    });
    try {
      for (const place of places) if (!isCurrent(place)) await install(place, lock);
    } finally {
      lock.release();
    }
  }
  if (!ownNode) return { node: nodeBinary(), flags: TS_FLAGS };
  const known = TS_FLAGS.filter((flag) => process.allowedNodeEnvironmentFlags.has(flag.split('=')[0]));
  return { node: process.execPath, flags: known };
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

function packages() {
  return { dir: root, says: 'Installing packages (once)', works: () => null };
}

/** Node as an ordinary locked package; there is one only for some platforms. */
function lockedNode() {
  const dir = join(root, 'tools', 'node');
  const name = nodePackage();
  const offered = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')).optionalDependencies;
  const remedy =
    'Install Node 24 from https://nodejs.org (or with your package manager), then run this again.';
  if (!Object.hasOwn(offered, name)) {
    throw new SetupError(
      `Node ${OLDEST_NODE.join('.')} or newer is needed; this one is ${process.versions.node}, and none can be ` +
        `brought along for ${process.platform} on ${process.arch}.\n  ${remedy}`,
    );
  }
  const works = () => {
    if (existsSync(nodeBinary()) && spawnSync(nodeBinary(), ['--version']).status === 0) return null;
    return `the Node that was brought along does not run on this machine (${name}).\n  ${remedy}`;
  };
  return {
    dir,
    says: 'Bringing Node 24 along, since this one is too old (once, about 190 MB)',
    works,
  };
}

function nodePackage() {
  return `node-${process.platform}-${process.arch}`;
}

function nodeBinary() {
  return join(root, 'tools', 'node', 'node_modules', nodePackage(), 'bin', 'node');
}

/** Whether the place holds exactly what its lock file says: by our stamp, else by npm's own record of its last install. */
function isCurrent(place) {
  const wanted = stampOf(place);
  const stamp = join(place.dir, 'node_modules', STAMP);
  if (textOf(stamp) === wanted) return true;
  if (!agreesWithRecord(place) || place.works() !== null) return false;
  // Whole, but made by hand (`npm ci`, `npm install x`).
  writeStamp(stamp, wanted);
  return true;
}

/** The machine is part of it: a node_modules that was carried over from another kind of machine is not whole. */
function stampOf(place) {
  const lock = readFileSync(join(place.dir, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** npm writes this record last, after everything is in place. */
function agreesWithRecord(place) {
  const record = textOf(join(place.dir, 'node_modules', '.package-lock.json'));
  if (record === null) return false;
  const installed = JSON.parse(record).packages;
  const { '': _root, ...locked } = JSON.parse(
    readFileSync(join(place.dir, 'package-lock.json'), 'utf8'),
  ).packages;
  const same = Object.entries(installed).every(
    ([path, it]) =>
      locked[path]?.version === it.version && locked[path].integrity === it.integrity && fits(it),
  );
  const whole = Object.entries(locked).every(
    ([path, it]) => Object.hasOwn(installed, path) || it.optional || it.devOptional,
  );
  return same && whole;
}

/** npm writes one name or a list of them, each maybe with a "!" in front. */
function fits({ os, cpu }) {
  const allows = (names, name) => {
    const list = [names ?? []].flat();
    return list.some((it) => it.startsWith('!'))
      ? !list.includes(`!${name}`)
      : list.length === 0 || list.includes(name);
  };
  return allows(os, process.platform) && allows(cpu, process.arch);
}

async function install(place, lock) {
  const begun = Date.now();
  process.stderr.write(`${place.says}… `);
  const { code, output } = await npm(place.dir, lock);
  const failure = code === 0 ? place.works() : explain(output);
  if (failure !== null) {
    process.stderr.write('failed\n');
    throw new SetupError(failure);
  }
  writeStamp(join(place.dir, 'node_modules', STAMP), stampOf(place));
  process.stderr.write(`${Math.ceil((Date.now() - begun) / 1000)} s\n`);
}

/** Runs `npm ci`: exactly the lock file, no scripts of packages. Under `npm run` it is the same npm again. */
function npm(dir, lock) {
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  args.push('--loglevel=error', '--prefix', dir);
  const own = process.env.npm_execpath;
  const viaNode = own !== undefined && /npm-cli\.[cm]?js$/.test(own);
  const [program, all] = viaNode ? [process.execPath, [own, ...args]] : ['npm', args];
  const windows = process.platform === 'win32' && !viaNode;
  return new Promise((resolve) => {
    const child = spawn(program, all, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], shell: windows });
    if (child.pid !== undefined) lock.share(child.pid);
    let output = '';
    const collect = (bytes) => {
      output = (output + bytes).slice(-16_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // Until npm has ended, nobody else may write here: a signal is passed on, and the lock kept until then.
    let stopped = null;
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const stop = (signal) => {
      stopped = signal;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, stop);
    const done = (code) => {
      for (const signal of signals) process.off(signal, stop);
      resolve({ code, output: stopped === null ? output : `stopped by ${stopped}` });
    };
    child.on('error', (error) => {
      output += error.code ?? error.message;
      output += error.code === 'ENOENT' ? ' npm-not-found' : '';
      done(1);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}

const REMEDIES = [
  [/^stopped by/, 'Run this again to finish the set-up.'],
  [/npm-not-found/, 'npm was not found. It comes with Node: install Node 24 from https://nodejs.org.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/,
    'The npm registry cannot be reached. Check the network (and `npm config get registry`, `proxy`), then run this again.',
  ],
  [/ENOSPC/, 'The disk is full. About 600 MB are needed.'],
  [/EACCES|EPERM|EROFS/, 'This folder cannot be written. Check who owns it, also node_modules if it exists.'],
  [/EUSAGE/, 'package.json and package-lock.json disagree. Run `npm install` and look at what it changes.'],
  [/EINTEGRITY/, 'A package is not what the lock file says. Run `npm cache verify`, then run this again.'],
];

/** What npm said, briefly where we know the remedy, and what to do. */
function explain(output) {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(output))?.[1];
  const said = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!) ./.test(line) && !/complete log|debug-\d/.test(line))
    .slice(0, remedy ? 2 : 12);
  const last = remedy ?? 'Mend what npm says, then run this again.';
  return ['`npm ci` did not finish.', ...said.map((line) => `  ${line}`), `  ${last}`].join('\n');
}

/** The stamp saves time only: where it cannot be written, the record is compared again the next time. */
function writeStamp(path, content) {
  try {
    writeFileSync(`${path}.${process.pid}`, content);
    renameSync(`${path}.${process.pid}`, path);
  } catch {}
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
