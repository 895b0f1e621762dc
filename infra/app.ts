// What `cdk` runs: every environment of settings.ts as a stack.
import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { packageFunction } from '../scripts/package/package-function.ts';
import { GrayscaleStack } from './grayscale-stack.ts';
import { environments } from './settings.ts';
import { readSettings } from './settings-schema.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
for (const [environment, chosen] of Object.entries(environments)) {
  const settings = readSettings(environment, chosen);
  const { path, sha256 } = await packageFunction(settings.architecture);
  new GrayscaleStack(app, `grayscale-${environment}`, {
    settings,
    packaged: { code: () => Code.fromAsset(path), sha256 },
    env: {
      ...(settings.account !== undefined && { account: settings.account }),
      ...(settings.region !== undefined && { region: settings.region }),
    },
  });
}
app.synth();
