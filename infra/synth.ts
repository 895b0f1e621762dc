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

const cdkApp = createApp({ outdir: assembly });
// The same stacks, so their warnings are printed only once.
const cliApp = createApp({ context: { '@aws-cdk/core:annotationsInValidationReport': false } });
for (const [environment, chosenSettings] of Object.entries(environments)) {
  const name = `grayscale-${environment}`;
  const settings = readSettings(environment, chosenSettings);
  const zip = await packageFunction(settings.architecture);
  new GrayscaleStack(cdkApp, name, {
    settings,
    packaged: { code: () => Code.fromAsset(zip.path), sha256: zip.sha256 },
    env: accountAndRegion(settings),
  });
  const fileName = `function-${settings.architecture}-${zip.sha256.slice(0, 12)}.zip`;
  copyFileSync(zip.path, join(plain, fileName));
  new GrayscaleStack(cliApp, name, {
    settings,
    packaged: { code: (stack) => codeFromParameters(stack, fileName), sha256: zip.sha256 },
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
}
cdkApp.synth();
for (const { stackName, template } of cliApp.synth().stacks) {
  writeFileSync(join(plain, `${stackName}.template.json`), JSON.stringify(template, null, 1));
}
console.log(
  'Wrote the stacks for CDK to infra/cdk.out/ and those for the AWS CLI to infra/template/.',
);

function codeFromParameters(stack: Stack, fileName: string): Code {
  return Code.fromCfnParameters({
    bucketNameParam: new CfnParameter(stack, 'CodeBucket', {
      description: 'Bucket that contains the zip of the function, in the region of the stack',
    }),
    objectKeyParam: new CfnParameter(stack, 'CodeKey', {
      description: 'Key of the zip in that bucket',
      default: fileName,
    }),
  });
}

function accountAndRegion({ account, region }: Settings): { account?: string; region?: string } {
  return { ...(account && { account }), ...(region && { region }) };
}
