/** Another program that holds the write lock of a database file, from its one line on until its standard input ends. */
import Libsql from 'libsql';

const [path = ''] = process.argv.slice(2);
const connection = new Libsql(path, { timeout: 5_000 });
connection.exec('BEGIN IMMEDIATE');
process.stdout.write('locked\n');
process.stdin.resume();
process.stdin.once('end', () => {
  connection.exec('ROLLBACK');
  process.exit(0);
});
