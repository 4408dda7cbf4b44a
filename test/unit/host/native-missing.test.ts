import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { copyPart, linkOthers, withItsParts } from '../../system/packages/installed.ts';
import { needsBuild } from './kit/simulated-fob.ts';

// Each process takes a second to start, more where other tests keep the machine busy.

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Passfob after `npm ci --ignore-scripts`: everything that scripts would have fetched or built is missing. */
describeNeeds(needsBuild, 'installation without scripts', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'passfob-scripts-'));
    const packages = join(folder, 'node_modules');
    const parts = withItsParts('service');
    for (const part of parts) copyPart(part, packages);
    linkOthers(parts, packages, 'better-sqlite3');
    // An administrator link is made only where there is a service.
    const service = join(folder, 'home/service');
    mkdirSync(service, { recursive: true, mode: 0o700 });
    writeFileSync(join(service, 'service.db'), '', { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['inventory list', ['inventory', 'list']],
    ['serve', ['serve', '--port', '0']],
    ['service admin-link', ['service', 'admin-link']],
    ['agent', ['agent']],
  ])('%s names the package whose native part is missing, and the command that repairs it', (_name, args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'node_modules/passfob/bin/passfob.js'), ...args],
      { env: { ...process.env, PASSFOB_HOME: join(folder, 'home') }, input: '', encoding: 'utf8' },
    );
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain('The native part of the package better-sqlite3');
    expect(stderr).toContain('npm rebuild better-sqlite3');
    expect(stderr).not.toMatch(/writable|Check the folder/);
  });

  it('serial ports work without scripts: the package contains its native part', () => {
    const bindings = join(root, 'node_modules/@serialport/bindings-cpp');
    expect(readdirSync(bindings)).not.toContain('build');
    const program =
      "import('serialport').then(({ SerialPort }) => SerialPort.list()).then(list => console.log(Array.isArray(list)));";
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      cwd: dirname(bindings),
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['true\n', '']);
  });
});
