import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a part's `dist` that lists the sources of the build. */
export const STAMP = 'sources.json';

/** Sources of the build and of its settings: code, fonts, configuration. */
const SOURCE = /\.(?:ts|js|txt|json)$/;
const APART = new Set(['dist', 'node_modules', 'docs']);

/** Returns the SHA-256 of each source file of a folder, by its path in it. */
export function sourcesIn(folder: string): Record<string, string> {
  const paths = pathsUnder(folder, '').sort();
  return Object.fromEntries(paths.map(path => [path, hashOf(join(folder, path))]));
}

/** Returns the SHA-256 as hex. @throws if the file cannot be read */
function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function pathsUnder(folder: string, inner: string): string[] {
  return readdirSync(join(folder, inner), { withFileTypes: true }).flatMap(entry => {
    const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
    if (entry.isDirectory()) return APART.has(entry.name) ? [] : pathsUnder(folder, path);
    return SOURCE.test(entry.name) ? [path] : [];
  });
}

/** Returns the first source that differs between two builds, or undefined. */
export function difference(
  built: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
): string | undefined {
  return [...new Set([...Object.keys(built), ...Object.keys(there)])].find(
    path => built[path] !== there[path],
  );
}

/** Returns the parts of the project that were built. */
export function builtParts(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  return workspaces.filter(part => existsSync(join(root, part, 'dist')));
}

/** Returns the first source that changed since the build, from the root; undefined where none did. */
export function changedSince(root: string): string | undefined {
  return builtParts(root)
    .map(part => changedIn(root, part))
    .find(path => path !== undefined);
}

/** Also undefined if the part was never built as a whole, because nothing is known then. */
function changedIn(root: string, part: string): string | undefined {
  const stamp = join(root, part, 'dist', STAMP);
  if (!existsSync(stamp)) return undefined;
  const then = JSON.parse(readFileSync(stamp, 'utf8')) as Record<string, string>;
  const path = difference(then, sourcesIn(join(root, part)));
  return path && `${part}/${path}`;
}

/** Made by other steps of the build, or by tests. */
const NOT_COMPILED = /^(?:browser|espruino|image|page|portal|program|test)\//;

/**
 * Returns output of the compiler whose sources are gone, by its path in `dist`. The compiler leaves it there, where
 * it would be packed and found under its old names.
 *
 * @param folder of a part
 */
export function leftoversIn(folder: string): string[] {
  const dist = join(folder, 'dist');
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => {
      const stem = /^(.*?)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(path)?.[1];
      if (stem === undefined || NOT_COMPILED.test(path)) return false;
      // Earlier builds made maps; the compiler now makes none.
      if (path.endsWith('.map')) return true;
      return !['.ts', '.js'].some(end => existsSync(join(folder, stem + end)));
    })
    .sort();
}
