/**
 * A libSQL server in a process of its own, for tests whose clients are processes: `hrana-process.ts FOLDER TOKEN`. It
 * says its address in one line, and ends when its standard input does, so that no test leaves one behind.
 */
import { startHranaServer } from './hrana-server.ts';

const [, , folder, token] = process.argv;
if (folder === undefined || token === undefined) throw new Error('hrana-process.ts FOLDER TOKEN');
const server = await startHranaServer({ folder, token });
process.stdout.write(`${JSON.stringify({ url: server.url('keyferry'), file: server.file('keyferry') })}\n`);

process.stdin.resume();
process.stdin.once('end', async () => {
  await server.close();
  process.exit(0);
});
