#!/usr/bin/env node
import { existsSync } from 'node:fs';

// In a fresh clone the command exists before the code is built.
if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) await import('../dist/cli/main.js');
else {
  process.stderr.write('passfob is not built.\nRun: npm run build\n');
  process.exitCode = 1;
}
