/**
 * Accounts and customers as a person writes them. Beside the river: settle makes customers and fills what is empty
 * in them, and overwrites nothing that stands here.
 */
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { AccountRecord, CustomerChange, People } from '../core/people.ts';
import type { Clock, RandomBytes } from '../core/ports.ts';
import { fail, ok } from '../core/problem.ts';
import { BatchError, batchOnce, type Database, type SqlValue, statement } from './database.ts';

const COLUMNS = ['account_id', 'name', 'company', 'phone'] as const satisfies (keyof CustomerChange)[];

export interface PeoplePorts {
  readonly db: Database;
  readonly random: RandomBytes;
  readonly clock: Clock;
}

export function makePeople({ db, random, clock }: PeoplePorts): People {
  return {
    addAccount: async ({ name }) => {
      const now = clock.now();
      const account: AccountRecord = {
        id: timeOrderedId('acc', now, random(ID_BYTES)),
        name,
        created_at: now,
      };
      const insert = 'INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)';
      const there = statement('SELECT 1 FROM accounts WHERE id = ?', account.id);
      await batchOnce(db, [statement(insert, account.id, name, now)], there);
      return account;
    },

    changeCustomer: async (id, change) => {
      const said = COLUMNS.flatMap((column): [string, SqlValue][] => {
        const value = change[column];
        return value === undefined ? [] : [[column, value]];
      });
      // Also without a change: it says whether the customer is there.
      const set = ['id = id', ...said.map(([column]) => `${column} = ?`)].join(', ');
      const update = `UPDATE customers SET ${set} WHERE id = ? RETURNING id`;
      try {
        const [rows] = await db.batch([statement(update, ...said.map(([, value]) => value), id)]);
        return rows?.length === 1 ? ok(undefined) : fail('not_found', 'no customer of this id');
      } catch (error) {
        // The database judges, not a look before: an account may come and go between the two.
        if (!(error instanceof BatchError) || !error.message.includes('FOREIGN KEY')) throw error;
        return fail('request_invalid', 'body.account_id: there is no account of this id', [
          {
            file: 'request',
            path: 'body.account_id',
            message: 'there is no account of this id',
            remedy: 'Send the id of an account, as GET /v1/accounts shows it, or null.',
          },
        ]);
      }
    },
  };
}
