// The first work of a new process: set up the parts of the pipeline and convert one image.
import { readFile } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';

if (process.argv[3] === 'cache') enableCompileCache(`${import.meta.dirname}/cache`);

const [[{ openPipeline }, { readConfig }], { toGrayscale }, { growHeapFaster }] = await Promise.all(
  [
    Promise.all([import('../../src/app/open-pipeline.ts'), import('../../src/config/index.ts')]),
    import('../../src/convert/index.ts'),
    import('../../src/convert/heap-growth.ts'),
  ],
);
const config = readConfig({
  DATABASE_URL: 'postgresql://user@127.0.0.1:1/none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
});
const [, bytes] = await Promise.all([openPipeline(config), readFile(process.argv[2] ?? '')]);
// As in the function.
growHeapFaster();
await toGrayscale(bytes);
const { user, system } = process.cpuUsage();
process.stdout.write(String((user + system) / 1_000), () => process.exit(0));
