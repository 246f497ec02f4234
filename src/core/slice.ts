/** Pages of what is listed, wherever it is kept. What must never happen here: a row that two pages show, or none. */

/** One page of a list: rows after the row named `after`, newest first. */
export interface Slice<Key> {
  readonly limit: number;
  readonly after: Key | null;
}

export interface Sliced<Row, Key> {
  readonly items: readonly Row[];
  /** The last row's key when more rows follow. */
  readonly next: Key | null;
}
