// The script of `npm run synth`: synthesizes every environment of settings.ts, for use with and
// without CDK.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnParameter, DefaultStackSynthesizer, type Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { packageFunction } from '../tools/package/package-function.ts';
import { createApp } from './checked-app.ts';
import { GrayscaleStack } from './grayscale-stack.ts';
import { environments } from './settings.ts';
import { readSettings, type Settings } from './settings-schema.ts';

const assembly = join(import.meta.dirname, 'cdk.out');
/** Templates that need neither CDK nor its bootstrap stack, and the zips that they reference. */
const plain = join(import.meta.dirname, 'template');

for (const folder of [assembly, plain]) rmSync(folder, { recursive: true, force: true });
mkdirSync(plain);

const forCdk = createApp({ outdir: assembly });
// The same stacks, so their warnings are printed only once.
const forCli = createApp({ context: { '@aws-cdk/core:annotationsInValidationReport': false } });
for (const [environment, chosen] of Object.entries(environments)) {
  const name = `grayscale-${environment}`;
  const settings = readSettings(environment, chosen);
  const zip = await packageFunction(settings.architecture);
  new GrayscaleStack(forCdk, name, {
    settings,
    packaged: { code: () => Code.fromAsset(zip.path), sha256: zip.sha256 },
    env: placeOf(settings),
  });
  const fileName = `function-${settings.architecture}-${zip.sha256.slice(0, 12)}.zip`;
  copyFileSync(zip.path, join(plain, fileName));
  new GrayscaleStack(forCli, name, {
    settings,
    packaged: { code: (stack) => codeOfParameters(stack, fileName), sha256: zip.sha256 },
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
}
forCdk.synth();
for (const { stackName, template } of forCli.synth().stacks) {
  writeFileSync(join(plain, `${stackName}.template.json`), JSON.stringify(template, null, 1));
}
console.log(
  'Wrote the stacks for CDK to infra/cdk.out/ and those for the AWS CLI to infra/template/.',
);

function codeOfParameters(stack: Stack, fileName: string): Code {
  return Code.fromCfnParameters({
    bucketNameParam: new CfnParameter(stack, 'CodeBucket', {
      description: 'A bucket in the region of the stack, with the zip of the function',
    }),
    objectKeyParam: new CfnParameter(stack, 'CodeKey', {
      description: 'Key of the zip in it',
      default: fileName,
    }),
  });
}

function placeOf({ account, region }: Settings): { account?: string; region?: string } {
  return { ...(account && { account }), ...(region && { region }) };
}
