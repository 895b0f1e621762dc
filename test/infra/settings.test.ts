import { describe, expect, test } from 'vitest';
import { environments } from '../../infra/settings.ts';
import { type EnvironmentSettings, readSettings } from '../../infra/settings-schema.ts';

const minimalSettings: EnvironmentSettings = { source: { kind: 'new' }, database: { kind: 'new' } };

describe('settings', () => {
  test.each(Object.entries(environments))('of %s are valid', (name, settings) => {
    expect(readSettings(name, settings)).toMatchObject(settings);
  });

  const wrong: [name: string, change: object, problem: RegExp][] = [
    ['a misspelt name', { memoryMB: 512 }, /memoryMB/],
    ['too little memory', { memoryMb: 128 }, /test\.memoryMb: expected .*512.* received 128/],
    ['no folder', { outputPrefix: '' }, /test\.outputPrefix: expected a folder .* received ""/],
    [
      'outputs among the uploads',
      { sourcePrefix: 'in/', outputPrefix: 'in/gray/' },
      /test\.outputPrefix: expected outside of in\/, .* received "in\/gray\/"/,
    ],
    ['what the function would refuse', { conversion: { quality: 101 } }, /GRAY_QUALITY: .*"101"/],
    [
      'an impossible storage class',
      { outputStorageClass: 'a b' },
      /outputStorageClass: expected OUTPUT_STORAGE_CLASS: .*"a b"/,
    ],
    [
      'a minimum above the maximum',
      { database: { kind: 'new', minCapacity: 8, maxCapacity: 4 } },
      /minCapacity of at most 4/,
    ],
    [
      'a proxy that would keep a sleeping database awake',
      { database: { kind: 'new', minCapacity: 0, proxy: true } },
      /minCapacity above 0 with a proxy/,
    ],
  ];
  test.each(wrong)('with %s are rejected', (_, change, problem) => {
    expect(() => readSettings('test', { ...minimalSettings, ...change })).toThrow(problem);
  });

  test('are rejected with all their errors together', () => {
    const read = () =>
      readSettings('test', { ...minimalSettings, timeoutSeconds: 5, account: '12' });
    expect(read).toThrow(/timeoutSeconds/);
    expect(read).toThrow(/account/);
  });
});
