import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { aws } from './aws.ts';
import { type AwsCredentials, findAwsCredentials } from './aws-credentials.ts';
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
export { carriedAttributes } from './storage.ts';

/** Every variable that the program reads, by part and by the property it sets. */
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

/** The environment, read once and frozen: one object per part. */
export type Config = { readonly [Part in keyof typeof parts]: PartOf<(typeof parts)[Part]> };

/** Every variable that the program reads, for documentation and tests. */
export const configVariables = Object.values<Table>(parts)
  .flatMap((table) => Object.values(table))
  .map(({ name, default: value, description }) => ({ name, default: value, description }));

const conversionParts = { recipe, limits, capacity };

/** Settings of conversions that a deployment may set, each with its part. */
export const conversionSettings: Readonly<Record<string, keyof typeof conversionParts>> =
  Object.fromEntries(
    Object.entries(conversionParts).flatMap(([part, table]) =>
      Object.keys(table).map((property) => [property, part as keyof typeof conversionParts]),
    ),
  );

/** Some variables have invalid values. The message lists all of them. */
export class ConfigError extends Error {
  readonly code = 'INVALID_CONFIGURATION';
  readonly problems: string[];
  /** The lines of the message; each may quote untrusted values. */
  readonly lines: string[];

  constructor(problems: string[]) {
    const lines = ['The configuration is not valid:', ...problems.map((problem) => `  ${problem}`)];
    super(lines.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
    this.lines = lines;
  }
}

/**
 * Reads the environment; a blank variable counts as unset. `findProblems` returns those of an entry
 * point, such as a missing variable, so that they are reported together with invalid values. Throws
 * {@link ConfigError}.
 */
export function readConfig(
  env: Record<string, string | undefined> = process.env,
  findProblems: (config: Config) => string[] = () => [],
): Config {
  const problems: string[] = [];
  const read = (table: Table) => readPart(table, env, problems);
  const config = Object.fromEntries(
    Object.entries<Table>(parts).map(([part, table]) => [part, read(table)]),
  );
  // An invalid variable looks unset, and needs no second line.
  const invalid = problems.map(variableOf);
  const others = findProblems(Object.freeze(config) as Config);
  problems.push(...others.filter((problem) => !invalid.includes(variableOf(problem))));
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}

/** The variable that a problem begins with. */
function variableOf(problem: string): string {
  return problem.slice(0, problem.indexOf(':'));
}

/** Runs all checks, which throw `ConfigError`, and returns the problems of all. */
export function collectProblems(...checks: (() => unknown)[]): string[] {
  const problems = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  });
  // Two checks may find the same.
  return [...new Set(problems)];
}

function readPart(table: Table, env: Record<string, string | undefined>, problems: string[]) {
  const entries = Object.entries(table).map(([property, variable]) => {
    const raw = env[variable.name] ?? '';
    if (!raw.trim()) return [property, variable.default];
    try {
      return [property, variable.parse(variable.isSecret ? raw : raw.trim())];
    } catch (error) {
      const received = variable.isSecret ? 'a value that is not shown' : quoteValue(raw);
      problems.push(
        `${variable.name}: expected ${(error as Error).message} but received ${received}`,
      );
      return [property, undefined];
    }
  });
  return Object.freeze(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

const maxShownLength = 200;

function quoteValue(raw: string): string {
  return `"${raw.length > maxShownLength ? `${raw.slice(0, maxShownLength)}…` : raw}"`;
}

/** Values of configuration properties, before they are converted to text. */
export type ConfigValues = {
  [Part in keyof Config]?: {
    [Name in keyof Config[Part]]?: string | number | boolean | undefined;
  };
};

/** The environment variables that set these properties, for a deployment or a child process. */
export function toEnvironment(values: ConfigValues): Record<string, string> {
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

/** This process's environment for a child process, with some variables set and others removed. */
export function environmentWith(
  settings: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return { ...process.env, ...settings };
}

/** The credentials in this process's environment, if the AWS SDK need not read it. */
export function readAwsCredentials(): AwsCredentials | undefined {
  return findAwsCredentials(process.env, join(homedir(), '.aws'));
}

/** The trace of the current invocation. AWS Lambda sets another one for each. */
export function readTraceId(): string | undefined {
  return process.env._X_AMZN_TRACE_ID;
}

/**
 * The user's cache folder, which may be deleted at any time. A relative XDG_CACHE_HOME is ignored.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME = '' } = process.env;
  return join(isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'grayscale');
}

const allowedVariables = [
  ...['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'LANG'],
  'NODE_COMPILE_CACHE',
];

/** The environment of a process that decodes untrusted input: it contains no secrets. */
export function environmentWithoutSecrets(): Record<string, string | undefined> {
  return Object.fromEntries(allowedVariables.map((name) => [name, process.env[name]]));
}
