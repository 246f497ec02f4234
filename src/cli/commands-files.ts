/**
 * The commands over the API that take long: reconcile, import, export. What each takes, and its help; what they do lies
 * beside this.
 */
import type { Command } from 'commander';
import { CSV_TABLES } from '../core/csv-columns.ts';
import { ORDER_STATES, SHOWN_LICENSE_STATES } from '../core/records.ts';
import { type Add, choice, command, group, overApi, type Run, time } from './command.ts';
import { exportTable } from './export.ts';
import { importTable } from './import.ts';
import { reconcile } from './reconcile.ts';

export const FILES: readonly Add[] = [addReconcile, addImport, addExport];

function addReconcile(program: Command, run: Run): void {
  overApi(
    command(
      program,
      'reconcile <source>',
      'compare a source with its shop',
      'Asks the shop which sales were made or changed in a range of time, names each that is not here as it is there, and heals it as if its webhook had come. A job: Ctrl-C stops following it, not the job. It needs the API key in the settings of the source.',
      [
        'keyferry reconcile NAME --from 2026-11-01 --dry-run',
        'keyferry reconcile NAME --from 2026-11-01 --to 2026-11-08',
      ],
    ),
  )
    .requiredOption('--from <date>', 'sales made or changed then or later', time)
    .option('--to <date>', 'and before; until now if left out', time)
    .option('--account <id>', 'of this connected account of the source')
    .option('--dry-run', 'say what differs, change nothing', false)
    .option('--detach', 'do not wait for the end')
    .action((source: string, options) => run((terminal) => reconcile(source, options, terminal), options));
}

const TAKEN = {
  customers: 'Finds customers by email or reference, else makes them; what stands there stays.',
  orders:
    'Each order goes in as an order by hand, under its own id: the same file twice issues nothing twice.',
  licenses: 'Licenses whose keys were given out elsewhere: each keeps exactly its key.',
} as const;

function addImport(program: Command, run: Run): void {
  const imports = group(
    program,
    'import',
    'customers, orders or licenses from a file',
    'Takes in customers, orders or licenses from a file in CSV.',
  );
  for (const table of CSV_TABLES) {
    overApi(
      command(
        imports,
        `${table} <file>`,
        `${table} from a file in CSV`,
        `${TAKEN[table]} The first line names the columns; those of an export fit. A job: Ctrl-C stops following it, not the job.`,
        [`keyferry import ${table} ${table}.csv --dry-run`, `cat ${table}.csv | keyferry import ${table} -`],
      ),
    )
      .option('--dry-run', 'say what would be taken in, change nothing', false)
      .option('--stop', 'import nothing behind the first row that does not fit')
      .option('--detach', 'do not wait for the end')
      .action((file: string, options) =>
        run((terminal) => importTable(table, file, options, terminal), options),
      );
  }
}

function addExport(program: Command, run: Run): void {
  const exports = group(
    program,
    'export',
    'customers, orders or licenses into a file',
    'Writes customers, orders or licenses as a file in CSV, whatever their number.',
  );
  for (const table of CSV_TABLES) {
    const it = overApi(
      command(
        exports,
        table,
        `${table} as a file in CSV`,
        `Writes ${table} as CSV, the newest first: to a new file with --out, else to standard output. A file that is there whole is whole.`,
        [`keyferry export ${table} --out ${table}.csv`, `keyferry export ${table} | gzip > ${table}.csv.gz`],
      ),
    )
      .option('--out <file>', 'the new file to write')
      .option('--bom', 'begin with a mark by which Excel knows UTF-8');
    if (table === 'customers') it.option('--email <address>', 'who has this address');
    if (table === 'orders')
      it.option('--source <name>', 'of this source')
        .option('--external-id <name>', 'with this name')
        .option('--customer <who>', 'of this customer: an id, or an email address')
        .addOption(choice('--state <state>', 'in this state', ORDER_STATES))
        .option('--test', 'test orders only');
    if (table === 'licenses')
      it.option('--order <id>', 'of this order')
        .option('--product <code>', 'of this product')
        .addOption(choice('--state <state>', 'in this state', SHOWN_LICENSE_STATES));
    it.action((options, self: Command) => {
      if (options.json && options.out === undefined)
        self.error('error: --json needs --out: the file is no JSON');
      return run((terminal) => exportTable(table, options, terminal), options);
    });
  }
}
