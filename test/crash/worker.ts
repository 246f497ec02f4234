/**
 * A Keyferry process for tests to kill: the Node door on the environment's database, port and mappings. It says
 * its address in one line, then each order that it settled in a line of its own, and ends when its standard input
 * does, so that no test leaves one behind.
 */
import { listen, openHouse } from '../../src/node.ts';

const opened = await openHouse({
  env: process.env,
  log: (_, message, fields) => {
    if (message === 'order settled') process.stdout.write(`${JSON.stringify({ settled: fields?.order })}\n`);
  },
});
if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
const house = opened.value;
const { url, close } = await listen(house);
house.start();
process.stdout.write(`${JSON.stringify({ url, errors: house.taken.errors })}\n`);

process.stdin.resume();
process.stdin.once('end', async () => {
  await close();
  await house.close();
  process.exit(0);
});
