// Statements in the documentation are compared with the source.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configVariables } from '../src/config/index.ts';
import {
  conversionErrorCodes,
  inputFormats,
  lossMeanings,
  methods,
  outputFormats,
  recipeHash,
  resolveRecipe,
} from '../src/convert/index.ts';
import { permanentErrorCodes, skipReasons } from '../src/pipeline/index.ts';
import { problems } from '../src/server/problems/problems.ts';

const read = (path: string) => readFileSync(path, 'utf8');

describe('docs/configuration.md', () => {
  test('has a row for each variable that matches the source, and no other', () => {
    const rows = configVariables.map(({ name, default: value, description }) => {
      const shown = value === undefined || name === 'CONCURRENCY' ? '' : `\`${value}\``;
      return `| \`${name}\` | ${shown} | ${description} |`;
    });
    const documented = read('docs/configuration.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(documented.toSorted()).toEqual(rows.toSorted());
  });
});

describe('docs/semantics.md', () => {
  test('has a row for each input format that matches the source', () => {
    const rows = Object.values(inputFormats).map(
      ({ name, contentType, extensions, decoder }) =>
        `| ${name} | \`${contentType}\` | ${extensions.join(', ')} | ${decoder} |`,
    );
    const documented = read('docs/semantics.md').split('\n');
    expect(documented.filter((line) => line.includes('`image/'))).toEqual(rows);
  });
});

describe('docs/deploy.md', () => {
  const page = read('docs/deploy.md');

  test('has valid JSON for pasting', () => {
    const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => json);
    expect(blocks.length).toBeGreaterThan(3);
    const values = blocks.map((block) => JSON.parse(block));
    // SQS takes policies as text.
    const queue = values.find(({ RedrivePolicy }) => RedrivePolicy !== undefined);
    expect(JSON.parse(queue.RedrivePolicy)).toMatchObject({ maxReceiveCount: 5 });
    expect(JSON.parse(queue.Policy).Statement).toMatchObject([{ Action: 'sqs:SendMessage' }]);
  });

  test('names existing scripts and variables', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...page.matchAll(/npm run (\w+)/g)].map(([, script = '']) => script);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    const known = configVariables.map(({ name }) => name);
    const variables = [...page.matchAll(/\b((?:DB|S3|MAX|MEMORY)_[A-Z_]+)=?/g)].map(
      ([, name = '']) => name,
    );
    expect(known).toEqual(expect.arrayContaining(variables));
  });
});

describe('docs/errors.md', () => {
  test('explains each error code in the source, and no other', () => {
    const written = globSync('src/**/*.ts').flatMap((file) =>
      [...read(file).matchAll(/(?:code(?: =|:) |FileError\(\s*)'([A-Z_]+)'/g)].map(
        ([, code]) => code,
      ),
    );
    const codes = [conversionErrorCodes, permanentErrorCodes, skipReasons, problems].flatMap(
      Object.keys,
    );
    const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      ([, code]) => code,
    );
    expect(documented.toSorted()).toEqual([...new Set([...codes, ...written])].toSorted());
  });
});

describe('docs/semantics.md', () => {
  const page = read('docs/semantics.md');
  const rowsOf = (heading: string) => {
    const table = page.trim().split(`\n| ${heading} |`)[1]?.split('\n\n')[0] ?? '';
    return table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()));
  };
  const first = (heading: string) => rowsOf(heading).map(([, name]) => name);

  test('has the formula of each method, in the order of the source', () => {
    expect(first('method')).toEqual([...Object.keys(methods), 'mix:r,g,b'].map((m) => `\`${m}\``));
  });

  test('says what each output format stores', () => {
    const expected = Object.entries(outputFormats).map(([name, facts]) => {
      const frames = facts.hasFrames ? `all${facts.hasTiming ? ', timed' : ''}` : 'first';
      const gray = facts.hasGray ? 'one channel' : 'three equal channels';
      return ['', `\`${name}\``, String(facts.maxDepth), facts.alpha, frames, gray, ''];
    });
    expect(rowsOf('output')).toEqual(expected);
  });

  test('explains each loss', () => {
    expect(first('loss')).toEqual(Object.keys(lossMeanings).map((loss) => `\`${loss}\``));
  });

  test('has valid recipe hashes', () => {
    const documented = rowsOf('recipe').map(([, , json = '', hash]) => {
      const recipe = JSON.parse(json.slice(1, -1));
      expect(`\`${recipeHash(resolveRecipe(recipe))}\``).toBe(hash);
      return recipe.format;
    });
    expect(documented).toEqual(['png', 'jpeg']);
  });
});

describe('README.md', () => {
  const page = read('README.md');

  test('has at most 700 words', () => {
    expect(page.split(/\s+/).length).toBeLessThanOrEqual(700);
  });

  test('names every input and output format', () => {
    const [, reads = '', writes = ''] = /It reads (.*?)\. It writes (.*?)\./s.exec(page) ?? [];
    for (const { name } of Object.values(inputFormats)) expect(reads).toMatch(`${name}`);
    for (const name of Object.keys(outputFormats)) expect(writes.toLowerCase()).toContain(name);
  });
});

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\]\([^)]*\)/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

describe('links', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'samples/*.md']);

  test.each(pages)('in %s lead to existing files', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target ?? '',
    );
    const missing = targets.filter((target) => !existsSync(join(dirname(page), target)));
    expect(missing).toEqual([]);
  });

  test.each(pages)('from %s to headings lead to existing headings', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const broken = links.filter(([, target = '', anchor]) => {
      const path = target === '' ? page : join(dirname(page), target);
      const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
      return !headings.map(anchorOf).includes(anchor ?? '');
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
