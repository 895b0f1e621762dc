import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Recipe, recipeOptions } from '../convert/recipe/recipe-options.ts';
import { variables } from './variables.ts';

export { type SslMode, sslModes } from './variables.ts';

type Variables = typeof variables;

/** What the environment says, read once and frozen. */
export type Config = Readonly<{
  [Name in keyof Variables]: ReturnType<Variables[Name]['parse']> | Variables[Name]['default'];
}>;

/** Every variable that the program reads, for documentation and tests. */
export const configVariables = Object.values(variables).map(
  ({ name, default: value, description }) => ({
    name,
    default: value,
    description,
  }),
);

/** What whoever deploys the program may set of conversions: every option of a recipe, and limits. */
export const conversionSettings = [
  ...(Object.keys(recipeOptions) as (keyof Recipe)[]),
  'maxBytes',
  'maxPixels',
  'maxPages',
  'maxConversionMs',
  'memoryBudgetMb',
  'concurrency',
] satisfies (keyof Config)[];

/** Variables that hold what they must not. The message lists all of them. */
export class ConfigError extends Error {
  readonly code = 'INVALID_CONFIGURATION';
  readonly problems: string[];
  /** Of the message, each of which may quote what was received. */
  readonly lines: string[];

  constructor(problems: string[]) {
    const lines = ['The configuration is not valid:', ...problems.map((problem) => `  ${problem}`)];
    super(lines.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
    this.lines = lines;
  }
}

/** Reads the environment. A blank variable counts as unset. Throws {@link ConfigError}. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const problems: string[] = [];
  const entries = Object.entries(variables).map(([property, variable]) => {
    const raw = env[variable.name] ?? '';
    if (!raw.trim()) return [property, variable.default];
    try {
      return [property, variable.parse('secret' in variable ? raw : raw.trim())];
    } catch (error) {
      const received = 'secret' in variable ? 'a value that is not shown' : shown(raw);
      problems.push(
        `${variable.name}: expected ${(error as Error).message} but received ${received}`,
      );
      return [property, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}

const shownLength = 200;

function shown(raw: string): string {
  return `"${raw.length > shownLength ? `${raw.slice(0, shownLength)}…` : raw}"`;
}

/** The variables that set these properties, for whoever configures the program from outside. */
export function environmentOf(
  values: Partial<Record<keyof Config, string | number | boolean | undefined>>,
): Record<string, string> {
  const entries = (Object.keys(values) as (keyof Config)[]).map((property) => [
    variables[property].name,
    values[property] === undefined ? undefined : String(values[property]),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** This process's environment for a child process, with some variables set and some taken away. */
export function environmentWith(
  settings: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return { ...process.env, ...settings };
}

/** Of this user, for what may be deleted at any time. A variable that is no absolute path does not count. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME = '' } = process.env;
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'grayscale');
}

const harmless = [
  ...['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'LANG'],
  'NODE_COMPILE_CACHE',
];

/** For a process that only computes and may be fooled by what it reads: nothing secret. */
export function harmlessEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(harmless.map((name) => [name, process.env[name]]));
}
