import { defineConfig } from 'vitest/config';

/** `npm run measure`: not part of the tests, since it needs the interpreter and writes a file of the tree. */
export default defineConfig({ test: { include: ['test/measure/measure.ts'] } });
