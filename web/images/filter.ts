import type { Image } from '../../src/server/api/schemas.ts';

/** The filter in a URL like `/images?status=failed&since=24h`; the names are the API's. */
export interface Filter {
  status: string;
  code: string;
  prefix: string;
  contains: string;
  method: string;
  version: string;
  /** `true` for sources that were gray all along. */
  neutral: string;
  since: string;
  sort: string;
}

export const noFilter: Filter = {
  status: '',
  code: '',
  prefix: '',
  contains: '',
  method: '',
  version: '',
  neutral: '',
  since: '',
  sort: 'newest',
};

const names = Object.keys(noFilter) as (keyof Filter)[];

export function filterOf(parameters: URLSearchParams): Filter {
  return Object.fromEntries(
    names.map((name) => [name, parameters.get(name) || noFilter[name]]),
  ) as unknown as Filter;
}

/** The differences from the default filter, as a query; empty if there are none. */
export function queryOf(filter: Filter): string {
  const changed = names.filter((name) => filter[name] !== noFilter[name]);
  return new URLSearchParams(changed.map((name) => [name, filter[name]])).toString();
}

/** Whether a newly recorded row belongs in the list. */
export function matchesFilter(filter: Filter, image: Image): boolean {
  const { status, code, prefix, contains, method, version, neutral } = filter;
  const key = image.source.key ?? '';
  return (
    (status === '' || image.status === status) &&
    (code === '' || image.code === code) &&
    key.startsWith(prefix) &&
    key.toLowerCase().includes(contains.toLowerCase()) &&
    (method === '' || image.recipe?.method === method) &&
    (version === '' || image.processorVersion === version) &&
    (neutral === '' || String(image.source.colourfulness?.isNeutral) === neutral)
  );
}
