import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../tools/tidy/files.ts';
import { doors } from './registry.ts';

it('each door has a name of its own, bounds, and files and a test that exist', () => {
  expect(new Set(doors.map(({ name }) => name)).size).toBe(doors.length);
  const numbers = doors.flatMap(({ bytesMax, holdsMax, spendsMs }) => [bytesMax, holdsMax, spendsMs]);
  expect(numbers.filter(number => !(number > 0 && Number.isFinite(number)))).toEqual([]);
  const files = doors.flatMap(door => [...door.files, door.test]);
  expect(files.filter(file => !existsSync(join(root, file)))).toEqual([]);
});
