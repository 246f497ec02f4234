/**
 * What this process has seen so far, counted. It stands behind `Observe`, and is read by /metrics. Nothing outside of it
 * depends on it. What must never happen here: a label that a stranger, or a shop, can give as many values as they like.
 */
import { LIMITS } from './limits.ts';
import { countByKind, type Ended, type Observation, span } from './observation.ts';
import type { ProblemCode } from './problem.ts';

/** Numbers of one name, as Prometheus reads them. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** After the family's name: `_bucket` for example. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

export type Labels = Readonly<Record<string, string>>;

export interface Counts {
  take(it: Observation): void;
  /** @param sources that are there: what is watched for is told of them from the start, since a first increase from nothing is none */
  families(sources?: readonly string[]): readonly Family[];
}

/** Refusals that somebody should hear of. */
const WATCHED: readonly ProblemCode[] = ['not_stored', 'signature_wrong'];

/** Upper bounds in seconds. */
const ACKNOWLEDGE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** From at once to an hour: some wait for a shop that rests. */
const SETTLE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600];

/** The value of labels beyond their bound. */
export const OTHER = 'other';

export function makeCounts(): Counts {
  const typed = typesWithin(LIMITS.counted_types);
  const received = counter('source', 'type', 'duplicate');
  const ended = counter('source', 'type', 'outcome');
  const retries = counter('source', 'code');
  const refused = counter('source', 'code');
  const settled = counter('source', 'cause');
  const changed = counter('source', 'change');
  const acknowledge = histogram(ACKNOWLEDGE_BUCKETS, 'source');
  const settle = histogram(SETTLE_BUCKETS, 'source');

  function takeEnd({ event, end, at, replayed }: Ended): void {
    const { source, type, received_at } = event;
    // It was not even tried: its shop rests.
    if (end.untried) return;
    ended.add(1, source, typed(type), end.state);
    // Months after its arrival, a replay would say nothing of how quick the house is.
    if (!replayed && (end.state === 'done' || end.state === 'ignored'))
      settle.observe(span(received_at, at) / 1000, source);
    if (end.state === 'waiting') retries.add(1, source, end.problem?.code ?? '');
  }

  return {
    take: (it) => {
      switch (it.is) {
        case 'received':
          received.add(1, it.source, typed(it.type), String(it.duplicate));
          acknowledge.observe(it.acknowledge_ms / 1000, it.source);
          break;
        case 'refused':
          refused.add(1, it.known ? it.source : '', it.problem.code);
          break;
        case 'ended':
          takeEnd(it);
          break;
        case 'settled': {
          const { source, cause, changes } = it.settlement;
          settled.add(1, source, cause.by);
          for (const [change, count] of Object.entries(countByKind(changes)))
            changed.add(count, source, change);
          break;
        }
        case 'silent':
          break;
      }
    },

    families: (sources = []) => {
      for (const source of sources) for (const code of WATCHED) refused.add(0, source, code);
      return [
        {
          name: 'keyferry_events_received_total',
          help: 'Verified webhooks that were stored, or were there before.',
          type: 'counter',
          samples: received.samples(),
        },
        {
          name: 'keyferry_webhooks_refused_total',
          help: 'Webhooks that were not taken, by the code of the problem. Without a source: no source has the name in their path.',
          type: 'counter',
          samples: refused.samples(),
        },
        {
          name: 'keyferry_events_ended_total',
          help: 'Attempts at events by how they ended: done, ignored, parked for a person, or waiting for the next attempt.',
          type: 'counter',
          samples: ended.samples(),
        },
        {
          name: 'keyferry_event_retries_total',
          help: 'Attempts after which an event waits for another one, by the code of the problem.',
          type: 'counter',
          samples: retries.samples(),
        },
        {
          name: 'keyferry_orders_settled_total',
          help: 'New versions of orders, by what caused them: events, a replay, the clock, a revision or a person.',
          type: 'counter',
          samples: settled.samples(),
        },
        {
          name: 'keyferry_licenses_changed_total',
          help: 'Changes of licenses by their kind.',
          type: 'counter',
          samples: changed.samples(),
        },
        {
          name: 'keyferry_acknowledge_seconds',
          help: 'From the whole body of a webhook to its event on the disk.',
          type: 'histogram',
          samples: acknowledge.samples(),
        },
        {
          name: 'keyferry_settle_seconds',
          help: 'From the arrival of an event to its end, done or ignored; what it waited for counts, replays do not.',
          type: 'histogram',
          samples: settle.samples(),
        },
      ];
    },
  };
}

/** Lets so many texts through, those that come first; all others are one. */
function typesWithin(most: number): (type: string) => string {
  const known = new Set<string>();
  return (type) => {
    if (known.has(type)) return type;
    if (known.size >= most || type.length > LIMITS.refusal_text) return OTHER;
    known.add(type);
    return type;
  };
}

/** No label value holds it: a source is a word, a type is a name in a header or in JSON. */
const BETWEEN = '\u0000';

interface Counter {
  add(by: number, ...values: readonly string[]): void;
  samples(): readonly Sample[];
}

function counter(...names: readonly string[]): Counter {
  const counts = new Map<string, { readonly labels: Labels; value: number }>();
  return {
    add: (by, ...values) => {
      const key = values.join(BETWEEN);
      const known = counts.get(key);
      if (known) known.value += by;
      else counts.set(key, { labels: labelled(names, values), value: by });
    },
    samples: () => [...counts.values()].map(({ labels, value }) => ({ labels, value })),
  };
}

interface Histogram {
  observe(seconds: number, label: string): void;
  samples(): readonly Sample[];
}

function histogram(bounds: readonly number[], name: string): Histogram {
  const all = new Map<string, { readonly buckets: number[]; sum: number; count: number }>();
  return {
    observe: (seconds, label) => {
      let it = all.get(label);
      if (!it) {
        it = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
        all.set(label, it);
      }
      it.sum += seconds;
      it.count++;
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) it.buckets[bucket] = (it.buckets[bucket] ?? 0) + 1;
    },
    samples: () =>
      [...all].flatMap(([label, { buckets, sum, count }]) => {
        const labels = { [name]: label };
        let below = 0;
        const upTo = bounds.map((bound, i) => {
          below += buckets[i] ?? 0;
          return { suffix: '_bucket', labels: { le: String(bound), ...labels }, value: below };
        });
        return [
          ...upTo,
          { suffix: '_bucket', labels: { le: '+Inf', ...labels }, value: count },
          { suffix: '_sum', labels, value: sum },
          { suffix: '_count', labels, value: count },
        ];
      }),
  };
}

function labelled(names: readonly string[], values: readonly string[]): Labels {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
}
