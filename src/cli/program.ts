/**
 * The grammar of the command line: which commands there are, what they take, and the help that a newcomer works
 * from. The commands themselves lie beside it, one file each.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isDuration } from '../core/duration.ts';
import { didYouMean } from '../core/nearest.ts';
import { SCOPES, type Scope } from '../core/records.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { init } from './init.ts';
import { createKey, listKeys, resetAdmin, revokeKey } from './keys.ts';
import { migrateDatabase } from './migrate.ts';
import { type Exit, failed, type Outcome } from './outcome.ts';
import { replay } from './replay.ts';
import { send } from './send.ts';
import { serve } from './serve.ts';
import { conclude, openTerminal, type Terminal } from './terminal.ts';
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
  KEYFERRY_DEBUG                 1: more log lines, stack traces
  and the secrets that the mapping files name. NO_COLOR is respected.`;

/** Takes the run of the matching command. */
type Run = (
  work: (terminal: Terminal) => Promise<Outcome>,
  options: { readonly json?: boolean },
) => Promise<void>;

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
    addServe,
    addDemo,
    addInit,
    addCheck,
    addExplain,
    addSend,
    addReplay,
    addDoctor,
    addKeys,
    addBackup,
    addMigrate,
  ])
    add(program, run);
  return program;
}

function commandNames(program: Command): readonly string[] {
  return program.commands.map((it) => it.name());
}

