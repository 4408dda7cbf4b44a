import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Made or fetched, never written by hand (`.gitignore`). */
const IGNORED_FOLDERS = new Set([
  ...['node_modules', 'dist', 'packed', 'coverage', '.git', '.vscode', '.idea', '.pages'],
]);
const IGNORED_FILES = /\.tsbuildinfo$|^package-lock\.json$/;
const TEXT_FILES = /\.(ts|mts|mjs|js|json|md|html|vue|css|sh|txt|csv|yml)$|^\.ci\/|^\.(gitignore|npmrc)$/;

/** A file of the project: its path from the root, with `/`. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

function pathsUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED_FOLDERS.has(entry.name) ? [] : pathsUnder(path);
    return entry.isFile() && !IGNORED_FILES.test(entry.name) ? [path] : [];
  });
}

/** Every text file of the project, including files not yet known to git, in a stable order. */
export const textFiles: readonly ProjectFile[] = pathsUnder('')
  .filter(path => TEXT_FILES.test(path))
  .sort()
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** The files with code that the rules apply to. */
export const codeFiles: readonly ProjectFile[] = textFiles.filter(({ path }) =>
  /\.(ts|mts|mjs|js)$/.test(path),
);

/** Returns the text of one file, or undefined where the project does not have it (yet). */
export function textOf(path: string): string | undefined {
  return textFiles.find(file => file.path === path)?.text;
}

/** Returns how many of some ascending numbers are below a limit. */
export function countBelow(ascending: readonly number[], limit: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? limit) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The ends of lines of the text that was asked about last: callers ask many times about one file. */
let last = { text: '', ends: [] as readonly number[] };

/** Returns the 1-based line of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  if (last.text !== text) last = { text, ends: [...text.matchAll(/\n/g)].map(({ index }) => index) };
  return countBelow(last.ends, offset) + 1;
}

/** Returns `path:line`, the form editors open. */
export function place({ path, text }: ProjectFile, offset: number): string {
  return `${path}:${lineAt(text, offset)}`;
}

/** Whether no reader looks for a document by links from README.md: a package's own page, forms of the forge. */
export function isReadElsewhere(path: string): boolean {
  return /^(?:\.github|test\/fixtures)\/|^[a-z]+\/README\.md$/.test(path);
}
