import './connection-banner.css';
import { connection } from '../api/live.ts';

/** Says so while the server is away; there is always an element for a screen reader to watch. */
export function ConnectionBanner() {
  const isAway = connection.value === 'away';
  return (
    <div class="connection" role="status">
      {isAway && (
        <p>
          <strong>The server does not answer.</strong> What you see may be old. This page goes on by
          itself as soon as the server is back; it is started with <code>npm start</code>.
        </p>
      )}
    </div>
  );
}
