import type { Config } from '../config/index.ts';
import type { LambdaPrices, LedgerSampler } from '../stats/index.ts';
import { openPostgres } from './open-postgres.ts';

/** The parts that statistics use. */
export interface StatisticsParts {
  sampler: LedgerSampler;
  prices: LambdaPrices;
  close(): Promise<void>;
}

/** Opens the configured database for statistics. Throws `ConfigError` without one. */
export async function openStatistics(config: Config): Promise<StatisticsParts> {
  const [{ createPostgresSampler }, postgres] = await Promise.all([
    import('../ledger/sample.ts'),
    openPostgres(config),
  ]);
  return {
    sampler: createPostgresSampler(postgres),
    prices: config.prices,
    close: () => postgres.close(),
  };
}
