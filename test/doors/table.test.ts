import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, textOf } from '../tidy/files.ts';
import { doors } from './registry.ts';
import { DOORS_DOCUMENT, withDoorTable } from './table.ts';

/** Set by `npm run docs`, which writes the table instead of comparing it. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

it('docs/threat-model.md has the table of doors that the registry gives (npm run docs writes it)', () => {
  const document = textOf(DOORS_DOCUMENT) ?? '';
  const current = withDoorTable(document);
  if (mayWrite && current !== document) writeFileSync(join(root, DOORS_DOCUMENT), current);
  expect(mayWrite ? current : document).toBe(current);
});

it('each door has a name of its own, bounds, and files and a test that exist', () => {
  expect(new Set(doors.map(({ name }) => name)).size).toBe(doors.length);
  const numbers = doors.flatMap(({ bytesMax, holdsMax, spendsMs }) => [bytesMax, holdsMax, spendsMs]);
  expect(numbers.filter(number => !(number > 0 && Number.isFinite(number)))).toEqual([]);
  const files = doors.flatMap(door => [...door.files, door.test]);
  expect(files.filter(file => !existsSync(join(root, file)))).toEqual([]);
});
