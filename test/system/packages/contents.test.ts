import { execFileSync, execSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { partNamed, published } from './installed.ts';

/** What lies at the top of each package. npm adds the first three by itself. */
const TOP: Readonly<Record<string, readonly string[]>> = {
  protocol: ['LICENSE', 'README.md', 'package.json', 'dist'],
  firmware: ['LICENSE', 'README.md', 'package.json', 'dist'],
  simulator: ['LICENSE', 'README.md', 'package.json', 'dist', 'examples', 'scenario.schema.json'],
  emulator: ['LICENSE', 'README.md', 'package.json', 'dist'],
  host: ['LICENSE', 'README.md', 'package.json', 'agent', 'bin', 'dist', 'passfob.1', 'udev'],
  service: ['LICENSE', 'README.md', 'package.json', 'deploy', 'dist'],
};

/** What `dist` may hold besides compiled modules and their types. */
const BESIDES: Readonly<Record<string, RegExp>> = {
  protocol: /^$/,
  firmware: /^dist\/image\/(?:SHA256SUMS|[\w-]+\/(?:app|\.boot0|\.bootcde|manifest\.json))$/,
  simulator: /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  emulator: /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  host: /^dist\/(?:THIRD-PARTY-NOTICES\.txt|espruino\/LICENSE)$/,
  service: /^dist\/(?:THIRD-PARTY-NOTICES\.txt|portal\/(?:portal\.json|zxing_reader-\w+\.wasm))$/,
};

/** Modules and types, and the maps of programs. */
const COMPILED = /^dist\/(?!bundle\/|test\/)(?:[\w./-]+(?:\.js|\.d\.ts)|program\/[\w./-]+\.js\.map)$/;

/** Parts that contain code of others. */
const WITH_OTHERS = ['simulator', 'emulator', 'host', 'service'];

/** Returns the files that npm packs, by the folder of their part. The scripts around packing are not run. */
function packedFiles(): Map<string, string[]> {
  const parts = published.flatMap(({ folder }) => ['--workspace', folder]);
  const options = ['--dry-run', '--json', '--ignore-scripts', '--silent'];
  const printed = execFileSync('npm', ['pack', ...options, ...parts], { cwd: root, encoding: 'utf8' });
  const packs = JSON.parse(printed) as { name: string; files: { path: string }[] }[];
  return new Map(
    packs.map(({ name, files }) => [
      published.find(manifest => manifest.name === name)?.folder ?? name,
      files.map(({ path }) => path).sort(),
    ]),
  );
}

/** Returns the map that a module names, if it does. */
function mapOf(folder: string, path: string): string | undefined {
  return /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(join(root, folder, path), 'utf8'))?.[1];
}

/** Returns the relative imports of a file of types that name no file beside it. */
function missingTypes(folder: string, path: string, files: ReadonlySet<string>): string[] {
  const text = readFileSync(join(root, folder, path), 'utf8');
  const named = [...text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)].map(match => match[1] ?? '');
  return named.filter(name => {
    const target = posix.join(posix.dirname(path), name).replace(/\.[jt]s$/, '.d.ts');
    return !files.has(target);
  });
}

describeNeeds(needsBuild, 'the content of a package', () => {
  const all = packedFiles();

  it.each(published.map(({ folder }) => folder))(
    'the package of %s holds what it should, and nothing else',
    part => {
      const files = all.get(part) ?? [];
      const top = [...new Set(files.map(path => path.split('/')[0] ?? ''))];
      expect(top.sort()).toEqual([...(TOP[part] ?? [])].sort());
      const compiled = part === 'firmware' ? /^$/ : COMPILED;
      const strange = files.filter(
        path => path.startsWith('dist/') && !compiled.test(path) && !BESIDES[part]?.test(path),
      );
      expect(strange).toEqual([]);
      expect(files.filter(path => /\.tsbuildinfo$|\.test\.|sources\.json$/.test(path))).toEqual([]);
    },
  );

  it.each(published.map(({ folder }) => folder))(
    'no file of the package of %s names a folder of the computer that built it, or a source that is not in it',
    part => {
      const files = all.get(part) ?? [];
      const folder = root.replace(/\/$/, '');
      const telling = files.filter(path => readFileSync(join(root, part, path), 'latin1').includes(folder));
      expect(telling).toEqual([]);
      const present = new Set(files);
      const unmapped = files.filter(path => {
        const map = path.endsWith('.js') && mapOf(part, path);
        return map && !present.has(posix.join(posix.dirname(path), map));
      });
      expect(unmapped).toEqual([]);
      const missing = files
        .filter(path => path.endsWith('.d.ts'))
        .flatMap(path => missingTypes(part, path, present).map(name => `${path}: ${name}`));
      expect(missing).toEqual([]);
    },
  );

  it('a package that contains code of others contains their licences', () => {
    for (const { folder } of published) {
      const list = join(root, folder, 'dist/bundled.json');
      expect([folder, existsSync(list)]).toEqual([folder, WITH_OTHERS.includes(folder)]);
      if (!existsSync(list)) continue;
      const paths = JSON.parse(readFileSync(list, 'utf8')) as string[];
      const notices = readFileSync(join(root, folder, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
      expect(paths.length).toBeGreaterThan(0);
      for (const path of paths) {
        const { name, version } = JSON.parse(
          readFileSync(join(root, 'node_modules', path, 'package.json'), 'utf8'),
        ) as { name: string; version: string };
        expect(notices).toContain(`\n${name} ${version}\n`);
      }
      const licences =
        /Permission is hereby granted|Permission to use|Apache License|Redistribution and use/gi;
      expect(notices.match(licences)?.length).toBeGreaterThanOrEqual(paths.length);
    }
  });
});

it('the package of host takes the texts of docs, without pictures, measurements and the site', () => {
  const folder = temporaryFolder('prepack');
  const documents = ['cli.md', 'boards/pico.md'];
  const others = [
    'ledger.json',
    'images/fob.png',
    'images/list.md',
    'site/page.md',
    'site/node_modules/a/README.md',
  ];
  for (const path of [...documents, ...others].map(one => join(folder, 'docs', one))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  writeFileSync(join(folder, 'CHANGELOG.md'), 'changes');
  mkdirSync(join(folder, 'host'));
  const { scripts, files } = partNamed('host');
  execSync(scripts.prepack ?? '', { cwd: join(folder, 'host') });
  const copied = readdirSync(join(folder, 'host/docs'), { recursive: true, encoding: 'utf8' });
  expect(copied.filter(path => path.includes('.')).sort()).toEqual(documents.sort());
  expect(readFileSync(join(folder, 'host/CHANGELOG.md'), 'utf8')).toBe('changes');
  expect(files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'docs']));
  execSync(scripts.postpack ?? '', { cwd: join(folder, 'host') });
  expect(readdirSync(join(folder, 'host'))).toEqual([]);
});
