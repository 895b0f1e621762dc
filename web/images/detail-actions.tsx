import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { Image } from '../../src/server/api/schemas.ts';
import { messageOf, send } from '../api/request.ts';
import { chooseRecipe } from '../drop/drop-options.ts';
import { addDroppedImages } from '../drop/send-images.ts';
import { CopyLink } from '../elements/copy-link.tsx';
import { fullSizeUrl } from '../elements/gray-image-url.ts';
import { MethodComparison } from '../elements/method-comparison.tsx';
import { RetryButton } from '../elements/retry-button.tsx';
import { ZoomDialog } from '../elements/zoom-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';

interface DetailActionsProps {
  image: Image;
  onRetried: (image: Image) => void;
  onRemoved: () => void;
}

/** What can be done with one image. */
export function DetailActions({ image, onRetried, onRemoved }: DetailActionsProps) {
  const [open, setOpen] = useState<'delete' | 'compare' | 'zoom'>();
  const { links, source, status } = image;
  const name = source.key ?? `image ${image.id}`;
  const fullSize = fullSizeUrl(image);
  const [problem, setProblem] = useState<string>();
  const [, navigate] = useLocation();
  const close = () => setOpen(undefined);
  const load = async () => await (await send(links.source ?? '')).blob();
  /** Shows the image on the page Drop, converted with this method and not stored. */
  const convertWith = async (method: string) => {
    try {
      const file = new File([await load()], name);
      chooseRecipe({ method });
      addDroppedImages([{ file, key: name }]);
      navigate('/');
    } catch (error) {
      close();
      setProblem(messageOf(error));
    }
  };
  return (
    <div class="detail-actions">
      {links.gray && (
        <a class="button" href={links.gray} download>
          Download
        </a>
      )}
      {links.source && (
        <a class="button" href={links.source} download>
          Download original
        </a>
      )}
      {fullSize && (
        <button type="button" onClick={() => setOpen('zoom')}>
          Full size
        </button>
      )}
      {links.source && status === 'converted' && (
        <button type="button" onClick={() => setOpen('compare')}>
          Compare methods
        </button>
      )}
      {links.source && status !== 'converted' && <RetryButton image={image} onDone={onRetried} />}
      <CopyLink path={`/images?image=${image.id}`} />
      <button type="button" onClick={() => setOpen('delete')}>
        Delete …
      </button>
      {open === 'zoom' && fullSize && <ZoomDialog name={name} url={fullSize} onClose={close} />}
      {open === 'delete' && <DeleteDialog image={image} onClose={close} onRemoved={onRemoved} />}
      {open === 'compare' && links.source && (
        <MethodComparison
          name={name}
          load={load}
          onUse={(method) => void convertWith(method)}
          onClose={close}
        />
      )}
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}
