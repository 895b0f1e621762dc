/** `950 B`, `121 kB`, `2.4 MB` */
export function formatBytes(bytes: number): string {
  return scaled(bytes, { units: ['B', 'kB', 'MB', 'GB', 'TB'], step: 1_000 });
}

/** `0.4 ms`, `95 ms`, `1.2 s`, `3.5 min` */
export function formatMs(ms: number): string {
  if (ms < 1_000) return `${rounded(ms)} ms`;
  return ms < 60_000 ? `${rounded(ms / 1e3)} s` : `${rounded(ms / 60e3)} min`;
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 image`, `1,234 images` */
export function formatQuantity(count: number, unit: string): string {
  return `${formatCount(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** `0.4`, `28`, `1,234`; small rates are not rounded to 0. */
export function formatRate(rate: number): string {
  return rate.toLocaleString('en-US', {
    maximumSignificantDigits: rate < 1 ? 1 : undefined,
    maximumFractionDigits: rate < 10 ? 1 : 0,
  });
}

/** The relative change: `-41 %`, `+12 %`, `±0 %` */
export function formatChange(from: number, to: number): string {
  if (from === 0) return '';
  const percent = Math.round((to / from - 1) * 100);
  if (percent === 0) return '±0 %';
  return `${percent > 0 ? '+' : '−'}${formatCount(Math.abs(percent))} %`;
}

const agoUnits = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
] as const;
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** `3 min. ago`, `yesterday`; a date for anything older than a month. */
export function formatAgo(time: string, now = Date.now()): string {
  let amount = (Date.parse(time) - now) / 1e3;
  for (const [unit, size] of agoUnits) {
    if (Math.abs(amount) < size) return ago.format(Math.round(amount), unit);
    amount /= size;
  }
  return time.slice(0, 10);
}

/** `2026-03-01 12:30:45` in the reader's time zone. */
export function formatTime(time: string): string {
  return new Date(time).toLocaleString('sv-SE');
}

function scaled(value: number, { units, step }: { units: readonly string[]; step: number }) {
  let at = 0;
  let rest = value;
  while (rest >= step && at < units.length - 1) {
    rest /= step;
    at += 1;
  }
  return `${rounded(rest)} ${units[at]}`;
}

function rounded(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 9.95 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
