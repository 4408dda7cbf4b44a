#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// From Node 22.8 on: keeps compiled code, so that the next command starts faster. In a folder of this user, since
// whoever writes to the cache decides what runs. A folder that cannot be written only costs the time.
nodeModule.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'passfob'));

/** Says in a checkout that the build is not of its sources; a package has neither the sources nor this check. */
async function warnOfOldBuild() {
  const check = new URL('../../firmware/dist/build/sources.js', import.meta.url);
  const isCheckout = existsSync(new URL('../cli/main.ts', import.meta.url));
  if (!isCheckout || process.argv[2] === '--complete') return;
  const isWhole = existsSync(new URL('../dist/sources.json', import.meta.url)) && existsSync(check);
  const { changedSince } = isWhole ? await import('../../firmware/dist/build/sources.js') : {};
  const changed = changedSince?.(fileURLToPath(new URL('../..', import.meta.url)));
  const fault = isWhole ? changed && `${changed} changed since the build` : 'the build is not complete';
  if (fault) process.stderr.write(`This passfob may be an earlier one: ${fault}. Run: npm run build\n`);
}

// In a fresh clone the command exists before the code is built.
if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
  await warnOfOldBuild();
  await import('../dist/cli/main.js');
} else {
  process.stderr.write('passfob is not built.\nRun: npm run build\n');
  process.exitCode = 1;
}
