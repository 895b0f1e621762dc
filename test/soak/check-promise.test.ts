// The soak's checks must be able to fail: each row plants one fault in otherwise correct state.
import { describe, expect, test } from 'vitest';
import { recipeHash, resolveRecipe } from '../../src/convert/index.ts';
import { checkPromise, type Holdings, type Row } from './check-promise.ts';
import { type Expected, etagOf, type Picture } from './pictures.ts';

const old: Picture = { name: 'old', bytes: Buffer.from('old') };
const newest: Picture = { name: 'newest', bytes: Buffer.from('newest') };
const bad: Picture = { name: 'bad', bytes: Buffer.from('bad') };

const grayOf = ({ bytes }: Picture) => Buffer.concat([Buffer.from('gray '), bytes]);

function rowOf(key: string, picture: Picture, more: Partial<Row> = {}): Row {
  return {
    source_key: key,
    source_etag: etagOf(picture.bytes),
    recipe_hash: recipeHash(resolveRecipe()),
    status: 'converted',
    code: null,
    file_name: `grayscale/${key}`,
    ...more,
  };
}

const superseded = { status: 'skipped', code: 'SUPERSEDED', file_name: null } as const;
const corrupt = { status: 'failed', code: 'CORRUPT_IMAGE', file_name: null } as const;

function soundHoldings(): Holdings {
  return {
    uploaded: new Map([
      ['twice', [old, newest]],
      ['bad', [bad]],
    ]),
    rows: [rowOf('twice', old, superseded), rowOf('twice', newest), rowOf('bad', bad, corrupt)],
    outputs: new Map([['grayscale/twice', grayOf(newest)]]),
    expectedOf: async (picture): Promise<Expected> =>
      picture === bad
        ? { status: 'failed', code: 'CORRUPT_IMAGE' }
        : { status: 'converted', bytes: grayOf(picture) },
  };
}

test('correct state breaks no promise', async () => {
  expect(await checkPromise(soundHoldings())).toEqual([]);
});

const faults: [title: string, plant: (holdings: Holdings) => void, why: string][] = [
  [
    'an old picture over a new one',
    ({ outputs }) => outputs.set('grayscale/twice', grayOf(old)),
    'the output is that of "old" in place of the newest, "newest"',
  ],
  [
    'an output of other bytes',
    ({ outputs }) => outputs.set('grayscale/twice', Buffer.from('half')),
    'the output is not what any content of the key converts to',
  ],
  [
    'an output that is not there',
    ({ outputs }) => outputs.delete('grayscale/twice'),
    'there is no output',
  ],
  ['a lost upload', ({ rows }) => rows.pop(), '0 rows, not one, for the content "bad"'],
  [
    'a second row',
    ({ rows }) => rows.push(rowOf('twice', newest)),
    '2 rows, not one, for the content "newest"',
  ],
  [
    'another code',
    ({ rows }) => Object.assign(rows[2] as Row, { code: 'EMPTY_OBJECT' }),
    'says failed EMPTY_OBJECT in place of failed CORRUPT_IMAGE',
  ],
  [
    'a newest content that counts as superseded',
    ({ rows }) => Object.assign(rows[1] as Row, superseded),
    'says skipped SUPERSEDED in place of converted',
  ],
  [
    'a converted output',
    ({ rows, outputs }) => {
      rows.push(rowOf('grayscale/twice', newest));
      outputs.set('grayscale/grayscale/twice', grayOf(newest));
    },
    'a row, though nobody uploaded it',
  ],
];

const forgedRow = (etag: string, more: Partial<Row> = {}) =>
  rowOf('forged/1.jpg', old, { ...superseded, source_etag: etag, ...more });

describe('after hostile events', () => {
  const withForged = (rows: Row[], events: number): Holdings => {
    const { uploaded, ...holdings } = soundHoldings();
    uploaded.set('forged/1.jpg', [old]);
    holdings.rows.push(rowOf('forged/1.jpg', old), ...rows);
    holdings.outputs.set('grayscale/forged/1.jpg', grayOf(old));
    return { ...holdings, uploaded, forged: { prefix: 'forged/', events } };
  };

  test('a few rows may remain', async () => {
    expect(await checkPromise(withForged([forgedRow('0'), forgedRow('1')], 1))).toEqual([]);
  });

  test.each<[string, Row[], number]>([
    ['made 2 rows', [forgedRow('0'), forgedRow('1')], 0],
    ['made 1001 rows', Array.from({ length: 1_001 }, (_, i) => forgedRow(`${i}`)), 1],
    ['stored an ETag of 100000 characters', [forgedRow('e'.repeat(100_000))], 1],
    ['counts as converted', [forgedRow('0', { status: 'converted' })], 1],
  ])('the check reports: %s', async (why, rows, events) => {
    const broken = await checkPromise(withForged(rows, events));
    expect(broken.map((found) => found.why).join('\n')).toContain(why);
  });
});

test.each(faults)('reports %s', async (_, plant, why) => {
  const holdings = soundHoldings();
  plant(holdings);
  const broken = await checkPromise(holdings);
  expect(broken.map((found) => found.why).join('\n')).toContain(why);
});
