import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Command } from 'commander';
import { parseOptionsOf } from '../compose.ts';
import { readConfig } from '../config.ts';
import { describeRecord, parseEvent } from '../events/index.ts';
import { UsageError } from './usage-error.ts';

/** `grayscale inspect-event` */
export function inspectEventCommand(): Command {
  return new Command('inspect-event')
    .description(
      'Say what each record of a bucket event means: process, ignore or refuse, and why.',
    )
    .argument('<file>', 'a JSON file with one event, or - for standard input')
    .addHelpText(
      'after',
      '\nPrints a JSON array of { bucket, key, versionId?, sizeBytes?, action, reason? }.\nS3_BUCKET, OUTPUT_PREFIX, OUTPUT_BUCKET and EVENT_KEY_ENCODING count as they do for the function.',
    )
    .action(async (file: string) => {
      const event = parseJson(await readText(file), file);
      const records = parseEvent(event, parseOptionsOf(readConfig()));
      console.log(JSON.stringify(records.map(describeRecord), null, 2));
    });
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
    // A TextDecoder takes a byte order mark away.
    return new TextDecoder().decode(bytes);
  } catch (error) {
    throw new UsageError(`Cannot read "${file}": ${(error as Error).message}`);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const name = file === '-' ? 'Standard input' : `"${file}"`;
    throw new UsageError(
      `${name} is not JSON: ${(error as Error).message}. Expected one event as it was delivered.`,
    );
  }
}
