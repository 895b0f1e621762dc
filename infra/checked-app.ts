import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

/** An app that is not synthesized while it breaks a rule of CloudFormation’s schemas or of cdk-nag. */
export function createApp(props: AppProps = {}): App {
  const app = new App({
    ...props,
    context: { '@aws-cdk/core:validateAgainstDefaultRules': true },
    // Which versions of CDK were used is told to nobody.
    analyticsReporting: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}
