import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import { altered, sampleObject, seaweedFsEntry, seaweedFsEvent } from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const withRemovals = { ...options, onSourceDeleted: 'delete' } as const;
const { bucket, key, etag, sizeBytes } = sampleObject;

describe('SeaweedFS', () => {
  test('announces a new file with its ETag and size; its key is not encoded', () => {
    const upload = { bucket, key, etag, sizeBytes };
    expect(parseEvent(seaweedFsEvent(), options)).toEqual([{ action: 'process', upload }]);
  });

  test('calls an overwritten file a rename, which is an upload and no removal', () => {
    const event = altered(seaweedFsEvent(), 'message.old_entry', seaweedFsEntry());
    const overwrite = { ...event, event_type: 'rename' };
    expect(parseEvent(overwrite, withRemovals)).toMatchObject([{ upload: { key, etag } }]);
  });

  test('announces a renamed file under both names', () => {
    const event = altered(seaweedFsEvent({ key: 'new/b.jpg' }), 'message.old_entry', {
      ...seaweedFsEntry({ key: 'old/a.jpg' }),
    });
    const renamed = { ...event, key: `/buckets/${bucket}/old/a.jpg` };
    expect(parseEvent(renamed, withRemovals)).toEqual([
      { action: 'process', upload: { bucket, key: 'old/a.jpg', isRemoval: true } },
      { action: 'process', upload: { bucket, key: 'new/b.jpg', etag, sizeBytes } },
    ]);
  });

  test('announces a removed file, which is ignored unless removals are followed', () => {
    const event = {
      key: `/buckets/${bucket}/${key}`,
      event_type: 'delete',
      message: { old_entry: seaweedFsEntry(), delete_chunks: true },
    };
    expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore', key }]);
    expect(parseEvent(event, withRemovals)).toEqual([
      { action: 'process', upload: { bucket, key, isRemoval: true } },
    ]);
  });

  test('gives the ETag of a multipart upload as an attribute, or none', () => {
    const multipart = altered(seaweedFsEvent(), 'message.new_entry.attributes.md5', undefined);
    expect(parseEvent(multipart, options)).toEqual([
      { action: 'process', upload: { bucket, key, sizeBytes } },
    ]);
    const extended = { 'Seaweed-X-Amz-ETag': base64('"9bb58f26192e4ba00f01e2e7b136bbd8-5"') };
    const withEtag = altered(multipart, 'message.new_entry.extended', extended);
    expect(parseEvent(withEtag, options)).toMatchObject([
      { upload: { etag: '9bb58f26192e4ba00f01e2e7b136bbd8-5' } },
    ]);
  });

  test.each([
    ['an output', seaweedFsEvent({ key: 'grayscale/a.jpg.png' })],
    ['a part of a multipart upload', seaweedFsEvent({ key: '.uploads/5d2f/0001.part' })],
    ['a folder', altered(seaweedFsEvent(), 'message.new_entry.is_directory', true)],
    ['a file that is no object', { ...fileOutside('/etc'), key: '/etc/iam/identity.json' }],
    ['a bucket', { ...fileOutside('/buckets'), key: '/buckets/uploads' }],
  ])('announces files that are ignored: %s', (_, event) => {
    expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore' }]);
  });

  test.each([
    ['no entry', { key: '/buckets/uploads/a.jpg', event_type: 'update', message: {} }],
    ['no message', { key: '/buckets/uploads/a.jpg', event_type: 'update', message: null }],
    ['no valid key', seaweedFsEvent({ key: 'a\0b.jpg' })],
  ])('is refused with a reason: %s', (_, event) => {
    expect(parseEvent(event, options)).toMatchObject([
      { action: 'refuse', reason: expect.stringMatching(/^Expected .+ but received .+\.$/s) },
    ]);
  });
});

describe('a bucket with versions in SeaweedFS', () => {
  const versionId = '7fffffffffffffff1a2b3c4d5e6f7081';

  test('announces a version by its folder, after the version can be read', () => {
    expect(parseEvent(seaweedFsEvent({ key: `${key}.versions/v_${versionId}` }), options)).toEqual([
      expect.objectContaining({ action: 'ignore' }),
    ]);
    expect(parseEvent(folderEvent(), options)).toEqual([
      { action: 'process', upload: { bucket, key, versionId } },
    ]);
  });

  test('announces a delete marker by its folder', () => {
    const event = folderEvent({ 'Latest-Version-Is-Delete-Marker': 'true' });
    expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore', key }]);
    expect(parseEvent(event, withRemovals)).toEqual([
      { action: 'process', upload: { bucket, key, isRemoval: true } },
    ]);
  });

  test('may contain a key that looks like such a folder', () => {
    const upload = { bucket, key: 'notes.versions', etag, sizeBytes };
    expect(parseEvent(seaweedFsEvent({ key: upload.key }), options)).toEqual([
      { action: 'process', upload },
    ]);
  });

  function folderEvent(attributes: Record<string, string> = {}) {
    const extended = Object.fromEntries(
      Object.entries({ 'Latest-Version-Id': versionId, ...attributes }).map(([name, value]) => [
        `Seaweed-X-Amz-${name}`,
        base64(value),
      ]),
    );
    const event = seaweedFsEvent({ key: `${key}.versions` });
    const folder = { ...seaweedFsEntry({ key: `${key}.versions` }), is_directory: true, extended };
    return altered(altered(event, 'message.old_entry', folder), 'message.new_entry', folder);
  }
});

function fileOutside(parent: string) {
  return altered(seaweedFsEvent(), 'message.new_parent_path', parent);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
