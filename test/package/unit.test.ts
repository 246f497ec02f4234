/** The systemd unit: held against this project, and against systemd where that is installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config.ts';
import { root } from '../cli/run.ts';

const unit = readFileSync(join(root, 'deploy', 'keyferry.service'), 'utf8');
/** Every value of a setting, in order. */
const all = (name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

test('it sets variables that Keyferry reads, and keeps the database in the folder that is its own', () => {
  const env = Object.fromEntries(all('Environment').map((it) => it.split(/=(.*)/, 2)));
  expect(readEnvironment(env)).toMatchObject({
    ok: true,
    value: { databaseUrl: 'file:/var/lib/keyferry/keyferry.db', mappings: '/etc/keyferry/mappings' },
  });
  expect(all('StateDirectory')).toEqual(['keyferry']);
  expect(all('WorkingDirectory')).toEqual(['/var/lib/keyferry']);
});

test('it starts the command where the comment installs it, again for ever, and waits for a stop', () => {
  const [, prefix] = /npm install --global --prefix (\S+)/.exec(unit) ?? [];
  expect(all('ExecStart')).toEqual([`${prefix}/bin/keyferry serve`]);
  expect(all('Restart')).toEqual(['always']);
  expect(all('StartLimitIntervalSec')).toEqual(['0']);
  const [, stopMs = ''] =
    /STOP_MS = ([\d_]+)/.exec(readFileSync(join(root, 'src/cli/serve.ts'), 'utf8')) ?? [];
  expect(Number.parseInt(all('TimeoutStopSec')[0] ?? '', 10) * 1000).toBeGreaterThan(
    Number(stopMs.replaceAll('_', '')),
  );
});

describe('systemd', () => {
  const analyze = (...args: readonly string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  const missing = analyze('--version').error !== undefined;
  const NONE = 'systemd-analyze is not on this machine';

  test('understands every line', ({ skip }) => {
    if (missing) skip(NONE);
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-unit-'));
    try {
      const file = join(folder, 'keyferry.service');
      // The program is not installed where this runs.
      writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const { status, stderr } = analyze('verify', file);
      expect({ status, about: stderr.split('\n').filter((it) => it.includes('keyferry.service')) }).toEqual({
        status: 0,
        about: [],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('finds that it may do little', ({ skip }) => {
    if (missing) skip(NONE);
    const { stdout } = analyze('security', '--offline=true', join(root, 'deploy', 'keyferry.service'));
    const [, exposure = ''] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeGreaterThan(0);
    expect(Number(exposure)).toBeLessThan(2);
  });
});
