import { matches, type Pattern, type Rule } from './event-pattern.ts';

export interface FilterCriteria {
  Filters: { Pattern: string }[];
}

/**
 * Whether Lambda passes an SQS message to the function; otherwise it deletes the message. One matching
 * filter is enough. A pattern for `body` is for JSON (an object) or a plain string (a list of rules), and
 * never matches a body of the other kind.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function isDelivered(criteria: FilterCriteria | undefined, body: string): boolean {
  const { Filters = [] } = criteria ?? {};
  return Filters.length === 0 || Filters.some(({ Pattern }) => passes(JSON.parse(Pattern), body));
}

function passes(pattern: { body?: Pattern | Rule[] }, body: string): boolean {
  if (pattern.body === undefined) return true;
  const json = jsonOf(body);
  const isForText = Array.isArray(pattern.body);
  if (isForText !== (json === undefined)) return false;
  return matches(pattern.body, isForText ? body : json?.value);
}

function jsonOf(body: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}
