/**
 * What the process tells of itself for /metrics: time, memory, files, and how late its event loop is. Of door one. The
 * names are those that Prometheus' own clients use, so that common dashboards fit. What must never happen here: work
 * while nobody looks.
 */
import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Family } from '../core/counts.ts';

type Delay = ReturnType<typeof monitorEventLoopDelay>;

const RESOLUTION_MS = 10;
const OPEN_FILES = '/proc/self/fd';
const LATE = 'How late the event loop was since the last look,';

/** @returns what is read at each look; how late the event loop was is known from the second on */
export function makeVitals(): () => readonly Family[] {
  let delay: Delay | null = null;
  return () => {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const late = delay;
    const families = [
      family('process_cpu_user_seconds_total', 'counter', 'Time on a processor in our own code.', user / 1e6),
      family(
        'process_cpu_system_seconds_total',
        'counter',
        'Time on a processor in the system.',
        system / 1e6,
      ),
      family('process_cpu_seconds_total', 'counter', 'Time on a processor, both.', (user + system) / 1e6),
      family('process_start_time_seconds', 'gauge', 'When the process began.', performance.timeOrigin / 1e3),
      family('process_resident_memory_bytes', 'gauge', 'Memory of the process that is in use.', memory.rss),
      family('nodejs_heap_size_total_bytes', 'gauge', 'Heap that is set aside.', memory.heapTotal),
      family('nodejs_heap_size_used_bytes', 'gauge', 'Heap that is in use.', memory.heapUsed),
      family(
        'nodejs_external_memory_bytes',
        'gauge',
        'Memory outside of the heap, buffers above all.',
        memory.external,
      ),
      ...openFiles(),
      ...(late ? lateness(late) : []),
    ];
    if (delay) delay.reset();
    else {
      // A timer of its own from now on: whoever never looks does not pay for it.
      delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delay.enable();
    }
    return families;
  };
}

/** Where the system lists them. */
function openFiles(): readonly Family[] {
  try {
    const count = readdirSync(OPEN_FILES).length;
    return [family('process_open_fds', 'gauge', 'Open files and connections.', count)];
  } catch {
    return [];
  }
}

function lateness(delay: Delay): readonly Family[] {
  // What is measured is the time between two ticks; before the first there is none.
  const seconds = (ns: number) => (Number.isFinite(ns) ? Math.max(0, ns / 1e9 - RESOLUTION_MS / 1e3) : 0);
  return [
    family('nodejs_eventloop_lag_mean_seconds', 'gauge', `${LATE} on average.`, seconds(delay.mean)),
    family(
      'nodejs_eventloop_lag_p99_seconds',
      'gauge',
      `${LATE} in all but 1 of 100 turns.`,
      seconds(delay.percentile(99)),
    ),
    family('nodejs_eventloop_lag_max_seconds', 'gauge', `${LATE} at the worst.`, seconds(delay.max)),
  ];
}

function family(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, help, type, samples: [{ labels: {}, value }] };
}
