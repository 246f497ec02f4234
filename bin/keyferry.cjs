#!/usr/bin/env node
/**
 * The installed command: looks whether this Node can run Keyferry, then starts the bundle beside it. Written for any
 * Node, however old; in a checkout tools/run.mjs runs the sources instead. What must never happen here: a syntax
 * error or a stack trace where a sentence was due, or a server left behind by an npx that was stopped.
 */
'use strict';

const OLDEST = [22, 12];
const LOOK_MS = 200;

const version = process.versions.node.split('.').map(Number);
const tooOld = version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1]);

if (tooOld) {
  refuse(
    `Node ${OLDEST.join('.')} or newer is needed; this one is ${process.versions.node}.`,
    'Install Node 24 from https://nodejs.org (or with your package manager), then run this again.',
  );
} else {
  // So that stack traces name the sources. It costs milliseconds at the start.
  process.setSourceMapsEnabled(true);
  if (isRunByNpm() && process.platform !== 'win32') stopWithShell();
  import('../dist/node/keyferry.js').catch(explain);
}

function isRunByNpm() {
  return /^'?keyferry\b[^&]*$/.test(process.env.npm_lifecycle_script || '');
}

/** npx and npm pass a SIGTERM on to the shell between them and us, which dies of it in silence. */
function stopWithShell() {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  watch.unref();
}

function explain(error) {
  const said = error instanceof Error ? error.message : String(error);
  if (/Cannot find (module|package) '(@libsql\/|libsql)/.test(said)) {
    return refuse(
      `The database driver for ${process.platform} on ${process.arch} is not installed.`,
      'Install Keyferry again on this machine, without --omit=optional and not from a copied node_modules.',
    );
  }
  if (/Cannot find module '.*[\\/]dist[\\/]node[\\/]keyferry\.js'/.test(said)) {
    return refuse(
      'The program is not built here.',
      'In a checkout run `npm run build`, or `npm run keyferry -- <command>`.',
    );
  }
  throw error;
}

function refuse(why, remedy) {
  console.error(`keyferry: ${why}\n  ${remedy}`);
  process.exitCode = 2;
}
