import type { RowFilter, RowOrder } from '../../src/ledger/ledger-reader.ts';
import { generated, generatedDays } from './generate-rows.ts';

/** One kind of query, with different values each time. */
export interface ListCase {
  name: string;
  order: RowOrder;
  isDeep: boolean;
  filter: (draw: Draw) => RowFilter;
}

/** Values that occur in the table. */
export interface Draw {
  random: () => number;
  daysAgo: (days: number) => string;
  /** Values of an existing row. */
  someKey: () => string;
  someEtag: () => string;
}

/** Queries that docs/operations.md promises to be fast, by prefixes of all sizes and ages. */
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
  'prefix, no row': ({ random }) => ({ prefix: `unused/${random()}` }),
  key: ({ someKey }) => ({ key: someKey() }),
  'key+etag': ({ someKey, someEtag }) => ({ key: someKey(), etag: someEtag() }),
  'since=1h': ({ daysAgo }) => ({ since: daysAgo(1 / 24) }),
  'some old day': someDay,
};

/** Queries without that promise, without a time range and within one. */
const otherFilters: Record<string, (draw: Draw) => RowFilter> = {
  'method, old rows': () => ({ method: generated.oldMethod }),
  'version, oldest': () => ({ version: '0.1.0' }),
  'status=failed, large prefix': () => ({ status: 'failed', prefix: 'photos/' }),
  'some old day, version': (draw) => ({ ...someDay(draw), version: '0.2.0' }),
};

function someDay({ random, daysAgo }: Draw): RowFilter {
  const days = 2 + (generatedDays - 3) * random();
  return { since: daysAgo(days), until: daysAgo(days - 1) };
}

const pageVariants = [
  { order: 'newest', isDeep: false },
  { order: 'newest', isDeep: true },
  { order: 'oldest', isDeep: false },
] as const;
const newest = pageVariants[0];
const slowest = { order: 'slowest', isDeep: false } as const;

export const listCases: ListCase[] = [
  ...Object.entries(filters).flatMap(([name, filter]) =>
    pageVariants.map((variant) => ({ name, filter, ...variant })),
  ),
  ...Object.entries(otherFilters).map(([name, filter]) => ({ name, filter, ...newest })),
  { name: 'none', filter: () => ({}), ...slowest },
  { name: 'some old day', filter: someDay, ...slowest },
];
