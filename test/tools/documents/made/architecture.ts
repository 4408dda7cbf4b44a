import { posix } from 'node:path';
import { codeFiles, textFiles } from '../../tidy/files.ts';
import { type Import, importedPath, importsOf, matrixOf, type Part, partOf } from '../../tidy/imports.ts';
import { type Manifest, manifestOf, manifests } from '../../tidy/manifests.ts';
import { rowsOf, tableOf } from '../../tidy/tables.ts';
import { keptCells, type MadePart, quoted } from './part.ts';

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
function importsTable(previous: string): string {
  const parts = matrixOf(rowsOf(previous));
  const packagesOf = keptCells(previous, [3]);
  const arrows = parts.length === 0 ? [] : arrowsOf(codeFiles.flatMap(importsOf), parts);
  const ownRows = new Set(parts.map(({ name }) => name).filter(name => name.endsWith('.ts')));
  const rows = parts.map(({ name }) => {
    const cell = `\`${name}\``;
    const packages = packagesOf(cell);
    if (name === 'test/**') return [cell, 'everything', 'yes', ...packages];
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
      ...packages,
    ];
  });
  return tableOf(['part', 'may import', 'built-ins', 'packages'], rows);
}

/** Folders whose own folders have a row each, besides the parts themselves. */
const OPENED = /^(?:(?!test\/)[\w-]+|service\/(?:subjects|http)|host\/agent|firmware\/core)$/;

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

/** One row for each folder, with its contents in words of a person. */
function foldersTable(previous: string): string {
  const contentsOf = keptCells(previous, [1]);
  const names = shownFolders().map(folder => `\`${folder}/\``);
  const rows = names.map(name => [name, ...contentsOf(name)]);
  return tableOf(['folder', 'contents'], rows);
}

/** One row for each folder of tests, with its purpose in words of a person. */
function testFoldersTable(previous: string): string {
  const purposeOf = keptCells(previous, [1]);
  const found = textFiles.flatMap(
    ({ path }) => /^test\/(service|\w+\/[^/]+)\/.*\.(?:test|vm)\.ts$/.exec(path)?.[1] ?? [],
  );
  const names = [...new Set(found)].map(name => `\`${name}\``);
  // The order is a person's; what is new stands last.
  const before = rowsOf(previous).flatMap(([name = '']) => (names.includes(name) ? [name] : []));
  const rows = [...new Set([...before, ...names])].map(name => [name, ...purposeOf(name)]);
  return tableOf(['folder of `test`', 'what it is for'], rows);
}

/** Packages, imports and folders. */
export const architectureParts: readonly MadePart[] = [
  { name: 'packages', make: packagesTable },
  { name: 'imports', make: importsTable },
  { name: 'folders', make: foldersTable },
  { name: 'test-folders', make: testFoldersTable },
];