/** A command with what all of them have. */
function command(
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

function addServe(program: Command, run: Run): void {
  command(
    program,
    'serve',
    'run Keyferry',
    'Runs Keyferry with the files in mappings/: prints the address to enter in each shop, and an admin key at the first start. Changed mapping files are taken up while it runs. Ctrl-C stops it; nothing that was acknowledged is lost.',
    ['keyferry serve', 'PORT=8080 HOST=0.0.0.0 keyferry serve'],
  ).action((options) => run(serve, options));
}

function addDemo(program: Command, run: Run): void {
  command(
    program,
    'demo',
    'see it work, in ten seconds',
    'Runs Keyferry in a folder of its own, sends it signed checkouts through its front door, and shows what became of each line. Checks itself, needs no account and no network, and leaves nothing behind.',
    ['keyferry demo', 'keyferry demo --json'],
  ).action((options) => run(demo, options));
}

function addInit(program: Command, run: Run): void {
  command(
    program,
    'init',
    'write mapping files to start from',
    'Writes a catalog, a mapping file for each shop and the schemas for your editor into ./mappings (or the folder in KEYFERRY_MAPPINGS). Never overwrites a file.',
    ['keyferry init', 'keyferry init --example bundle'],
  )
    .option('--example <name>', 'the files of one of the examples instead')
    .action((options) => run((terminal) => init(options, terminal), options));
}

function addCheck(program: Command, run: Run): void {
  command(
    program,
    'check',
    'look over environment and mapping files',
    'Finds everything that is wrong with the environment, the catalog, the mapping files and their secrets, all at once. Touches neither the database nor the network.',
    ['keyferry check', 'keyferry check --mappings mappings/examples/bundle --no-secrets'],
  )
    .option('--mappings <folder>', 'the folder to check (KEYFERRY_MAPPINGS, ./mappings)')
    .option('--no-secrets', 'do not ask for the secrets: for machines that have none')
    .action((options) => run((terminal) => check(options, terminal), options));
}

function addExplain(program: Command, run: Run): void {
  command(
    program,
    'explain <event|file>',
    'which rule fits each line of a sale, and why',
    'Shows for each line of a sale which rules were tried, which one fits, and what it grants; of a stored event (evt_…) or of a file with a webhook’s body, which needs no database. Changes nothing.',
    [
      'keyferry explain evt_01K…',
      'keyferry explain evt_01K… --mapping new-rules.yaml',
      'keyferry explain body.json --source NAME --type TYPE',
    ],
  )
    .option('--source <name>', 'of a file: the source it is of, if there are several')
    .option('--type <type>', 'of a file: its type or topic, if the body does not say')
    .option('--mapping <file>', 'try these rules instead of those that run')
    .action((of: string, options) => run((terminal) => explain(of, options, terminal), options));
}

function addSend(program: Command, run: Run): void {
  command(
    program,
    'send [source] [case]',
    'sign a written case as the shop would, and post it',
    'Signs a written, realistic webhook with the secret of a source and posts it to a running Keyferry. Without a case it lists them. The source is the name of a mapping file or of an integration.',
    [
      'keyferry send                              what there is to send',
      'keyferry send NAME CASE                    a new sale each time',
      'keyferry send NAME CASE --seed abc         the same sale again',
      'keyferry send NAME --file body.json --type TYPE',
      'keyferry send NAME CASE --url https://keys.example.com/webhooks/NAME',
    ],
  )
    .option('--url <url>', 'where to post (http://127.0.0.1:$PORT/webhooks/<source>)')
    .option('--secret-env <name>', 'sign with the secret in this variable instead of the source’s own')
    .option('--file <file>', 'post this body instead of a case')
    .option('--type <type>', 'the type or topic of the file')
    .option('--seed <seed>', 'names the sale: letters and digits; a random one otherwise', seed)
    .option('--count <n>', 'how many sales to send', count, 1)
    .action((source: string | undefined, name: string | undefined, options) =>
      run((terminal) => send(source, name, options, terminal), options),
    );
}

function addReplay(program: Command, run: Run): void {
  command(
    program,
    'replay <event>',
    'send a stored event through again',
    'Sends one stored event through again and prints what it changed. No changes is success: sale and licenses agreed already. Safe while Keyferry runs.',
    ['keyferry replay evt_01K… --dry-run', 'keyferry replay evt_01K… --remap'],
  )
    .option('--dry-run', 'say what would change, change nothing', false)
    .option('--remap', 'map all lines by today’s rules, also those that were issued', false)
    .option('--refresh', 'ask the shop anew', false)
    .action((event: string, { dryRun, remap, refresh, json }) =>
      run((terminal) => replay(event, { dry_run: dryRun, remap, refresh }, terminal), { json }),
    );
}

function addDoctor(program: Command, run: Run): void {
  command(
    program,
    'doctor',
    'find what a set-up got wrong',
    'Looks at Node, environment, disk, database, mapping files, secrets, parked lines, alarms and, with --url, at the way from outside. Says what to do about each finding.',
    ['keyferry doctor', 'keyferry doctor --url https://keys.example.com --send-test'],
  )
    .option('--url <url>', 'the public address of this Keyferry, without a path', url)
    .option('--send-test', 'post a signed test event, which changes no license, through --url', false)
    .action((options: { sendTest: boolean; url?: string; json?: boolean }, self: Command) => {
      if (options.sendTest && options.url === undefined) self.error('error: --send-test needs --url');
      return run((terminal) => doctor(options, terminal), options);
    });
}

function addKeys(program: Command, run: Run): void {
  const keys = program
    .command('keys')
    .summary('the keys of the management API')
    .description('Makes, lists and revokes the keys of the management API, directly on the database.')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('Try `keyferry keys --help`.');
  command(
    keys,
    'create',
    'make a key',
    `Makes a key and shows it once. Scopes, each with those before it: ${SCOPES.join(', ')}.`,
    [
      'keyferry keys create --name dashboard',
      'keyferry keys create --name import --scope issue --expires 90d',
    ],
  )
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('read' satisfies Scope),
    )
    .option('--expires <duration>', 'when it ends: 12h, 90d, 6m, 1y (never)', duration)
    .action((options) => run((terminal) => createKey(options, terminal), options));
  command(keys, 'list', 'all keys and when they were used', 'Lists all keys, without the keys themselves.', [
    'keyferry keys list',
  ]).action((options) => run(listKeys, options));
  command(
    keys,
    'revoke <id>',
    'close a key for good',
    'Closes a key for good; `keyferry keys list` shows the ids.',
    ['keyferry keys revoke key_01K…'],
  ).action((id: string, options) => run((terminal) => revokeKey(id, terminal), options));
  command(
    keys,
    'reset-admin',
    'make a new admin key',
    'Makes a new admin key and shows it once; the one made before opens nothing any more.',
    ['keyferry keys reset-admin'],
  ).action((options) => run(resetAdmin, options));
}

function addBackup(program: Command, run: Run): void {
  command(
    program,
    'backup <file>',
    'copy the database while Keyferry runs',
    'Copies the database into a new file, consistent although Keyferry goes on working, then opens and examines the copy. Never overwrites a file.',
    ['keyferry backup backups/2026-11-01.db'],
  ).action((file: string, options) => run((terminal) => backup(file, terminal), options));
}

function addMigrate(program: Command, run: Run): void {
  command(
    program,
    'migrate',
    'bring the database to this version’s tables',
    'Makes the tables of this version in the database, a file or a server, and says what it did. `keyferry serve` does the same when it starts; on its own it is for those who migrate before they deploy.',
    ['keyferry migrate'],
  ).action((options) => run(migrateDatabase, options));
}

function seed(text: string): string {
  if (/^[a-z0-9]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('Use up to 40 of a-z and 0-9.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number from 1 to 99999.');
}

function duration(text: string): string {
  if (isDuration(text)) return text;
  throw new InvalidArgumentError('Write it like 12h, 90d, 6m or 1y.');
}

function url(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Write it like https://keys.example.com.');
}

/** Runs a command line to its end. @returns the exit code */
export async function runProgram(args: readonly string[], host: NodeJS.Process): Promise<Exit> {
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
