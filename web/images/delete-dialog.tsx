import './delete-dialog.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Image } from '../../src/server/api/schemas.ts';
import { messageOf, send } from '../api/request.ts';

interface DeleteDialogProps {
  image: Image;
  onClose: () => void;
  onRemoved: () => void;
}

/** Confirms a deletion; the source is kept unless its deletion is requested. */
export function DeleteDialog({ image, onClose, onRemoved }: DeleteDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [withSource, setWithSource] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);

  const remove = async () => {
    setIsBusy(true);
    try {
      const query = withSource ? '?source=true' : '';
      await send(`${image.links.self}${query}`, { method: 'DELETE' });
      onRemoved();
    } catch (error) {
      setProblem(messageOf(error));
      setIsBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="delete-dialog" aria-labelledby="delete-title" onClose={onClose}>
      <h2 id="delete-title">Delete {image.source.key ?? `image ${image.id}`}?</h2>
      <p>{image.output ? 'Its output and its row are' : 'Its row is'} deleted permanently.</p>
      {image.links.source && (
        <label>
          <input
            type="checkbox"
            checked={withSource}
            onChange={({ currentTarget }) => setWithSource(currentTarget.checked)}
          />{' '}
          Also delete the uploaded image
        </label>
      )}
      {problem && <p role="alert">{problem}</p>}
      <p class="delete-dialog-buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="strong" disabled={isBusy} onClick={() => void remove()}>
          Delete
        </button>
      </p>
    </dialog>
  );
}
