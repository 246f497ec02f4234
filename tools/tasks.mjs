/**
 * The project's own tasks, `node tools/run.mjs :task …`: what package.json calls, with the right Node. Each runs
 * in the project's root, wherever it was called from.
 */
import { join } from 'node:path';
import { become } from './child.mjs';
import { PROGRAMS, root } from './setup.mjs';
import { generate, verify } from './verify.mjs';

/** @type {Record<string, (ready: {node: string, flags: string[]}, args: string[]) => Promise<unknown>>} */
export const tasks = {
  ':setup': async () => console.error('Everything is in place.'),
  ':test': async (ready, args) => {
    await vitest(ready, ['--project', 'node', ...args]);
    if (args.length === 0)
      console.error('Left out: the suites on D1 and in workerd. `npm run test:workers` runs them.');
  },
  ':test-workers': (ready, args) => vitest(ready, ['--project', 'workers', ...args]),
  ':format': (ready, args) =>
    become(
      ready.node,
      [PROGRAMS.biome, 'check', '--write', ...(args.length ? args : ['.'])],
      surroundings(ready),
    ),
  ':node': (ready, args) => become(ready.node, [...ready.flags, ...args], surroundings(ready)),
  ':build': (ready, args) =>
    become(ready.node, [...ready.flags, join(root, 'tools', 'build.ts'), ...args], surroundings(ready)),
  // Without the flags in the environment: the build that it calls begins with the machine's own Node. A part of
  // what wrangler reports to its makers heeds the environment alone, and not wrangler.toml.
  ':wrangler': (ready, args) =>
    become(ready.node, [PROGRAMS.wrangler, ...args], {
      cwd: root,
      env: { WRANGLER_SEND_METRICS: 'false', ...process.env },
    }),
  ':generate': (ready) => generate(ready, surroundings(ready)),
  ':verify': (ready, args) => verify(ready, surroundings(ready), args),
};

function vitest(ready, args) {
  return become(ready.node, [PROGRAMS.vitest, 'run', ...args], surroundings(ready));
}

/** In the environment too, since tests start further processes that run .ts files. */
function surroundings({ flags }) {
  const options = [process.env.NODE_OPTIONS, ...flags].filter(Boolean).join(' ');
  return { cwd: root, env: { ...process.env, NODE_OPTIONS: options } };
}
