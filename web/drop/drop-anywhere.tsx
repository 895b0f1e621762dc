import './drop-anywhere.css';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { filesOfDrop, filesOfPaste, type NamedFile } from './dropped-files.ts';
import { addDroppedImages } from './send-images.ts';

/** Accepts dropped and pasted files on every page; the browser would otherwise open the file. */
export function DropAnywhere() {
  const [isOver, setIsOver] = useState(false);
  const [, navigate] = useLocation();

  useEffect(() => {
    const take = (files: NamedFile[]) => {
      if (files.length === 0) return;
      addDroppedImages(files);
      navigate('/');
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setIsOver(true);
    };
    // Leaving one element for another also fires this event; `relatedTarget` is null only when
    // leaving the window.
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = async (event: DragEvent) => {
      setIsOver(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      take(await filesOfDrop(event.dataTransfer));
    };
    const paste = ({ clipboardData }: ClipboardEvent) => {
      if (clipboardData) take(filesOfPaste(clipboardData));
    };
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener('dragover', over, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('drop', drop, { signal });
    addEventListener('paste', paste, { signal });
    return () => stop.abort();
  }, [navigate]);

  return isOver ? (
    <div class="drop-anywhere" aria-hidden="true">
      Drop to convert to grayscale
    </div>
  ) : null;
}
