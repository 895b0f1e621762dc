/** What AWS Lambda charges; the configuration holds it. */
export interface LambdaPrices {
  memoryMb: number;
  usdPerGbSecond: number;
  usdPerMillionRequests: number;
  /** When and where these were the prices. */
  asOf: string;
}

export interface LambdaCost extends LambdaPrices {
  gbSeconds: number;
  usd: number;
}

/**
 * What so much work costs on Lambda, as if each image had an invocation of its own: GB-seconds are
 * memory in GiB times seconds, plus a charge for each request. Images that share an invocation cost
 * less, starts of cold functions more. https://aws.amazon.com/lambda/pricing/
 */
export function lambdaCost(
  { images, workedMs }: { images: number; workedMs: number },
  prices: LambdaPrices,
): LambdaCost {
  const gbSeconds = (prices.memoryMb / 1_024) * (workedMs / 1_000);
  const usd = gbSeconds * prices.usdPerGbSecond + (images / 1e6) * prices.usdPerMillionRequests;
  // Named one by one: the configuration has prices of other services as well.
  const { asOf, memoryMb, usdPerGbSecond, usdPerMillionRequests } = prices;
  return { asOf, memoryMb, usdPerGbSecond, usdPerMillionRequests, gbSeconds, usd };
}
