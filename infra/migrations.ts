import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Database } from './database.ts';
import { PackagedFunction } from './function.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings-schema.ts';

interface MigrationsProps {
  settings: Settings;
  network: Network;
  database: Database;
  key: Key | undefined;
  code: Code;
  /** A changed hash makes CloudFormation run the migrations. */
  codeSha256: string;
}

/** The maximum for a function: a migration can rewrite a large table. */
const timeoutSeconds = 900;

/** Brings the schema up to date and prepares the application's role, once per deployment. */
export class Migrations extends PackagedFunction {
  /** Resources that depend on it are created after the migrations. */
  readonly done: CustomResource;

  constructor(scope: Construct, props: MigrationsProps) {
    const { settings, network, database, key, code, codeSha256 } = props;
    super(scope, 'Migrations', {
      description: 'Brings the database of the grayscale image processor up to date',
      settings,
      network,
      key,
      code,
      handler: 'index.migrate',
      memoryMb: 512,
      timeoutSeconds,
      environment: {
        database: { ...database.loginOf('owner'), applicationRole: database.applicationRole },
        storage: { onSourceDeleted: settings.onSourceDeleted },
      },
    });
    database.grantLogin(this.function, 'owner');
    this.done = new CustomResource(this, 'Schema', {
      resourceType: 'Custom::GrayscaleSchema',
      serviceToken: this.function.functionArn,
      serviceTimeout: Duration.seconds(timeoutSeconds + 60),
      // A change of either one requires another run.
      properties: { codeSha256, onSourceDeleted: settings.onSourceDeleted },
    });
    // Needs the right to log in, a database, and the network to it and to CloudFormation’s bucket.
    this.done.node.addDependency(this.function, network, database);
  }
}
