import { posix } from 'node:path';
import { codeFiles } from './files.ts';
import { type Import, importedPath, type Part, partOf, readMatrix } from './imports.ts';
import { type Manifest, manifestOf, manifests } from './manifests.ts';
import { tableAfter } from './tables.ts';

/** The document whose tables are made here. */
export const ARCHITECTURE = 'docs/architecture.md';

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const quoted = (names: readonly string[]): string => names.map(name => `\`${name}\``).join(', ');

function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading, heading.map(() => '---'), ...rows].map(rowOf).join('\n');
}

/** Our packages among some dependencies, by their folders. */
function oursIn(dependencies: Readonly<Record<string, string>>): string[] {
  return manifests.filter(({ name }) => Object.hasOwn(dependencies, name)).map(({ folder }) => folder);
}

function needsOf(one: Manifest): string {
  // Nobody installs a private package, so that its kinds of dependencies mean the same.
  const always = one.private ? { ...one.dependencies, ...one.devDependencies } : one.dependencies;
  const needs: readonly (readonly [string[], string])[] = [
    [oursIn(always), ''],
    [oursIn(one.peerDependencies), ' where installed'],
    [one.private ? [] : oursIn(one.devDependencies), ' to build'],
  ];
  const texts = needs.filter(([names]) => names.length > 0).map(([names, when]) => quoted(names) + when);
  return texts.length === 0 ? 'nothing' : texts.join('; ');
}

/** One row for each package, from its package.json. */
function packagesTable(): string {
  const rows = manifests.map(one => [
    `\`${one.folder}/\``,
    one.private ? 'not published' : `\`${one.name}\``,
    one.description,
    needsOf(one),
  ]);
  return tableOf(['folder', 'package', 'for', 'needs of ours'], rows);
}

/** An import between files of ours, or of a module of Node, with the rows of both ends. */
interface Arrow {
  readonly file: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly isBuiltin: boolean;
  readonly leavesPackage: boolean;
}

function arrowsOf(imports: readonly Import[], parts: readonly Part[]): Arrow[] {
  const rows = new Map<string, string | undefined>();
  const rowOfFile = (path: string) => {
    if (!rows.has(path)) rows.set(path, partOf(path, parts)?.name);
    return rows.get(path);
  };
  return imports.map(entry => {
    const found = importedPath(entry);
    const path = found?.includes('/dist/') ? undefined : found;
    return {
      file: entry.from,
      from: rowOfFile(entry.from),
      to: path === undefined ? undefined : rowOfFile(path),
      isBuiltin: entry.specifier.startsWith('node:'),
      leavesPackage: path !== undefined && manifestOf(path).folder !== manifestOf(entry.from).folder,
    };
  });
}

/** What each row of the matrix imports, with the rows and the packages that the document has. */
function matrixTable(imports: readonly Import[], document: string): string {
  const parts = readMatrix(document);
  const packagesOf = new Map(
    (tableAfter('import-matrix', document) ?? []).map(([name = '', , , packages = '']) => [name, packages]),
  );
  const arrows = arrowsOf(imports, parts);
  const ownRows = new Set(parts.map(({ name }) => name).filter(name => name.endsWith('.ts')));
  const rows = parts.map(({ name }) => {
    const cell = `\`${name}\``;
    const packages = packagesOf.get(cell) ?? '';
    if (name === 'test/**') return [cell, 'everything', 'yes', packages];
    // Imports of other packages are those for which a file has a row of its own.
    const some = arrows.filter(arrow =>
      ownRows.has(name)
        ? arrow.file === name && arrow.leavesPackage
        : arrow.from === name && !(ownRows.has(arrow.file) && arrow.leavesPackage),
    );
    const used = new Set(some.map(({ to }) => to));
    const others = parts.map(part => part.name).filter(other => other !== name && used.has(other));
    return [
      cell,
      others.length === 0 ? 'nothing' : quoted(others),
      some.some(({ isBuiltin }) => isBuiltin) ? 'yes' : 'no',
      packages,
    ];
  });
  return tableOf(['part', 'may import', 'built-ins', 'packages'], rows);
}

/** Folders whose own folders have a row each, besides the parts themselves. */
const OPENED = /^(?:[\w-]+|service\/(?:features|doors)|host\/agent|firmware\/core)$/;

/** Every folder that has a row in the table of folders: those that hold code, at the depth that a reader needs. */
function shownFolders(): string[] {
  const folders = new Set<string>();
  for (const { path } of codeFiles) {
    if (!path.includes('/')) continue;
    const steps = posix.dirname(path).split('/');
    let folder = steps[0] ?? '';
    for (const step of steps.slice(1)) {
      if (!OPENED.test(folder)) break;
      folder = `${folder}/${step}`;
    }
    folders.add(folder);
  }
  return [...folders].sort((one, other) => orderOf(one) - orderOf(other) || (one < other ? -1 : 1));
}

const orderOf = (folder: string): number =>
  manifests.findIndex(one => folder === one.folder || folder.startsWith(`${one.folder}/`));

/** One row for each folder; what stands there is written by hand, and kept. */
function foldersTable(document: string): string {
  const prose = new Map(
    (tableAfter('folders', document) ?? []).map(([folder = '', text = '']) => [folder, text]),
  );
  const rows = shownFolders().map(folder => {
    const name = `\`${folder}/\``;
    return [name, prose.get(name) ?? ''];
  });
  return tableOf(['folder', 'contents'], rows);
}

/** Puts a table in the place of the one that follows `<!-- marker -->`. */
function withTable(document: string, marker: string, table: string): string {
  const start = document.indexOf(`<!-- ${marker} -->`);
  if (start < 0) throw new Error(`${ARCHITECTURE} has no table marked <!-- ${marker} -->`);
  const head = document.slice(0, start);
  const lines = document.slice(start).split('\n');
  const from = lines.findIndex(line => line.startsWith('|'));
  const end = lines.findIndex((line, at) => at > from && !line.startsWith('|'));
  return head + [...lines.slice(0, from), table, ...lines.slice(end)].join('\n');
}

/** The document with its tables as the tree has them. */
export function withCurrentTables(document: string, imports: readonly Import[]): string {
  const tables: readonly (readonly [string, string])[] = [
    ['packages', packagesTable()],
    ['import-matrix', matrixTable(imports, document)],
    ['folders', foldersTable(document)],
  ];
  return tables.reduce((text, [marker, table]) => withTable(text, marker, table), document);
}

/** The folders whose contents the document does not say. */
export function undescribedFolders(document: string): string[] {
  return (tableAfter('folders', document) ?? [])
    .filter(([, contents = '']) => contents === '')
    .map(([folder = '']) => folder);
}
