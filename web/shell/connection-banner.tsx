import './connection-banner.css';
import { connection } from '../api/live.ts';

/**
 * Shows that the server is offline. The element always exists, so that screen readers can watch it.
 */
export function ConnectionBanner() {
  const isOffline = connection.value === 'offline';
  return (
    <div class="connection" role="status">
      {isOffline && (
        <p>
          <strong>The server is not responding.</strong> This page may be out of date. It reconnects
          automatically.
        </p>
      )}
    </div>
  );
}
