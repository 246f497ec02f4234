/**
 * The commands that keep house: keys, what persons may ask by law, and the database. What each takes, and its help.
 */
import { type Command, Option } from 'commander';
import { SCOPES, type Scope } from '../core/records.ts';
import { backup } from './backup.ts';
import { type Add, command, duration, group, overApi, type Run } from './command.ts';
import { createKey, listKeys, resetAdmin, revokeKey } from './keys.ts';
import { migrateDatabase } from './migrate.ts';
import {
  type ExportOptions,
  exportRecords,
  listRequests,
  markDone,
  type RedactOptions,
  redactPerson,
} from './privacy.ts';

export const KEEPING: readonly Add[] = [addKeys, addPrivacy, addBackup, addMigrate];

function addKeys(program: Command, run: Run): void {
  const keys = group(
    program,
    'keys',
    'the keys of the management API',
    'Makes, lists and revokes the keys of the management API.',
  );
  overApi(
    command(
      keys,
      'create',
      'make a key',
      `Makes a key and shows it once. Scopes, each with those before it: ${SCOPES.join(', ')}.`,
      [
        'keyferry keys create --name dashboard',
        'keyferry keys create --name import --scope issue --expires 90d',
      ],
    ),
  )
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('read' satisfies Scope),
    )
    .option('--expires <duration>', 'when it ends: 12h, 90d, 6m, 1y (never)', duration)
    .action((options) => run((terminal) => createKey(options, terminal), options));
  overApi(
    command(
      keys,
      'list',
      'all keys and when they were used',
      'Lists all keys, without the keys themselves.',
      ['keyferry keys list'],
    ),
  ).action((options) => run((terminal) => listKeys(options, terminal), options));
  overApi(
    command(
      keys,
      'revoke <id>',
      'close a key for good',
      'Closes a key for good; `keyferry keys list` shows the ids.',
      ['keyferry keys revoke key_01K…'],
    ),
  ).action((id: string, options) => run((terminal) => revokeKey(id, options, terminal), options));
  command(
    keys,
    'reset-admin',
    'make a new admin key',
    'Makes a new admin key and shows it once; the one made before opens nothing any more. Directly on the database of this environment: it needs no key.',
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

function addPrivacy(program: Command, run: Run): void {
  const privacy = group(
    program,
    'privacy',
    'records of a person: export, redact',
    'Does what persons may ask by law, directly on the database, and lists who asked.',
  );
  command(
    privacy,
    'requests',
    'who asked, and until when',
    'Lists what persons asked and is not done, the newest first.',
    ['keyferry privacy requests', 'keyferry privacy requests --all'],
  )
    .option('--all', 'also what is done', false)
    .action((options) => run((terminal) => listRequests(options, terminal), options));
  whom(
    command(
      privacy,
      'export',
      'all that is stored about a person',
      'Writes all that is stored about a person as one JSON document: who they are, their orders with licenses, events and timeline, and what they asked.',
      [
        'keyferry privacy export --request req_01K… --out records.json',
        'keyferry privacy export --email ada@example.com --out ada.json',
      ],
    )
      .option('--request <id>', 'whom a request is about')
      .option('--out <file>', 'the new file to write')
      .option('--source <name>', 'at one source only'),
  ).action((options: ExportOptions & { readonly json?: boolean }, self: Command) => {
    exactlyOne(self, options, ['request', 'order', 'customer', 'email']);
    if (options.out === undefined && !options.json) self.error('error: --out needs a file, or use --json');
    return run((terminal) => exportRecords(options, terminal), options);
  });
  whom(
    command(
      privacy,
      'redact',
      'forget a person, or a whole shop',
      'Forgets who bought, for good: in orders, customers, stored events and answers, and in whatever still arrives. Licenses stay as they are.',
      [
        'keyferry privacy redact --source NAME --email ada@example.com --dry-run',
        'keyferry privacy redact --source NAME --order 6100000000001',
        'keyferry privacy redact --source NAME --shop --confirm NAME',
      ],
    )
      .requiredOption('--source <name>', 'where they bought')
      .option('--shop', 'everybody who ever bought there')
      .option('--confirm <name>', 'with --shop: the name of the source once more')
      .option('--dry-run', 'say what would be touched, touch nothing', false),
  ).action((options: RedactOptions & { readonly json?: boolean }, self: Command) => {
    exactlyOne(self, options, ['order', 'customer', 'email', 'shop']);
    if (options.shop && !options.dryRun && options.confirm !== options.source)
      self.error(`error: --shop forgets everybody: add --confirm ${options.source} if you mean it`);
    return run((terminal) => redactPerson(options, terminal), options);
  });
  command(
    privacy,
    'done <id>',
    'mark an export as handed over',
    'Marks a request for records as answered. Redactions are done by Keyferry itself.',
    ['keyferry privacy done req_01K…'],
  ).action((id: string, options) => run((terminal) => markDone(id, terminal), options));
}

/** The ways to say whom. */
function whom(it: Command): Command {
  return it
    .option('--order <name>', 'who bought this order: its id, or any name of it')
    .option('--customer <id>', 'this customer: the id here, or the shop’s')
    .option('--email <address>', 'whoever has this address')
    .option('--account <id>', 'in this connected account of the source');
}

function exactlyOne(self: Command, options: object, names: readonly string[]): void {
  const given = names.filter((name) => name in options);
  if (given.length !== 1)
    self.error(`error: say whom, with one of ${names.map((it) => `--${it}`).join(', ')}`);
}
