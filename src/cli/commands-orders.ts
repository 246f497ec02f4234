/**
 * The commands over the API that deal with orders and licenses: what each takes, and its help. What they do lies beside
 * this.
 */
import type { Command } from 'commander';
import { ORDER_STATES, SHOWN_LICENSE_STATES } from '../core/records.ts';
import { choice, command, group, listOptions, overApi, type Run, repeated } from './command.ts';
import { actOnLicense, changeLicense, extendLicense, listLicenses, showLicense } from './licenses.ts';
import { issueOrder, listOrders, showOrder } from './orders.ts';

export function addOrders(program: Command, run: Run): void {
  const orders = group(
    program,
    'orders',
    'orders: list, show, issue by hand',
    'Finds orders by any name that a shop has for them, and issues what no shop sold.',
  );
  listOptions(
    overApi(
      command(orders, 'list', 'the newest orders', 'Lists orders, the newest first.', [
        'keyferry orders list --state parked',
        'keyferry orders list --customer ada@example.com --all --json',
      ]),
    ),
  )
    .option('--source <name>', 'of this source; `manual`: by hand')
    .option('--external-id <name>', 'with this name: of the order, its checkout, payment, subscription …')
    .option('--customer <who>', 'of this customer: an id, or an email address')
    .addOption(choice('--state <state>', 'in this state', ORDER_STATES))
    .option('--test', 'test orders only')
    .action((options) => run((terminal) => listOrders(options, terminal), options));
  overApi(
    command(
      orders,
      'show <order>',
      'an order with its keys, and what changed when',
      'Shows one order: who bought, each line with its license keys, and what changed when and why. Found by its id, or by any name that a shop has for it.',
      ['keyferry orders show ord_01K…', 'keyferry orders show invoice-1001'],
    ),
  )
    .option('--source <name>', 'of this source, where a name is not enough')
    .action((name: string, options) => run((terminal) => showOrder(name, options, terminal), options));
  overApi(
    command(
      orders,
      'issue',
      'issue licenses that no shop sold',
      'Enters an order and prints it with its license keys once they are stored. With the same --id it is one order however often it is sent; what changed since is refused.',
      [
        'keyferry orders issue --email jo@example.com --item acmepro',
        'keyferry orders issue --id invoice-1001 --item acmepro:annual*5 --note "bank transfer"',
        'keyferry orders issue --id invoice-1001 --append --item seats=acmepro:annual*3',
        'keyferry orders issue --file order.json',
      ],
    ),
  )
    .option(
      '--item <item>',
      'what to issue: product, product:policy or product:policy*5; may be repeated',
      repeated,
    )
    .option('--bundle <bundle>', 'a bundle, or bundle*5; may be repeated', repeated)
    .option('--id <id>', 'your own name of the order; a random one if left out')
    .option('--email <address>', 'of the buyer, who is found by it again')
    .option('--name <name>', 'of the buyer')
    .option('--company <name>', 'of the buyer')
    .option('--phone <number>', 'of the buyer')
    .option('--reference <id>', 'your own id of the buyer')
    .option('--customer <id>', 'a customer who is known already, instead')
    .option('--account <id>', 'the account that the customer joins')
    .option('--values <json>', 'what differs from the policies, in every item')
    .option('--note <text>', 'stands in what changed when')
    .option('--test', 'mark it as a test order')
    .option('--append', 'add to an order that is there; each item needs an id: id=product')
    .option('--file <file>', 'the whole order as JSON, as POST /v1/orders takes it; - for a pipe')
    .action((options) => run((terminal) => issueOrder(options, terminal), options));
}

/** The acts that need no more than a license, in the order of their help. */
const ACTS = [
  ['suspend', 'suspend a license', 'Suspends a license until it is reinstated, whatever its shop says.'],
  [
    'reinstate',
    'take back what a person did',
    'Takes back what a person did to a license; what its shop says of it counts again.',
  ],
  [
    'revoke',
    'revoke a license for good',
    'Revokes a license for good: nobody can reinstate it. Asks first where somebody sits at the terminal.',
  ],
  [
    'reissue',
    'give a license another key',
    'Revokes a license and prints another one, with a new key, in its place. Asks first where somebody sits at the terminal.',
  ],
] as const;

export function addLicenses(program: Command, run: Run): void {
  const licenses = group(
    program,
    'licenses',
    'licenses: list, show, suspend, change …',
    'Finds licenses by id or key, and does to them what a person may. What a person said holds until it is taken back.',
  );
  listOptions(
    overApi(
      command(licenses, 'list', 'the newest licenses', 'Lists licenses with their keys, the newest first.', [
        'keyferry licenses list --product acmepro --state suspended',
      ]),
    ),
  )
    .option('--order <id>', 'of this order')
    .option('--product <code>', 'of this product')
    .addOption(choice('--state <state>', 'in this state', SHOWN_LICENSE_STATES))
    .action((options) => run((terminal) => listLicenses(options, terminal), options));
  overApi(
    command(
      licenses,
      'show <license>',
      'a license with all its values',
      'Shows one license, by its id or its key: its values, and what changed when and why.',
      ['keyferry licenses show lic_01K…', 'keyferry licenses show 7K3QM-…'],
    ),
  ).action((name: string, options) => run((terminal) => showLicense(name, options, terminal), options));
  for (const [act, summary, about] of ACTS) {
    const it = overApi(
      command(licenses, `${act} <license>`, summary, about, [
        `keyferry licenses ${act} lic_01K… --note "asked by mail"`,
      ]),
    ).option('--note <text>', 'stands in what changed when');
    if (act === 'revoke' || act === 'reissue') it.option('--yes', 'do not ask');
    it.action((name: string, options) =>
      run((terminal) => actOnLicense(act, name, options, terminal), options),
    );
  }
  overApi(
    command(
      licenses,
      'change <license>',
      'change values of a license',
      'Changes values of one license. What is not named stays; --unset takes back what a person gave, so that what was sold counts again.',
      [
        'keyferry licenses change lic_01K… --set max_activations=5',
        'keyferry licenses change lic_01K… --valid-until 2027-06-30 --note "promised"',
        'keyferry licenses change lic_01K… --set features=export,sync --unset max_activations',
      ],
    ),
  )
    .option(
      '--set <name=value>',
      'a value: max_activations=5, features=a,b, custom_fields.team=Blue; may be repeated',
      repeated,
    )
    .option('--unset <name>', 'take a value back; may be repeated', repeated)
    .option('--valid-until <date>', 'its end, whatever the shop says: a day, a time, or never')
    .option('--note <text>', 'stands in what changed when')
    .action((name: string, options) => run((terminal) => changeLicense(name, options, terminal), options));
  overApi(
    command(
      licenses,
      'extend <license> <date>',
      'let a license end no sooner',
      'Lets a license end no sooner than this day or time; a paid period that reaches further counts.',
      ['keyferry licenses extend lic_01K… 2027-06-30'],
    ),
  )
    .option('--note <text>', 'stands in what changed when')
    .action((name: string, to: string, options) =>
      run((terminal) => extendLicense(name, to, options, terminal), options),
    );
}
