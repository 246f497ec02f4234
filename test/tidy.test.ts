/** Small habits, kept by a machine: first each on files that break it, then on our own. */
import { describe, expect, test } from 'vitest';
import { readSources } from '../tools/architecture/sources.ts';
import { TIDY } from '../tools/architecture/tidy.ts';

type Habit = (typeof TIDY)[keyof typeof TIDY];

function complaints(habit: Habit, path: string, source: string): readonly string[] {
  return habit.check({ sources: { [path]: source } });
}

describe('each habit can be broken', () => {
  const lines = (count: number) => '// x\n'.repeat(count);
  const later = ['TO', 'DO'].join('');

  test.each([
    [
      'a file of 351 lines',
      TIDY.length,
      'src/a.ts',
      lines(351),
      'src/a.ts has 351 lines, 350 are allowed: find the second thing in it and move it out',
    ],
    [
      'a tool of 351 lines',
      TIDY.length,
      'tools/a.mjs',
      lines(351),
      'tools/a.mjs has 351 lines, 350 are allowed: find the second thing in it and move it out',
    ],
    [
      'a tool that says nothing of itself',
      TIDY.opening,
      'tools/architecture/a.ts',
      'export {};',
      'tools/architecture/a.ts opens without a comment: say what it is, where it stands in the river, what must never happen here',
    ],
    [
      'a comment that comes too late',
      TIDY.opening,
      'integrations/x/a.ts',
      'export {}; // late',
      'integrations/x/a.ts opens without a comment: say what it is, where it stands in the river, what must never happen here',
    ],
    [
      'a file of helpers',
      TIDY.names,
      'src/http/orderHelpers.ts',
      '',
      'src/http/orderHelpers.ts is named "helper": name it after what is in it',
    ],
    [
      'a folder of data',
      TIDY.names,
      'src/data/a.ts',
      '',
      'src/data/a.ts is named "data": name it after what is in it',
    ],
    [
      'a page of the rest',
      TIDY.names,
      'integrations/x/misc.md',
      '',
      'integrations/x/misc.md is named "misc": name it after what is in it',
    ],
    [
      'an export that nobody uses',
      TIDY.exports,
      'src/a.ts',
      'export const lonely = 1;\nexport interface Shape {}',
      'src/a.ts exports lonely, which nobody else uses: take the word export away',
    ],
    [
      'a note for later',
      TIDY.notes,
      'docs/a.md',
      `\n${later}: x`,
      `docs/a.md:2 says ${later}: do it now, or write an issue`,
    ],
    [
      "somebody's own folder",
      TIDY.machine,
      'src/a.ts',
      "const at = '/home/me/keyferry';",
      'src/a.ts:1 names /home: paths come from the configuration, or relative to the file',
    ],
    [
      'a folder of one system',
      TIDY.machine,
      'README.md',
      'cd /tmp',
      'README.md:1 names /tmp: paths come from the configuration, or relative to the file',
    ],
  ] as const)('%s is found', (_name, habit, path, source, complaint) => {
    expect(complaints(habit, path, source)).toEqual([complaint]);
  });

  test.each([
    ['a file of 350 lines', TIDY.length, 'src/a.ts', lines(350)],
    ['a comment first', TIDY.opening, 'src/a.ts', '/** What it is. */\nexport {};'],
    ['a comment after the shebang', TIDY.opening, 'src/cli.ts', '#!/usr/bin/env node\n/** What it is. */'],
    ['a name that only holds a word', TIDY.names, 'src/core/database.ts', ''],
    ['a constant of the file itself', TIDY.exports, 'src/a.ts', 'const own = 1;\nown;'],
    ['a name in a test', TIDY.names, 'test/data/a.ts', ''],
    ['a path in a test', TIDY.machine, 'test/a.test.ts', "'/tmp/x'"],
    [
      'what only looks like a path',
      TIDY.machine,
      'src/a.ts',
      "'https://example.com/home/x', './work/x', '/workers'",
    ],
  ] as const)('%s is right', (_name, habit, path, source) => {
    expect(complaints(habit, path, source)).toEqual([]);
  });
});

describe('our own files', () => {
  const house = { sources: readSources() };

  test.each(Object.values(TIDY).map((habit) => [habit.name, habit] as const))('%s', (_name, habit) => {
    expect(habit.check(house)).toEqual([]);
  });
});
