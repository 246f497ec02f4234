/** The package as a user gets it: what is in it, and that it works where nothing of this project is. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageFolder } from '../../tools/licenses.ts';
import { root } from '../cli/run.ts';
import { image, isIgnored } from './dockerfile.ts';
import { type Packed, pack, start } from './packed.ts';

/** Of the tarball: mostly the bundle and its map. */
const LARGEST_BYTES = 1_000_000;
/** Pages speak of these to readers of the sources. */
const ONLY_IN_THE_SOURCES = /^(CONTRIBUTING\.md|Dockerfile|wrangler\.toml|deploy\/|src\/|test\/|bench\/)/;

let packed: Packed;
beforeAll(() => {
  packed = pack();
}, 60_000);
afterAll(() => packed.remove());

describe('what is in it', () => {
  test('the program, the mapping files and what a user reads, nothing else', () => {
    const expected = [
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'bin/keyferry.cjs'],
      ...[
        ...['keyferry.js', 'writer.js', 'checkpointer.js'].flatMap((name) => [name, `${name}.map`]),
        'licenses.txt',
      ].map((name) => `dist/node/${name}`),
      ...['index.js', 'index.d.ts', 'paths.d.ts', 'licenses.txt'].map((name) => `dist/client/${name}`),
      ...['catalog', 'source'].map((name) => `mappings/${name}.schema.json`),
      ...['mappings/**/*.yaml', 'deploy/*.service', 'docs/**/*.md', 'integrations/*/README.md'].flatMap(
        (pattern) => globSync(pattern, { cwd: root }),
      ),
    ];
    expect(packed.files.toSorted()).toEqual(expected.sort());
    expect(packed.files.filter((it) => /(?<!\.d)\.ts$|^(src|test|tools)\//.test(it))).toEqual([]);
    expect(packed.bytes).toBeLessThan(LARGEST_BYTES);
  });

  test('every link of its pages leads to a page of it, or to what only the sources have', () => {
    const here = (path: string) => packed.files.some((it) => it === path || it.startsWith(`${path}/`));
    const dead = packed.files
      .filter((it) => it.endsWith('.md'))
      .flatMap((page) =>
        [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
          ([, link = '']) => normalize(join(dirname(page), link)).replace(/\/$/, ''),
        ),
      )
      .filter((it) => !here(it));
    expect(dead.filter((it) => !ONLY_IN_THE_SOURCES.test(it))).toEqual([]);
  });

  test('the builder of the container image is given everything that it is made of', () => {
    const sources = Object.keys(metafile().inputs).filter((it) => packageFolder(it) === null);
    const tools = globSync('tools/*.{ts,mjs}', { cwd: root });
    const whole = [...sources, ...tools, ...packed.files.filter((it) => !it.startsWith('dist/'))];
    expect(whole.length).toBeGreaterThan(100);
    expect(whole.filter(isIgnored)).toEqual([]);
  });

  test('the bundle asks for Node and the native driver alone, and carries no tool', () => {
    const { inputs, outputs } = metafile();
    const outside = Object.values(outputs).flatMap((it) =>
      it.imports.filter(({ external }) => external).map(({ path }) => path),
    );
    expect([...new Set(outside)].filter((it) => !isBuiltin(it))).toEqual(['libsql']);
    const packages = [...new Set(Object.keys(inputs).map(packageFolder))].filter((it) => it !== null);
    expect(packages.map((it) => it.replace('node_modules/', ''))).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(libsql|@libsql\/(linux|darwin|win32)|wrangler|vitest|esbuild)/),
      ]),
    );
    expect(Object.keys(inputs).filter((it) => /\.node$|^(test|tools|bench)\//.test(it))).toEqual([]);
    const licenses = readFileSync(join(root, 'dist', 'node', 'licenses.txt'), 'utf8');
    for (const folder of packages) {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      expect(licenses).toContain(`${name} ${version} (`);
    }
  });
});

