#!/usr/bin/env node
/**
 * The way in: `node tools/run.mjs <keyferry arguments>`, or `:task` for the project's own tasks. Does the set-up
 * that is missing, then runs with a Node that is new enough. Plain JavaScript for any Node >= 18, nothing
 * installed. What must never happen here: work for someone whose set-up is complete, or a child left behind.
 */
import { join } from 'node:path';
import { become } from './child.mjs';
import { root, SetupError, setUp } from './setup.mjs';
import { tasks } from './tasks.mjs';

/** @returns {Promise<void>} the exit code is set, or the process ends as its child did */
async function main(args) {
  const first = args[0] ?? '';
  if (first.startsWith(':')) {
    const task = tasks[first];
    if (!task) {
      console.error(`keyferry: there is no task ${first}. Tasks: ${Object.keys(tasks).join(', ')}`);
      process.exitCode = 2;
      return;
    }
    await task(await setUp(), args.slice(1));
    return;
  }
  const { node, flags } = await setUp();
  await become(node, [...flags, join(root, 'src', 'cli.ts'), ...args], {});
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`keyferry: ${error.message}`);
  process.exitCode = 1;
}
