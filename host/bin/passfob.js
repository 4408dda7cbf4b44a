#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// From Node 22.8 on: keeps compiled code, so that the next command starts faster. In a folder of this user, since
// whoever writes to the cache decides what runs. A folder that cannot be written only costs the time.
nodeModule.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'passfob'));

// In a fresh clone the command exists before the code is built.
if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) await import('../dist/cli/main.js');
else {
  process.stderr.write('passfob is not built.\nRun: npm run build\n');
  process.exitCode = 1;
}
