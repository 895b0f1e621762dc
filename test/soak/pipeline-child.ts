// A program that uses the pipeline directly: processes the uploads whose keys it receives.
import { openPipeline } from '../../src/app/open-pipeline.ts';
import { readConfig } from '../../src/config/index.ts';
import { processBatch } from '../../src/pipeline/index.ts';

const config = readConfig();
const parts = await openPipeline(config);

process.on('message', async ({ id, key }: { id: number; key: string }) => {
  const { results } = await processBatch([{ bucket: config.storage.bucket ?? '', key }], parts);
  const [problem] = results.flatMap((result) => ('error' in result ? [result.error] : []));
  process.send?.({ id, ...(problem !== undefined && { problem: String(problem) }) });
});
process.send?.('ready');
