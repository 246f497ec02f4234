/** Part of the HTTP contract: whole lists as CSV, and files in CSV that are imported. */
import { describe, expect, test } from 'vitest';
import { readCsv, unguarded } from '../../src/core/csv.ts';
import { CSV_COLUMNS, type CsvTable, exportColumns } from '../../src/core/csv-columns.ts';
import { ADMIN_KEY, type Answered, type Client, type HttpDoor } from './http-house.ts';

/** @param at the house, once it is open */
export function filesInCsv(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'text/csv' };
  const send = async (table: CsvTable, text: string | Uint8Array<ArrayBuffer>, query = '') => {
    const init = { method: 'POST', headers, body: text };
    const answer = await at().door.request(`/v1/imports/${table}${query}`, init);
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answered };
  };
  /** Sends a file, and works until it is imported. */
  const imported = async (table: CsvTable, lines: readonly string[], query = '') => {
    const sent = await send(table, lines.join('\n'), query);
    if (sent.status !== 202) throw new Error(JSON.stringify(sent.body));
    await at().door.settle();
    const job = await at().api.get(`/v1/jobs/${sent.body.id}`);
    const { items } = await at().api.get(`/v1/jobs/${sent.body.id}/findings?limit=200`);
    return { ...job, findings: items } as Answered;
  };
  const exported = async (table: CsvTable, query = '') => {
    const answer = await at().door.request(`/v1/exports/${table}.csv${query}`, { headers });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    const [header, ...rows] = readCsv(text).rows.map((it) => it.cells);
    const all = rows.map(
      (cells): Answered =>
        Object.fromEntries((header ?? []).map((name, n) => [name, unguarded(cells[n] ?? '')])),
    );
    return { answer, text, header, rows: all };
  };
  const errorsOf = ({ errors }: Answered): [string, string][] =>
    errors.map((it: Answered) => [it.path, it.message]);
  const foundIn = ({ findings }: Answered): [number, string | null, string][] =>
    findings.map((it: Answered) => [it.row, it.column, it.message]);

  describe('GET /v1/exports', () => {
    test.each(['customers', 'orders', 'licenses'] as const)(
      '%s come as a file with a header',
      async (table) => {
        const { answer, text, header } = await exported(table);
        expect(answer.headers.get('content-type')).toContain('text/csv');
        expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${table}.csv"`);
        expect(header).toEqual(exportColumns(table));
        expect(text.endsWith('\r\n')).toBe(true);
        const marked = await at().door.request(`/v1/exports/${table}.csv?bom=true`, { headers });
        expect([...new Uint8Array(await marked.arrayBuffer()).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      },
    );

    test('an order has a row for each item, its license one with who bought it; the filters of the lists hold', async () => {
      const { body } = await at().api.call('POST', '/v1/orders', {
        id: 'csv-out',
        customer: { email: 'Out@example.com', name: '=HYPERLINK("http://evil")', company: 'A, "B"\nC' },
        items: [{ product: 'acmepro', quantity: 2 }, { product: 'acmecli' }],
      });
      const orders = await exported('orders', '?external_id=csv-out');
      expect(orders.rows).toMatchObject([
        { order: 'csv-out', item: '1', product: 'acmepro', quantity: '2', licenses: '2', source: 'manual' },
        { order: 'csv-out', item: '2', product: 'acmecli', quantity: '1', licenses: '1', test: 'false' },
      ]);
      const { rows, text } = await exported('licenses', `?order=${body.id}&product=acmepro`);
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({
        state: 'active',
        valid_until: 'never',
        max_activations: '2',
        features: '["export"]',
        order: 'csv-out',
        customer_email: 'Out@example.com',
        customer_name: '=HYPERLINK("http://evil")',
        customer_company: 'A, "B"\nC',
      });
      expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`);
      const { rows: customers } = await exported('customers', '?email=out@example.com');
      expect(customers).toMatchObject([{ email: 'Out@example.com', name: '=HYPERLINK("http://evil")' }]);
    });

    test('a filter that is misspelled is an error, and so is a limit', async () => {
      const { status, body } = await at().api.call('GET', '/v1/exports/licenses.csv?stat=active&limit=5');
      expect([status, errorsOf(body).map(([path]) => path)]).toEqual([422, ['query.stat', 'query.limit']]);
    });
  });

  describe('POST /v1/imports', () => {
    test('customers are made, found and filled, each row once; what stands there stays', async () => {
      const lines = ['Name;E-mail'];
      const wrong = await send('customers', lines.join('\n'));
      expect([wrong.status, errorsOf(wrong.body)]).toEqual([
        422,
        [['row 1, e-mail', 'is no column of customers']],
      ]);
      expect(wrong.body.errors[0].remedy).toBe('Did you mean "email"?');

      await at().api.call('POST', '/v1/orders', {
        customer: { email: 'known@csv.test', name: 'Known' },
        items: [{ product: 'acmecli' }],
      });
      const file = [
        'email,name,phone,account',
        'Known@csv.test,Other,+49 30 1,',
        'new@csv.test,"Jo ""New""",,Acme of CSV',
        'second@csv.test,,,Acme of CSV',
        'new@csv.test,Again,0,',
      ];
      const job = await imported('customers', file);
      expect(job).toMatchObject({
        kind: 'import',
        state: 'done',
        progress: { done: 4, total: 4 },
        counts: { made: 2, changed: 2 },
        findings: [],
      });
      const { rows } = await exported('customers');
      const ours = rows.filter((it) => it.email.toLowerCase().endsWith('@csv.test'));
      expect(ours.map((it) => [it.email, it.name, it.phone, it.account])).toEqual(
        expect.arrayContaining([
          ['known@csv.test', 'Known', '+49 30 1', ''],
          ['new@csv.test', 'Jo "New"', '0', 'Acme of CSV'],
          ['second@csv.test', '', '', 'Acme of CSV'],
        ]),
      );
      expect(ours).toHaveLength(3);
      const again = await imported('customers', file);
      expect(again.counts).toEqual({ unchanged: 4 });
      // Into another account nobody is moved.
      const other = await imported('customers', ['email,account', 'new@csv.test,Rivals of CSV']);
      expect(other.counts).toEqual({ refused: 1 });
      expect(foundIn(other)).toEqual([[2, 'account', expect.stringMatching(/^belongs to acc_/)]]);
    });

    test('a dry run tells what would be, and changes nothing', async () => {
      const file = ['email,name,account', 'dry@csv.test,Dry,Dry account', 'dry@csv.test,Dry,'];
      const job = await imported('customers', file, '?dry_run=true');
      expect(job).toMatchObject({ state: 'done', counts: { made: 1, unchanged: 1 } });
      expect((await exported('customers', '?email=dry@csv.test')).rows).toEqual([]);
      const orders = ['order,product,quantity', 'csv-dry,acmepro,2', 'csv-dry-2,acmepo,1'];
      const dry = await imported('orders', orders, '?dry_run=true');
      expect(dry.counts).toEqual({ made: 1, refused: 1 });
      expect(foundIn(dry)).toEqual([[3, 'product', expect.any(String)]]);
      expect((await exported('orders', '?external_id=csv-dry')).rows).toEqual([]);
      const account = ['order,product,customer_email,account', 'csv-dry,acmepro,dry@csv.test,Dry account'];
      expect((await imported('orders', account, '?dry_run=true')).counts).toEqual({ made: 1 });
      const { items: accounts } = await at().api.get('/v1/accounts?limit=200');
      expect(accounts.map((it: Answered) => it.name)).not.toContain('Dry account');
      const keys = ['key,product', 'DRY-KEY-0001,acmepro'];
      expect((await imported('licenses', keys, '?dry_run=true')).counts).toEqual({ made: 1 });
      expect((await exported('licenses', '?key=DRY-KEY-0001')).rows).toEqual([]);
    });

    test('the first rows are checked before anything is kept, with row and column', async () => {
      const { status, body } = await send(
        'customers',
        'email,name\nfine@csv.test,Fine\nnone,\n,Nobody\n"a@csv.test","two",three',
      );
      expect([status, body.code, errorsOf(body)]).toEqual([
        422,
        'request_invalid',
        [
          ['row 3, email', 'is not an email address'],
          ['row 4', 'has neither email nor reference'],
          ['row 5', 'has 3 fields, and there are 2 columns'],
        ],
      ]);
      expect((await exported('customers', '?email=fine@csv.test')).rows).toEqual([]);
      const keys = await send('licenses', 'product,valid_until,values\nacmepro,soon,{');
      expect([keys.status, errorsOf(keys.body)]).toEqual([422, [['row 1, key', 'is missing']]]);
      const broken = await send('customers', `email,name\n${'a@csv.test,A\n'.repeat(30)}b@csv.test,"B\n`);
      expect([broken.status, errorsOf(broken.body)]).toEqual([
        422,
        [['row 32', 'a quote is opened here and never closed']],
      ]);
      for (const empty of ['', '\n\n']) {
        const nothing = await send('customers', empty);
        expect([nothing.status, errorsOf(nothing.body)]).toEqual([422, [['row 1', 'the file is empty']]]);
      }
      const header = await send('customers', 'email,name\n');
      expect([header.status, header.body.state]).toEqual([202, 'done']);
    });

    test('orders are issued by their ids, several rows one order; the same file issues nothing twice', async () => {
      const file = [
        'order,product,bundle,quantity,policy,values,customer_email,customer_name,note,test',
        'csv-1,acmepro,,2,yearly,"{""max_activations"": 7}",buyer@csv.test,Bo,From the old shop,',
        'csv-1,,acmesuite,,,,,,,',
        'csv-2,acmecli,,1,,,,,,true',
        'csv-3,acmepro,,1,nosuch,,,,,',
      ];
      const job = await imported('orders', file);
      expect(job).toMatchObject({
        state: 'done',
        progress: { done: 4, total: 4 },
        counts: { made: 2, refused: 1 },
      });
      expect(foundIn(job)).toEqual([[5, 'policy', expect.stringContaining('nosuch')]]);
      const { items } = await at().api.get('/v1/orders?source=manual&external_id=csv-1');
      expect(items[0].items.map((it: Answered) => [it.line_id, it.product, it.licenses.length])).toEqual([
        ['1', 'acmepro', 2],
        ['2', 'acmepro', 1],
        ['2', 'acmecli', 1],
      ]);
      expect(items[0].items[0].licenses[0]).toMatchObject({ policy: 'yearly', max_activations: 7 });
      expect(items[0].customer).toMatchObject({ email: 'buyer@csv.test', name: 'Bo' });
      const again = await imported('orders', file.slice(0, 4));
      expect(again.counts).toEqual({ unchanged: 2 });
      const other = await imported('orders', [file[0] ?? '', (file[1] ?? '').replace('buyer@', 'secret@')]);
      expect(other.counts).toEqual({ refused: 1 });
      expect(foundIn(other)).toContainEqual([
        2,
        'customer_email',
        'differs from what stands under this order id',
      ]);
      expect(JSON.stringify(other)).not.toMatch(/buyer@|secret@/);
      const after = await at().api.get('/v1/orders?source=manual&external_id=csv-1');
      expect(after.items).toEqual(items);
    });

    test('an order of which one row does not fit is not issued in part', async () => {
      const job = await imported('orders', [
        'order,product,quantity',
        ...Array.from({ length: 20 }, (_, n) => `csv-fine-${n},acmecli,1`),
        'csv-part,acmecli,1',
        'csv-part,acmecli,many',
        'csv-part,acmecli,1,too many fields',
        ',acmecli,1',
      ]);
      expect(job.counts).toEqual({ made: 20, refused: 4 });
      expect((await exported('orders', '?external_id=csv-part')).rows).toEqual([]);
    });

    test('licenses that were given out elsewhere keep their keys, their ends and their states', async () => {
      const past = new Date(at().door.now() - 86_400_000).toISOString();
      const file = [
        'key,product,policy,state,valid_until,max_activations,custom_fields,metadata,order,customer_email',
        'OLD-1,acmepro,,,,5,"{""team"": ""red""}","{""from"": ""old""}",csv-old,owner@csv.test',
        'OLD-2,acmepro,yearly,,2031-05-06T07:08:09.000Z,,,,csv-old,owner@csv.test',
        `OLD-3,acmepro,yearly,expired,${past},,,,,`,
        'OLD-4,acmecli,,suspended,never,,,,,',
        'OLD-5,acmecli,,revoked,,,,,,',
        'OLD-6,acmecli,,,2030-01-01,,,,,',
        'OLD-7,nosuch,,,,,,,,',
      ];
      const job = await imported('licenses', file);
      expect(job.counts).toEqual({ made: 5, refused: 2 });
      expect(foundIn(job)).toEqual([
        [7, 'valid_until', 'a perpetual license has no end'],
        [8, 'product', expect.any(String)],
      ]);
      expect(JSON.stringify(job)).not.toContain('OLD-');
      const license = async (key: string) => (await at().api.get(`/v1/licenses?key=${key}`)).items[0];
      expect(await license('OLD-1')).toMatchObject({
        state: 'active',
        max_activations: 5,
        custom_fields: { team: 'red' },
        metadata: { from: 'old' },
        valid_until: null,
      });
      expect(await license('OLD-2')).toMatchObject({
        policy: 'yearly',
        valid_until: '2031-05-06T07:08:09.000Z',
      });
      expect(await license('OLD-3')).toMatchObject({ state: 'expired', valid_until: past });
      expect(await license('OLD-4')).toMatchObject({ state: 'suspended' });
      expect(await license('OLD-5')).toMatchObject({ state: 'revoked' });
      const { items } = await at().api.get('/v1/orders?source=manual&external_id=csv-old');
      expect(items[0].customer.email).toBe('owner@csv.test');
      expect(items[0].items.flatMap((it: Answered) => it.licenses.map((one: Answered) => one.key))).toEqual([
        'OLD-1',
        'OLD-2',
      ]);
      expect((await at().api.get('/v1/adoptions?source=manual')).items).toEqual([]);

      expect((await imported('licenses', file.slice(0, 6))).counts).toEqual({ unchanged: 5 });
      // To an order that is there another key is added, and the rows may stand in any order.
      const more = [
        file[0] ?? '',
        'OLD-8,acmecli,,,,,,,csv-old,owner@csv.test',
        file[2] ?? '',
        file[1] ?? '',
      ];
      expect((await imported('licenses', more)).counts).toEqual({ made: 1, unchanged: 2 });
      const other = await imported('licenses', [file[0] ?? '', (file[1] ?? '').replace(',5,', ',6,')]);
      expect([other.counts, foundIn(other)]).toEqual([
        { refused: 1 },
        [
          [
            2,
            'max_activations',
            expect.stringMatching(/^is not that of the license lic_\w+, which has this key$/),
          ],
        ],
      ]);
      expect(await license('OLD-1')).toMatchObject({ max_activations: 5 });
    });

    test('one that stops at the first bad row imports what stands before it, and says which it was', async () => {
      const rows = Array.from({ length: 30 }, (_, n) =>
        n === 25 ? 'csv-stop-bad,nosuch' : `csv-stop-${n},acmecli`,
      );
      const job = await imported('orders', ['order,product', ...rows], '?on_error=stop');
      expect(job).toMatchObject({
        state: 'failed',
        counts: { made: 25, refused: 1 },
        problem: { code: 'import_stopped', detail: 'row 27' },
      });
      expect(foundIn(job)).toMatchObject([[27, 'product', expect.any(String)]]);
      expect((await exported('orders', '?external_id=csv-stop-24')).rows).toHaveLength(1);
      expect((await exported('orders', '?external_id=csv-stop-26')).rows).toHaveLength(0);
    });

    test('one that is cancelled is not taken further', async () => {
      const sent = await send('customers', 'email\ncancelled@csv.test\n');
      const cancelled = await at().api.call('POST', `/v1/jobs/${sent.body.id}/cancel`);
      expect(cancelled.body.state).toBe('cancelled');
      await at().door.settle();
      expect((await at().api.get(`/v1/jobs/${sent.body.id}`)).state).toBe('cancelled');
      expect((await exported('customers', '?email=cancelled@csv.test')).rows).toEqual([]);
    });

    test('the row of whoever was forgotten keeps no other from being taken, and is told', async () => {
      const job = await imported('customers', ['id,email,name', 'cus_1,,', 'cus_2,stays@csv.test,Stays']);
      expect(job).toMatchObject({ state: 'done', counts: { made: 1, refused: 1 } });
      expect(foundIn(job)).toEqual([[2, null, 'has neither email nor reference']]);
    });

    test('what reading would make something else of is refused', async () => {
      const row = (cell: string) => `changed,acmepro,"${cell.replaceAll('"', '""')}"`;
      for (const cell of ['{"n":9007199254740993}', '{"__proto__":{"a":1}}']) {
        const { status, body } = await send('orders', `order,product,metadata\n${row(cell)}\n`);
        expect([status, errorsOf(body)[0]?.[0]]).toEqual([422, 'row 2, metadata']);
      }
    });

    test('the columns of an export that an import does not take are passed over', async () => {
      for (const table of ['customers', 'licenses'] as const) {
        const { text } = await exported(table);
        const { status, body } = await send(table, text, '?dry_run=true');
        expect({ status, errors: body.errors }).toEqual({ status: 202, errors: undefined });
        const out = CSV_COLUMNS[table].filter(({ way }) => way === 'out');
        expect(out.length).toBeGreaterThan(0);
      }
    });
  });
}
