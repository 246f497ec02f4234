/**
 * The commands that set Keyferry up, run it and look into it: what each takes, and its help. What they do lies beside
 * this, one file each.
 */
import type { Command } from 'commander';
import { check } from './check.ts';
import { type Add, command, count, type Run, seed, url } from './command.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { init } from './init.ts';
import { send } from './send.ts';
import { serve } from './serve.ts';

export const RUNNING: readonly Add[] = [addServe, addDemo, addInit, addCheck, addExplain, addSend, addDoctor];

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
