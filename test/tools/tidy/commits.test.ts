import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { root } from './files.ts';

/** The rules hold for commits after this one. */
const BASE = 'cad1484676d61ed073cc9da5626c04b212c0e48b';
const AFTER_BASE = '2026-11-28T13:34:49Z';
/** The latest commits that are looked at, so that the check does not grow with each; CI has looked at those before. */
const LATEST = 200;

const hook = join(root, '.ci/hooks/commit-msg');
const folder = temporaryFolder('commits');

/** What the hook says about a message: undefined where it lets it pass. */
function refusalOf(message: string): string | undefined {
  const file = join(folder, 'message');
  writeFileSync(file, `${message}\n`);
  const { status, stderr } = spawnSync(hook, [file], { encoding: 'utf8' });
  if (status === 0) return undefined;
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('area: imperative') });
  return stderr;
}

/** What git prints, or undefined where it fails. */
function git(args: readonly string[], cwd = root): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The subjects of the latest commits after the base, or undefined where this is no clone of the project's history. */
function newSubjects(): string[] | undefined {
  if (git(['rev-parse', '--show-prefix']) !== '') return undefined;
  const list = ['log', '--no-merges', '--format=%s', `--max-count=${LATEST}`];
  const hasBase = git(['cat-file', '-e', `${BASE}^{commit}`]) !== undefined;
  const isShallow = git(['rev-parse', '--is-shallow-repository']) === 'true';
  if (!hasBase && !isShallow) return undefined;
  const after = git([...list, ...(hasBase ? [`${BASE}..HEAD`] : [`--since=${AFTER_BASE}`])]);
  return after?.split('\n').filter(subject => subject !== '');
}

describe('the commit-msg hook', () => {
  it.each([
    'push: keep trusted sources after a report',
    'docs, test: say how long each folder takes',
    'all parts: rename the last exported names of our own',
    `docs: ${'x'.repeat(66)}`,
    '# a comment of git\n\nhost: process each row once\n\nThe body may be as long as it has to be, and say why.',
    "Merge branch 'push' into main",
    'Revert "push: keep trusted sources after a report"',
    'fixup! push: keep trusted sources after a report',
    '',
  ])('lets pass: %j', message => {
    expect(refusalOf(message)).toBeUndefined();
  });

  it('lists each area that a subject may name, with commas between', () => {
    const listed = /The areas are: (.*)\.$/m.exec(refusalOf('nowhere: keep trusted sources') ?? '')?.[1];
    const areas = listed?.split(', ') ?? [];
    expect(areas).toEqual(expect.arrayContaining(['all parts', 'emulator', 'simulator', 'web']));
    expect(areas.slice(1).filter(area => !/^[a-z-]+$/.test(area))).toEqual([]);
  });

  it.each([
    ['wip', 'names no area'],
    ['keep trusted sources', 'names no area'],
    ['Push: keep trusted sources', 'lower-case word'],
    ['push,test: keep trusted sources', 'lower-case word'],
    ['nowhere: keep trusted sources', '"nowhere" is no area. The areas are: all parts,'],
    ['agent agents: keep trusted sources', 'lower-case word'],
    ['push: Keep trusted sources', 'verb in lower case'],
    ['push: added a test', '"added" is no imperative'],
    ['push: fixing a test', '"fixing" is no imperative'],
    ['push: adds a test', '"adds" is no imperative'],
    ['push: keep trusted sources.', 'full stop'],
    [`docs: ${'x'.repeat(67)}`, 'has 73 characters'],
    ['Merge the two', 'names no area'],
  ])('of %j says: %s', (message, said) => {
    expect(refusalOf(message)).toContain(said);
  });
});

describe('npm run setup', () => {
  const AUTHOR = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
  const tarball = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    cpSync(join(root, '.ci'), join(path, '.ci'), { recursive: true });
    return path;
  };
  const clone = (name: string, ...config: string[]): string => {
    const path = tarball(name);
    execFileSync('git', ['init', '--quiet', path]);
    if (config.length > 0) execFileSync('git', ['-C', path, 'config', ...config]);
    return path;
  };
  const setUp = (path: string) => spawnSync('sh', [join(path, '.ci/setup')], { encoding: 'utf8' });
  const commit = (path: string, subject: string) =>
    spawnSync('git', [...AUTHOR, 'commit', '--allow-empty', '-m', subject], { cwd: path, encoding: 'utf8' });
  const needsGit = { name: 'git', found: git(['--version'], tmpdir()) };

  itNeeds(needsGit, 'has git refuse a wrong subject and take a right one, and says so', () => {
    const path = clone('hooked');
    const said = expect.stringContaining('git runs .ci/hooks');
    for (const run of [setUp(path), setUp(path)]) expect(run).toMatchObject({ status: 0, stdout: said });
    const wrong = commit(path, 'wip');
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('names no area')]);
    expect(commit(path, 'test: keep a commit').status).toBe(0);
    expect(git(['log', '--format=%s'], path)).toBe('test: keep a commit');
  });

  itNeeds(needsGit, 'leaves the hooks that somebody else has set up', () => {
    const path = clone('taken', 'core.hooksPath', 'mine');
    expect(setUp(path)).toMatchObject({ status: 1, stderr: expect.stringContaining('hooks of mine') });
    expect(git(['config', 'core.hooksPath'], path)).toBe('mine');
  });

  itNeeds(needsGit, 'does nothing in a folder that is no checkout', () => {
    const said = expect.stringContaining('nothing to set up');
    expect(setUp(tarball('tarball'))).toMatchObject({ status: 0, stdout: said });
  });
});

itNeeds(
  { name: 'a clone of the git history', found: newSubjects() },
  'every new commit has a subject that the hook lets pass, and is no fixup of another',
  subjects => {
    const isLeftOver = (subject: string) => /^(?:fixup|squash|amend)! /.test(subject);
    expect(subjects.filter(isLeftOver)).toEqual([]);
    expect(subjects.length).toBeLessThanOrEqual(LATEST);
    const input = `${subjects.join('\n')}\n`;
    const { status, stderr } = spawnSync(hook, ['--subjects'], { input, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);
