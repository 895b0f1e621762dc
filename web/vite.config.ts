import { defineConfig } from 'vite';

/** What `npm start` listens on; SANDBOX_API_PORT moves it. */
const api = `http://127.0.0.1:${process.env.SANDBOX_API_PORT || 8080}`;

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The strict Content-Security-Policy lets no data: scripts or fonts in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/docs', '/openapi.json', '/healthz', '/readyz', '/metrics'].map((path) => [
        path,
        api,
      ]),
    ),
  },
});
