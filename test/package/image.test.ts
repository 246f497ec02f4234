/**
 * The container image, as far as it can be looked at where no container runs: what its file says is held against
 * this project, and its commands are run. package.test.ts starts the packed program with the image's environment.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config.ts';
import { makePlace, type Place, type Running, root } from '../cli/run.ts';
import { allOf, image, isIgnored, stages } from './dockerfile.ts';

describe('the builder', () => {
  const [build = []] = stages();

  test('gets every file that it copies', () => {
    const copied = stages()
      .flatMap((stage) => allOf('COPY', stage))
      .filter((it) => !it.startsWith('--from='))
      .flatMap((it) => it.split(' ').slice(0, -1));
    expect(copied).toEqual(['package.json', 'package-lock.json', '.']);
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(isIgnored(path), path).toBe(false);
    }
  });

  test('gets what the build reads and the package holds, and never a secret, a database or packages', () => {
    const needed = ['package.json', 'tools/build.ts', 'tools/run.mjs', 'src/cli.ts', 'integrations/index.ts'];
    for (const path of [
      ...needed,
      'mappings/examples/bundle/catalog.yaml',
      'bin/keyferry.cjs',
      'docs/problems.md',
    ])
      expect({ path, there: existsSync(join(root, path)), ignored: isIgnored(path) }).toEqual({
        path,
        there: true,
        ignored: false,
      });
    const kept = ['.env', '.env.local', 'deploy/.env', 'data/keyferry.db', 'backup.db', 'backup.db-wal'];
    for (const path of [...kept, 'node_modules/a', 'tools/node/node_modules/a', '.git/config', 'dist/node/a'])
      expect({ path, ignored: isIgnored(path) }).toEqual({ path, ignored: true });
  });

  test('runs npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const run = allOf('RUN', build).flatMap((it) =>
      [...it.matchAll(/npm run (\S+)/g)].map(([, name]) => name),
    );
    expect(run).toEqual(['build']);
    expect(scripts).toHaveProperty('build');
  });

  test('takes the same base for building and running, of a Node that may run Keyferry', () => {
    const bases = stages().map(([from]) => from?.rest.replace(/ AS .*/, ''));
    expect(new Set(bases)).toEqual(new Set([`\${NODE}`]));
    const [, major = ''] =
      /^ARG NODE=node:(\d+)-/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(24);
  });
});

describe('the container', () => {
  const it = image();

  test('is nobody’s root, and keeps its database in its volume', () => {
    expect(it.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(it.volume).toBe('/data');
    expect(it.env.KEYFERRY_DATABASE_URL).toBe('file:/data/keyferry.db');
    expect(readEnvironment(it.env)).toMatchObject({
      ok: true,
      value: { host: '0.0.0.0', mappings: '/mappings' },
    });
    expect(it.port).toBe(it.env.PORT);
  });

  test('starts the launcher of the package without a shell, and stops by the signal that it listens for', () => {
    expect([...it.entrypoint, ...it.command]).toEqual(['node', '/program/bin/keyferry.cjs', 'serve']);
    expect(existsSync(join(root, 'bin', 'keyferry.cjs'))).toBe(true);
    expect(it.stopSignal).toBe('SIGTERM');
  });

  test('has a name for everything that compose.yaml mounts and sets', () => {
    const compose = readFileSync(join(root, 'deploy', 'compose.yaml'), 'utf8');
    expect(compose).toContain(`keyferry:${it.volume} `);
    expect(compose).toContain(`./mappings:${it.env.KEYFERRY_MAPPINGS}:ro`);
    expect(compose).toContain(`127.0.0.1:3000:${it.port}"`);
  });
});

describe('the health check', () => {
  let place: Place;
  let served: Running;
  let port = '';
  beforeAll(async () => {
    place = makePlace();
    served = place.start('serve');
    port = /listens on \S+:(\d+)/.exec(await served.says('Stop: Ctrl-C.'))?.[1] ?? '';
  });
  afterAll(async () => {
    served.signal('SIGTERM');
    await served.ended;
    place.remove();
  });

  /** @returns the exit code of the image's own command */
  function check(at: string): Promise<number | null> {
    const [, ...args] = image().health;
    const child = spawn(process.execPath, args, { env: { PORT: at }, stdio: 'ignore' });
    return new Promise((resolve) => child.on('close', resolve));
  }

  test('is content with a Keyferry that runs', async () => {
    expect(image().health[0]).toBe('node');
    expect(await check(port)).toBe(0);
  });

  test('is not content where nobody listens', async () => {
    expect(await check('9')).toBe(1);
  });
});
