import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { root } from '../tidy/files.ts';

/** A checkout whose build prints a size and ends with `code`. @param changed the source that changed since, if any */
function checkout({ isBuilt = true, changed = '', code = 0 }) {
  const folder = temporaryFolder('build');
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('package.json', JSON.stringify({ scripts: { build: 'node build.cjs' } }));
  write(
    'build.cjs',
    `console.log('image pico: 1 of 2 bytes'); console.error('a warning'); process.exitCode = ${code};`,
  );
  if (isBuilt) {
    write('firmware/dist/build/stamp.js', `console.log(${JSON.stringify(changed)});`);
    write('demo/dist/sources.json', '{}');
  }
  return folder;
}

function build(folder: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'test/build.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('a command that builds first says how long the first build takes, and no sizes', () => {
  const { status, stdout, stderr } = build(checkout({ isBuilt: false }));
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toBe('Building (about half a minute) …\na warning\n');
});

it('a command that builds first says that it builds where a source has changed, and nothing where none has', () => {
  expect(build(checkout({ changed: 'host/a.ts' })).stderr).toBe('Building …\na warning\n');
  expect(build(checkout({}))).toEqual({ status: 0, stdout: '', stderr: 'a warning\n' });
});

it('a command that builds first ends with what a failed build printed, and its exit code', () => {
  const { status, stdout } = build(checkout({ changed: 'host/a.ts', code: 3 }));
  expect({ status, stdout }).toEqual({ status: 3, stdout: 'image pico: 1 of 2 bytes\n' });
});
