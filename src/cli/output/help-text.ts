import { Help, type HelpConfiguration } from 'commander';

/** Terms up to this width have their description next to them; others, on the lines below. */
const maxTermWidth = 26;
const indent = 2;
const minDescriptionWidth = 36;

/**
 * Help that wraps on narrow terminals. Commander makes the column of terms as wide as the longest
 * one, which leaves too little for the descriptions.
 */
export const wrappedHelp: HelpConfiguration = {
  minWidthToWrap: 20,
  padWidth: (command, helper) =>
    Math.min(
      maxTermWidth,
      Math.max(
        helper.longestOptionTermLength(command, helper),
        helper.longestSubcommandTermLength(command, helper),
        helper.longestArgumentTermLength(command, helper),
      ),
    ),
  formatItem(term, termWidth, description, helper) {
    const margin = ' '.repeat(indent);
    if (!description) return margin + term;
    const helpWidth = helper.helpWidth ?? 80;
    const besideWidth = helpWidth - indent - termWidth - 2;
    const isBelow = besideWidth < minDescriptionWidth;
    const start = isBelow ? 3 * indent : indent + termWidth + 2;
    const lines = helper.boxWrap(description, helpWidth - start).split('\n');
    const below = lines.map((line) => ' '.repeat(start) + line);
    if (isBelow || term.length > termWidth) return [margin + term, ...below].join('\n');
    const [first = '', ...rest] = lines;
    return [
      margin + term.padEnd(termWidth + 2) + first,
      ...rest.map((line) => ' '.repeat(start) + line),
    ].join('\n');
  },
};

/**
 * Wraps the paragraphs around the options, which are written by hand. Indented lines stay: they are
 * commands to copy, or already wrapped.
 */
export function wrapParagraphs(text: string, width = 80): string {
  return text.replaceAll(/^[^\s].*(?:\n[^\s].*)*/gm, (paragraph) =>
    Object.assign(new Help(), wrappedHelp).boxWrap(paragraph.replaceAll('\n', ' '), width),
  );
}
