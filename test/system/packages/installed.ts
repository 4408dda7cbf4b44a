import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../tools/tidy/files.ts';
import { type Manifest, manifests } from '../../tools/tidy/manifests.ts';

/** The published packages. */
export const published = manifests.filter(manifest => !manifest.private);

export function partNamed(folder: string): Manifest {
  const found = manifests.find(manifest => manifest.folder === folder);
  if (found === undefined) throw new Error(`there is no part ${folder}`);
  return found;
}

/** Returns a package and all packages of this repository that it depends on, directly or not. */
export function withItsParts(folder: string): Manifest[] {
  const found = new Set<Manifest>();
  const add = (manifest: Manifest) => {
    if (found.has(manifest)) return;
    found.add(manifest);
    for (const one of manifests) if (Object.hasOwn(manifest.dependencies, one.name)) add(one);
  };
  add(partNamed(folder));
  return [...found];
}

/**
 * Packs the published packages as `npm run pack` does, without building them.
 * @returns the tarball of each, by folder
 */
export function packed(folder: string): Map<string, string> {
  const parts = published.flatMap(manifest => ['--workspace', manifest.folder]);
  const options = ['--ignore-scripts', '--json', '--pack-destination', folder];
  const printed = execFileSync('npm', ['pack', ...options, ...parts], { cwd: root, encoding: 'utf8' });
  const made = JSON.parse(printed) as { name: string; filename: string }[];
  const folderOf = (name: string) => manifests.find(manifest => manifest.name === name)?.folder ?? '';
  // npm writes the scope of a package differently in the file name.
  return new Map(
    made.map(({ name, filename }) => [
      folderOf(name),
      join(folder, filename.replace(/^@/, '').replaceAll('/', '-')),
    ]),
  );
}

/** Unpacks a tarball of npm where an installation has it. */
export function unpack(tarball: string, packages: string, name: string): void {
  const target = join(packages, name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
}

/** Copies the content of a package's tarball to its place in an installation. */
export function copyPart({ folder, name, files }: Manifest, packages: string): void {
  for (const one of ['package.json', ...files].filter(path => existsSync(join(root, folder, path))))
    cpSync(join(root, folder, one), join(packages, name, one), { recursive: true });
}

interface Locked {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/**
 * Links the packages of others that these packages name into an installation, with their own dependencies, from the
 * ones that are here. Other packages are missing there, so that an import of them fails.
 * @param without a package that is copied without its native part, as an installation without scripts leaves it
 */
export function linkOthers(parts: readonly Manifest[], packages: string, without?: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const wanted = new Set<string>();
  const add = (name: string) => {
    const entry = lock.packages[`node_modules/${name}`];
    if (entry === undefined || wanted.has(name) || manifests.some(manifest => manifest.name === name)) return;
    wanted.add(name);
    // With those that lie inside of it.
    const inside = Object.keys(lock.packages).filter(path => path.startsWith(`node_modules/${name}/`));
    for (const { dependencies, optionalDependencies, peerDependencies } of [
      entry,
      ...inside.flatMap(path => lock.packages[path] ?? []),
    ])
      for (const one of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
        add(one);
  };
  for (const { dependencies } of parts) for (const name of Object.keys(dependencies)) add(name);
  const there = new Set(readdirSync(join(root, 'node_modules')));
  for (const name of wanted) {
    if (!there.has(name.split('/')[0] ?? '')) continue;
    const [source, target] = [join(root, 'node_modules', name), join(packages, name)];
    mkdirSync(dirname(target), { recursive: true });
    if (name !== without) symlinkSync(source, target);
    else cpSync(source, target, { recursive: true, filter: path => !/\/(?:build|deps|src)$/.test(path) });
  }
}
