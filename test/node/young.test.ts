/** The space for new objects stays small under load: a process that makes much and keeps little shows it. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const MODULE = new URL('../../src/node/young.ts', import.meta.url).href;
const story = (begin: string) => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setTimeout as pause } from 'node:timers/promises';
  ${begin}
  const kept = [];
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 60_000; i++) kept.push({ i, text: 'x' + i });
    if (round % 4 === 3) kept.length = 0;
    await pause(1);
  }
  const young = getHeapSpaceStatistics().find((it) => it.space_name === 'new_space');
  console.log(young.space_size);
`;

function youngBytes(begin: string): number {
  const run = spawnSync(
    process.execPath,
    ['--experimental-strip-types', '--input-type=module', '--eval', story(begin)],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout);
}

test('a process that bounds its young objects stays far below what another one grows to', () => {
  const unbound = youngBytes('');
  const bound = youngBytes(`import { boundYoung } from '${MODULE}'; boundYoung();`);
  expect(bound).toBeLessThanOrEqual(unbound / 2);
  expect(bound).toBeLessThanOrEqual(32 * 1024 * 1024);
});
