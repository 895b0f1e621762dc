export type Rule = string | { prefix: string } | { 'anything-but': { prefix: string } };
export type Pattern = { [name: string]: Pattern | Rule[] };

/**
 * Whether a pattern of EventBridge, or of Lambda's event source, matches: every field of the pattern
 * exists and has a value that one of its rules allows. For a list, one member is enough.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: Pattern | Rule[], value: unknown): boolean {
  if (Array.isArray(value)) return value.some((member) => matches(pattern, member));
  if (Array.isArray(pattern)) {
    return typeof value === 'string' && pattern.some((rule) => isAllowed(rule, value));
  }
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(pattern).every(([name, inner]) => matches(inner, fields[name]));
}

function isAllowed(rule: Rule, value: string): boolean {
  if (typeof rule === 'string') return rule === value;
  if ('prefix' in rule) return value.startsWith(rule.prefix);
  return !value.startsWith(rule['anything-but'].prefix);
}
