import { type Stack, Validations } from 'aws-cdk-lib';

export function acknowledgeRules(stack: Stack): void {
  void Validations.of(stack);
}
