import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The address on which `npm start` listens. */
const api = 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The strict Content-Security-Policy blocks data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Swagger UI is one module of 1.7 MB, which only the page of the API loads.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      // Would print a warning at the first start on a busy machine.
      checks: { pluginTimings: false },
      input: ['index.html', 'docs.html'].map((page) => join(import.meta.dirname, page)),
    },
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
