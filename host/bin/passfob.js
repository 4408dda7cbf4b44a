#!/usr/bin/env node
import { chmodSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the folder for compiled code, which Node keeps from 22.8 on, so that the next command starts faster. Whoever
 * writes to it decides what runs: so it is this person's own, and nobody else can write to it. Otherwise there is none.
 */
function cacheFolder() {
  try {
    const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'passfob');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const isOwn = process.getuid === undefined || (found.uid === process.getuid() && !(found.mode & 0o022));
    if (!isOwn || !found.isDirectory()) return undefined;
    // Earlier versions left it readable.
    chmodSync(folder, 0o700);
    return folder;
  } catch {
    return undefined;
  }
}

const cache = nodeModule.enableCompileCache && cacheFolder();
if (cache !== undefined) nodeModule.enableCompileCache(cache);

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
if (existsSync(new URL('../dist/program/cli/main.js', import.meta.url))) {
  await warnOfOldBuild();
  await import('../dist/program/cli/main.js');
} else {
  process.stderr.write('passfob is not built.\nRun: npm run build\n');
  process.exitCode = 1;
}
