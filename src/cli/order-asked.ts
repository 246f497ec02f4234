/**
 * The order that the options of `keyferry orders issue` ask for, as the API takes it. What must never happen here: an
 * option that is passed over in silence.
 */
import type { Paths } from '../client/index.ts';
import { readJsonFile } from './given-file.ts';
import { failed, messageOf, type Outcome } from './outcome.ts';

export interface IssueOptions {
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  readonly company?: string;
  readonly phone?: string;
  readonly reference?: string;
  readonly customer?: string;
  readonly account?: string;
  readonly item?: readonly string[];
  readonly bundle?: readonly string[];
  readonly values?: string;
  readonly note?: string;
  readonly test?: true;
  readonly append?: true;
  readonly file?: string;
}

/** What describes a buyer who need not be known yet. */
const BUYER = ['email', 'name', 'company', 'phone', 'reference'] as const;

type Order = Paths['/v1/orders']['post']['body'];
type Items = Order['items'];
export type Asked = { readonly order: Order } | { readonly trouble: Outcome };

/** @param drawn the id where none is given: sent again, it is still one order */
export function orderAsked(options: IssueOptions, drawn: string): Asked {
  if (options.file !== undefined) return wholeFile(options.file, options, drawn);
  const { item = [], bundle = [], customer, account, note, test, append, id = drawn } = options;
  if (item.length + bundle.length === 0)
    return wrong('There is nothing to issue', 'Add --item PRODUCT, --bundle CODE, or --file order.json.');
  const buyer = Object.fromEntries(
    BUYER.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const described = Object.keys(buyer);
  if (customer !== undefined && described.length > 0)
    return wrong(
      `--customer names somebody who is known; --${described[0]} describes a buyer`,
      'Keep one of them.',
    );
  const values = options.values === undefined ? undefined : readValues(options.values);
  if (values && 'trouble' in values) return values;
  const items: Items[number][] = [];
  for (const [names, texts] of [
    ['product', item],
    ['bundle', bundle],
  ] as const) {
    for (const text of texts) {
      const read = readItem(text, names);
      if ('trouble' in read) return read;
      items.push({ ...read.item, ...values });
    }
  }
  const whom = customer ?? (described.length > 0 ? buyer : undefined);
  return { order: { id, customer: whom, account, items, append, test, note } };
}

/** Such a file says all of it. */
function wholeFile(file: string, { file: _file, ...others }: IssueOptions, drawn: string): Asked {
  const besides = Object.keys(others).filter((it) => it in OPTIONS);
  if (besides.length > 0)
    return wrong(
      `--file brings the whole order, and so does not go with --${besides[0]}`,
      'Write it into the file.',
    );
  const read = readJsonFile(file);
  if ('trouble' in read) return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong(
      `${file} holds no order`,
      'Write one JSON object, as POST /v1/orders takes it: {"items": […]}.',
    );
  // Whatever it holds: the API says what does not fit, each with its place.
  return { order: { id: drawn, ...value } as Order };
}

const OPTIONS: Readonly<Record<keyof Omit<IssueOptions, 'file'>, true>> = {
  id: true,
  email: true,
  name: true,
  company: true,
  phone: true,
  reference: true,
  customer: true,
  account: true,
  item: true,
  bundle: true,
  values: true,
  note: true,
  test: true,
  append: true,
};

/** `[id=]code[:policy][*quantity]` */
const ITEM =
  /^(?:(?<id>[^=]*[^=\s])=)?(?<code>[^=:*\s]+)(?::(?<policy>[^=:*\s]+))?(?:\*(?<quantity>[1-9]\d{0,8}))?$/u;

function readItem(
  text: string,
  names: 'product' | 'bundle',
): { readonly item: Items[number] } | { readonly trouble: Outcome } {
  const read = ITEM.exec(text)?.groups;
  if (!read) {
    const form =
      names === 'product' ? 'acmepro, acmepro:annual or acmepro:annual*5' : 'acmesuite or acmesuite*5';
    return wrong(
      `"${text}" is no ${names} to issue`,
      `Write it like ${form}; with an id of its own: first=acmepro.`,
    );
  }
  const { id, code, policy, quantity } = read;
  return {
    item: { id, [names]: code, policy, ...(quantity === undefined ? {} : { quantity: Number(quantity) }) },
  };
}

function readValues(text: string): Pick<Items[number], 'values'> | { readonly trouble: Outcome } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { values: value };
  } catch (error) {
    return wrong(`--values is no JSON: ${messageOf(error)}`, VALUES);
  }
  return wrong('--values holds no JSON object', VALUES);
}

const VALUES = `Write for example --values '{"max_activations": 5}'.`;

function wrong(detail: string, hint: string): { readonly trouble: Outcome } {
  return { trouble: failed({ code: 'usage', title: 'Wrong usage', detail, hint }, 2) };
}
