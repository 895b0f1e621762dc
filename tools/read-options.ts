import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/**
 * Parses the command line of a script. For an unknown option it prints an error and the usage, and exits
 * with 2.
 */
export function readOptions<Options extends ParseArgsOptionsConfig>(
  usage: string,
  options: Options,
) {
  const { values } = parsed();
  return { values, readNumber, exitWithUsage };

  function parsed() {
    try {
      return parseArgs({ options });
    } catch (error) {
      exitWithUsage((error as Error).message);
    }
  }

  function readNumber(name: keyof Options & keyof typeof values): number | undefined {
    const text = values[name];
    if (text === undefined) return undefined;
    if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
    const expected = `a whole number below a thousand million for --${String(name)}`;
    exitWithUsage(`Expected ${expected} but received ${text}`);
  }

  function exitWithUsage(message: string): never {
    console.error(`${message}\n\n${usage}`);
    process.exit(2);
  }
}
