import { expect, test } from 'vitest';
import { createLogReader, outcomeTable } from '../../src/sandbox/log-reader.ts';

function reader() {
  const printed: string[] = [];
  return { printed, log: createLogReader((line) => printed.push(line)) };
}

const converted = {
  level: 'INFO',
  message: 'converted',
  key: 'a.jpg',
  outputKey: 'grayscale/a.jpg',
  stagesMs: { fetch: 1.25, decode: 10 },
};

test('finds the newest outcome of a key, and prints outcomes only when it follows', () => {
  const { printed, log } = reader();
  log.read(JSON.stringify(converted));
  expect(log.find('a.jpg')).toMatchObject({ status: 'converted', outputKey: 'grayscale/a.jpg' });
  expect(log.find('b.jpg')).toBeUndefined();
  expect(printed).toEqual([]);
  log.follow();
  log.read(JSON.stringify(converted));
  expect(printed).toEqual(['converted  a.jpg  -> grayscale/a.jpg  11 ms']);
});

test('describes in words what is retried and what is refused', () => {
  const { printed, log } = reader();
  log.read(
    JSON.stringify({
      level: 'ERROR',
      message: 'retried',
      key: 'k',
      error: { message: 'no answer' },
    }),
  );
  log.read(JSON.stringify({ level: 'ERROR', message: 'refused', reason: 'no bucket' }));
  expect(printed).toEqual(['retried    k  no answer', 'refused    a record  no bucket']);
});

test('shows the last output of a failing process, and hides metrics', () => {
  const { printed, log } = reader();
  log.read('Segmentation fault');
  log.read(JSON.stringify({ _aws: {}, Converted: 1 }));
  expect(printed).toEqual(['Segmentation fault']);
});

test('aligns a table with a column for each stage', () => {
  const { log } = reader();
  log.read(JSON.stringify(converted));
  const outcome = log.find('a.jpg');
  const [head, row] = outcomeTable(outcome ? [outcome] : []).split('\n');
  expect(head).toMatch(/^upload {2}outcome {4}output +queue ms .* record ms$/);
  expect(row).toMatch(
    /^a\.jpg +converted {2}grayscale\/a\.jpg +0\.0 +1\.3 +10\.0 +0\.0 +0\.0 +0\.0 +0\.0 +0\.0$/,
  );
});
