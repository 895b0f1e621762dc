/** Prices of AWS Lambda, from the configuration. */
export interface LambdaPrices {
  memoryMb: number;
  usdPerGbSecond: number;
  usdPerMillionRequests: number;
  /** Date and region of these prices. */
  asOf: string;
}

export interface LambdaCost extends LambdaPrices {
  gbSeconds: number;
  usd: number;
}

/**
 * Returns the Lambda cost of the work, as if each image had its own invocation. GB-seconds are
 * memory in GiB times seconds; each request adds a charge. Shared invocations cost less, cold
 * starts more. https://aws.amazon.com/lambda/pricing/
 */
export function lambdaCost(
  { images, processingMs }: { images: number; processingMs: number },
  prices: LambdaPrices,
): LambdaCost {
  const gbSeconds = (prices.memoryMb / 1_024) * (processingMs / 1_000);
  const usd = gbSeconds * prices.usdPerGbSecond + (images / 1e6) * prices.usdPerMillionRequests;
  // Named one by one: the configuration also has prices of other services.
  const { asOf, memoryMb, usdPerGbSecond, usdPerMillionRequests } = prices;
  return { asOf, memoryMb, usdPerGbSecond, usdPerMillionRequests, gbSeconds, usd };
}
