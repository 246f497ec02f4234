/**
 * How a command of the command line is written down: what all of them have, and how their options are read. It stands
 * between the grammar and the commands. What must never happen here: a value taken that the command cannot mean.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDuration } from '../core/duration.ts';
import { isoDate } from '../core/license.ts';
import { MOST_ROWS } from './asking.ts';
import type { Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

/** Takes the run of the matching command. */
export type Run = (
  work: (terminal: Terminal) => Promise<Outcome>,
  options: { readonly json?: boolean },
) => Promise<void>;

/** Adds its command to the program. */
export type Add = (program: Command, run: Run) => void;

/** A command with what all of them have. */
export function command(
  parent: Command,
  usage: string,
  summary: string,
  about: string,
  examples: readonly string[],
): Command {
  const path = [...(parent.parent ? [parent.name()] : []), usage.split(' ')[0]].join(' ');
  return parent
    .command(usage)
    .showHelpAfterError(`Try \`keyferry ${path} --help\`.`)
    .summary(summary)
    .description(about)
    .helpOption('-h, --help', 'show this help')
    .option('--json', 'print one JSON document, nothing else, on stdout')
    .addHelpText('after', ['', 'Examples:', ...examples.map((it) => `  ${it}`)].join('\n'));
}

/** A word with several commands behind it. */
export function group(program: Command, name: string, summary: string, about: string): Command {
  return program
    .command(name)
    .summary(summary)
    .description(about)
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError(`Try \`keyferry ${name} --help\`.`);
}

/** For what the API answers: from this environment's database, or of a Keyferry elsewhere. */
export function overApi(it: Command): Command {
  return it
    .option('--url <url>', 'of a running Keyferry (KEYFERRY_URL); else the database here', url)
    .option('--key <key>', 'its API key; safer in KEYFERRY_API_KEY: others may see command lines');
}

export function listOptions(it: Command): Command {
  return it
    .option('--limit <n>', 'so many; 200 at most (50)', limit)
    .option('--cursor <cursor>', 'go on where a list ended')
    .option('--all', 'the whole list');
}

/** An option whose value is one of a few words. */
export function choice(flags: string, about: string, words: readonly string[]): Option {
  return new Option(flags, about).choices(words);
}

/** Of an option that may be given several times. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function limit(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST_ROWS) return Number(text);
  throw new InvalidArgumentError(`Write a number from 1 to ${MOST_ROWS}; --all for more.`);
}

export function seed(text: string): string {
  if (/^[a-z0-9]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('Use up to 40 of a-z and 0-9.');
}

export function count(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number from 1 to 99999.');
}

export function duration(text: string): string {
  if (isDuration(text)) return text;
  throw new InvalidArgumentError('Write it like 12h, 90d, 6m or 1y.');
}

/** A day or a time, as the API reads it. */
export function time(text: string): string {
  if (isoDate.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write a day like 2026-11-30, or a time like 2026-11-30T08:00:00Z.');
}

export function url(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Write it like https://keys.example.com.');
}