describe('installed into an empty folder', () => {
  let reachable = false;
  beforeAll(() => {
    reachable = packed.install();
  }, 60_000);
  beforeEach(({ skip }) => {
    if (!reachable) skip('the npm registry cannot be reached');
  });

  const run = (command: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    start(command, { cwd: packed.folder, env: { ...packed.env, ...env } });
  const npx = (...args: readonly string[]) => run(['npx', 'keyferry', ...args]);

  test('npx keyferry demo tells its story to the end', async () => {
    const { code, stdout, stderr } = await npx('demo').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('each exactly once. All of it was checked.');
    expect(stdout).toMatch(/npx keyferry init[\s\S]*npx keyferry serve/);
  });

  test('npx keyferry serve runs without mapping files, points to init, and then reads what init wrote', async () => {
    const serve = () =>
      run([process.execPath, launcher(), 'serve'], { PORT: '0', npm_command: 'exec', ...SECRETS });
    const first = serve();
    const empty = await first.says('Stop: Ctrl-C.');
    expect(empty).toContain('`npx keyferry init`');
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    expect((await npx('init').ended).code).toBe(0);
    const second = serve();
    const greeting = await second.says('Stop: Ctrl-C.');
    const url = /listens on (\S+)/.exec(greeting)?.[1];
    expect(greeting).toContain(`${url}/webhooks/stripe`);
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    expect(existsSync(join(packed.folder, 'data', 'keyferry.db'))).toBe(true);
  });

  test('it stops with an npx that is told to stop, and leaves no server behind', async () => {
    const served = run(['npx', 'keyferry', 'serve'], { PORT: '0' });
    await served.says('Stop: Ctrl-C.');
    served.child.kill('SIGTERM');
    // Its streams are open until the server itself has ended.
    expect((await served.ended).stderr).toContain('"message":"stopping","signal":"SIGTERM"');
  });

  test('it starts with the environment of the container image, is healthy, and stops at its signal', async () => {
    const { env, entrypoint, command, health } = image();
    const inHere = (text: string) =>
      text
        .replace('/program', join(packed.folder, 'node_modules', 'keyferry'))
        .replace(/(?<=^|:)\/(data|mappings)/, join(packed.folder, '..', '$1'));
    const mapped = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inHere(value)]));
    const served = run([...entrypoint, ...command].map(inHere), { ...mapped, PORT: '0', HOST: '127.0.0.1' });
    const greeting = await served.says('Stop: Ctrl-C.');
    const port = /listens on \S+:(\d+)/.exec(greeting)?.[1] ?? '';
    expect((await run(health, { PORT: port }).ended).code).toBe(0);
    served.child.kill('SIGTERM');
    expect((await served.ended).code).toBe(0);
    expect(existsSync(join(packed.folder, '..', 'data', 'keyferry.db'))).toBe(true);
  });

  test('as the first process of a container it stops at a signal, which the system would not do for it', async ({
    skip,
  }) => {
    const alone = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
    if (spawnSync('unshare', [...alone.slice(1), 'true']).status !== 0)
      skip('unshare makes no process namespace here');
    const served = run([...alone, 'node', launcher(), 'serve'], { PORT: '0' });
    await served.says('Stop: Ctrl-C.');
    const { pid } = served.child;
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    expect(readFileSync(`/proc/${first}/status`, 'utf8')).toMatch(/^NSpid:\s+\d+\s+1$/m);
    process.kill(Number(first), 'SIGTERM');
    expect(await served.ended).toMatchObject({ code: 0 });
  });

  test('a program in TypeScript has the typed client of it: the example of docs/api.md, as it stands there', async () => {
    const page = readFileSync(join(root, 'docs', 'api.md'), 'utf8');
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
    const admin = 'an admin key of the package, long enough';
    const served = run([process.execPath, launcher(), 'serve'], {
      PORT: '0',
      KEYFERRY_ADMIN_KEY: admin,
      KEYFERRY_MAPPINGS: join(packed.folder, 'node_modules', 'keyferry', 'mappings'),
      KEYFERRY_DATABASE_URL: `file:${join(packed.folder, '..', 'client.db')}`,
    });
    const url = /listens on (\S+)/.exec(await served.says('Stop: Ctrl-C.'))?.[1] ?? '';
    const program = join(packed.folder, 'example.mts');
    const wrong =
      "\n// @ts-expect-error: there is no such state\nall(api, '/v1/orders', { state: 'lost' });\n";
    writeFileSync(program, example.replace('http://localhost:3000', url) + wrong);
    const modules = join(root, 'node_modules');
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--module', 'nodenext'];
    const types = ['--typeRoots', join(modules, '@types'), '--types', 'node', '--lib', 'es2024'];
    const compiler = [process.execPath, join(modules, 'typescript', 'bin', 'tsc')];
    const checked = await run([...compiler, ...strict, '--target', 'es2024', ...types, program]).ended;
    expect(checked).toMatchObject({ code: 0, stdout: '' });

    const { code, stdout, stderr } = await run([process.execPath, program], { KEY: admin }).ended;
    served.child.kill('SIGTERM');
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[0-9A-Z-]{20,}\ninvoice-2001\n$/),
    });
    expect((await served.ended).code).toBe(0);
  }, 60_000);

  test('it says its versions', async () => {
    const { stdout } = await npx('--version', '--json').ended;
    expect(JSON.parse(stdout)).toMatchObject({ api: 'v1', config: 1, libsql: expect.any(String) });
  });

  test('an error of ours names the file and line of its source', async () => {
    const broken = join(packed.folder, 'broken.cjs');
    writeFileSync(
      broken,
      "Object.defineProperty(process.stdout, 'columns', { get: () => { throw new Error('by the test'); } });",
    );
    const ended = run([process.execPath, '-r', broken, launcher(), 'check'], { KEYFERRY_DEBUG: '1' });
    const { code, stderr } = await ended.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/by the test[\s\S]*src[\\/]cli[\\/]terminal\.ts:\d+/);
  });

  test('an older Node, a missing driver and a missing bundle are each told in a sentence', async () => {
    const old = join(packed.folder, 'old.cjs');
    writeFileSync(
      old,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.11.0' } });",
    );
    const older = await run([process.execPath, '-r', old, launcher(), 'demo']).ended;
    expect(older).toMatchObject({ code: 2, stdout: '' });
    expect(older.stderr).toMatch(
      /^keyferry: Node 22\.12 or newer is needed; this one is 22\.11\.0\.\n {2}Install/,
    );

    const alone = join(packed.folder, '..', 'alone');
    cpSync(join(packed.folder, 'node_modules', 'keyferry'), alone, { recursive: true });
    const driverless = await run([process.execPath, join(alone, 'bin', 'keyferry.cjs'), 'demo']).ended;
    expect(driverless).toMatchObject({ code: 2, stdout: '' });
    expect(driverless.stderr).toMatch(
      /^keyferry: The database driver for \S+ on \S+ is not installed\.\n {2}Install/,
    );

    rmSync(join(alone, 'dist'), { recursive: true });
    const bundleless = await run([process.execPath, join(alone, 'bin', 'keyferry.cjs'), 'demo']).ended;
    expect(bundleless).toMatchObject({ code: 2, stdout: '' });
    expect(bundleless.stderr).toMatch(/^keyferry: The program is not built here\.\n {2}In a checkout/);
  });

  function launcher(): string {
    return join(packed.folder, 'node_modules', 'keyferry', 'bin', 'keyferry.cjs');
  }
});

const SECRETS = { STRIPE_WEBHOOK_SECRET: 'whsec_test_value', SHOPIFY_WEBHOOK_SECRET: 'shop_test_value' };

function metafile(): Metafile {
  return JSON.parse(readFileSync(join(root, 'dist', 'node.meta.json'), 'utf8'));
}
