import { isFields } from './fields.ts';

const maxTextLength = 100;
const maxNames = 10;

/** Formats a message that says what was expected and what was received. */
export function expected(what: string, received: unknown): string {
  return `Expected ${what} but received ${shown(received)}.`;
}

/** Formats any value for a message: short, and on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isFields(value)) return shownNames(Object.keys(value));
  return typeof value === 'string' ? quoted(value) : shortened(String(value));
}

function shownNames(names: string[]): string {
  if (names.length === 0) return 'an empty object';
  const left = names.length - maxNames;
  const list = names.slice(0, maxNames).map(quoted).join(', ');
  return `an object with the keys ${list}${left > 0 ? ` and ${left} more` : ''}`;
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}
