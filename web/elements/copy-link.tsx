import { useState } from 'preact/hooks';

/** Copies the address of a page of this server. */
export function CopyLink({ path }: { path: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const url = new URL(path, location.href).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      setIsCopied(true);
    } catch {
      // Without HTTPS, browsers allow it only on localhost.
      prompt('Copy this link:', url);
    }
  };
  return (
    <button type="button" aria-live="polite" onClick={() => void copy()}>
      {isCopied ? 'Link copied' : 'Copy link'}
    </button>
  );
}
