/**
 * What a process takes of the machine, as the system counts it. What must never happen here: a number where the system
 * does not tell one.
 */
import { readFileSync } from 'node:fs';

/** The system counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Processor time of all its threads since it began, in ms; NaN where there is no /proc. */
export function cpuMs(pid: number): number {
  const [, after = ''] = read(pid, 'stat').split(/\) (?=[A-Z] )/);
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** What of it lies in memory, in MB; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(pid, 'status'))?.[1]) / 1000;
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
