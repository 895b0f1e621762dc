// Run by `npm run package`: builds the zip of the Lambda function in dist/.
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { architectures } from './package/contents.ts';
import { packageFunction } from './package/package-function.ts';

const { values } = parseArgs({ options: { arch: { type: 'string', default: 'arm64' } } });
const arch = architectures.find((known) => known === values.arch);

if (arch === undefined) {
  console.error(`Expected --arch ${architectures.join(' or ')} but received "${values.arch}".`);
  process.exitCode = 2;
} else {
  const { path, unzippedBytes, zippedBytes, sha256 } = await packageFunction(arch);
  console.log(relative(process.cwd(), path));
  console.log(`  zipped   ${megabytes(zippedBytes)}`);
  console.log(`  unzipped ${megabytes(unzippedBytes)}`);
  console.log(`  sha256   ${sha256}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
