import { isFields } from './fields.ts';

const maxTextLength = 100;
const maxNames = 10;

/** Formats a message that says what was expected and what was received. */
export function describeMismatch(what: string, received: unknown): string {
  return `Expected ${what} but received ${formatValue(received)}.`;
}

/** Formats any value for a message: short, and on one line. */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isFields(value)) return formatNames(Object.keys(value));
  return typeof value === 'string' ? quote(value) : truncate(String(value));
}

function formatNames(names: string[]): string {
  if (names.length === 0) return 'an empty object';
  const left = names.length - maxNames;
  const list = names.slice(0, maxNames).map(quote).join(', ');
  return `an object with the keys ${list}${left > 0 ? ` and ${left} more` : ''}`;
}

function quote(text: string): string {
  return JSON.stringify(truncate(text));
}

function truncate(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}
