import { decimal, integer, text, variable } from './variable.ts';

/** Prices for cost estimates: the `LambdaPrices` and `ForecastPrices` of the reports. */
export const prices = {
  memoryMb: variable(
    'LAMBDA_MEMORY_MB',
    integer(128, 10_240),
    1_769,
    'Memory of the function in megabytes, for the cost estimates of `stats`. 1,769 MB gives one CPU.',
  ),
  usdPerGbSecond: variable(
    'LAMBDA_GB_SECOND_USD',
    decimal,
    0.0000133334,
    'Price in US dollars of one GB-second on Lambda. The default is for arm64 in us-east-1; for x86_64 it is 0.0000166667.',
  ),
  usdPerMillionRequests: variable(
    'LAMBDA_MILLION_REQUESTS_USD',
    decimal,
    0.2,
    'Price in US dollars of one million Lambda invocations.',
  ),
  asOf: variable(
    'LAMBDA_PRICES_AS_OF',
    text,
    'us-east-1 list prices of 2026',
    'Label of the price list, shown with cost estimates.',
  ),
  usdPerThousandReads: variable(
    'S3_THOUSAND_READS_USD',
    decimal,
    0.0004,
    'Price in US dollars of 1,000 GET or HEAD requests to S3.',
  ),
  usdPerThousandWrites: variable(
    'S3_THOUSAND_WRITES_USD',
    decimal,
    0.005,
    'Price in US dollars of 1,000 PUT or LIST requests to S3.',
  ),
  usdPerMillionMessages: variable(
    'SQS_MILLION_REQUESTS_USD',
    decimal,
    0.4,
    'Price in US dollars of one million SQS requests.',
  ),
};
