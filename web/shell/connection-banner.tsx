import './connection-banner.css';
import { connection } from '../api/live.ts';

/**
 * Shows that the server is away. The element always exists, so that screen readers can watch it.
 */
export function ConnectionBanner() {
  const isAway = connection.value === 'away';
  return (
    <div class="connection" role="status">
      {isAway && (
        <p>
          <strong>The server does not answer.</strong> What you see may be old. This page goes on by
          itself as soon as the server is back.
        </p>
      )}
    </div>
  );
}
