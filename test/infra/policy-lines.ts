import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
}

/** Statements such as `Allow s3:GetObject arn:aws:s3:::uploads/*`, one line per action and resource. */
export function linesOf(statements: Statement[]): string[] {
  const lines = statements.flatMap(({ Effect, Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) =>
        [Resource].flat().map((resource) => `${Effect} ${action} ${arnOf(resource)}`),
      ),
  );
  return lines.filter((line) => line.includes(' s3:')).toSorted();
}

function arnOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::Join': join } = resource as { 'Fn::Join'?: [string, unknown[]] };
  if (!join) return JSON.stringify(resource);
  return join[1].map((part) => (typeof part === 'string' ? part : 'aws')).join('');
}

export function roleLines(template: Template): string[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return linesOf(
    policies
      .filter(([id]) => id.startsWith('Images'))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement),
  );
}

export function endpointLines(template: Template): string[] {
  const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
  return linesOf(endpoints.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).filter(
    (line) => !line.includes('cloudformation-custom-resource-response-'),
  );
}
