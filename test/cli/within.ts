/** Runs the real command line in this very process, with streams and an environment of its own: fast, for many lines. */
import { PassThrough } from 'node:stream';
import { runProgram } from '../../src/cli/program.ts';
import type { Host } from '../../src/cli/terminal.ts';
import type { Ended } from './run.ts';

/** @param env all that the command knows of its environment */
export async function runWithin(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    streams[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  // Streams that are no terminal's: what only those have is never touched.
  const host = { stdin: new PassThrough(), ...streams, env, once: () => host } as unknown as Host;
  const code = await runProgram(args, host);
  for (const it of Object.values(streams)) {
    it.end();
    await new Promise((resolve) => it.once('close', resolve));
  }
  return { code, ...texts };
}
