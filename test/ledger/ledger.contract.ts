import { describe, expect, test } from 'vitest';
import { resolveRecipe } from '../../src/convert/index.ts';
import type { Ledger } from '../../src/pipeline/index.ts';
import {
  convertedOutcome,
  entriesOf,
  failedOutcome,
  skippedOutcome,
} from '../../testing/outcomes.ts';

/** What a test reads of a row, in any ledger. */
export interface LedgerRow {
  key: string;
  status: string;
  code: string | null;
  fileName: string | null;
  attempts: number;
}

/** What every ledger must do. It is opened empty for each test. */
export function describeLedger(
  name: string,
  open: () => Promise<{ ledger: Ledger; rows: () => Promise<LedgerRow[]> }>,
) {
  describe(`${name} as a ledger`, () => {
    test('stores a conversion with the name of its output', async () => {
      const { ledger, rows } = await open();
      await ledger.record(entriesOf(convertedOutcome({ key: 'a.jpg' })));
      expect(await rows()).toEqual([
        { key: 'a.jpg', status: 'converted', code: null, fileName: 'grayscale/a.jpg', attempts: 1 },
      ]);
    });

    test('stores failures and skips with a code and without an output', async () => {
      const { ledger, rows } = await open();
      await ledger.record(entriesOf(failedOutcome({ key: 'f' }), skippedOutcome({ key: 's' })));
      const noOutput = { fileName: null, attempts: 1 };
      expect(await rows()).toEqual([
        { key: 'f', status: 'failed', code: 'CORRUPT_IMAGE', ...noOutput },
        { key: 's', status: 'skipped', code: 'SUPERSEDED', ...noOutput },
      ]);
    });

    test('counts another attempt instead of adding a second row for the same content', async () => {
      const { ledger, rows } = await open();
      for (let i = 0; i < 3; i++) await ledger.record(entriesOf(convertedOutcome()));
      expect(await rows()).toMatchObject([{ attempts: 3 }]);
    });

    test('stores a row for each content, version, bucket and recipe', async () => {
      const { ledger, rows } = await open();
      await ledger.record(
        entriesOf(
          convertedOutcome({ etag: 'e1' }),
          convertedOutcome({ etag: 'e2' }),
          convertedOutcome({ etag: 'e1', versionId: 'v1' }),
          convertedOutcome({ etag: 'e1', versionId: 'v2' }),
          convertedOutcome({ etag: 'e1', bucket: 'other' }),
          { ...convertedOutcome({ etag: 'e1' }), recipe: resolveRecipe({ format: 'webp' }) },
        ),
      );
      expect(await rows()).toHaveLength(6);
    });

    test.each([
      ['a conversion', convertedOutcome, 'a failure', failedOutcome],
      ['a conversion', convertedOutcome, 'a skip', skippedOutcome],
      ['a failure', failedOutcome, 'a skip', skippedOutcome],
    ])(
      'keeps %s when %s.. follows it, and replaces it in the reverse order',
      async (_, more, __, less) => {
        const first = await open();
        await first.ledger.record(entriesOf(more()));
        await first.ledger.record(entriesOf(less()));
        expect(await first.rows()).toMatchObject([{ status: more().status }]);

        const second = await open();
        await second.ledger.record(entriesOf(less()));
        await second.ledger.record(entriesOf(more()));
        expect(await second.rows()).toMatchObject([{ status: more().status, attempts: 2 }]);
      },
    );

    test('deletes the rows of a source, except those whose outputs are elsewhere', async () => {
      const { ledger, rows } = await open();
      const elsewhere = convertedOutcome({ key: 'a', etag: 'e9' });
      await ledger.record(
        entriesOf(
          convertedOutcome({ key: 'a' }),
          failedOutcome({ key: 'a', etag: 'e2' }),
          skippedOutcome({ key: 'a', etag: 'e3' }),
          convertedOutcome({ key: 'b' }),
          convertedOutcome({ key: 'a', bucket: 'other' }),
          { ...elsewhere, output: { bucket: 'uploads', key: 'gray/a' } } as never,
        ),
      );
      const gone = { bucket: 'uploads', key: 'a' };
      const output = { bucket: 'uploads', key: 'grayscale/a' };
      for (let i = 0; i < 2; i++) await ledger.remove([{ source: gone, output }]);
      const left = (await rows()).map(({ key, fileName }) => [key, fileName]).sort();
      expect(left).toEqual([
        ['a', 'gray/a'],
        ['a', 'grayscale/a'],
        ['b', 'grayscale/b'],
      ]);
    });

    test('accepts an outcome of unknown content', async () => {
      const { ledger, rows } = await open();
      const { source: _, ...outcome } = skippedOutcome();
      for (let i = 0; i < 2; i++)
        await ledger.record(entriesOf({ ...outcome, source: {} } as never));
      expect(await rows()).toHaveLength(1);
    });

    test('does not mix up keys that look alike', async () => {
      const { ledger, rows } = await open();
      const keys = ['é', 'e\u0301', 'É', ' é', 'é ', 'a\u0000b'.replace('\u0000', '\u200b'), 'ab'];
      await ledger.record(entriesOf(...keys.map((key) => convertedOutcome({ key }))));
      expect((await rows()).map((row) => row.key).sort()).toEqual([...keys].sort());
    });
  });
}
