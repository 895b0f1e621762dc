import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

/**
 * Creates an app that fails to synthesize if it breaks a rule of CloudFormation’s schemas or of
 * cdk-nag. It prints the warnings of its stacks.
 */
export function createApp(props: AppProps = {}): App {
  const app = new App({
    ...props,
    // The defaults that `cdk init` gives a new project, such as names that differ by stack.
    context: { ...CURRENTLY_RECOMMENDED_FLAGS, ...props.context },
    // The template does not report the CDK versions.
    analyticsReporting: false,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}
