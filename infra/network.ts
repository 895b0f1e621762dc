import { Annotations, Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import { stackRights } from './s3-rights.ts';
import type { Settings } from './settings-schema.ts';

interface NetworkProps {
  settings: Settings;
  buckets: Buckets;
  /** Encrypts the flow log. */
  key: Key | undefined;
}

/**
 * The network of the functions and the database. It has no connection to the internet: the
 * functions reach the database and, through a free gateway, S3. Lambda does everything else from
 * outside: it polls the queue and collects the logs with their metrics. Logins to the database are
 * signed without a request, and S3 and SQS call KMS themselves.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** Of the functions. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, { settings, buckets, key }: NetworkProps) {
    super(scope, 'Network');
    const { database } = settings;
    if (database.kind === 'new') {
      this.vpc = this.create(key);
      this.subnets = { subnetType: SubnetType.PRIVATE_ISOLATED };
    } else {
      const { vpcId, availabilityZones, subnetIds, routeTableIds } = database;
      this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId,
        availabilityZones,
        isolatedSubnetIds: subnetIds,
        ...(routeTableIds && { isolatedSubnetRouteTableIds: routeTableIds }),
      });
      this.subnets = { subnetType: SubnetType.PRIVATE_ISOLATED };
      Annotations.of(this.vpc).acknowledgeWarning(
        '@aws-cdk/aws-ec2:noSubnetRouteTableId',
        'Route tables are needed only for an endpoint, which is not created without them.',
      );
    }
    if (database.kind === 'new' || database.routeTableIds) this.openS3(settings, buckets);
    this.securityGroup = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'The functions of the grayscale image processor',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(
      Peer.anyIpv4(),
      Port.HTTPS,
      'S3, the only destination outside the subnets',
    );
  }

  private create(key: Key | undefined): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      // Aurora requires two.
      maxAzs: 2,
      natGateways: 0,
      // The default group is unused; emptying it would add a CDK function to each stack.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    const logGroup = new LogGroup(this, 'Rejected', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    vpc.addFlowLog('FlowLog', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
    });
    return vpc;
  }

  private openS3(settings: Settings, buckets: Buckets): void {
    const endpoint = new GatewayVpcEndpoint(this, 'S3', {
      vpc: this.vpc,
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [this.subnets],
    });
    for (const { effect, action, resource } of stackRights(settings, buckets)) {
      if (effect === 'Deny') continue;
      endpoint.addToPolicy(
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: [action],
          resources: [resource],
        }),
      );
    }
    endpoint.addToPolicy(
      new PolicyStatement({
        // CloudFormation waits for the migrations at a bucket that AWS owns in each region.
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [`arn:${Aws.PARTITION}:s3:::cloudformation-custom-resource-response-*/*`],
      }),
    );
  }
}
