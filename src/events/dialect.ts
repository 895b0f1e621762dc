import type { EventRecord } from './event-record.ts';
import type { Fields } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';

/** One format of an event, or of an envelope around events. */
export interface Dialect {
  kind: 's3' | 'sqs' | 'sns' | 'eventbridge' | 's3-batch-operations' | 'seaweedfs';
  /** Checks the shape only: a malformed event of that shape is still reported as this dialect. */
  recognises(event: Fields): boolean;
  parse(event: Fields, context: ParseContext): Iterable<EventRecord>;
}

interface ParseContext {
  options: ParseOptions;
  /** Parses the content of an envelope: an event, or its JSON text. */
  open(content: unknown): Iterable<EventRecord>;
}
