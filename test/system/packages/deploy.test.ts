import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { whole } from '../../tools/tidy/manifests.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

itNeeds(needsTool('systemd-analyze'), 'systemd reports no fault in the unit of the service', analyze => {
  const folder = temporaryFolder('unit');
  const verified = (text: string) => {
    // The program and the manual page exist.
    const adapted = text
      .replace('/usr/local/bin/passfob', process.execPath)
      .replace(/^Documentation=.*\n/m, '');
    const path = join(folder, 'passfob.service');
    writeFileSync(path, adapted);
    return execFileSync('/bin/sh', ['-c', '"$0" verify "$1" 2>&1', analyze, path], { encoding: 'utf8' });
  };
  const text = read('service/deploy/passfob.service');
  expect(verified(text)).toBe('');
  expect(verified(text.replace('NoNewPrivileges', 'NoNewPrivilege'))).toContain('Unknown key');
});

it('the container file copies every part and what packing reads, and starts a file that the package has', () => {
  const text = read('service/deploy/Containerfile');
  const copied = [...text.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(match => match[1]?.split(' ') ?? []);
  expect(copied.filter(path => !existsSync(join(root, path)))).toEqual([]);
  // Packing host copies the documents and the changes.
  const needed = [...whole.workspaces, 'docs', 'CHANGELOG.md', 'package.json', 'package-lock.json', '.npmrc'];
  expect(needed.filter(path => !copied.includes(path))).toEqual([]);
  const programs = [...text.matchAll(/\/opt\/passfob\/node_modules\/passfob\/(\S+\.js)/g)].map(
    match => match[1] ?? '',
  );
  expect([programs.length, programs.filter(path => !existsSync(join(root, 'host', path)))]).toEqual([2, []]);
  expect(read('docs/operations.md')).toContain(
    'node /opt/passfob/node_modules/passfob/bin/passfob.js service',
  );
});

it('a file for a public forge runs the tests on Windows and macOS, by commands that package.json has', () => {
  const text = read('.github/workflows/tests.yml');
  expect(text).toContain('windows-latest');
  expect(text).toContain('macos-latest');
  const scripts = [...text.matchAll(/- run: npm run (\S+)$/gm)].map(match => match[1] ?? '');
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter(name => whole.scripts[name] === undefined)).toEqual([]);
});
