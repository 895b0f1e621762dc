import './drop-zone.css';
import { useRef } from 'preact/hooks';
import { about } from '../api/about.ts';
import { formatBytes } from '../elements/units.ts';
import { dropOptions } from './drop-options.ts';
import { filesOfList } from './dropped-files.ts';
import { addDroppedImages } from './send-images.ts';

/** The area for uploads; small when the page already has images. */
export function DropZone({ isSmall }: { isSmall: boolean }) {
  const filePicker = useRef<HTMLInputElement>(null);
  const folderPicker = useRef<HTMLInputElement>(null);
  const server = about.value;
  const accept = server?.inputs.flatMap(({ contentType, extensions }) => [
    contentType,
    ...extensions.map((name) => `.${name}`),
  ]);

  const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    addDroppedImages(filesOfList(currentTarget.files ?? []));
    // Without this, the same file could not be chosen again.
    currentTarget.value = '';
  };
  return (
    <section class={`drop-zone ${isSmall ? 'drop-zone-small' : ''}`} aria-label="Add images">
      {!isSmall && <span class="drop-zone-sign" aria-hidden="true" />}
      <p class="drop-zone-call">Drop images or folders here, or paste</p>
      <p class="drop-zone-buttons">
        <button type="button" class="strong" onClick={() => filePicker.current?.click()}>
          Choose images
        </button>{' '}
        <button type="button" onClick={() => folderPicker.current?.click()}>
          Choose a folder
        </button>
      </p>
      {server && !isSmall && (
        <p class="soft drop-zone-formats">
          {server.inputs.map(({ name }) => name).join(', ')}; up to{' '}
          {formatBytes(server.limits.maxBytes)} each.{' '}
          {dropOptions.value.isStored ? (
            <>
              Images are stored in the bucket, and their grayscale versions under{' '}
              <code>{server.outputPrefix}</code>.
            </>
          ) : (
            'Nothing is stored on the server.'
          )}
        </p>
      )}
      <input
        ref={filePicker}
        type="file"
        multiple
        hidden
        accept={accept?.join(',') ?? 'image/*'}
        aria-label="Images"
        onChange={take}
      />
      <input
        ref={folderPicker}
        type="file"
        hidden
        {...{ webkitdirectory: true }}
        aria-label="A folder of images"
        onChange={take}
      />
    </section>
  );
}
