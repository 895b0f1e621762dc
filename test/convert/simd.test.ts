// Without SIMD there is no conversion, and the error says why: a process in which V8 has none.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const source = (path: string) => pathToFileURL(join(import.meta.dirname, '../../src', path)).href;

const program = `
  WebAssembly.validate = () => false;
  WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError('no SIMD'));
  const { toGrayscale } = await import('${source('convert/index.ts')}');
  const { examineEngine } = await import('${source('doctor/examine-engine.ts')}');
  const { referenceImages } = await import('${source('doctor/reference-images.ts')}');
  const [{ base64 }] = Object.values(referenceImages);
  const error = await toGrayscale(Buffer.from(base64, 'base64')).catch((error) => error.message);
  console.log(JSON.stringify({ error, findings: await examineEngine() }));`;

test('conversions and doctor report that a machine has no SIMD', async () => {
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toMatchObject({
    error: expect.stringContaining('Expected a processor with SIMD for WebAssembly'),
    findings: [{ state: 'bad', what: expect.stringContaining('SIMD') }],
  });
});
