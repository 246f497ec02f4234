/**
 * Log lines: one wide JSON line per event where a program reads, a short line where a person watches. It stands
 * behind the `Log` port. What must never happen here: a line break inside a line.
 */
import { jsonLine } from '../core/observation.ts';
import type { Log } from '../core/ports.ts';
import { harmless, type Paint, type Tone } from './text.ts';

type Write = (line: string) => void;

/**
 * Writes the lines of one turn of the event loop at once: each write is a call to the system.
 * @param write gets lines without the last line break
 */
export function atTurnsEnd(write: Write): { readonly line: Write; flush(): void } {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length === 0) return;
    const text = lines.join('\n');
    lines = [];
    write(text);
  };
  return {
    line: (text) => {
      lines.push(text);
      if (lines.length === 1) setImmediate(flush);
    },
    flush,
  };
}

/** `{"time":"…","level":"info","message":"order settled",…}` */
export function jsonLog(write: Write, chatty: boolean, now: () => number = Date.now): Log {
  return (level, message, fields = {}) => {
    if (level === 'debug' && !chatty) return;
    write(jsonLine({ time: new Date(now()).toISOString(), level, message, ...fields }));
  };
}

const TONES: Readonly<Record<Parameters<Log>[0], Tone>> = {
  debug: 'dim',
  info: 'dim',
  warn: 'warn',
  error: 'bad',
};

/** `14:03:11 order settled  source=… state=issued` */
export function shortLog(write: Write, paint: Paint, chatty: boolean, now: () => number = Date.now): Log {
  return (level, message, fields = {}) => {
    if (level === 'debug' && !chatty) return;
    const pairs = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [`${key}=${oneLine(value)}`],
    );
    const mark = level === 'info' || level === 'debug' ? '' : `${paint(TONES[level], level)} `;
    write(
      `${paint('dim', clockOf(now()))} ${mark}${message}${pairs.length > 0 ? paint('dim', `  ${pairs.join(' ')}`) : ''}`,
    );
  };
}

function oneLine(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return harmless(text.replace(/\s*\n\s*/g, ' | '));
}

/** The time of day where the terminal stands. */
function clockOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((it) => String(it).padStart(2, '0'))
    .join(':');
}
