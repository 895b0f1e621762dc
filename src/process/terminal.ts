// The one module that writes text to the terminal. Keys, file names, events and messages that quote
// them are untrusted: control characters are escaped so that they are visible and have no effect.
import { aboveStatusLine } from './status-line.ts';

/**
 * C0, DEL and C1 controls, line and paragraph separators, direction marks and overrides (Unicode TR
 * 36 and TR 9), invisible joiners and lone surrogates.
 */
const unsafe =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/** Escapes untrusted text to one line: `\x1b` for an escape, `\x0a` for a line feed. */
export function printable(text: string): string {
  return text.replace(unsafe, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (isInvalidByte(code)) return `\\x${(code - 0xdc00).toString(16)}`;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A byte of a file name that is not UTF-8: see src/storage/path-bytes.ts. */
function isInvalidByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** JSON that is safe on any terminal. It parses to the same value. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(unsafe, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Escapes text of several lines; only line feeds keep their effect. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Writes lines to standard output. Untrusted parts must already be `printable`. */
export function print(text: string): void {
  aboveStatusLine(() => console.log(printableLines(text)));
}

/** Writes lines to standard error. Untrusted parts must already be `printable`. */
export function printError(text: string): void {
  aboveStatusLine(() => console.error(printableLines(text)));
}

export function printJson(value: unknown): void {
  aboveStatusLine(() => console.log(printableJson(value, 2)));
}

/**
 * Writes an error's message on one line, because it may quote untrusted text. Errors with messages
 * of several lines list them in `lines`.
 */
export function printFailure(error: unknown): void {
  const lines = linesOf(error) ?? [error instanceof Error ? error.message : String(error)];
  printError(lines.map(printable).join('\n'));
}

function linesOf(error: unknown): string[] | undefined {
  const lines = error instanceof Error && 'lines' in error ? error.lines : undefined;
  return Array.isArray(lines) ? lines.map(String) : undefined;
}
