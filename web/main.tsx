import { render } from 'preact';
import { connect } from './api/live.ts';
import { App } from './shell/app.tsx';

const place = document.getElementById('app');
if (place) {
  connect();
  render(<App />, place);
}
