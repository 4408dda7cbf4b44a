import { type ProjectFile, place } from './files.ts';
import { importedPath, importsOf } from './imports.ts';
import { scan } from './scan.ts';

/** The entries of the simulator for web pages: everything they reach runs without Node. */
export const ENTRIES = ['simulator/browser.ts', 'emulator/index.ts'];
/** The parts of it that may name what a browser has. */
const OF_BROWSERS = ['simulator/interpreter/contexts/browser/', 'simulator/base/computer.ts'];

/** Names of Node and of browsers that are no part of the language. As a member or as a key, a name means something else. */
const NAMES = [
  ...'Buffer process require setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask performance'.split(
    ' ',
  ),
  ...'crypto fetch window document self navigator location localStorage indexedDB WebSocket Worker postMessage NodeJS'.split(
    ' ',
  ),
];

/** Returns the paths of the files that `entry` imports, directly or not, itself included; of types, too. */
export function reachedFrom(entry: string, files: ReadonlyMap<string, ProjectFile>): string[] {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    for (const one of importsOf(file)) {
      const next = importedPath(one);
      if (next !== undefined) visit(next);
    }
  };
  visit(entry);
  return [...reached].sort();
}

/** Returns where a file of the simulator's core depends on a platform. */
export function platformUses(file: ProjectFile): string[] {
  const imports = importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ where, specifier }) => `${where}: imports ${specifier}`);
  if (OF_BROWSERS.some(path => file.path.startsWith(path))) return imports;
  const { code } = scan(file.text);
  const name = new RegExp(`(?<![\\w$.#])(?:${NAMES.join('|')})\\b(?!\\s*\\??:)`, 'g');
  // A name that the file declares is its own.
  const isOwn = (found: string) =>
    new RegExp(`(?:const|let|function|class)\\s+${found}\\b|[({,]\\s*${found}\\s*[,})]`).test(code);
  const names = [...code.matchAll(name)]
    .filter(([found]) => !isOwn(found))
    .map(match => `${place(file, match.index)}: names ${match[0]}`);
  return [...imports, ...names];
}
