/** The command that takes in customers from before Keyferry: what it takes, and its help. */
import type { Command } from 'commander';
import { type AdoptOptions, adopt } from './adopt.ts';
import { command, overApi, type Run, time } from './command.ts';

export function addAdopt(program: Command, run: Run): void {
  overApi(
    command(
      program,
      'adopt <source>',
      'take in customers from before Keyferry',
      'Takes in the keys that were given out before Keyferry, from a file with the columns name (the sale), key, line and product; and with --from the sales of the shop since then. Makes no second keys and sends no mail: write `sold_since: <date>` at the top of the mapping first. Run twice, it does nothing twice. Safe while Keyferry runs.',
      [
        'keyferry adopt NAME --keys keys.csv --dry-run',
        'keyferry adopt NAME --keys keys.csv --from 2025-01-01',
        'keyferry adopt NAME --keys keys.csv --url https://keys.example.com',
      ],
    ),
  )
    .option('--keys <file>', 'the keys that were given out, as CSV')
    .option('--from <date>', 'ask the shop for its sales since then', (text) => Date.parse(time(text)))
    .option('--account <id>', 'of this connected account of the source')
    .option('--dry-run', 'say what would be taken in, write nothing', false)
    .action((source: string, options: AdoptOptions & { readonly json?: boolean }) =>
      run((terminal) => adopt(source, options, terminal), options),
    );
}
