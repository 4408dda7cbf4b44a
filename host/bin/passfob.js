#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);

// A fresh clone has the command before it has what the command runs.
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('passfob is not built.\nRun: npm run build\n');
  process.exitCode = 1;
}
