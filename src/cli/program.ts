/**
 * The grammar of the command line: which commands there are, and the help that a newcomer works from. What each of
 * them takes stands in commands-*.ts, what it does in a file of its own.
 */
import { Command, CommanderError, Option } from 'commander';
import { didYouMean } from '../core/nearest.ts';
import type { Run } from './command.ts';
import { addAdopt } from './commands-adopting.ts';
import { FILES } from './commands-files.ts';
import { KEEPING } from './commands-keeping.ts';
import { LOOKING } from './commands-looking.ts';
import { addLicenses, addOrders } from './commands-orders.ts';
import { RUNNING } from './commands-running.ts';
import { SELLING } from './commands-selling.ts';
import { type Exit, failed } from './outcome.ts';
import { conclude, type Host, openTerminal } from './terminal.ts';
import { version } from './version.ts';

const ABOUT = `Carries a paid checkout to its software license keys, exactly once.`;

const AFTER = `
First steps:
  keyferry demo                  see it work, in ten seconds
  keyferry init                  write mapping files to start from
  keyferry check                 look over the mapping files, in mappings/
  keyferry serve                 run, and see where to point your shops
  keyferry send                  the written test cases of each shop
  keyferry doctor                what is wrong with this set-up?

Exit codes:
  0  it worked
  1  it failed, or problems were found
  2  wrong usage or configuration

Environment:
  HOST, PORT                     where to listen (127.0.0.1, 3000)
  KEYFERRY_MAPPINGS              folder of the mapping files (./mappings)
  KEYFERRY_DATABASE_URL          the database (file:./data/keyferry.db)
  KEYFERRY_DATABASE_AUTH_TOKEN   its token, if it is a libSQL server
  KEYFERRY_ADMIN_KEY             an admin key; else one is made at first start
  KEYFERRY_URL                   a Keyferry elsewhere: for the commands with --url
  KEYFERRY_API_KEY               its API key
  KEYFERRY_DEBUG                 1: more log lines, stack traces
  and the secrets that the mapping files name. NO_COLOR is respected.`;

export function makeProgram(run: Run): Command {
  const program = new Command('keyferry');
  program
    .description(ABOUT)
    .usage('<command> [options]')
    .helpOption('-h, --help', 'show this help; `keyferry <command> --help` shows that of a command')
    .helpCommand(false)
    .option('-V, --version', 'show the version')
    .addOption(new Option('--json', 'of --version, and of every command').hideHelp())
    .addHelpText('after', AFTER)
    // An option behind a command is that command's.
    .enablePositionalOptions()
    .showHelpAfterError('Try `keyferry --help`.')
    .allowExcessArguments(true)
    .action(async (options: { readonly version?: boolean; readonly json?: boolean }) => {
      const [word] = program.args;
      if (options.version) await run(async () => version(), options);
      else if (word === undefined) program.outputHelp();
      else
        program.error(
          `error: there is no command "${word}". ${didYouMean(word, commandNames(program), 'Commands')}`,
        );
    });
  for (const add of [
    ...RUNNING,
    addOrders,
    addLicenses,
    ...LOOKING,
    ...SELLING,
    ...FILES,
    addAdopt,
    ...KEEPING,
  ])
    add(program, run);
  return program;
}

function commandNames(program: Command): readonly string[] {
  return program.commands.map((it) => it.name());
}

/** Runs a command line to its end. @returns the exit code */
export async function runProgram(args: readonly string[], host: Host): Promise<Exit> {
  let exit: Exit = 0;
  const program = makeProgram(async (work, { json }) => {
    const terminal = openTerminal(host, json === true || program.opts().json === true);
    const outcome = await work(terminal);
    conclude(outcome, terminal);
    exit = outcome.exit;
  });
  forEach(program, (it) => it.exitOverride());
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // What commander has to say to people it has said; help that was asked for is no error.
    if (error.exitCode === 0) return 0;
    const detail = error.message.replace(/^error: /, '');
    const wrong = failed({ code: 'usage', title: 'Wrong usage', detail, hint: 'keyferry --help' }, 2);
    if (args.includes('--json')) conclude(wrong, openTerminal(host, true));
    return 2;
  }
  return exit;
}

function forEach(command: Command, act: (it: Command) => void): void {
  act(command);
  for (const it of command.commands) forEach(it, act);
}
