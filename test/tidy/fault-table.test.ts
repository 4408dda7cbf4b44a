import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FAULTS_DOCUMENT, withFaultTable } from './fault-table.ts';
import { root, textOf } from './files.ts';
import { tableAfter } from './tables.ts';

/** Set by `npm run docs`, which writes the table instead of comparing it. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

it('docs/simulator.md has the table of faults that their envelopes give (npm run docs writes it)', () => {
  const document = textOf(FAULTS_DOCUMENT) ?? '';
  const current = withFaultTable(document);
  if (mayWrite && current !== document) writeFileSync(join(root, FAULTS_DOCUMENT), current);
  expect(mayWrite ? current : document).toBe(current);
});

it('the faults that are chosen are options and methods of a simulated fob', () => {
  const declared = textOf('simulator/base/fob.ts') ?? '';
  const names = tableAfter('chosen faults', textOf(FAULTS_DOCUMENT))?.flatMap(
    row => row[0]?.replaceAll('`', '').split(', ') ?? [],
  );
  expect(names?.length).toBeGreaterThan(10);
  expect(names?.filter(name => !new RegExp(`^ +(?:readonly )?${name}[?(:]`, 'm').test(declared))).toEqual([]);
});
