/**
 * A customer of a file that is imported, read and checked. Pure. What must never happen here: a customer whom nobody
 * would find again.
 */
import { email as address, WHOLE } from './by-hand.ts';
import { CellReader, type Finding, finding, type ImportRow } from './import-rows.ts';
import { LIMITS } from './limits.ts';

export interface ImportedCustomer {
  readonly row: number;
  readonly email: string | null;
  readonly reference: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** An account's id or name. */
  readonly account: string | null;
}

const TEXTS = ['reference', 'name', 'company', 'phone', 'account'] as const;

export function customerOf(row: ImportRow): ImportedCustomer | readonly Finding[] {
  const cells = new CellReader(row);
  const email = cells.text('email')?.trim();
  if (email !== undefined && !address.safeParse(email).success)
    cells.fault('email', 'is not an email address', 'Write it like jo@example.com.');
  const [reference = null, name = null, company = null, phone = null, account = null] = TEXTS.map(
    (column) => {
      const text = cells.text(column);
      if (text === undefined) return null;
      if (!WHOLE.test(text))
        cells.fault(column, 'holds a letter that is none', 'Save the file as "CSV UTF-8".');
      if (text.length > LIMITS.import_text_letters)
        cells.fault(column, `has more than ${LIMITS.import_text_letters} letters`, 'Shorten it.');
      return text;
    },
  );
  if (email === undefined && reference === null) {
    const remedy =
      'Write email or reference: by one of them the customer is found again. An export has such a row of whoever was forgotten: leave it out.';
    return [...cells.faults, finding(row.row, null, 'has neither email nor reference', remedy)];
  }
  if (cells.faults.length > 0) return cells.faults;
  return { row: row.row, email: email ?? null, reference, name, company, phone, account };
}
