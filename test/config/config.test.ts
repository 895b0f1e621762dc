import { describe, expect, test } from 'vitest';
import { ConfigError, configVariables, readConfig, toEnvironment } from '../../src/config/index.ts';

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  test('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      storage: { outputPrefix: 'grayscale/' },
      recipe: { format: 'png' },
      database: { name: 'image_db', port: 5432 },
    });
    expect(readConfig({}).storage).not.toHaveProperty('bucket');
  });

  test('reads the four variables of the original', () => {
    const env = { DB_HOST: 'db', DB_USER: 'u', DB_PASSWORD: ' p ', S3_BUCKET: 'b' };
    expect(readConfig(env)).toMatchObject({
      database: { host: 'db', user: 'u', password: ' p ' },
      storage: { bucket: 'b' },
    });
  });

  test('treats a blank variable as unset', () => {
    const { database, storage } = readConfig({ DB_PORT: ' ', S3_BUCKET: '' });
    expect(database.port).toBe(5432);
    expect(storage).not.toHaveProperty('bucket');
  });

  test('leaves DB_SSL undefined if it is not set, so that the sslmode of DATABASE_URL applies', () => {
    expect(readConfig({}).database.ssl).toBeUndefined();
    expect(readConfig({ DB_SSL: 'verify-full' }).database.ssl).toBe('verify-full');
  });

  test('reports all problems together, each with what was expected and received', () => {
    expect(problemsOf({ DB_PORT: '0', GRAY_FORMAT: 'bmp', MAX_PIXELS: '1e6' })).toEqual([
      'GRAY_FORMAT: expected one of png, jpeg, webp, avif, tiff, gif, source but received "bmp"',
      'MAX_PIXELS: expected a whole number of at least 1 but received "1e6"',
      'DB_PORT: expected a whole number from 1 to 65535 but received "0"',
    ]);
  });

  test('reads the options of a recipe, and reports the allowed values for an invalid one', () => {
    const env = {
      GRAY_METHOD: 'MIX:0.5,0.25,0.25',
      GRAY_COMPRESSION_LEVEL: '9',
      GRAY_LOSSLESS: 'True',
      GRAY_DEPTH: '16',
      GRAY_BACKGROUND: '#ABC',
    };
    expect(readConfig(env).recipe).toMatchObject({
      method: 'mix:2,1,1',
      compressionLevel: 9,
      lossless: true,
      depth: '16',
      background: '#aabbcc',
      colour: 'managed',
    });
    expect(
      problemsOf({ GRAY_COLOUR: 'cmyk', GRAY_LOSSLESS: '1', GRAY_COMPRESSION_LEVEL: '10' }),
    ).toEqual([
      'GRAY_COMPRESSION_LEVEL: expected a whole number from 0 to 9 but received "10"',
      'GRAY_LOSSLESS: expected true or false but received "1"',
      'GRAY_COLOUR: expected one of managed, raw but received "cmyk"',
    ]);
  });

  test('rejects a mix of thousands of digits in a short sentence', () => {
    const [problem = ''] = problemsOf({ GRAY_METHOD: `mix:${'9'.repeat(3_000)},1,1` });
    expect(problem).toMatch(/^GRAY_METHOD: expected one of rec601, .* but received "mix:9+…"$/);
    expect(problem.length).toBeLessThan(500);
  });

  test('never repeats a secret', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://u:hunter2@h/d' });
    expect(problem).toMatch(/^DATABASE_URL: expected postgresql:/);
    expect(problem).not.toContain('hunter2');
  });

  test.each(['gray', 'gray/', '/gray/', '//gray//'])(
    'reads the output prefix %j as a folder',
    (value) => {
      expect(readConfig({ OUTPUT_PREFIX: value }).storage.outputPrefix).toBe('gray/');
    },
  );

  test('rejects an output prefix by which outputs would be uploads', () => {
    expect(problemsOf({ OUTPUT_PREFIX: '/' })).toHaveLength(1);
  });

  test('reads lists in any order and case', () => {
    const carryOf = (value: string) => readConfig({ OUTPUT_CARRY: value }).storage.outputCarry;
    expect(carryOf('')).toBeUndefined();
    expect(carryOf('Metadata, tags,tags')).toEqual(['tags', 'metadata']);
    expect(problemsOf({ OUTPUT_CARRY: 'tags,colour' })).toEqual([
      'OUTPUT_CARRY: expected any of tags, cache-control, metadata, separated by commas, but received "tags,colour"',
    ]);
  });

  test('rejects a storage class that is none', () => {
    expect(problemsOf({ OUTPUT_STORAGE_CLASS: 'cold storage' })).toHaveLength(1);
  });

  test('is frozen', () => {
    const config = readConfig({});
    expect([config, ...Object.values(config)].every(Object.isFrozen)).toBe(true);
  });

  test('has no duplicate variables', () => {
    const names = configVariables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the environment that sets a configuration', () => {
  test('is read as that configuration again', () => {
    const settings = {
      storage: { bucket: 'uploads' },
      database: { port: 5433 },
      recipe: { lossless: true, method: 'rec709' },
    };
    const environment = toEnvironment({ ...settings, aws: { region: undefined } });
    expect(environment).toEqual({
      S3_BUCKET: 'uploads',
      DB_PORT: '5433',
      GRAY_LOSSLESS: 'true',
      GRAY_METHOD: 'rec709',
    });
    expect(readConfig(environment)).toMatchObject(settings);
  });
});
