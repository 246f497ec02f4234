/**
 * The commands over the API about what is sold: mappings with their revisions, products, bundles, and who changed what.
 * What each takes, and its help; what they do lies beside this.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { listAudit } from './audit.ts';
import { listBundles, listProducts, showProduct } from './catalog.ts';
import { type Add, command, group, listOptions, overApi, type Run, time } from './command.ts';
import { listMappings, listRevisions, showMapping } from './mappings.ts';
import { applyMapping, diffMapping, rollBack } from './revisions.ts';

export const SELLING: readonly Add[] = [addMappings, addProducts, addBundles, addAudit];

function addMappings(program: Command, run: Run): void {
  const mappings = group(
    program,
    'mappings',
    'what sources sell: list, diff, apply',
    'Shows by which rules each source sells, and makes other rules run.',
  );
  listOptions(
    overApi(
      command(mappings, 'list', 'what runs', 'Lists the revision of each source that runs.', [
        'keyferry mappings list',
      ]),
    ),
  ).action((options) => run((terminal) => listMappings(options, terminal), options));
  overApi(
    command(
      mappings,
      'show <source>',
      'the rules of a source',
      'Prints the mapping of a source as it runs, as the file that it could be written into.',
      ['keyferry mappings show NAME > mappings/NAME.yaml'],
    ),
  )
    .option('--catalog', 'print its catalog instead')
    .option('--revision <n>', 'as it was in this revision', revision)
    .action((source: string, options) => run((terminal) => showMapping(source, options, terminal), options));
  listOptions(
    overApi(
      command(
        mappings,
        'revisions <source>',
        'what ran before',
        'Lists the revisions of a source, the newest first.',
        ['keyferry mappings revisions NAME'],
      ),
    ),
  ).action((source: string, options) => run((terminal) => listRevisions(source, options, terminal), options));
  overApi(
    command(
      mappings,
      'diff <source> [file]',
      'where two revisions differ',
      'Shows where two revisions of a source differ, the newest two unless told; or a mapping file from what runs. Changes nothing.',
      [
        'keyferry mappings diff NAME',
        'keyferry mappings diff NAME --from 2 --to 5',
        'keyferry mappings diff NAME mappings/NAME.yaml',
      ],
    ),
  )
    .option('--from <n>', 'this revision; the one before the other if left out', revision)
    .option('--to <n>', 'with this one; the newest if left out', revision)
    .option('--catalog <file>', 'of a file: with this catalog')
    .action((source: string, file: string | undefined, options, self: Command) => {
      if (file !== undefined && (options.from !== undefined || options.to !== undefined))
        self.error('error: --from and --to compare revisions; a file is compared with what runs');
      if (file === undefined && options.catalog !== undefined)
        self.error('error: --catalog goes with a mapping file');
      return run((terminal) => diffMapping(source, file, options, terminal), options);
    });
  overApi(
    command(
      mappings,
      'apply <source> <file>',
      'let other rules run',
      'Makes a mapping file run as a new revision, and shows what that changed. What was sold stays as it is; lines that wait are looked at again.',
      [
        'keyferry mappings apply NAME mappings/NAME.yaml --dry-run',
        'keyferry mappings apply NAME mappings/NAME.yaml --if-revision 3',
        'keyferry mappings apply NAME mappings/NAME.yaml --catalog mappings/catalog.yaml',
      ],
    ),
  )
    .option('--catalog <file>', 'with this catalog; else it stays as it is')
    .option('--if-revision <n>', 'only while this revision runs: the one that was looked at', revision)
    .option('--note <text>', 'why; kept in the audit log')
    .option('--dry-run', 'say what would change, change nothing', false)
    .action((source: string, file: string, options) =>
      run((terminal) => applyMapping(source, file, options, terminal), options),
    );
  overApi(
    command(
      mappings,
      'rollback <source> <revision>',
      'go back to an earlier revision',
      'Makes a new revision with the content of an earlier one, mapping and catalog, and shows what that changes. Refused if another one was made meanwhile.',
      [
        'keyferry mappings rollback NAME 2 --dry-run',
        'keyferry mappings rollback NAME 2 --note "wrong product" --yes',
      ],
    ),
  )
    .option('--keep-catalog', 'only the mapping goes back')
    .option('--note <text>', 'why; kept in the audit log')
    .option('--dry-run', 'say what would change, change nothing', false)
    .option('--yes', 'do not ask')
    .action((source: string, number: string, options, self: Command) => {
      if (!REVISION.test(number)) self.error(`error: "${number}" is no revision. ${REVISION_HINT}`);
      return run((terminal) => rollBack(source, Number(number), options, terminal), options);
    });
}

const REVISION = /^[1-9]\d{0,8}$/;
const REVISION_HINT = 'Write the number of a revision, as `keyferry mappings revisions` shows it.';

function revision(text: string): number {
  if (REVISION.test(text)) return Number(text);
  throw new InvalidArgumentError(REVISION_HINT);
}

function addProducts(program: Command, run: Run): void {
  const products = group(
    program,
    'products',
    'what is sold: list, show',
    'Shows the products of the catalog.',
  );
  listOptions(
    overApi(
      command(products, 'list', 'all products', 'Lists the products that are sold, by code.', [
        'keyferry products list',
      ]),
    ),
  ).action((options) => run((terminal) => listProducts(options, terminal), options));
  overApi(
    command(
      products,
      'show <product>',
      'a product with its policies',
      'Prints one product as it stands in the catalog.',
      ['keyferry products show acmepro'],
    ),
  ).action((code: string, options) => run((terminal) => showProduct(code, options, terminal), options));
}

function addBundles(program: Command, run: Run): void {
  const bundles = group(
    program,
    'bundles',
    'products sold together: list',
    'Shows the bundles of the catalog.',
  );
  listOptions(
    overApi(
      command(bundles, 'list', 'all bundles', 'Lists the bundles that are sold, by code.', [
        'keyferry bundles list',
      ]),
    ),
  ).action((options) => run((terminal) => listBundles(options, terminal), options));
}

function addAudit(program: Command, run: Run): void {
  const audit = group(program, 'audit', 'who changed what: list', 'Shows what people and programs changed.');
  listOptions(
    overApi(
      command(
        audit,
        'list',
        'the newest changes',
        'Lists what people and programs changed, the newest first; with --json also what stood there before, and since.',
        ['keyferry audit list --action license.revoke', 'keyferry audit list --subject lic_01K… --json'],
      ),
    ),
  )
    .option('--actor <id>', 'by this API key, or `command`, `environment`')
    .option('--subject <id>', 'of this license, order, source')
    .option('--action <action>', 'of this kind, like license.revoke')
    .option('--from <date>', 'made then or later', time)
    .option('--to <date>', 'made before', time)
    .action((options) => run((terminal) => listAudit(options, terminal), options));
}
