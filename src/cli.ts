/**
 * Door three: the keyferry command. It runs one command line and ends with its exit code. What must never happen
 * here: a process that stays, or a stack trace where a sentence was due.
 */
import { messageOf } from './cli/outcome.ts';
import { runProgram } from './cli/program.ts';

/** What was written is out before the process ends; on some systems pipes are slow. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

// A reader that went away (`keyferry … | head`) is no error of ours.
process.stdout.on('error', (error) => process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1));

let exit = 1;
try {
  exit = await runProgram(process.argv.slice(2), process);
} catch (error) {
  const stack = process.env.KEYFERRY_DEBUG && error instanceof Error ? error.stack : undefined;
  const hint = stack ?? '  → Run it again with KEYFERRY_DEBUG=1 to see where, and please report it.';
  process.stderr.write(`✗ Keyferry itself failed here: ${messageOf(error)}\n${hint}\n`);
}
await Promise.all([drained(process.stdout), drained(process.stderr)]);
process.exit(exit);
