import { z } from 'zod';
import {
  ConfigError,
  type ConfigValues,
  carriedAttributes,
  conversionSettings,
  readConfig,
  toEnvironment,
} from '../src/config/index.ts';
import { databaseSettings } from './database-settings.ts';

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name');
/** Limited to characters that no event dialect encodes, so that filters can compare it. */
const keyPrefix = z.string().regex(/^([A-Za-z0-9_-]+\/)+$/, 'a folder such as grayscale/');
const newBucket = z.strictObject({
  kind: z.literal('new'),
  /** Keeps old versions of objects, which costs storage; those of outputs expire after 30 days. */
  versioned: z.boolean().default(false),
});

const existingBucket = z.strictObject({
  kind: z.literal('existing'),
  name: bucketName,
  /** The bucket's encryption key, if it is a customer managed one. */
  kmsKeyArn: z.string().startsWith('arn:').optional(),
});

/** docs/configuration.md describes these, under the names of src/config/index.ts. */
const conversion = z.partialRecord(
  z.enum(Object.keys(conversionSettings)),
  z.union([z.string(), z.number(), z.boolean()]),
);

const settingsSchema = z
  .strictObject({
    /** The target account and region; default: those of the AWS credentials. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'twelve digits')
      .optional(),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region')
      .optional(),
    tags: z.record(z.string(), z.string()).default({}),

    source: z.discriminatedUnion('kind', [newBucket, existingBucket]),
    /** Only keys under this prefix are converted. */
    sourcePrefix: z.union([z.literal(''), keyPrefix]).default(''),
    /** An existing bucket for the outputs, instead of the source's bucket. */
    outputBucket: bucketName.optional(),
    /** The customer managed key of that bucket, if it has one. */
    outputKmsKeyArn: z.string().startsWith('arn:').optional(),
    outputPrefix: keyPrefix.default('grayscale/'),
    /**
     * `sqs`: the bucket notifies the queue directly; this is cheapest, fastest, and covered by
     * Lambda's loop detection. `eventbridge`: a rule notifies the queue; it filters before the
     * queue and leaves other notifications of an existing bucket unchanged.
     */
    events: z.enum(['sqs', 'eventbridge']).default('sqs'),

    /**
     * Whether an output and its rows are kept or deleted when the source is removed. `delete` lets
     * the function remove outputs and rows, and subscribes it to removals.
     */
    onSourceDeleted: z.enum(['keep', 'delete']).default('keep'),

    /**
     * Attributes of a source that are copied to its output. `tags` lets the function read the tags of
     * sources and tag outputs.
     */
    outputCarry: z.array(z.enum(carriedAttributes)).default([]),
    /** The storage class of outputs, for example `STANDARD_IA`; default: that of the bucket. */
    outputStorageClass: z.string().optional(),

    architecture: z.enum(['arm64', 'x64']).default('arm64'),
    /** 1,769 MB is one core. docs/deploy.md has times and prices. */
    memoryMb: z.number().int().min(512).max(10_240).default(1_769),
    timeoutSeconds: z.number().int().min(30).max(900).default(120),
    ephemeralStorageMb: z.number().int().min(512).max(10_240).default(512),
    logRetentionDays: z
      .union([1, 3, 7, 14, 30, 60, 90, 180, 365].map((days) => z.literal(days)))
      .default(30),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
    tracing: z.boolean().default(true),
    conversion: conversion.default({}),

    batchSize: z.number().int().min(1).max(10).default(5),
    batchWindowSeconds: z.number().int().min(0).max(300).default(1),
    /** The only throttle: max concurrent functions, and so max database connections. */
    maxConcurrency: z.number().int().min(2).max(1_000).default(20),

    database: databaseSettings,
    /** `own`: the stack's own key for everything that it stores. */
    encryption: z.enum(['aws', 'own']).default('aws'),
    /** Receives the alarms. */
    alarmEmail: z.email().optional(),
    /** Protects the stack from `cdk destroy`. */
    terminationProtection: z.boolean().default(false),
  })
  .superRefine((settings, context) => {
    const { outputBucket, outputKmsKeyArn, outputPrefix, outputStorageClass } = settings;
    const { sourcePrefix, database } = settings;
    const addProblem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (outputKmsKeyArn !== undefined && outputBucket === undefined) {
      addProblem('outputKmsKeyArn', 'an outputBucket for that key');
    }
    if (sharesBucket(settings) && sourcePrefix !== '' && outputPrefix.startsWith(sourcePrefix)) {
      addProblem(
        'outputPrefix',
        `outside of ${sourcePrefix}, where outputs would be processed as uploads`,
      );
    }
    for (const problem of findConfigProblems(conversionValues(settings.conversion)))
      addProblem('conversion', problem);
    for (const problem of findConfigProblems({ storage: { outputStorageClass } }))
      addProblem('outputStorageClass', problem);
    if (database.kind === 'new' && database.minCapacity > database.maxCapacity) {
      addProblem('database', `a minCapacity of at most ${database.maxCapacity}`);
    }
    if (database.kind === 'new' && database.proxy && database.minCapacity === 0) {
      addProblem('database', 'a minCapacity above 0 with a proxy, which prevents pausing');
    }
  });

interface BucketChoice {
  source: { kind: 'new' } | { kind: 'existing'; name: string };
  outputBucket?: string | undefined;
}

/** Whether sources and outputs share a bucket. */
export function sharesBucket({ source, outputBucket }: BucketChoice): boolean {
  return outputBucket === undefined || (source.kind === 'existing' && source.name === outputBucket);
}

/** Returns the conversion settings as values of the configuration. */
export function conversionValues(settings: z.output<typeof conversion>): ConfigValues {
  const values: Record<string, Record<string, string | number | boolean | undefined>> = {};
  for (const [property, value] of Object.entries(settings)) {
    const part = conversionSettings[property];
    if (part) values[part] = { ...values[part], [property]: value };
  }
  return values;
}

/** Returns the errors that the function would report about its variables at startup. */
function findConfigProblems(values: ConfigValues): string[] {
  try {
    readConfig(toEnvironment(values));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The settings as written in settings.ts. */
export type EnvironmentSettings = z.input<typeof settingsSchema>;
/** The settings with every default. */
export type Settings = z.output<typeof settingsSchema>;

/** Fills in the defaults. Throws one error that lists all problems. */
export function readSettings(environment: string, settings: EnvironmentSettings): Settings {
  const { success, data, error } = settingsSchema.safeParse(settings);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => {
    const name = path.map(String).join('.');
    return `  ${environment}.${name}: expected ${message} but received ${JSON.stringify(valueAt(settings, path))}`;
  });
  throw new Error(`infra/settings.ts is not valid:\n${problems.join('\n')}`);
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name],
    value,
  );
}
