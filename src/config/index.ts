import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { aws } from './aws.ts';
import { database } from './database.ts';
import { capacity, limits } from './limits.ts';
import { logging } from './logging.ts';
import { prices } from './prices.ts';
import { queue } from './queue.ts';
import { recipe } from './recipe.ts';
import { sandbox } from './sandbox.ts';
import { server } from './server.ts';
import { storage } from './storage.ts';
import type { Variable } from './variable.ts';

export { type SslMode, sslModes } from './database.ts';
export { recipeOf } from './recipe.ts';

/** Every variable that the program reads, by part and by the property that it sets. */
const parts = {
  storage,
  recipe,
  limits,
  capacity,
  database,
  logging,
  aws,
  prices,
  queue,
  server,
  sandbox,
};

type Table = Record<string, Variable<unknown, unknown>>;

type ValueOf<V> = V extends Variable<infer Value, unknown> ? Value : never;

/** Variables without a default are optional properties. */
type PartOf<T> = {
  readonly [Name in keyof T as T[Name] extends { default: undefined } ? never : Name]: ValueOf<
    T[Name]
  >;
} & {
  readonly [Name in keyof T as T[Name] extends { default: undefined } ? Name : never]?: ValueOf<
    T[Name]
  >;
};

/** The environment, read once and frozen: one object for each part. */
export type Config = { readonly [Part in keyof typeof parts]: PartOf<(typeof parts)[Part]> };

/** Every variable that the program reads, for documentation and tests. */
export const configVariables = Object.values<Table>(parts)
  .flatMap((table) => Object.values(table))
  .map(({ name, default: value, description }) => ({ name, default: value, description }));

const conversionParts = { recipe, limits, capacity };

/** What whoever deploys may set of conversions: the part of each property. */
export const conversionSettings: Readonly<Record<string, keyof typeof conversionParts>> =
  Object.fromEntries(
    Object.entries(conversionParts).flatMap(([part, table]) =>
      Object.keys(table).map((property) => [property, part as keyof typeof conversionParts]),
    ),
  );

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
  const read = (table: Table) => readPart(table, env, problems);
  const config = Object.fromEntries(
    Object.entries<Table>(parts).map(([part, table]) => [part, read(table)]),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as Config;
}

function readPart(table: Table, env: Record<string, string | undefined>, problems: string[]) {
  const entries = Object.entries(table).map(([property, variable]) => {
    const raw = env[variable.name] ?? '';
    if (!raw.trim()) return [property, variable.default];
    try {
      return [property, variable.parse(variable.isSecret ? raw : raw.trim())];
    } catch (error) {
      const received = variable.isSecret ? 'a value that is not shown' : shown(raw);
      problems.push(
        `${variable.name}: expected ${(error as Error).message} but received ${received}`,
      );
      return [property, undefined];
    }
  });
  return Object.freeze(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

const shownLength = 200;

function shown(raw: string): string {
  return `"${raw.length > shownLength ? `${raw.slice(0, shownLength)}…` : raw}"`;
}

/** The values of some properties of a configuration, before they are text. */
export type ConfigValues = {
  [Part in keyof Config]?: {
    [Name in keyof Config[Part]]?: string | number | boolean | undefined;
  };
};

/** The variables that set these properties, for whoever configures the program from outside. */
export function environmentOf(values: ConfigValues): Record<string, string> {
  const entries = Object.entries(values).flatMap(([part, properties]) =>
    Object.entries(properties).map(([property, value]) => {
      const table: Table = parts[part as keyof typeof parts];
      return [table[property]?.name, value];
    }),
  );
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, `${value}`]),
  );
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
