import type { Postgres } from '../../src/ledger/connect.ts';
import { generateRows, type RowRange } from './generate-rows.ts';

/**
 * Adds rows without indexes and recreates these unchanged, which takes a third of the time; the primary
 * key stays. The trigger sends no notifications meanwhile.
 */
export async function fillTable(postgres: Postgres, range: RowRange): Promise<void> {
  const { rows: indexes } = await postgres.query(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index WHERE indrelid = 'image_metadata'::regclass AND NOT indisprimary`,
  );
  for (const { name } of indexes) await postgres.query(`DROP INDEX ${name}`);
  await generateRows(postgres, range);
  await postgres.session(async (client) => {
    await client.query("SET maintenance_work_mem = '1GB'");
    for (const { definition } of indexes) await client.query(definition);
    await client.query('VACUUM ANALYZE image_metadata');
    await client.query('CHECKPOINT');
    await client.query('RESET maintenance_work_mem');
  });
}

export interface RelationSize {
  name: string;
  megabytes: number;
}

/** Sizes of the table and its indexes, largest first. */
export async function relationSizes(postgres: Pick<Postgres, 'query'>): Promise<RelationSize[]> {
  const { rows } = await postgres.query(
    `SELECT relname AS name, round(pg_relation_size(oid) / 1e6)::float8 AS megabytes
     FROM pg_class
     WHERE oid = 'image_metadata'::regclass
       OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'image_metadata'::regclass)
     ORDER BY pg_relation_size(oid) DESC`,
  );
  return rows;
}
