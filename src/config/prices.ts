import { decimal, integer, text, variable } from './variable.ts';

/** Prices for cost estimates: the `LambdaPrices` and `ForecastPrices` of the reports. */
export const prices = {
  memoryMb: variable(
    'LAMBDA_MEMORY_MB',
    integer(128, 10_240),
    1_769,
    'Memory of the function, for the cost that `stats` estimates. 1,769 is one CPU.',
  ),
  usdPerGbSecond: variable(
    'LAMBDA_GB_SECOND_USD',
    decimal,
    0.0000133334,
    'Price of a GB-second in US dollars: arm64 in us-east-1; x86_64 is 0.0000166667.',
  ),
  usdPerMillionRequests: variable(
    'LAMBDA_MILLION_REQUESTS_USD',
    decimal,
    0.2,
    'Price of a million requests in US dollars.',
  ),
  asOf: variable(
    'LAMBDA_PRICES_AS_OF',
    text,
    'us-east-1 list prices of 2026',
    'Label of the price list, shown with estimates.',
  ),
  usdPerThousandReads: variable(
    'S3_THOUSAND_READS_USD',
    decimal,
    0.0004,
    'Price of a thousand GET and HEAD requests of S3 in US dollars.',
  ),
  usdPerThousandWrites: variable(
    'S3_THOUSAND_WRITES_USD',
    decimal,
    0.005,
    'Price of a thousand PUT and LIST requests of S3 in US dollars.',
  ),
  usdPerMillionMessages: variable(
    'SQS_MILLION_REQUESTS_USD',
    decimal,
    0.4,
    'Price of a million requests of SQS in US dollars.',
  ),
};
