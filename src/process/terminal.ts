// The one place that writes text to the terminal. Keys, file names, events and messages that quote them
// are untrusted: what a terminal would obey is written so that a person sees it.

/**
 * C0, DEL and C1 controls, line and paragraph separators, marks and overrides of direction (Unicode TR 36
 * and TR 9), invisible joiners and half surrogate pairs.
 */
const unsafe =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/** Untrusted text on one line: `\x1b` for an escape, `\x0a` for a line feed. */
export function printable(text: string): string {
  return text.replace(unsafe, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** JSON that any terminal can show. It is read as the same value. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(unsafe, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text of several lines, of which only the line feeds are obeyed. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Writes lines to standard output. What is untrusted in them is `printable` already. */
export function print(text: string): void {
  console.log(printableLines(text));
}

/** Writes lines to standard error. What is untrusted in them is `printable` already. */
export function printError(text: string): void {
  console.error(printableLines(text));
}

export function printJson(value: unknown): void {
  console.log(printableJson(value, 2));
}

/**
 * Writes the message of an error on one line, as it may quote anything. An error whose message is meant
 * to have several says which they are.
 */
export function printFailure(error: unknown): void {
  const lines = linesOf(error) ?? [error instanceof Error ? error.message : String(error)];
  printError(lines.map(printable).join('\n'));
}

function linesOf(error: unknown): string[] | undefined {
  const lines = error instanceof Error && 'lines' in error ? error.lines : undefined;
  return Array.isArray(lines) ? lines.map(String) : undefined;
}
