/**
 * POST /v1/imports/{customers,orders,licenses}: a file in CSV becomes a job that imports it. What must never happen here:
 * a file that is held in memory.
 */
import * as z from 'zod';
import { CSV_COLUMNS, type CsvTable } from '../../core/csv-columns.ts';
import { answer } from '../answers.ts';
import { yesNo } from '../request.ts';
import { JOB, viewJob } from './jobs.ts';
import { type Route, route } from './route.ts';

const query = z.strictObject({
  dry_run: yesNo.default(false).describe('Say what would happen, change nothing.'),
  on_error: z
    .enum(['continue', 'stop'])
    .default('continue')
    .describe('At a row that does not fit: tell of it and go on, or import nothing behind it.'),
});

const WORDS: Readonly<Record<CsvTable, { readonly name: string; readonly means: string }>> = {
  customers: {
    name: 'importCustomers',
    means:
      'Customers are found by email or reference, else made. What is empty of them is filled; what stands stays.',
  },
  orders: {
    name: 'importOrders',
    means:
      'Each order goes in as an order by hand, under the id that its rows have: the same file twice issues nothing twice.',
  },
  licenses: {
    name: 'importLicenses',
    means:
      'Licenses whose keys were given out elsewhere: each becomes a line of an order by hand that bears exactly this key.',
  },
};
const ALL =
  'Send the file as the body, with `Content-Type: text/csv`. Its first row names the columns, in any order; those that only an export has are passed over. The header and the first rows are checked at once; what is wrong further down becomes a finding of the job, and the other rows go on. The file is thrown away when the import is over.';

const importRoute = (table: CsvTable): Route =>
  route({
    method: 'POST',
    path: `/v1/imports/${table}`,
    scope: 'issue',
    summary: `Import ${table}`,
    name: WORDS[table].name,
    description: `${WORDS[table].means} ${ALL}`,
    query,
    upload: { csv: CSV_COLUMNS[table].filter(({ way }) => way !== 'out').map(({ name }) => name) },
    answers: { 202: JOB },
    handle: async ({ query: asked, upload, holder, refuse }, { imports: all, notify, clock }) => {
      const taken = await all.take({ table, ...asked }, upload, holder.id);
      if (!taken.ok) return refuse(taken.problem);
      notify();
      return answer(viewJob(taken.value, clock.now()), 202, { location: `/v1/jobs/${taken.value.id}` });
    },
  });

export const imports: readonly Route[] = [
  importRoute('customers'),
  importRoute('orders'),
  importRoute('licenses'),
];
