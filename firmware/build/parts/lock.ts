/** An entry of `packages` in a lock file of npm (version 3). */
export interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [field: string]: unknown;
}

/** The entries of a lock file by their path: `node_modules/ws`, or the folder of a part. */
export type LockFile = Readonly<Record<string, Locked>>;

/** A packed part: its folder in the repository, its name and its tarball with the hash that npm checks. */
export interface Tarball {
  readonly folder: string;
  readonly name: string;
  readonly file: string;
  readonly integrity: string;
}

const MODULES = 'node_modules/';

/** Returns the path of a package as seen from another: the nearest one at or above it. */
function pathOf(lock: LockFile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf(`/${MODULES}`), 0))) {
    const path = `${folder === '' ? '' : `${folder}/`}${MODULES}${name}`;
    if (lock[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function namesNeededBy(entry: Locked): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = entry;
  const peers = Object.keys(peerDependencies ?? {});
  return [
    ...Object.keys({ ...dependencies, ...optionalDependencies }),
    ...peers.filter(name => peerDependenciesMeta?.[name]?.optional !== true),
  ];
}

/** Returns the paths of the packages of others that these parts need, directly or not. */
function neededBy(lock: LockFile, parts: readonly Tarball[]): Set<string> {
  const found = new Set<string>();
  const waiting = parts.map(({ folder }) => folder);
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    for (const name of namesNeededBy(lock[from] ?? {})) {
      const path = pathOf(lock, from, name);
      // A part of ours is linked, and is among `parts`.
      if (path === undefined || found.has(path) || lock[path]?.link === true) continue;
      found.add(path);
      waiting.push(path);
    }
  }
  return found;
}

/** Returns an entry as it stands where nothing is for development. */
function released({
  dev: _dev,
  devOptional,
  peer: _peer,
  devDependencies: _dependencies,
  ...entry
}: Locked): Locked {
  return devOptional === true ? { ...entry, optional: true } : entry;
}

/**
 * Returns the lock of an installation of the packed parts: the packages of others in the versions, and with the hashes,
 * that the repository is tested with.
 *
 * @param lock the repository's
 * @param project package.json of the installation, whose dependencies are the tarballs
 */
export function lockOf(lock: LockFile, parts: readonly Tarball[], project: Locked): LockFile {
  const folders = new Map(parts.map(({ folder, name }) => [folder, `${MODULES}${name}`]));
  const moved = (path: string) => {
    const [folder = '', ...rest] = path.split(`/${MODULES}`);
    return [folders.get(folder) ?? folder, ...rest].join(`/${MODULES}`);
  };
  const others = [...neededBy(lock, parts)].map(path => [moved(path), released(lock[path] ?? {})] as const);
  const own = parts.map(({ folder, name, file, integrity }) => {
    const { name: _name, ...entry } = released(lock[folder] ?? {});
    return [`${MODULES}${name}`, { ...entry, resolved: `file:${file}`, integrity }] as const;
  });
  const sorted = [...own, ...others].sort(([one], [other]) => (one < other ? -1 : 1));
  return { '': project, ...Object.fromEntries(sorted) };
}
