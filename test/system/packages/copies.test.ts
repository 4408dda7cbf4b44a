import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { FobError, isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { sourcesOf } from '../../kit/built.ts';
import { othersOutside } from '../../kit/bundle.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';

/** Writes the address of every module that a process loads into the file in `LOADED`. */
const WATCH = `
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    appendFileSync(process.env.LOADED, url + '\\\\n');
    return next(url, context);
  }\`));
`;

/** Returns the modules that a program loads, relative to the root. */
function allLoadedBy(...args: readonly string[]): string[] {
  const folder = temporaryFolder('copies');
  const [watch, log] = [join(folder, 'watch.mjs'), join(folder, 'loaded')];
  writeFileSync(watch, WATCH);
  const env = { ...process.env, NODE_OPTIONS: '', LOADED: log, PASSFOB_HOME: join(folder, 'home') };
  const { stderr } = spawnSync(process.execPath, ['--import', pathToFileURL(watch).href, ...args], {
    cwd: root,
    env,
    input: '',
    encoding: 'utf8',
  });
  expect(stderr).not.toMatch(/error/i);
  const own = pathToFileURL(root).href;
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(url => url.startsWith(own))
    .map(url => url.slice(own.length));
}

/** The same without modules of others. */
const loadedBy = (...args: readonly string[]) =>
  allLoadedBy(...args).filter(path => !path.startsWith('node_modules/'));

itNeeds(needsBuild, 'a built program loads built modules and nothing else', () => {
  const loaded = [
    loadedBy('host/bin/passfob.js', 'service', 'config'),
    loadedBy('host/bin/passfob.js', '--version'),
    loadedBy('simulator/dist/main.js', '--help'),
    loadedBy('emulator/dist/main.js', '--help'),
  ];
  for (const modules of loaded) {
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter(path => !/^(?:\w+\/dist\/|host\/bin\/)/.test(path))).toEqual([]);
    expect(new Set(modules).size).toBe(modules.length);
  }
  expect(loaded[0]?.some(path => path.startsWith('service/dist/'))).toBe(true);
  expect(loaded[0]?.some(path => path.startsWith('protocol/dist/'))).toBe(true);
});

itNeeds(needsBuild, 'no code is twice in a process, although files of programs hold many modules', () => {
  for (const args of [
    ['list', '--help'],
    ['service', 'config'],
    ['inventory', 'list'],
  ]) {
    const sources = allLoadedBy('host/bin/passfob.js', ...args).flatMap(path => sourcesOf(join(root, path)));
    expect(sources).toContain('host/errors.ts');
    expect(sources.filter((one, place) => sources.indexOf(one) !== place)).toEqual([]);
  }
});

itNeeds(needsBuild, 'an error of the service keeps its exit code in the command line', () => {
  const folder = temporaryFolder('copies-code');
  const args = ['host/bin/passfob.js', 'service', 'backup', join(folder, 'backup'), '--dir', folder];
  const { status } = spawnSync(process.execPath, args, { cwd: root });
  expect(status).toBe(EXIT_CODES.service.code);
});

it('a test loads sources and nothing else', async () => {
  const { readServiceUrl } = await import('@passfob/service/cli/request');
  let thrown: unknown;
  try {
    readServiceUrl('ftp://here');
  } catch (error) {
    thrown = error;
  }
  // The service made it, and this test knows it: there is one class.
  expect(thrown).toBeInstanceOf(FobError);
  expect(isFobError(thrown, 'bad-input')).toBe(true);
  expect((thrown as Error).stack).toContain('/service/cli/request.ts');
  expect((thrown as Error).stack).not.toMatch(/\/(?:host|service|protocol)\/dist\//);
});

it.each([
  'firmware/boards/parts/usb-fob.ts',
  'service/portal/main.ts',
  'host/cli/main.ts',
  'simulator/main.ts',
  'emulator/main.ts',
  'test/service/nodes/server.ts',
])('a bundle of %s is made of TypeScript alone, including the protocol', async entry => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    conditions: ['source'],
    metafile: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    ...(entry.startsWith('firmware') && { external: ['crypto', 'Storage', 'fs'] }),
    plugins: entry.startsWith('firmware') ? [] : [othersOutside],
  });
  const inputs = Object.keys(metafile.inputs).filter(path => !path.includes('node_modules/'));
  expect(inputs.some(path => path.startsWith('protocol/'))).toBe(true);
  expect(inputs.filter(path => path.includes('dist/') || !path.endsWith('.ts'))).toEqual([]);
});
