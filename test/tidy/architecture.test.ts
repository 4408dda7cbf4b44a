import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURE, undescribedFolders, withCurrentTables } from './architecture.ts';
import { codeFiles, root, textFiles, textOf } from './files.ts';
import { importsOf } from './imports.ts';

/** Set by `npm run docs`, which writes the tables instead of comparing them. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

describe('docs/architecture.md', () => {
  const document = textOf(ARCHITECTURE) ?? '';
  const current = withCurrentTables(document, codeFiles.flatMap(importsOf));
  if (mayWrite && current !== document) writeFileSync(join(root, ARCHITECTURE), current);

  it('has the tables of packages, imports and folders that the tree has (npm run docs writes them)', () => {
    expect(mayWrite ? current : document).toBe(current);
  });

  it('says what each folder holds', () => {
    expect(undescribedFolders(current)).toEqual([]);
  });
});

/** What is made, and a name that its reader fills in. */
const NO_FILE = /\bdist\b|NAME|NUMBER/;
/** Whether a path begins at the root; within a sentence about a folder some begin there. */
const isFromRoot = (name: string) => existsSync(join(root, name.split('/')[0] ?? ''));

const contributing = textFiles
  .filter(({ path }) => /^(?:CONTRIBUTING|docs\/contribute\/.*)\.md$/.test(path))
  .map(({ text }) => text)
  .join('\n');

describe.each([
  [ARCHITECTURE, textOf(ARCHITECTURE) ?? ''],
  ['CONTRIBUTING.md with the paths in docs/contribute', contributing],
])('%s', (_, text) => {
  const names = [...text.matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)]
    .map(match => match[1] ?? '')
    .filter(name => !NO_FILE.test(name) && isFromRoot(name));

  it('names files and folders that exist', () => {
    expect(names.length).toBeGreaterThan(50);
    const exists = (name: string) => existsSync(join(root, name));
    expect(names.filter(name => !exists(name))).toEqual([]);
  });
});
