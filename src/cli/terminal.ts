/**
 * What a command may use of the process: its environment, its streams, its signals. It stands at the outer edge
 * of door three. What must never happen here: anything but the one JSON document on stdout with `--json`, or
 * colors where nobody looks.
 */
import { once } from 'node:events';
import { styleText } from 'node:util';
import type { Env } from '../config.ts';
import type { Log } from '../core/ports.ts';
import { type Bar, drawBar, noBar } from './bars.ts';
import { atTurnsEnd, jsonLog, shortLog } from './log.ts';
import type { Outcome } from './outcome.ts';
import { type Paint, plain, type Tone, trouble } from './text.ts';

export interface Terminal {
  readonly env: Env;
  readonly json: boolean;
  readonly paint: Paint;
  /** Columns to write in. */
  readonly width: number;
  /** A line of a story on stdout, as it happens; silent with `--json`. */
  readonly say: (...lines: readonly string[]) => void;
  /** The one document of `--json`, for commands that go on after it; silent without. */
  readonly document: (value: unknown) => void;
  /** Raw text on stdout, for what is written piece by piece. Resolves when there is room for the next. */
  readonly write: (text: string | Uint8Array) => Promise<void>;
  /** Shows how far a long piece of work is, while it goes on. Silent where nobody looks. @param what as a word: `Replay` */
  readonly bar: (what: string) => Promise<Bar>;
  /** Asks yes or no of whoever sits there. Null: nobody does. */
  readonly confirm: (question: string) => Promise<boolean | null>;
  /** Lines on stderr, wherever stdout goes. */
  readonly warn: (...lines: readonly string[]) => void;
  readonly log: Log;
}

/** The columns where nobody says how many there are. */
const STANDARD_WIDTH = 80;
const WIDEST = 100;
const LEAST = 40;

const FORMATS: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  strong: 'bold',
  dim: 'dim',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  name: 'cyan',
};

const colored: Paint = (tone, text) => styleText(FORMATS[tone], text, { validateStream: false });

/** What a terminal needs of a process. */
export type Host = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'once'>;

export function openTerminal(host: Host, json: boolean): Terminal {
  const { stdin, stdout, stderr, env } = host;
  const colors = (stream: { readonly isTTY?: boolean }) =>
    stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const chatty = Boolean(env.KEYFERRY_DEBUG);
  const write = (stream: NodeJS.WriteStream, lines: readonly string[]) => {
    stream.write(`${lines.join('\n')}\n`);
  };
  const onStderr = (line: string) => write(stderr, [line]);
  const lines = atTurnsEnd(onStderr);
  // Whoever ends the process, what was said is said.
  host.once('exit', lines.flush);
  const width = Math.max(LEAST, Math.min(stdout.columns ?? STANDARD_WIDTH, WIDEST));
  return {
    env,
    json,
    paint: colors(stdout) ? colored : plain,
    width,
    say: (...lines) => {
      if (!json) write(stdout, lines);
    },
    document: (value) => {
      if (json) write(stdout, [JSON.stringify(value, null, 2)]);
    },
    write: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    bar: async (what) => (!json && stderr.isTTY === true ? drawBar(stderr, what, width) : noBar),
    confirm: async (question) =>
      !json && stdin.isTTY === true && stderr.isTTY === true ? askYesOrNo(question, stdin, stderr) : null,
    warn: (...lines) => write(stderr, lines),
    log:
      stderr.isTTY === true
        ? shortLog(onStderr, colors(stderr) ? colored : plain, chatty)
        : jsonLog(lines.line, chatty),
  };
}

/** Anything but a yes is a no; so is Ctrl-C. */
async function askYesOrNo(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const asking = createInterface({ input, output });
  try {
    const said = await new Promise<string>((resolve, reject) => {
      asking.once('close', () => resolve(''));
      asking.question(`${question} [y/N] `).then(resolve, reject);
    });
    return /^y(es)?$/i.test(said.trim());
  } finally {
    asking.close();
  }
}

/** Prints how a command ended: the document alone with `--json`, else its text, failures on stderr. */
export function conclude(outcome: Outcome, terminal: Terminal): void {
  if (terminal.json) {
    if (outcome.document !== null) terminal.document(outcome.document);
    return;
  }
  if (outcome.text !== '') terminal.say(outcome.text);
  if (outcome.trouble) terminal.warn(...trouble(outcome.trouble, terminal.paint, terminal.width));
}
