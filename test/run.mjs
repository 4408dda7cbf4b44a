// The test command's entry.
import { load, root } from './load.mjs';

const { runTests } = await load('test/tools/runner/main.ts');
process.exitCode = await runTests(root, process.argv.slice(2));
