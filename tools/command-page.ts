/**
 * Makes docs/command-line.md of the program's own help. What must never happen here: a command or an option that the
 * page does not have.
 */
import type { Command } from 'commander';
import { makeProgram } from '../src/cli/program.ts';

/** Told once for all, at the top of the page: of every command, and of those that have the first of these. */
const COMMON: readonly (readonly string[])[] = [
  ['--json', '--help'],
  ['--key', '--url'],
  ['--cursor', '--limit', '--all'],
];

/** @returns the whole page */
export function commandPage(): string {
  const program = makeProgram(async () => undefined);
  const sections = program.commands.flatMap((it) =>
    it.commands.length === 0
      ? commandLines(it, it.name(), '##')
      : [
          `## ${it.name()}`,
          '',
          it.description(),
          '',
          ...it.commands.flatMap((one) => commandLines(one, `${it.name()} ${one.name()}`, '###')),
        ],
  );
  return `${[...INTRODUCTION, ...sections].join('\n').trimEnd()}\n`;
}

const INTRODUCTION = [
  '<!-- Generated from the help of src/cli by `npm run generate`. Changes made here are lost. -->',
  '',
  '# The command line',
  '',
  '`keyferry <command> [options]`; from the sources `npm run keyferry -- <command> [options]`. `--help` behind a command shows',
  'what stands here.',
  '',
  '## Here, or elsewhere',
  '',
  'Commands marked with ◦ speak to the management API. Without an address they work on the database of this environment',
  '(`KEYFERRY_DATABASE_URL`), beside a running Keyferry or without one, and need no key: whoever can open the database may do',
  'everything. With `--url https://keys.example.com`, or `KEYFERRY_URL` in the environment, they do the very same at a Keyferry',
  'that runs elsewhere, with the API key in `KEYFERRY_API_KEY`. `--key` takes one as well, but other users of the machine may',
  'see command lines. `http://` is for this machine alone: a key never travels in the open.',
  '',
  'Long work is a job, and shows a bar while it is followed. Ctrl-C stops following, not the job: the command says how to look',
  'at it again. Here, where no Keyferry runs, the command takes the steps itself; what is left goes on with the next start.',
  '',
  '## Every command',
  '',
  '| option | |',
  '|---|---|',
  '| `--json` | one JSON document on stdout, nothing else: what the API answers, or `{"error": {code, title, detail, hint}}` |',
  '| `--url`, `--key` | of those with ◦: where, and with which key |',
  '| `--limit`, `--cursor`, `--all` | of lists: so many rows, from where, or all of them |',
  '',
  'Exit codes: 0 it worked, 1 it failed or found problems, 2 wrong usage or configuration, above 128 a signal ended it. Colors',
  'and bars are for terminals; `NO_COLOR` is respected.',
  '',
];

function commandLines(it: Command, name: string, level: string): string[] {
  const flags = it.options.map(({ long }) => long);
  const told = COMMON.filter(([first = '']) => flags.includes(first)).flat();
  const own = it.options.filter(({ long, hidden }) => !hidden && long && !told.includes(long));
  const given = it.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [
    `${level} ${[name, ...given].map((word) => word.replaceAll('<', '&lt;')).join(' ')}${told.includes('--key') ? ' ◦' : ''}`,
    '',
    it.description().replaceAll('<', '&lt;'),
    '',
    '```sh',
    ...examplesOf(it),
    '```',
    '',
    ...(own.length === 0 ? [] : ['| option | |', '|---|---|']),
    ...own.map(
      (one) => `| \`${one.flags.replaceAll('|', '\\|')}\` | ${cell(one.description, one.argChoices)} |`,
    ),
    ...(own.length === 0 ? [] : ['']),
  ];
}

function cell(text: string, choices: readonly string[] | undefined): string {
  const words = choices ? `: ${choices.map((it) => `\`${it}\``).join(', ')}` : '';
  return `${text}${words}`.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** They stand at the end of the help. */
function examplesOf(it: Command): readonly string[] {
  let help = '';
  it.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  it.outputHelp();
  const [, examples = ''] = help.split('\nExamples:\n');
  return examples
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
