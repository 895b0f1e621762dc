import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

/**
 * An app that is not synthesized while it breaks a rule of CloudFormation’s schemas or of cdk-nag, and
 * that prints what its stacks warn of.
 */
export function createApp(props: AppProps = {}): App {
  const app = new App({
    ...props,
    // The behaviour that `cdk init` gives a new project, such as names that differ by stack.
    context: { ...CURRENTLY_RECOMMENDED_FLAGS, ...props.context },
    // The template does not report which versions of CDK made it.
    analyticsReporting: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}
