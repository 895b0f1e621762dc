import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import {
  Effect,
  Policy,
  PolicyStatement,
  ServicePrincipal,
  Role as ServiceRole,
} from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { toEnvironment } from '../src/config/index.ts';
import { allocatorSettings } from '../src/isolation/allocator.ts';
import type { FunctionSettings } from './database.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings-schema.ts';

interface PackagedFunctionProps {
  description: string;
  settings: Settings;
  network: Network;
  /** Encrypts the log and the environment. */
  key: Key | undefined;
  code: Code;
  /** The export of the package: `index.handler` or `index.migrate`. */
  handler: string;
  memoryMb: number;
  timeoutSeconds: number;
  environment: FunctionSettings;
}

/** A function from the package of `npm run package`, with a role that can only write logs. */
export class PackagedFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: PackagedFunctionProps) {
    super(scope, id);
    const { settings, network, key } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    const role = new ServiceRole(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.logGroup.grantWrite(role);
    const interfaces = new Policy(this, 'NetworkInterfaces', { statements: [networkInterfaces()] });
    interfaces.attachToRole(role);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: architectures[settings.architecture],
      code: props.code,
      handler: props.handler,
      role,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(settings.ephemeralStorageMb),
      environment: {
        ...allocatorSettings,
        ...toEnvironment({
          ...props.environment,
          logging: { ...props.environment.logging, level: settings.logLevel },
        }),
      },
      ...(key && { environmentEncryption: key }),
      vpc: network.vpc,
      vpcSubnets: network.subnets,
      securityGroups: [network.securityGroup],
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: settings.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      // Ends a loop S3 -> SQS -> Lambda -> S3 after some sixteen rounds, but does not detect one
      // through EventBridge. Neither should occur: the function ignores its own outputs.
      recursiveLoop: RecursiveLoop.TERMINATE,
    });
    // Lambda decrypts the environment with this role.
    key?.grantDecrypt(role);
    // Lambda creates the interfaces before the function exists. The next policy names the function,
    // so it is created afterwards.
    this.function.node.addDependency(interfaces);
    new Policy(this, 'NotTheCode', {
      statements: [denyToCode(this.function.functionArn)],
      roles: [role],
    });
  }
}

const architectures = { arm64: Architecture.ARM_64, x64: Architecture.X86_64 } satisfies Record<
  Settings['architecture'],
  Architecture
>;

const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * The rights that Lambda needs to connect the function to the subnets. EC2 supports no narrower
 * resource.
 */
function networkInterfaces(): PolicyStatement {
  return new PolicyStatement({ actions: interfaceActions, resources: ['*'] });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice */
function denyToCode(functionArn: string): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: interfaceActions,
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
  });
}
