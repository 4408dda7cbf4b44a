import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './page.ts';

// This file runs as simulator/dist/bundle/main.js.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

try {
  console.log(`faceplate page: ${await bundlePage(root)} bytes`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
