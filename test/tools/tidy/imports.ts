import { posix } from 'node:path';
import { type ProjectFile, place, textOf } from './files.ts';
import { type Manifest, manifests } from './manifests.ts';
import { type Scan, scan } from './scan.ts';
import { tableAfter } from './tables.ts';

/** One import or re-export, static or dynamic, of values or types. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly where: string;
}

const BEFORE_SPECIFIER =
  /(?:^|[\s;}*\w$])(?:from|import)\s*$|(?:^|[^\w$.])(?:import|require(?:\.resolve)?)\s*\(\s*$/;

/**
 * Returns the imports of the file, in order. A device's own `require` (firmware) is no import; a computed path is
 * unknown.
 */
export function importsOf(file: ProjectFile): Import[] {
  const { code, strings }: Scan = scan(file.text);
  const onDevice = /^firmware\/(core|boards)\//.test(file.path);
  return strings
    .filter(({ start }) => {
      const before = BEFORE_SPECIFIER.exec(code.slice(Math.max(0, start - 40), start))?.[0];
      return before !== undefined && !(onDevice && before.includes('require'));
    })
    .filter(({ value }) => !value.includes('$'))
    .map(({ start, value }) => ({ from: file.path, specifier: value, where: place(file, start) }));
}

/**
 * Returns the project file an import means, by a relative path or by the name of one of our packages; undefined for
 * other packages.
 */
export function importedPath(entry: Import): string | undefined {
  const { from, specifier } = entry;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return importedExport(entry)?.source;
}

/**
 * Returns `@scope/name` or `name` of the package a specifier means, or undefined for a relative import or a built-in.
 */
export function importedPackage({ specifier }: Pick<Import, 'specifier'>): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

/** The target of an import by the name of one of our packages. */
export interface Export {
  readonly manifest: Manifest;
  /** The file it is compiled from; undefined where the package exports no such name. */
  readonly source: string | undefined;
  /** Whether the published package contains it; otherwise it is for our tests. */
  readonly isPacked: boolean;
}

/** Returns undefined where the import does not name one of our packages. */
export function importedExport({ specifier }: Pick<Import, 'specifier'>): Export | undefined {
  const name = importedPackage({ specifier });
  const manifest = manifests.find(one => one.name === name);
  if (manifest === undefined || name === undefined) return undefined;
  const subpath = `.${specifier.slice(name.length)}`;
  const exact = manifest.exports[subpath];
  // The longest pattern wins, as in Node.
  const [pattern, found] =
    exact !== undefined
      ? [subpath, exact]
      : (Object.entries(manifest.exports)
          .filter(([key]) => key.endsWith('*') && subpath.startsWith(key.slice(0, -1)))
          .sort(([one], [other]) => other.length - one.length)[0] ?? [subpath, undefined]);
  if (found === undefined) return { manifest, source: undefined, isPacked: false };
  const star = pattern.endsWith('*') ? subpath.slice(pattern.length - 1) : '';
  const target = (typeof found === 'string' ? found : (found.source ?? '')).replaceAll('*', star);
  return {
    manifest,
    source: posix.join(manifest.folder, target),
    isPacked: typeof found === 'string' || found.default !== undefined,
  };
}

/** A line of the import matrix (`docs/architecture.md`). */
export interface Part {
  readonly name: string;
  readonly parts: readonly string[];
  readonly builtins: boolean;
  /** Package names, or every package that `dependencies` (or also `devDependencies`) of its package.json lists. */
  readonly packages: readonly string[] | 'dependencies' | 'all';
}

const codeWords = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '');

/** Returns the import matrix as `docs/architecture.md` states it. */
export function readMatrix(): Part[] {
  return matrixOf(tableAfter('made: imports', textOf('docs/architecture.md')) ?? []);
}

/** Returns the import matrix of the rows of its table. */
export function matrixOf(rows: readonly (readonly string[])[]): Part[] {
  return rows.map(([name = '', parts = '', builtins = '', packages = '']) => ({
    name: codeWords(name)[0] ?? '',
    parts: parts === 'everything' ? rows.flatMap(([other = '']) => codeWords(other)) : codeWords(parts),
    builtins: builtins === 'yes',
    packages: packages === 'dependencies' || packages === 'all' ? packages : codeWords(packages),
  }));
}

/**
 * Returns the part a path belongs to: the longest name that is a folder of it. A part with parts inside holds only
 * the files directly in its folder, unless its name ends in `/**`; a row that names a file adds to the imports of its
 * folder; files of the root count as `test`.
 */
export function partOf(path: string, parts: readonly Part[]): Part | undefined {
  const name = path.includes('/') ? path : `test/${path}`;
  const folder = folderPartOf(
    name,
    parts.filter(part => !part.name.endsWith('.ts')),
  );
  const file = parts.find(part => part.name === path);
  if (folder === undefined || file === undefined) return folder;
  return { ...folder, parts: [...folder.parts, ...file.parts] };
}

function folderPartOf(name: string, parts: readonly Part[]): Part | undefined {
  const folderOf = (part: Part) => part.name.replace(/\/\*\*$/, '');
  const isParent = (part: Part) =>
    !part.name.endsWith('/**') && parts.some(other => other.name.startsWith(`${part.name}/`));
  return parts
    .filter(part => name.startsWith(`${folderOf(part)}/`))
    .filter(part => !isParent(part) || !name.slice(part.name.length + 1).includes('/'))
    .sort((one, other) => folderOf(other).length - folderOf(one).length)[0];
}

/**
 * Returns the first import cycle among files of `edges` (path → imported paths), as the paths along it, or undefined.
 */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    const seen = trail.indexOf(path);
    if (seen >= 0) return [...trail.slice(seen), path];
    if (finished.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
