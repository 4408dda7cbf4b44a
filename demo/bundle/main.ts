import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { PAGE_BYTES_MAX } from '../try/limits.ts';
import { bundledTryPage } from './page.ts';

// This file runs as demo/dist/bundle/main.js (`npm run build:try`).
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const out = join(root, 'demo/dist/try.html');

try {
  const page = await bundledTryPage(root);
  const bytes = gzipSync(page, { level: 9 }).length;
  if (bytes > PAGE_BYTES_MAX)
    throw new Error(`the try page has ${bytes} bytes by gzip, ${PAGE_BYTES_MAX} allowed`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, page);
  console.log(`try page: ${Buffer.byteLength(page)} bytes, ${bytes} of ${PAGE_BYTES_MAX} by gzip`);
  console.log(`Open it in a browser: ${out}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
