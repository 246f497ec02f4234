/**
 * How far a long piece of work is: one line on stderr, drawn anew while it goes on and gone when it ends. It stands
 * behind the terminal. What must never happen here: a bar where nobody looks, or one left behind on the line.
 */
import { span } from './text.ts';

export interface Bar {
  /** @param total left out: as before; null: not known */
  at(done: number, total?: number | null): void;
  /** Takes it off the line. Twice does nothing. */
  end(): void;
}

export const noBar: Bar = { at: () => undefined, end: () => undefined };

const LONGEST = 30;
/** A share of nothing is not known before it is done. */
const UNKNOWN = 0;

/** @param stream a terminal's */
export async function drawBar(stream: NodeJS.WriteStream, what: string, width: number): Promise<Bar> {
  // Most commands draw none.
  const { SingleBar } = (await import('cli-progress')).default;
  let known: number | null = null;
  let ended = false;
  const drawn = new SingleBar({
    stream,
    format: (_options, { value, eta }) => barText(what, value, known, known === null ? null : eta, width),
    fps: 5,
    clearOnComplete: true,
    // The commands themselves hear signals.
    gracefulExit: false,
    emptyOnZero: true,
  });
  drawn.start(UNKNOWN, 0);
  return {
    at: (done, total) => {
      if (ended) return;
      if (total !== undefined && total !== known) {
        known = total;
        drawn.setTotal(total ?? UNKNOWN);
      }
      drawn.update(done);
    },
    end: () => {
      if (ended) return;
      ended = true;
      drawn.stop();
    },
  };
}

/**
 * `Replay  ██████░░░░  1500 of 3000, 12 s left`
 * @param total null: not known
 * @param eta_s seconds; null or no number: not known
 */
export function barText(
  what: string,
  done: number,
  total: number | null,
  eta_s: unknown,
  width: number,
): string {
  if (total === null) return `${what}  ${done} …`;
  const left =
    typeof eta_s === 'number' && Number.isFinite(eta_s) && done > 0 && done < total
      ? `, ${span(eta_s * 1000)} left`
      : '';
  const numbers = `${done} of ${total}${left}`;
  const room = Math.max(0, Math.min(LONGEST, width - what.length - numbers.length - 4));
  const full = total === 0 ? room : Math.min(room, Math.floor((room * done) / total));
  return `${what}  ${'█'.repeat(full)}${'░'.repeat(room - full)}  ${numbers}`;
}
