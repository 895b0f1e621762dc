import type { RowFilter, RowOrder } from '../../src/ledger/ledger-reader.ts';
import { generated, generatedDays } from './generate-rows.ts';

/** One kind of question, with other values each time. */
export interface ListCase {
  name: string;
  order: RowOrder;
  isDeep: boolean;
  filter: (draw: Draw) => RowFilter;
}

/** Values that the table has. */
export interface Draw {
  random: () => number;
  daysAgo: (days: number) => string;
  /** Of a row that there is. */
  someKey: () => string;
  someEtag: () => string;
}

const filters: Record<string, (draw: Draw) => RowFilter> = {
  none: () => ({}),
  'status=converted': () => ({ status: 'converted' }),
  'status=failed': () => ({ status: 'failed' }),
  'status=skipped': () => ({ status: 'skipped' }),
  'code, usual': () => ({ code: 'CORRUPT_IMAGE' }),
  'code, few old rows': () => ({ code: generated.rareCode }),
  'code, no row': () => ({ code: 'SOURCE_ARCHIVED' }),
  'prefix, a third of all': () => ({ prefix: 'photos/' }),
  'prefix, a large customer': ({ random }) => ({
    prefix: `customers/${Math.floor(10 * random())}/`,
  }),
  'prefix, a small customer': ({ random }) => ({
    prefix: `customers/${15_000 + Math.floor(4_000 * random())}/`,
  }),
  'prefix, some old day': ({ random, daysAgo }) => ({
    prefix: `daily/${daysAgo(20 + 38 * random())
      .slice(0, 10)
      .replaceAll('-', '/')}/`,
  }),
  'prefix, the oldest month': ({ daysAgo }) => ({
    prefix: `daily/${daysAgo(generatedDays - 1)
      .slice(0, 7)
      .replaceAll('-', '/')}/`,
  }),
  'prefix, no row': ({ random }) => ({ prefix: `nobody/${random()}` }),
  key: ({ someKey }) => ({ key: someKey() }),
  'key+etag': ({ someKey, someEtag }) => ({ key: someKey(), etag: someEtag() }),
  'bucket, nine tenths': () => ({ bucket: 'uploads' }),
  'bucket, few old rows': () => ({ bucket: generated.oldBucket }),
  'method, nine tenths': () => ({ method: 'rec601' }),
  'method, half a percent': () => ({ method: 'decolor' }),
  'method, old rows': () => ({ method: generated.oldMethod }),
  'version, newest': () => ({ version: '0.6.0' }),
  'version, oldest': () => ({ version: '0.1.0' }),
  'version, a canary': () => ({ version: generated.canary }),
  'since=1h': ({ daysAgo }) => ({ since: daysAgo(1 / 24) }),
  'since=24h': ({ daysAgo }) => ({ since: daysAgo(1) }),
  'some old day': ({ random, daysAgo }) => {
    const days = 2 + (generatedDays - 3) * random();
    return { since: daysAgo(days), until: daysAgo(days - 1) };
  },
  'status=failed, method': () => ({ status: 'failed', method: 'luminance' }),
  'status=failed, version': ({ random }) => ({
    status: 'failed',
    version: generated.versions[Math.floor(6 * random())] ?? '',
  }),
  'status=failed, since=24h': ({ daysAgo }) => ({ status: 'failed', since: daysAgo(1) }),
  'status=converted, method': () => ({ status: 'converted', method: 'decolor' }),
  'code, version': () => ({ code: 'CONVERSION_TIMEOUT', version: '0.2.0' }),
  'code, large customer': () => ({ code: 'CORRUPT_IMAGE', prefix: 'customers/1/' }),
  'method, version': () => ({ method: 'lightness', version: '0.1.0' }),
  'version, since=24h': ({ daysAgo }) => ({ version: '0.6.0', since: daysAgo(1) }),
};

const ways: { order: RowOrder; isDeep: boolean }[] = [
  { order: 'newest', isDeep: false },
  { order: 'newest', isDeep: true },
  { order: 'slowest', isDeep: false },
  { order: 'slowest', isDeep: true },
  { order: 'fastest', isDeep: false },
  { order: 'oldest', isDeep: false },
];

/** Every filter in every order. */
export const listCases: ListCase[] = Object.entries(filters).flatMap(([name, filter]) =>
  ways.map((way) => ({ name, filter, ...way })),
);
