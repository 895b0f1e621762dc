import { render } from 'preact';
import { connect } from './api/live.ts';
import { App } from './shell/app.tsx';

const root = document.getElementById('app');
if (root) {
  connect();
  render(<App />, root);
}
