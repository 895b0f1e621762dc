// The interactive page of the API, from the server's OpenAPI document.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import { filterOperations } from './filter-operations.ts';

const { classList, dataset } = document.documentElement;
const systemTheme = matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  classList.toggle('dark-mode', (dataset.theme ?? (systemTheme.matches ? 'dark' : '')) === 'dark');
}

applyTheme();
systemTheme.addEventListener('change', applyTheme);

SwaggerUI({
  dom_id: '#docs',
  url: '/openapi.json',
  // By default, it would send the document's URL to a validator on another site.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  filter: true,
  onComplete() {
    const search = document.querySelector<HTMLInputElement>('.operation-filter-input');
    if (!search) return;
    search.placeholder = 'Search paths, parameters and descriptions';
    search.ariaLabel = search.placeholder;
  },
  plugins: [() => ({ fn: { opsFilter: filterOperations } })],
});
