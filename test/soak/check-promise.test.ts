// The soak's checks must be able to fail: each row plants one fault in otherwise correct state.
import { describe, expect, test } from 'vitest';
import { recipeHash, resolveRecipe } from '../../src/convert/index.ts';
import { checkPromise, type FinalState, type Row } from './check-promise.ts';
import { type Expected, etagOf, type TestImage } from './test-images.ts';

const old: TestImage = { name: 'old', bytes: Buffer.from('old') };
const newest: TestImage = { name: 'newest', bytes: Buffer.from('newest') };
const bad: TestImage = { name: 'bad', bytes: Buffer.from('bad') };

const grayOf = ({ bytes }: TestImage) => Buffer.concat([Buffer.from('gray '), bytes]);

function rowOf(key: string, image: TestImage, more: Partial<Row> = {}): Row {
  return {
    source_key: key,
    source_etag: etagOf(image.bytes),
    recipe_hash: recipeHash(resolveRecipe()),
    status: 'converted',
    code: null,
    file_name: `grayscale/${key}`,
    ...more,
  };
}

const superseded = { status: 'skipped', code: 'SUPERSEDED', file_name: null } as const;
const corrupt = { status: 'failed', code: 'CORRUPT_IMAGE', file_name: null } as const;

function correctState(): FinalState {
  return {
    uploaded: new Map([
      ['twice', [old, newest]],
      ['bad', [bad]],
    ]),
    rows: [rowOf('twice', old, superseded), rowOf('twice', newest), rowOf('bad', bad, corrupt)],
    outputs: new Map([['grayscale/twice', grayOf(newest)]]),
    expectedOf: async (image): Promise<Expected> =>
      image === bad
        ? { status: 'failed', code: 'CORRUPT_IMAGE' }
        : { status: 'converted', bytes: grayOf(image) },
  };
}

test('correct state breaks no promise', async () => {
  expect(await checkPromise(correctState())).toEqual([]);
});

const faults: [title: string, plant: (state: FinalState) => void, reason: string][] = [
  [
    'an old output over a new one',
    ({ outputs }) => outputs.set('grayscale/twice', grayOf(old)),
    'the output is that of "old" instead of the newest, "newest"',
  ],
  [
    'an output of other bytes',
    ({ outputs }) => outputs.set('grayscale/twice', Buffer.from('half')),
    'the output matches no content of the key',
  ],
  ['a missing output', ({ outputs }) => outputs.delete('grayscale/twice'), 'there is no output'],
  ['a lost upload', ({ rows }) => rows.pop(), '0 rows instead of one for the content "bad"'],
  [
    'a second row',
    ({ rows }) => rows.push(rowOf('twice', newest)),
    '2 rows instead of one for the content "newest"',
  ],
  [
    'another code',
    ({ rows }) => Object.assign(rows[2] as Row, { code: 'EMPTY_OBJECT' }),
    'says failed EMPTY_OBJECT instead of failed CORRUPT_IMAGE',
  ],
  [
    'a newest content that counts as superseded',
    ({ rows }) => Object.assign(rows[1] as Row, superseded),
    'says skipped SUPERSEDED instead of converted',
  ],
  [
    'a converted output',
    ({ rows, outputs }) => {
      rows.push(rowOf('grayscale/twice', newest));
      outputs.set('grayscale/grayscale/twice', grayOf(newest));
    },
    'a row for a key that was never uploaded',
  ],
];

const forgedRow = (etag: string, more: Partial<Row> = {}) =>
  rowOf('forged/1.jpg', old, { ...superseded, source_etag: etag, ...more });

describe('after hostile events', () => {
  const withForged = (rows: Row[], events: number): FinalState => {
    const { uploaded, ...state } = correctState();
    uploaded.set('forged/1.jpg', [old]);
    state.rows.push(rowOf('forged/1.jpg', old), ...rows);
    state.outputs.set('grayscale/forged/1.jpg', grayOf(old));
    return { ...state, uploaded, forged: { prefix: 'forged/', events } };
  };

  test('a few rows may remain', async () => {
    expect(await checkPromise(withForged([forgedRow('0'), forgedRow('1')], 1))).toEqual([]);
  });

  test.each<[string, Row[], number]>([
    ['created 2 rows', [forgedRow('0'), forgedRow('1')], 0],
    ['created 1001 rows', Array.from({ length: 1_001 }, (_, i) => forgedRow(`${i}`)), 1],
    ['stored an ETag of 100000 characters', [forgedRow('e'.repeat(100_000))], 1],
    ['with the status converted', [forgedRow('0', { status: 'converted' })], 1],
  ])('the check reports: %s', async (reason, rows, events) => {
    const violations = await checkPromise(withForged(rows, events));
    expect(violations.map((found) => found.reason).join('\n')).toContain(reason);
  });
});

test.each(faults)('reports %s', async (_, plant, reason) => {
  const state = correctState();
  plant(state);
  const violations = await checkPromise(state);
  expect(violations.map((found) => found.reason).join('\n')).toContain(reason);
});
