import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { embeddedImages } from '@passfob/demo/bundle/images';
import { bundledTryPage } from '@passfob/demo/bundle/page';
import { shareText } from '@passfob/demo/bundle/shared-text';
import { PAGE_BYTES_MAX } from '@passfob/demo/try/limits';
import { wholeText } from '@passfob/demo/try/page/shared-text';
import { builtImage } from '@passfob/simulator/fob/built-image';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../tools/tidy/files.ts';

let html: string;
beforeAll(async () => {
  html = await bundledTryPage(root);
});

it('the try page is one file within its limit of compressed bytes', () => {
  const compressed = gzipSync(html, { level: 9 });
  expect(gunzipSync(compressed).toString()).toBe(html);
  expect(compressed.length).toBeLessThanOrEqual(PAGE_BYTES_MAX);
});

it('the try page has a sandboxed frame without an origin, and the same policy inside and outside', () => {
  expect(html.match(/<iframe\b[^>]*? srcdoc=/g)).toHaveLength(1);
  expect(/<iframe sandbox="([^"]*)"/.exec(html)?.[1]).toBe('allow-scripts');
  const policies = [...html.matchAll(/http-equiv="Content-Security-Policy" content="([^"]*)"/g)].map(
    match => match[1] ?? '',
  );
  expect(policies).toHaveLength(2);
  const [outside = '', inside] = policies.map(text => text.replaceAll(/&(?:amp;)?#39;/g, "'"));
  expect(inside).toBe(outside);
  expect(outside).toMatch(
    /^default-src 'none'; script-src 'sha256-[\w+/=]{44}' 'unsafe-eval'; worker-src blob:; style-src 'sha256-[\w+/=]{44}' 'sha256-[\w+/=]{44}'; connect-src 'none'; img-src data:; base-uri 'none'; form-action 'none'$/,
  );
});

it('the images in the try page are the built ones, byte for byte', () => {
  const { base, boards } = embeddedImages(join(root, 'firmware/dist/image'));
  for (const board of Object.keys(boards) as (keyof typeof boards)[]) {
    const files = Object.entries(boards[board]).map(([name, shared]) => [
      name,
      Buffer.from(wholeText(base, shared), 'latin1'),
    ]);
    const built = Object.entries(builtImage(board)).map(([name, bytes]) => [name, Buffer.from(bytes)]);
    expect(files).toEqual(built);
  }
});

it('a text that shares pieces with another comes back whole', () => {
  const text = fc.array(fc.constantFrom('function', 'return ', 'a', '{}', '\u00ff'), { maxLength: 60 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [base, whole] = [one.join(''), other.join('')];
      expect(wholeText(base, shareText(base, whole))).toBe(whole);
    }),
    { seed: 20 },
  );
});
