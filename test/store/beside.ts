/** Looks at an embedded file from beside it: other connections, another process, and the log of commits itself. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Libsql from 'libsql';

/** Another connection, as another program would have it. */
export function connect(path: string): Libsql.Database {
  return new Libsql(path, { timeout: 0 });
}

/** What another process finds in the file: the rows of a query, as a list of their first columns. */
export function readFromOtherProcess(path: string, sql: string): string[] {
  const program = `
    const Libsql = require('libsql');
    const rows = new Libsql(process.argv[1]).prepare(process.argv[2]).raw().all();
    console.log(JSON.stringify(rows.map(([first]) => String(first))));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', program, path, sql], { encoding: 'utf8' }));
}

/** Commits in the write-ahead log since it was begun: a frame that ends one names the size of the database. */
export function commitsIn(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + frame <= log.length; at += frame) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break;
    if (log.readUInt32BE(at + 4) !== 0) commits++;
  }
  return commits;
}
