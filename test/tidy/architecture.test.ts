import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURE, undescribedFolders, withCurrentTables } from './architecture.ts';
import { codeFiles, root, textOf } from './files.ts';
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

describe('docs/map.md', () => {
  const names = [...(textOf('docs/map.md') ?? '').matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)].map(
    match => match[1] ?? '',
  );

  it('names files and folders that exist', () => {
    expect(names.length).toBeGreaterThan(50);
    const exists = (name: string) => codeFiles.some(({ path }) => path === name || path.startsWith(name));
    expect(names.filter(name => !exists(name))).toEqual([]);
  });
});
