/**
 * Small habits that need no parser: length, opening comments, names, left-over notes, paths of one machine.
 * Complaints say where and what to do; limits only ever get tighter.
 */
import type { Rule } from './rules.ts';

type Sources = Readonly<Record<string, string>>;

/** Files may shrink below the limit, none may grow above it. */
const LONGEST_FILE = 350;
/** Files that were longer when the limit came, with what they may have: only ever lowered. Empty is right. */
const LONGER: Readonly<Record<string, number>> = {};

const OURS = /^(src|integrations|tools)\//;
const OUR_CODE = /^(src|integrations|tools)\/.*\.m?[jt]s$/;
/** Made from code, and read by nobody: it may be as long as it must. */
const GENERATED = /^src\/client\/paths\.ts$/;

const CODE = /\.m?[jt]s$/;
const EXPORTING = /^(src|integrations)\/.*\.ts$/;

/** Complaints about each line of the files that `where` names. */
function eachLine(
  sources: Sources,
  where: (path: string) => boolean,
  judge: (line: string) => string | null,
) {
  return Object.entries(sources)
    .filter(([path]) => where(path))
    .flatMap(([path, source]) =>
      source.split('\n').flatMap((text, index) => {
        const complaint = judge(text);
        return complaint === null ? [] : [`${path}:${index + 1} ${complaint}`];
      }),
    );
}

function eachFile(sources: Sources, where: RegExp, judge: (path: string, source: string) => string | null) {
  return Object.entries(sources)
    .filter(([path]) => where.test(path))
    .flatMap(([path, source]) => {
      const complaint = judge(path, source);
      return complaint === null ? [] : [`${path} ${complaint}`];
    });
}

const NAMES = ['util', 'helper', 'manager', 'handler', 'service', 'data', 'info', 'misc'] as const;
// Put together here, so that this file does not complain of itself.
const NOTES = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X'.repeat(3)].join('|')})\\b`);
const MACHINE = new RegExp(
  `(?<![\\w.~)}*:@/-])/(${['work', 'home', 'root', 'tmp'].join('|')})(?=/|['"\`\\s]|$)`,
);

export const TIDY = {
  length: {
    name: `no file of src, integrations and tools is longer than ${LONGEST_FILE} lines`,
    check: ({ sources }) =>
      eachFile(sources, OUR_CODE, (path, source) => {
        const lines = source.trimEnd().split('\n').length;
        const limit = GENERATED.test(path) ? Number.POSITIVE_INFINITY : (LONGER[path] ?? LONGEST_FILE);
        return lines <= limit
          ? null
          : `has ${lines} lines, ${limit} are allowed: find the second thing in it and move it out`;
      }),
  },
  opening: {
    name: 'every file of src, integrations and tools opens with a comment',
    check: ({ sources }) =>
      eachFile(sources, OUR_CODE, (_path, source) =>
        /^(#!.*\n)?\s*(\/\*|\/\/)/.test(source)
          ? null
          : 'opens without a comment: say what it is, where it stands in the river, what must never happen here',
      ),
  },
  names: {
    name: 'file and folder names say what is in them',
    check: ({ sources }) =>
      eachFile(sources, OURS, (path) => {
        const words = path
          .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
          .toLowerCase()
          .split(/[^a-z]+/);
        const word = NAMES.find((name) => words.includes(name) || words.includes(`${name}s`));
        return word === undefined ? null : `is named "${word}": name it after what is in it`;
      }),
  },
  exports: {
    name: 'what is exported, some other file uses',
    check: ({ sources }) => {
      const files = Object.entries(sources).filter(([path]) => CODE.test(path));
      const uses = new Map<string, number>();
      for (const [, source] of files) {
        for (const word of new Set(source.match(/\w+/g))) uses.set(word, (uses.get(word) ?? 0) + 1);
      }
      return files
        .filter(([path]) => EXPORTING.test(path))
        .flatMap(([path, source]) =>
          [...source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)]
            .filter(([, name = '']) => (uses.get(name) ?? 0) < 2)
            .map(([, name]) => `${path} exports ${name}, which nobody else uses: take the word export away`),
        );
    },
  },
  notes: {
    name: 'nothing is left for later inside the files',
    check: ({ sources }) =>
      eachLine(
        sources,
        () => true,
        (line) => {
          const note = NOTES.exec(line)?.[0];
          return note === undefined ? null : `says ${note}: do it now, or write an issue`;
        },
      ),
  },
  machine: {
    name: 'no file outside of the tests names a path of one machine',
    check: ({ sources }) =>
      eachLine(
        sources,
        (path) => !path.startsWith('test/'),
        (line) => {
          const path = MACHINE.exec(line)?.[0];
          return path === undefined
            ? null
            : `names ${path}: paths come from the configuration, or relative to the file`;
        },
      ),
  },
} as const satisfies Record<
  string,
  { name: string; check: (house: Pick<Parameters<Rule['check']>[0], 'sources'>) => readonly string[] }
>;
