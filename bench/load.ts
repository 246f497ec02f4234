/**
 * The sender: a process of its own that posts signed deliveries to a port, in a closed loop (each connection sends
 * again once it is answered) or an open one (at a fixed rate, whatever the answers do), and says what it measured.
 * What must never happen here: work that the machine's other side would pay for, or a latency counted from later than
 * the moment in which the request should have been sent.
 */
import { type Connection, openConnection } from './connection.ts';
import { makeDigits, makeTemplate, type Scheme, writeDelivery } from './deliveries.ts';
import { quantile } from './numbers.ts';

export interface Run {
  readonly port: number;
  readonly path: string;
  readonly scheme: Scheme;
  /** Of each body. */
  readonly bytes: number;
  readonly connections: number;
  /** Requests in a second; null: a closed loop. */
  readonly rate: number | null;
  /** Before anything is counted. */
  readonly warmSeconds: number;
  /** How long it counts. */
  readonly seconds: number;
  /** Ends after so many requests, whatever the time. */
  readonly count: number | null;
  /** Requests that may be acknowledged and not yet done; null: any number. Who knows how many are done says so. */
  readonly backlog: number | null;
}

export interface Measured {
  /** Answers with 200 in the time that counts. */
  readonly count: number;
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** When counting began and ended, epoch ms with fractions. */
  readonly from: number;
  readonly to: number;
  /** Share of one core that the sender took for itself while it counted. */
  readonly busy: number;
  /** What was answered otherwise, by status; 0 for a connection that was lost. */
  readonly others: Readonly<Record<number, number>>;
}

/** What the runner says. */
export type Order = { readonly run: Run } | { readonly done: number };

/** Nobody waits for a target that has stopped answering, in ms. */
const STALLED_MS = 60_000;

/** How many are done by now, as the runner was last told. */
let done = 0;
/** Has those look again who rest. */
let wake = () => {};

const now = () => performance.timeOrigin + performance.now();

interface Sender {
  readonly bytes: Buffer;
  connection: Connection | null;
  /** When its request was sent, or should have been. */
  sentAt: number;
}

async function run(of: Run): Promise<Measured> {
  done = 0;
  const template = makeTemplate(of.scheme, of.path, of.bytes);
  const nextDigits = makeDigits();
  const begun = now();
  const from = begun + of.warmSeconds * 1000;
  const until = of.count === null ? from + of.seconds * 1000 : Number.POSITIVE_INFINITY;
  const schedule = of.rate === null ? closedLoop : openLoop(of.rate, begun);
  const tally = makeTally(from, until);
  const over = Promise.withResolvers<void>();
  const resting: Sender[] = [];
  let sent = 0;

  /** Who is free sends, or rests; once all rest after the end, it is over. */
  function next(it: Sender): void {
    const at = now();
    const ended = at >= until || (of.count !== null && sent >= of.count);
    const held = ended || (of.backlog !== null && sent - done >= of.backlog);
    const intended = held ? null : schedule.next(at);
    if (intended !== null) {
      sent++;
      it.sentAt = intended;
      writeDelivery(template, it.bytes, nextDigits(), at);
      it.connection?.send(it.bytes);
      return;
    }
    resting.push(it);
    if (ended && resting.length === of.connections) over.resolve();
  }

  async function connect(it: Sender): Promise<void> {
    it.connection = await openConnection(
      of.port,
      (status) => {
        tally.answered(status, it.sentAt, now());
        next(it);
      },
      () => {
        tally.answered(0, it.sentAt, now());
        connect(it).then(() => next(it), over.reject);
      },
    );
  }

  wake = () => {
    for (const it of resting.splice(0)) next(it);
  };
  const senders = Array.from(
    { length: of.connections },
    (): Sender => ({ bytes: Buffer.from(template.bytes), connection: null, sentAt: 0 }),
  );
  await Promise.all(senders.map(connect));
  for (const it of senders) next(it);
  const timers = [
    // For those who rest until a request is due, and at the end.
    setInterval(() => wake(), of.rate === null ? 100 : 1),
    setInterval(() => {
      if (now() - tally.last() > STALLED_MS) over.reject(new Error('nothing is answered any more'));
    }, 1_000),
    setTimeout(tally.begin, of.warmSeconds * 1000),
  ];
  try {
    await over.promise;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const it of senders) it.connection?.close();
    wake = () => {};
  }
  return tally.measured(of.count === null ? schedule.unsent(until) : []);
}

/** When requests should be sent, epoch ms. */
interface Schedule {
  /** Of the next one; null if it is not due yet. */
  next(at: number): number | null;
  /** Of those that were due and could not be sent. */
  unsent(at: number): readonly number[];
}

const closedLoop: Schedule = { next: (at) => at, unsent: () => [] };

function openLoop(rate: number, begun: number): Schedule {
  let made = 0;
  const next = (at: number) => {
    const intended = begun + (made / rate) * 1000;
    if (intended > at) return null;
    made++;
    return intended;
  };
  return {
    next,
    unsent: (at) => {
      const all: number[] = [];
      for (let one = next(at); one !== null; one = next(at)) all.push(one);
      return all;
    },
  };
}

/** What was answered, and when: counted by the time of the answer, latencies by the time of the sending. */
function makeTally(from: number, until: number) {
  const latencies: number[] = [];
  const others: Record<number, number> = {};
  let count = 0;
  let last = now();
  let cpu = process.cpuUsage();
  return {
    begin: () => {
      cpu = process.cpuUsage();
    },
    last: () => last,
    answered: (status: number, sentAt: number, at: number) => {
      last = at;
      if (status !== 200) others[status] = (others[status] ?? 0) + 1;
      else if (at >= from && at <= until) count++;
      if (status === 200 && sentAt >= from) latencies.push(at - sentAt);
    },
    /** @param unsent they have waited until the end, at the least */
    measured: (unsent: readonly number[]): Measured => {
      const to = Number.isFinite(until) ? until : last;
      const { user, system } = process.cpuUsage(cpu);
      const sorted = Float64Array.from([...latencies, ...unsent.map((sentAt) => until - sentAt)]).sort();
      return {
        count,
        rate: (count / (to - from)) * 1000,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        maxMs: sorted.at(-1) ?? Number.NaN,
        from,
        to,
        busy: (user + system) / 1000 / (to - from),
        others,
      };
    },
  };
}

process.on('message', (order: Order) => {
  if ('done' in order) {
    done = order.done;
    wake();
    return;
  }
  run(order.run).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
// No test of the machine outlives the one that ordered it.
process.on('disconnect', () => process.exit());
