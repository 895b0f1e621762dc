import { InvalidArgumentError, Option } from 'commander';
import { recipeOptions } from '../convert/index.ts';

const shortFlags: Record<string, string> = { format: '-f, ', quality: '-q, ', method: '-m, ' };

/** The recipe's options as command-line flags: `compressionLevel` is `--compression-level`. */
export function recipeFlags(): Option[] {
  return Object.entries(recipeOptions).map(([name, facts]) => {
    const flag = `${shortFlags[name] ?? ''}--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof facts.default === 'boolean') return new Option(flag, facts.description);
    const help = `${facts.description} Expects ${facts.expected} (default: ${facts.default})`;
    return new Option(`${flag} <${name}>`, help).argParser((text) => {
      const value: unknown = facts.read(facts.fromText(text));
      if (value === undefined) throw new InvalidArgumentError(`Expected ${facts.expected}.`);
      return value;
    });
  });
}
