// The test command's entry: compiles `runner/main.ts` in memory, because Node 20 runs no TypeScript and the runner must
// work when vitest does not.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['test/runner/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const { runTests } = await import(`data:text/javascript;base64,${source}`);
process.exitCode = await runTests(root, process.argv.slice(2));
