/**
 * Exact sums of amounts written as decimal text. It stands beside the readers of refunds.
 * What must never happen here: an amount passing through a floating point number.
 */

/** No shop writes longer ones, and sums of longer ones would cost more than all else. */
const DECIMAL = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/;

/**
 * Adds decimal texts exactly; the result has as many decimals as the longest of them.
 * @returns null for an empty list, or when one of them is not a decimal number
 * @example sum(['10.10', '0.2']) // '10.30'
 */
export function sum(amounts: readonly string[]): string | null {
  const parts = amounts.map((it) => DECIMAL.exec(it));
  const places = Math.max(0, ...parts.map((it) => it?.[3]?.length ?? 0));
  let total = 0n;
  for (const part of parts) {
    if (!part) return null;
    const units = BigInt(`${part[2]}${(part[3] ?? '').padEnd(places, '0')}`);
    total += part[1] === '-' ? -units : units;
  }
  if (parts.length === 0) return null;
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${total < 0n ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`;
}

/** Whether two decimal texts are the same amount: `5` and `5.00` are. */
export function sameAmount(a: string, b: string): boolean {
  const difference = sum([a, b.startsWith('-') ? b.slice(1) : `-${b}`]);
  return difference !== null && /^-?0+(\.0+)?$/.test(difference);
}
