import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTable } from 'passfob/cli/table';
import { describe, expect, it } from 'vitest';
import { COMMANDS_DOCUMENT, PAGES, withCommandTable } from './command-table.ts';
import { root, textOf } from './files.ts';

/** Set by `npm run docs`, which writes the table instead of comparing it. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

describe('docs/cli.md', () => {
  it('docs/cli.md has the table of commands that their definitions give (npm run docs writes it)', async () => {
    const document = textOf(COMMANDS_DOCUMENT) ?? '';
    const current = await withCommandTable(document);
    if (mayWrite && current !== document) writeFileSync(join(root, COMMANDS_DOCUMENT), current);
    expect(mayWrite ? current : document).toBe(current);
  });

  it('the pages that the table of commands links to belong to commands', async () => {
    const names = (await commandTable()).map(({ name }) => name);
    expect(Object.keys(PAGES).filter(name => !names.includes(name))).toEqual([]);
  });
});
