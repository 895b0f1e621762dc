import { Annotations, Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, ServicePrincipal, Role as ServiceRole } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  AuroraPostgresEngineVersion,
  type CfnDBCluster,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseProxy,
  DefaultAuthScheme,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { Database, DatabaseValues, Role } from './database.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings-schema.ts';

interface NewDatabaseProps {
  database: Extract<Settings['database'], { kind: 'new' }>;
  network: Network;
  key: Key | undefined;
}

const roles = { owner: 'grayscale_owner', application: 'grayscale_app' } satisfies Record<
  Role,
  string
>;
const port = 5432;

/**
 * Aurora PostgreSQL that scales with load and authenticates its users by IAM, without any password.
 */
export class NewDatabase extends Construct implements Database {
  readonly cluster: DatabaseCluster;
  readonly applicationRole = roles.application;
  private readonly proxy: DatabaseProxy | undefined;

  constructor(scope: Construct, { database, network, key }: NewDatabaseProps) {
    super(scope, 'Database');
    const access = new SecurityGroup(this, 'Access', {
      vpc: network.vpc,
      description: 'The database of the grayscale image processor',
      allowAllOutbound: false,
    });
    network.securityGroup.connections.allowTo(access, Port.tcp(port), 'The database');
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      engine: DatabaseClusterEngine.auroraPostgres({
        version: AuroraPostgresEngineVersion.of(database.version, majorOf(database.version)),
      }),
      writer: ClusterInstance.serverlessV2('Writer'),
      ...(database.failoverReplica && {
        // As large as the writer, so that it can replace it.
        readers: [ClusterInstance.serverlessV2('Replica', { scaleWithWriter: true })],
      }),
      serverlessV2MinCapacity: database.minCapacity,
      serverlessV2MaxCapacity: database.maxCapacity,
      ...(database.minCapacity === 0 && {
        serverlessV2AutoPauseDuration: Duration.minutes(database.autoPauseMinutes),
      }),
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      securityGroups: [access],
      port,
      defaultDatabaseName: 'image_db',
      credentials: Credentials.fromPassword(roles.owner, SecretValue.unsafePlainText('none')),
      iamAuthentication: true,
      storageEncrypted: true,
      ...(key && { storageEncryptionKey: key }),
      backup: { retention: Duration.days(database.backupDays) },
      copyTagsToSnapshot: true,
      deletionProtection: database.deletionProtection ?? false,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    // IAM also authenticates the owner, which CDK’s own construct does not support yet.
    const resource = this.cluster.node.defaultChild as CfnDBCluster;
    resource.masterUserAuthenticationType = 'iam-db-auth';
    resource.addPropertyDeletionOverride('MasterUserPassword');
    if (database.proxy) this.proxy = this.createProxy(network);
    this.warnOfOpenDecisions(database);
  }

  private warnOfOpenDecisions(database: NewDatabaseProps['database']): void {
    const warn = (id: string, message: string) =>
      Annotations.of(this).addWarningV2(`grayscale:${id}`, message);
    if (database.failoverReplica === undefined) {
      warn(
        'oneDatabaseInstance',
        'Expected failoverReplica to be true or false but it is not set: the database has one instance, and while a failed one is replaced, uploads wait in the queue. Set it in infra/settings.ts.',
      );
    }
    if (database.deletionProtection === undefined) {
      warn(
        'noDeletionProtection',
        'Expected deletionProtection to be true or false but it is not set: the database can be deleted. Set it to true in infra/settings.ts after the first deployment.',
      );
    }
  }

  private createProxy(network: Network): DatabaseProxy {
    const access = new SecurityGroup(this, 'ProxyAccess', {
      vpc: network.vpc,
      description: 'The proxy before the database of the grayscale image processor',
      allowAllOutbound: false,
    });
    network.securityGroup.connections.allowTo(access, Port.tcp(port), 'The proxy');
    const role = new ServiceRole(this, 'ProxyRole', {
      assumedBy: new ServicePrincipal('rds.amazonaws.com'),
    });
    this.cluster.grantConnect(role, roles.application);
    const proxy = new DatabaseProxy(this, 'Proxy', {
      proxyTarget: ProxyTarget.fromCluster(this.cluster),
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      securityGroups: [access],
      role,
      defaultAuthScheme: DefaultAuthScheme.IAM_AUTH,
      iamAuth: true,
      requireTLS: true,
    });
    return proxy;
  }

  /**
   * Migrations hold a session lock, which would pin a proxy connection, so they connect directly.
   */
  loginOf(role: Role): DatabaseValues {
    const viaProxy = role === 'application' && this.proxy;
    return {
      auth: 'iam',
      host: viaProxy ? viaProxy.endpoint : this.cluster.clusterEndpoint.hostname,
      port,
      name: 'image_db',
      user: roles[role],
    };
  }

  grantLogin(grantee: IGrantable, role: Role): void {
    const target = role === 'application' ? (this.proxy ?? this.cluster) : this.cluster;
    target.grantConnect(grantee, roles[role]);
  }
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}
