import { ArnFormat, SecretValue, Stack } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Database, DatabaseValues, Role } from './database.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings-schema.ts';

type ExistingSettings = Extract<Settings['database'], { kind: 'existing' }>;

const applicationRole = 'grayscale_app';

/** An existing PostgreSQL. The stack only adds access for the function. */
export class ExistingDatabase extends Construct implements Database {
  readonly applicationRole: string | undefined;
  readonly cluster = undefined;
  private readonly database: ExistingSettings;

  constructor(
    scope: Construct,
    { database, network }: { database: ExistingSettings; network: Network },
  ) {
    super(scope, 'Database');
    this.database = database;
    const { login, port, securityGroupId } = database;
    this.applicationRole = login.kind === 'iam' ? applicationRole : undefined;
    const access = SecurityGroup.fromSecurityGroupId(this, 'Access', securityGroupId);
    network.securityGroup.connections.allowTo(access, Port.tcp(port), 'The database');
  }

  loginOf(role: Role): DatabaseValues {
    const { host, port, name, login } = this.database;
    return {
      host,
      port,
      name,
      ...(login.kind === 'iam'
        ? { auth: 'iam', user: this.userOf(role) }
        : {
            auth: 'password',
            user: login.user,
            ssl: 'verify-full',
            // The template names the secret; CloudFormation puts its value into the variable.
            password: SecretValue.secretsManager(login.secretName, {
              jsonField: 'password',
            }).unsafeUnwrap(),
          }),
    };
  }

  grantLogin(grantee: IGrantable, role: Role): void {
    const { login } = this.database;
    if (login.kind !== 'iam') return;
    Grant.addToPrincipal({
      grantee,
      actions: ['rds-db:connect'],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'rds-db',
          resource: 'dbuser',
          resourceName: `${login.resourceId}/${this.userOf(role)}`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    });
  }

  private userOf(role: Role): string | undefined {
    const { login } = this.database;
    if (login.kind !== 'iam') return login.user;
    return role === 'owner' ? login.owner : applicationRole;
  }
}
